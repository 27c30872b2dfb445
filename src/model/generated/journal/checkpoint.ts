// Generated from schemas/journal/v1/checkpoint.schema.json by "npm run generate". Do not edit.

/**
 * Some bytes of a stream.
 */
export type Chunk = StoredChunk | InlineChunk;

/**
 * How far a part of a request is.
 */
export interface Checkpoint {
  /**
   * Which beginning of the request it belongs to: 32 random digits. A document of an earlier one counts no more.
   */
  generation: string;
  /**
   * The run that wrote it: 16 random digits.
   */
  attempt: string;
  /**
   * How many records are safe.
   */
  records: number;
  /**
   * What is needed to go on; null when the part begins anew.
   */
  progress: {
    /**
     * The source's own, after the last page.
     */
    cursor: {
      [k: string]: unknown;
    };
    /**
     * The streams of the part.
     *
     * Items: A stream.
     */
    streams: {
      /**
       * Its name within the part.
       */
      name: string;
      /**
       * Where its bytes lie, in order.
       */
      chunks: Chunk[];
    }[];
    /**
     * How often reading was taken up again.
     */
    retries: number;
    /**
     * How often a file was fetched again.
     */
    fetchedAgain: number;
    /**
     * What was found meanwhile.
     */
    findings: Finding[];
    /**
     * The part as it was put down; see the schema of part states.
     */
    state: {
      [k: string]: unknown;
    };
  } | null;
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
