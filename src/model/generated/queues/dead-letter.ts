// Generated from schemas/queues/v1/dead-letter.schema.json by "npm run generate". Do not edit.

/**
 * A job of a queue that was given up, and why.
 */
export interface DeadLetter {
  /**
   * The request's id; null for a job that is none of ours.
   */
  requestId: string | null;
  /**
   * What was to be done; null for a job that is none of ours.
   */
  step: "collect" | "assemble" | null;
  /**
   * The dataset that the part belongs to; null when assembling failed.
   */
  dataset: string | null;
  /**
   * Index of the partition, where the dataset has several.
   */
  partition: number | null;
  /**
   * The error's code.
   */
  code: string;
  /**
   * What happened, and how to mend it. It holds nothing about a person.
   */
  message: string;
  /**
   * How often it was tried.
   */
  attempts: number;
  /**
   * When it was given up, ISO 8601, UTC.
   */
  at: string;
}
