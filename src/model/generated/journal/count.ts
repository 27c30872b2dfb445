// Generated from schemas/journal/v1/count.schema.json by "npm run generate". Do not edit.

/**
 * What the source of a dataset counted after its parts were read, because it was not what they hold.
 */
export interface Count {
  /**
   * Which beginning of the request it belongs to: 32 random digits. A document of an earlier one counts no more.
   */
  generation: string;
  /**
   * The count; null when it failed.
   */
  expected: number | null;
  /**
   * Why it failed.
   */
  error: Error | null;
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
