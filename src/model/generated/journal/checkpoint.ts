// Generated from schemas/journal/v1/checkpoint.schema.json by "npm run generate". Do not edit.

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
}
