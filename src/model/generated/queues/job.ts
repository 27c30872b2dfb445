// Generated from schemas/queues/v1/job.schema.json by "npm run generate". Do not edit.

/**
 * What a job of a queue carries: one step of a request, by names only.
 */
export interface Job {
  /**
   * Version of this payload.
   */
  version: 1;
  /**
   * collect: read one part to its end. assemble: make the bundle of all parts, and deliver it.
   */
  step: "collect" | "assemble";
  /**
   * The request's id.
   */
  requestId: string;
  /**
   * The dataset that the part belongs to; only for collect.
   */
  dataset?: string;
  /**
   * Index of the partition, where the dataset has several.
   */
  partition?: number;
  /**
   * When the request was cancelled: whoever takes the job does nothing.
   */
  cancelledAt?: string;
  /**
   * Deaths of workers that no longer count, because somebody asked to try again.
   */
  forgiven?: number;
}
