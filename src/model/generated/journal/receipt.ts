// Generated from schemas/journal/v1/receipt.schema.json by "npm run generate". Do not edit.

/**
 * Some bytes of a stream.
 */
export type Chunk = StoredChunk | InlineChunk;

/**
 * A part of a request that was collected to its end.
 */
export interface Receipt {
  /**
   * Which beginning of the request it belongs to: 32 random digits. A document of an earlier one counts no more.
   */
  generation: string;
  /**
   * The run that wrote it: 16 random digits.
   */
  attempt: string;
  /**
   * Records in its files.
   */
  written: number;
  /**
   * Records in its quarantine.
   */
  quarantined: number;
  /**
   * Fields that the schema does not name.
   */
  dropped: FieldCount[];
  /**
   * Fields that were redacted.
   */
  redacted: FieldCount[];
  /**
   * Its first records, for the page.
   *
   * Items: A record as it leaves.
   */
  preview: {
    [k: string]: unknown;
  }[];
  /**
   * The time that its records cover.
   */
  period: {
    /**
     * The earliest.
     */
    from: string;
    /**
     * The latest.
     */
    to: string;
  } | null;
  /**
   * How many of its records fall into each month, for the page; null when no time is known or there are too many months.
   */
  months:
    | {
        /**
         * Year and month, in UTC.
         */
        month: string;
        /**
         * How many.
         */
        count: number;
      }[]
    | null;
  json: Stream;
  csv: Stream;
  /**
   * Records that do not match their schema.
   */
  quarantine: Stream | null;
  /**
   * Its files; null where the dataset has none.
   */
  attachments: {
    /**
     * Where their contents lie, in order.
     */
    contents: Chunk[];
    /**
     * The stream that says what they are; null when there are none.
     */
    list: Stream | null;
    /**
     * How many there were.
     */
    total: number;
    /**
     * How many could not be read.
     */
    missing: number;
    /**
     * Why the first of these could not.
     */
    firstMissing: Error | null;
  } | null;
  /**
   * What ended it early.
   */
  error: Error | null;
  /**
   * How often reading was taken up again.
   */
  retries: number;
  /**
   * How often a file was fetched again.
   */
  fetchedAgain: number;
  /**
   * Whether it was read in one go.
   */
  inOneRead: boolean;
  /**
   * How long it took, in milliseconds.
   */
  durationMs: number;
  /**
   * What was found meanwhile.
   */
  findings: Finding[];
}
/**
 * How often something was done to a field.
 */
export interface FieldCount {
  /**
   * Pointer of the field.
   */
  pointer: string;
  /**
   * How often.
   */
  count: number;
}
/**
 * A sealed stream of a part.
 */
export interface Stream {
  facts: Facts;
  /**
   * Where its bytes lie, in order.
   */
  chunks: Chunk[];
}
/**
 * What is known of a deflated stream.
 */
export interface Facts {
  /**
   * Size of the text.
   */
  bytes: number;
  /**
   * Size as it is stored.
   */
  compressedBytes: number;
  /**
   * CRC-32 of the text.
   */
  crc32: number;
  /**
   * SHA-256 of the text.
   */
  sha256: string;
  /**
   * CRC-32 of the stored bytes.
   */
  compressedCrc32: number;
}
/**
 * An object of the spool that holds them.
 */
export interface StoredChunk {
  /**
   * Its name, among those of the part.
   */
  object: string;
  /**
   * How many bytes of the stream.
   */
  bytes: number;
  /**
   * CRC-32 of these bytes.
   */
  crc32: number;
}
/**
 * The last bytes of a stream, too few for an object of their own.
 */
export interface InlineChunk {
  /**
   * They themselves, in base64.
   */
  inline: string;
}
/**
 * An error of this package, without its cause.
 */
export interface Error {
  /**
   * Its code.
   */
  code: string;
  /**
   * Its message, which holds no value of a record.
   */
  message: string;
  /**
   * Whether the same may succeed later.
   */
  retryable: boolean;
}
/**
 * A finding for the report.
 */
export interface Finding {
  /**
   * Its code, as in the report's schema.
   */
  code: string;
  /**
   * Name of the dataset.
   */
  dataset: string | null;
  /**
   * In words.
   */
  message: string;
}
