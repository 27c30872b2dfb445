/** The part we call of the driver's FindCursor. */
export interface MongodbCursor {
  /** Waits for the next batch; false at the end. */
  hasNext(): Promise<boolean>;
  /** The documents that are here; with `raw` their bytes. */
  readBufferedDocuments(number?: number): object[];
  /** Ends the reading on the server. */
  close(): Promise<void>;
}

/** The part we call of the driver's Collection, version 6 or newer. */
export interface MongodbCollection {
  /** Reads what a filter finds. */
  find(filter: object, options: object): MongodbCursor;
  /** Counts what a filter finds. */
  countDocuments(filter: object, options: object): Promise<number>;
}

/** The part we call of the driver's ClientSession. */
export interface MongodbSession {
  /** Closes the session. */
  endSession(): Promise<void>;
}

/** The part we call of the driver's MongoClient. */
export interface MongodbClient {
  /** Opens a session, for a snapshot. */
  startSession(options: { readonly snapshot: true }): MongodbSession;
}

/** What we call of the driver's `BSON`. */
export interface MongodbBson {
  /** The values of a document. */
  deserialize(bytes: Uint8Array, options: { readonly promoteValues: false }): { readonly [name: string]: unknown };
  readonly EJSON: {
    /** Extended JSON of a value of BSON. */
    serialize(value: unknown, options: { readonly relaxed: false }): unknown;
    /** A value of BSON out of extended JSON. */
    deserialize(value: object, options: { readonly relaxed: false }): unknown;
  };
}
