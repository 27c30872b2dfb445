import type { DeadLetter } from "./generated/queues/dead-letter.ts";

/** What happens to the jobs of a worker. Names and codes only. */
export type QueueEvent =
  | {
      /**
       * The job is done; is given back, because the worker closes; was taken out, because its request is cancelled; or belongs to another
       * worker by now, because this one gave no sign of life for too long.
       */
      readonly type: "jobDone" | "jobGivenBack" | "jobCancelled" | "jobLost";
      readonly requestId: string;
      readonly step: "collect" | "assemble";
      readonly dataset: string | null;
      readonly partition: number | null;
    }
  /** The job failed and is tried again, or is a dead letter from now on. */
  | ({ readonly type: "jobRetried" | "jobFailed" } & DeadLetter)
  /** The queue did not answer, and is asked again, or a request could not be begun anew. `code` is the client's, or the error's. */
  | { readonly type: "queueTrouble"; readonly requestId: null; readonly code: string };
