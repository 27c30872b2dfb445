import type { BegunRequest, RequestProgress } from "../../model/durable.ts";
import type { DeadLetter, QueueJob } from "./job.ts";

/** What a queue does for a flow. Every call may be repeated. */
export interface Transport {
  /** Puts in one job for each part, and one that runs when they are done. Jobs that are there already are left as they are. */
  add(request: BegunRequest): Promise<void>;
  /** The jobs that there are, and whether the request was cancelled. */
  look(request: BegunRequest): Promise<Look>;
  /** Takes out the jobs that wait, stops those at work wherever they are, and resolves when none is left at work. */
  cancel(request: BegunRequest): Promise<void>;
  /** Forgets the request; after `cancel`. */
  remove(request: BegunRequest): Promise<void>;
  /** The ids of all requests that have jobs, and were not cancelled. */
  open(): Promise<readonly string[]>;
  /**
   * Makes the jobs those of a request that was begun anew: each part that is not sealed has one, given-up jobs of before are put in again, and
   * those of parts that it has no more are taken out. Jobs at work stay there.
   */
  renew(request: RequestProgress, signal?: AbortSignal): Promise<void>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Puts given-up jobs of the request in again; their number. */
  retry(request: BegunRequest): Promise<number>;
  /** Takes jobs and runs them. */
  work(options: LaneOptions): Promise<Lanes>;
  close(): Promise<void>;
}

export type JobState = "waiting" | "active" | "retrying" | "done" | "failed" | "cancelled";

export interface Look {
  readonly cancelled: boolean;
  /** By `jobName`. */
  readonly jobs: ReadonlyMap<string, { readonly state: JobState; readonly attempts: number }>;
}

export interface LaneOptions {
  /** Most parts of each source at a time, in this worker. */
  readonly collecting: number;
  readonly assembling: number;
  readonly run: (job: JobInHand) => Promise<Verdict>;
  /** The queue could not be asked; it is asked again. */
  readonly onTrouble: (cause: unknown) => void;
}

export interface Lanes {
  /** Takes no more, waits for those at work, and after `graceMs` stops them at a checkpoint and gives them back. */
  close(graceMs: number): Promise<void>;
}

/** A job that a worker took. */
export interface JobInHand {
  readonly payload: unknown;
  /** From 1: errors and deaths of workers count, jobs that were given back do not. */
  readonly attempt: number;
  /** Aborted with a `StopReason`. */
  readonly signal: AbortSignal;
}

/** Why a job at work is stopped: the request was cancelled; the worker closes; another worker has the job by now. */
export type StopReason = "cancelled" | "closing" | "lost";

/** What becomes of a job. */
export type Verdict =
  | { readonly kind: "done"; readonly job: QueueJob }
  | { readonly kind: "again" | "dead"; readonly letter: DeadLetter }
  | { readonly kind: "cancelled" | "givenBack" | "lost" };
