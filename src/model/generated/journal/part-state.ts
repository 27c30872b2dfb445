// Generated from schemas/journal/v1/part-state.schema.json by "npm run generate". Do not edit.

/**
 * A part that was put down: with the bytes of its streams, all that is needed to go on. It holds personal data.
 */
export interface PartState {
  encoder: Encoder;
  /**
   * How far its streams are; null for one that was not begun.
   */
  streams: {
    /**
     * The records as JSON.
     */
    json: Segment | null;
    /**
     * The records as CSV.
     */
    csv: Segment | null;
    /**
     * Records that do not match their schema.
     */
    quarantine: Segment | null;
  };
  /**
   * How far the reading of files is; null where the dataset has none.
   */
  attachments: Attachments | null;
}
/**
 * What the encoder knows of its records.
 */
export interface Encoder {
  /**
   * Records in JSON and CSV.
   */
  written: number;
  /**
   * Records in the quarantine.
   */
  quarantined: number;
  /**
   * Fields that the schema does not name.
   */
  dropped: FieldCount[];
  /**
   * Fields about other people that were replaced.
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
   * How much more text the preview may have, in UTF-16 units; negative when it is full.
   */
  previewLeft: number;
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
  /**
   * The text of each stream that is not deflated yet.
   */
  texts: {
    /**
     * Of the records as JSON.
     */
    json: string;
    /**
     * Of the records as CSV.
     */
    csv: string;
    /**
     * Of the quarantine.
     */
    quarantine: string;
  };
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
 * How far a deflated stream is.
 */
export interface Segment {
  /**
   * Size of its text.
   */
  bytes: number;
  /**
   * Size of its deflated bytes.
   */
  compressedBytes: number;
  /**
   * CRC-32 of its text.
   */
  crc32: number;
  /**
   * CRC-32 of its deflated bytes.
   */
  compressedCrc32: number;
  /**
   * How many bytes at the end of its text are the dictionary of what follows.
   */
  windowBytes: number;
}
/**
 * How far the reading of files is.
 */
export interface Attachments {
  /**
   * Size of the stream of their contents.
   */
  bytes: number;
  /**
   * How many files there were.
   */
  total: number;
  /**
   * How many of them could not be read.
   */
  missing: number;
  /**
   * Why the first of these could not.
   */
  firstMissing: Error | null;
  /**
   * The stream that says what the files are; null while there are none.
   */
  list: Segment | null;
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
