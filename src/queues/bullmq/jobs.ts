import type { Job } from "bullmq";
import { type DeadLetter, namesOf, type QueueJob, readJob } from "../flow/job.ts";
import type { JobState } from "../flow/transport.ts";

/** The reason that a job fails with when its request was cancelled. */
export const cancelledWord = "CANCELLED";

/** How often a worker asks whether a request at work was cancelled, and a canceller whether it has stopped. */
export const watchMs = 500;

/** From 1: what failed, and workers that died. What was given back does not count. */
export function attemptOf(job: Job): number {
  const { forgiven } = (job.data ?? {}) as { readonly forgiven?: unknown };
  return job.attemptsMade + (job.stalledCounter ?? 0) - (typeof forgiven === "number" ? forgiven : 0) + 1;
}

export function stateOf(state: string, job: Job): JobState | undefined {
  switch (state) {
    case "active":
      return "active";
    case "delayed":
      return "retrying";
    case "completed":
      return "done";
    case "failed":
      return wasCancelled(job) ? "cancelled" : "failed";
    case "unknown":
      return undefined;
    default:
      return "waiting";
  }
}

/** False for one that is at work and thereby locked: its worker sees that it was cancelled, and stops. */
export async function wasRemoved(job: Job): Promise<boolean> {
  try {
    await job.remove();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("locked")) return false;
    throw error;
  }
}

export const wasCancelled = (job: Job) => job.failedReason === cancelledWord || job.data?.cancelledAt !== undefined;

/** What people see in any tool that shows the queue. */
export const reasonOf = ({ code, message }: DeadLetter) => `${code}: ${message}`;

export function letterOf(job: Job, most: number): DeadLetter {
  const [, code = "JOB_FAILED", message = job.failedReason ?? ""] =
    /^([A-Z_]+): (.*)$/s.exec(job.failedReason ?? "") ?? [];
  const attempts = Math.min(Math.max(1, attemptOf(job) - 1), most); // giving up an abandoned job is no attempt
  const at = new Date(job.finishedOn ?? job.timestamp).toISOString();
  let known: QueueJob | undefined;
  try {
    known = readJob(job.data);
  } catch {
    // a foreign one has no names that could be told
  }
  return { ...namesOf(known), code, message, attempts, at };
}
