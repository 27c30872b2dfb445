import {
  type ConnectionOptions,
  type Job,
  UnrecoverableError,
  WaitingChildrenError,
  WaitingError,
  Worker,
} from "bullmq";
import type { DeadLetter } from "../flow/job.ts";
import type { LaneOptions, StopReason } from "../flow/transport.ts";
import { attemptOf, cancelledWord, reasonOf, watchMs } from "./jobs.ts";

export interface LaneContext extends Pick<LaneOptions, "run" | "onTrouble"> {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly queue: string;
  /** Most jobs at a time, in this worker. */
  readonly lanes: number;
  readonly leaseMs: number;
  readonly isCancelled: (job: Job) => Promise<boolean>;
  /** Whether a job that cannot be done yet waits for its parts again; then it does. */
  readonly waitsAgain: (letter: DeadLetter, job: Job, token: string | undefined) => Promise<boolean>;
}

/** Takes the jobs of one queue, and runs them. */
export class Lane {
  readonly #context: LaneContext;
  readonly #atWork = new Map<Job, AbortController>();
  readonly #worker: Worker;
  readonly #watch: NodeJS.Timeout;

  constructor(context: LaneContext) {
    const { connection, prefix, queue, lanes, leaseMs, isCancelled, onTrouble } = context;
    this.#context = context;
    this.#worker = new Worker(queue, (job, token) => this.#work(job, token), {
      connection,
      prefix,
      concurrency: lanes,
      lockDuration: leaseMs,
      stalledInterval: leaseMs,
      maxStalledCount: Number.MAX_SAFE_INTEGER, // deaths are counted as attempts
    });
    this.#worker.on("error", onTrouble);
    this.#worker.on("lockRenewalFailed", (ids) => {
      for (const job of this.#atWork.keys()) if (ids.includes(String(job.id))) this.#stop(job, "lost");
    });
    this.#watch = setInterval(() => {
      for (const job of this.#atWork.keys())
        isCancelled(job).then((cancelled) => cancelled && this.#stop(job, "cancelled"), onTrouble);
    }, watchMs);
  }

  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  async close(graceMs: number): Promise<void> {
    const closing = this.#worker.close();
    const grace = setTimeout(() => {
      for (const job of this.#atWork.keys()) this.#stop(job, "closing");
    }, graceMs);
    await closing.finally(() => {
      clearTimeout(grace);
      clearInterval(this.#watch);
    });
  }

  #stop(job: Job, reason: StopReason): void {
    this.#atWork.get(job)?.abort(reason);
  }

  /** What BullMQ does with the job it knows by the error. */
  async #work(job: Job, token: string | undefined): Promise<void> {
    const { run, isCancelled, waitsAgain } = this.#context;
    const stopping = new AbortController();
    this.#atWork.set(job, stopping);
    try {
      if (await isCancelled(job)) stopping.abort("cancelled" satisfies StopReason);
      const payload = stopping.signal.aborted ? { ...job.data, cancelledAt: new Date().toISOString() } : job.data;
      const verdict = await run({ payload, attempt: attemptOf(job), signal: stopping.signal });
      switch (verdict.kind) {
        case "done":
          return;
        case "again":
          if (await waitsAgain(verdict.letter, job, token)) throw new WaitingChildrenError();
          throw new Error(reasonOf(verdict.letter));
        case "dead":
          throw new UnrecoverableError(reasonOf(verdict.letter));
        case "cancelled":
          throw new UnrecoverableError(cancelledWord);
        case "givenBack":
          await job.moveToWait(token);
          throw new WaitingError();
        case "lost":
          throw new Error("Another worker has this job."); // BullMQ drops it: the lock is not ours any more
        default:
          throw new TypeError(`Unknown verdict: ${verdict satisfies never}`);
      }
    } finally {
      this.#atWork.delete(job);
    }
  }
}
