import type { DurableStepOptions, DurableSteps, RequestProgress } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { ExportEvent } from "../../model/events.ts";
import type { ExportRequest } from "../../model/request.ts";
import { invalid } from "../../model/source-error.ts";
import { collectJob, type DeadLetter, jobName } from "./job.ts";
import { type QueueEvent, runner } from "./run.ts";
import type { JobState, Look, Transport } from "./transport.ts";

/** What both queues are told. */
export interface ExportQueueOptions<A> {
  /** An exporter with `durable`: all workers of a queue have the same configuration, spool and key. */
  readonly exporter: DurableSteps<A> & { readonly datasets: readonly { readonly source: { readonly name: string } }[] };
  /** Begins the names of the queues. Default `"portmanteau"`. */
  readonly name?: string;
  /** By a source's name, over all workers together. The worker that was started last decides. */
  readonly limits?: Readonly<Record<string, SourceLimit>>;
  /** How often a job is begun before it is a dead letter; deaths of workers count, too. Default 10. */
  readonly attempts?: number;
  /** Wait before the second attempt, in milliseconds; doubled for each further one, with jitter. Default 2,000. */
  readonly backoffMs?: number;
  /** After how long without a sign of life a worker is taken for dead, in milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /**
   * When a part fails for good. `"dead-letter"` (default): the request waits until somebody retries it. `"deliver-partial"`: what there is
   * is delivered; the exporter's `onFailure` must say so, too.
   */
  readonly onFailure?: "dead-letter" | "deliver-partial";
}

/** How much of one source all workers together may use at once. */
export interface SourceLimit {
  /** Most parts that are collected at a time. */
  readonly concurrency?: number;
  /** Most parts that are begun in a second. */
  readonly perSecond?: number;
}

/** Exports that are spread over workers: whoever submits, and whoever works, makes one with the same options. */
export interface ExportQueue<A> {
  /**
   * Puts the request into the journal, and its jobs into the queue: by due date, the earliest first. Jobs hold names only. A request that is
   * there already is left as it is; one that was cancelled is begun again where it was.
   *
   * @throws {PortmanteauError} as `exporter.begin`, and `QUEUE_FAILED`
   */
  submit(
    request: ExportRequest,
    options?: DurableStepOptions & { readonly bundleId?: string },
  ): Promise<QueuedProgress>;
  /** Starts a worker in this process. */
  work(options: WorkOptions<A>): Promise<ExportWorker>;
  /** How far a request is; nothing when it is unknown. */
  progress(requestId: string): Promise<QueuedProgress | undefined>;
  /** Takes the request's jobs out, stops those at work, wherever they are, and resolves when none is left at work. */
  cancel(requestId: string): Promise<void>;
  /** Cancels the request, and removes everything of it: its jobs, its journal, what was collected. */
  purge(requestId: string): Promise<void>;
  /** The jobs that were given up, the latest first. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Puts the request's given-up jobs in again, with all their attempts; their number. */
  retry(requestId: string): Promise<number>;
  /** Closes the connections that were opened here. Workers are closed by themselves, before. */
  close(): Promise<void>;
}

/** How one worker works. */
export interface WorkOptions<A> {
  /** Where a bundle goes, asked when it is assembled: what `exporter.assemble` is given. It may be asked again for the same request. */
  readonly deliver: (request: RequestProgress) => A | Promise<A>;
  /** Most parts of each source that this worker collects at a time. Default 4. */
  readonly concurrency?: number;
  /** Most bundles that this worker assembles at a time. Default 1. */
  readonly assembling?: number;
  /** Closes the worker at once. */
  readonly signal?: AbortSignal;
  /** Called with every event of its exports and its jobs, synchronously. */
  readonly onEvent?: (event: ExportEvent | QueueEvent) => void;
}

/** A worker that takes jobs until it is closed. */
export interface ExportWorker {
  /**
   * Takes no more jobs. Those at work may end; after `graceMs` (default 10,000) they are stopped at a checkpoint and given back, and another
   * worker goes on there.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export interface QueuedProgress extends RequestProgress {
  /** `unqueued`: in the journal, but not in the queue; submit it again. */
  readonly state: "unqueued" | "queued" | "collecting" | "assembling" | "delivered" | "failed" | "cancelled";
  readonly parts: readonly (RequestProgress["parts"][number] & {
    /** Null where there is no job any more, or not yet. */
    readonly job: JobState | null;
    readonly attempts: number;
  })[];
}

