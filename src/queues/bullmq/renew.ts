import { setTimeout as delay } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { RequestProgress } from "../../model/durable.ts";
import { wasRemoved } from "./jobs.ts";

/** A job of a request as it stands now. */
export interface Place {
  readonly queue: Queue;
  readonly name: string;
  /** Whether there is nothing to do any more. */
  readonly isDone: boolean;
  /** Puts the job in, as one that this other waits for. */
  readonly addTo: (parent: Job) => Promise<unknown>;
}

export interface RenewContext {
  readonly parent: Job;
  /** Of the parts, in their order. */
  readonly places: readonly Place[];
  /** Of a queue in which a job waits for its turn that the request needs no more. */
  readonly queueNamed: (name: string) => Queue;
  readonly watchMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Makes the jobs those of a request that was begun anew. What is needed comes first: whoever dies on the way leaves one that can be found. */
export async function renew(request: RequestProgress, context: RenewContext): Promise<void> {
  const { parent, places, queueNamed, watchMs, signal } = context;
  const begunAt = Date.parse(request.createdAt);
  for (const { queue, name, isDone, addTo } of places) {
    const job: Job | undefined = await queue.getJob(name);
    if (job !== undefined) await comeAtOnce(job, begunAt);
    else if (!isDone) await addTo(parent);
  }
  const needed = new Set(places.map(({ queue, name }) => `${queue.name}:${name}`));
  const { unprocessed = [] } = await parent.getDependencies();
  for (const key of unprocessed) {
    const [queue = "", name = ""] = key.split(":").slice(-2);
    if (needed.has(`${queue}:${name}`)) continue;
    const job: Job | undefined = await queueNamed(queue).getJob(name);
    while (job !== undefined && !signal?.aborted && !(await wasRemoved(job))) await delay(watchMs);
  }
  await comeAtOnce(parent, begunAt);
}

/** Puts a job in again that was given up before the request was begun anew, with all its attempts; one that waits to be tried again comes at once. */
async function comeAtOnce(job: Job, begunAt: number): Promise<void> {
  if (await job.isDelayed()) await job.promote().catch(() => {}); // it was taken meanwhile
  if ((await job.isFailed()) && (job.finishedOn ?? 0) < begunAt) await retryFailed(job);
}

/** Puts a given-up job in again, with all its attempts. */
export async function retryFailed(job: Job): Promise<void> {
  await job.updateData({ ...job.data, forgiven: job.stalledCounter });
  await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
}
