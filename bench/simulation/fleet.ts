/** What one step costs, in milliseconds: of a core, and of waiting. */
export interface Costs {
  readonly partMs: number;
  readonly partWaitMs: number;
  /** Of a core, for each record of a part. */
  readonly recordMs: number;
  readonly checkpointMs: number;
  readonly assembleMs: number;
  readonly assembleWaitMs: number;
  /** Of a core, for each record of a bundle. */
  readonly assembleRecordMs: number;
  /** How long a source takes for a page, and its records. */
  readonly pageWaitMs: number;
  readonly pageRecords: number;
  /** Bytes in the spool, of a part and of a record. */
  readonly partBytes: number;
  readonly recordBytes: number;
}

export interface Fleet {
  readonly workers: number;
  /** Places for the parts of one source, and for bundles, in each worker. */
  readonly collecting: number;
  readonly assembling: number;
  readonly checkpointEveryMs: number;
  readonly leaseMs: number;
  /** Time between two deaths of one worker, on average, and until it is back. */
  readonly deathsEveryMs: number;
  readonly backAfterMs: number;
}

/** Records and parts of the account, and how a log is divided. */
export interface Shape {
  readonly accountDatasets: number;
  readonly accountRecords: number;
  readonly partsOf: (records: number) => number;
}