/** The options, whole. @throws {PortmanteauError} `CONFIG_INVALID` */
export function settled<A>(options: ExportQueueOptions<A>) {
  const { exporter, name = "portmanteau", limits = {}, attempts = 10, backoffMs = 2_000, leaseMs = 30_000 } = options;
  const sources = [...new Set(exporter.datasets.map(({ source }) => source.name))];
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) throw invalid("`name` is 1 to 40 letters, digits, `_` and `-`.");
  whole("attempts", attempts, 1, 100);
  whole("backoffMs", backoffMs, 1, 3_600_000);
  whole("leaseMs", leaseMs, 1_000, 3_600_000);
  for (const [source, { concurrency = 1, perSecond = 1 }] of Object.entries(limits)) {
    if (!sources.includes(source)) throw invalid(`\`limits\` names "${source}", which is the source of no dataset.`);
    whole(`limits.${source}.concurrency`, concurrency, 1, 10_000);
    whole(`limits.${source}.perSecond`, perSecond, 1, 10_000);
  }
  return {
    exporter,
    name,
    limits,
    attempts,
    backoffMs,
    leaseMs,
    onFailure: options.onFailure ?? "dead-letter",
    sources,
  };
}

function whole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(`\`${option}\` is a whole number from ${least} to ${most}.`);
}

/** The same for every transport. */
export function exportQueue<A>(
  { exporter, attempts, onFailure }: ReturnType<typeof settled<A>>,
  transport: Transport,
): ExportQueue<A> {
  const known = async (requestId: string): Promise<RequestProgress> => {
    const request = await exporter.progress(requestId);
    if (request !== undefined) return request;
    throw new PortmanteauError("REQUEST_UNKNOWN", "The request is not in the journal. Submit it first.");
  };
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (cause) {
      if (PortmanteauError.is(cause)) throw cause;
      throw new PortmanteauError("QUEUE_FAILED", "The queue's server did not answer, or refused.", {
        retryable: true,
        cause,
      });
    }
  };
  return {
    async submit(request, options = {}) {
      const begun = await exporter.begin(request, options);
      const before = await known(begun.requestId);
      if (before.delivered === null) {
        const look = await asked(transport.look(begun));
        if (look.cancelled) await asked(transport.remove(begun));
        if (look.cancelled || look.jobs.size === 0) await asked(transport.add(begun));
      }
      return described(before, await asked(transport.look(begun)));
    },
    async work({ deliver, concurrency = 4, assembling = 1, signal, onEvent }) {
      whole("concurrency", concurrency, 1, 1_000);
      whole("assembling", assembling, 1, 1_000);
      const emit = (event: ExportEvent | QueueEvent) => {
        try {
          onEvent?.(event);
        } catch {
          // an observer's error is no reason to fail a job
        }
      };
      const lanes = await asked(
        transport.work({
          collecting: concurrency,
          assembling,
          run: runner({ steps: exporter, attempts, onFailure, deliver, emit }),
          onTrouble: (cause) => {
            const { code } = (cause ?? {}) as { readonly code?: unknown };
            emit({ type: "queueTrouble", requestId: null, code: typeof code === "string" ? code : "UNKNOWN" });
          },
        }),
      );
      let closing: Promise<void> | undefined;
      const close = (graceMs: number) => {
        closing ??= lanes.close(graceMs);
        return closing;
      };
      const onAbort = () => void close(0).catch(() => {}); // whoever calls close hears of it
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      return {
        close: async ({ graceMs = 10_000 } = {}) => {
          signal?.removeEventListener("abort", onAbort);
          await close(graceMs);
        },
      };
    },
    async progress(requestId) {
      const request = await exporter.progress(requestId);
      return request && described(request, await asked(transport.look(request)));
    },
    async cancel(requestId) {
      const request = await known(requestId);
      if (request.delivered === null) await asked(transport.cancel(request));
    },
    async purge(requestId) {
      const request = await exporter.progress(requestId);
      if (request !== undefined) {
        await asked(transport.cancel(request));
        await asked(transport.remove(request));
      }
      await exporter.purge(requestId);
    },
    async deadLetters() {
      const letters = await asked(transport.deadLetters());
      return [...letters].sort((a, b) => b.at.localeCompare(a.at));
    },
    retry: async (requestId) => asked(transport.retry(await known(requestId))),
    close: () => transport.close(),
  };
}

function described(request: RequestProgress, { cancelled, jobs }: Look): QueuedProgress {
  const parts = request.parts.map((part) => {
    const { state: job = null, attempts = 0 } = jobs.get(jobName(collectJob(request.requestId, part))) ?? {};
    return { ...part, job, attempts };
  });
  return { ...request, parts, state: stateOf(request, { cancelled, jobs }) };
}

function stateOf({ parts, delivered }: RequestProgress, { cancelled, jobs }: Look): QueuedProgress["state"] {
  if (delivered !== null) return "delivered";
  if (cancelled) return "cancelled";
  if (jobs.size === 0) return "unqueued";
  const states = [...jobs.values()].map(({ state }) => state);
  if (states.includes("failed")) return "failed";
  if (parts.every(({ state }) => state === "sealed")) return "assembling";
  const isBegun = states.includes("active") || parts.some(({ state }) => state !== "waiting");
  return isBegun ? "collecting" : "queued";
}
