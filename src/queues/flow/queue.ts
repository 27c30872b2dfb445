import type { BeginOptions, DurableStepOptions, RequestProgress } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { ExportEvent } from "../../model/events.ts";
import type { ExportRequest } from "../../model/request.ts";
import { collectJob, type DeadLetter, jobName } from "./job.ts";
import { type settled, whole } from "./options.ts";
import { beginOrRestart, restartOpen } from "./restart.ts";
import { type QueueEvent, runner } from "./run.ts";
import type { JobState, Look, Transport } from "./transport.ts";

/** Exports that are spread over workers: whoever submits, and whoever works, makes one with the same options. */
export interface ExportQueue<A> {
  /**
   * Puts the request into the journal, and its jobs into the queue: by due date, the earliest first. Jobs hold names only. A request that is
   * there already is left as it is; one that was cancelled is begun again where it was.
   *
   * With `onChange: "restart"` an open request that was begun with another configuration is begun anew; given-up jobs of before are put in again.
   * One that was delivered stays as it is. Default `"refuse"`, with the differences.
   *
   * @throws {PortmanteauError} as `exporter.begin`, and `QUEUE_FAILED`
   */
  submit(
    request: ExportRequest,
    options?: DurableStepOptions & Pick<BeginOptions, "bundleId" | "onChange">,
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
  /**
   * What to do with open requests that were begun with another configuration. `"refuse"` (default): their jobs become dead letters that name the
   * differences. `"restart"`: this worker begins those anew that were begun before it was started, and leaves later ones to the other
   * workers, as long as they have attempts.
   */
  readonly onChange?: "refuse" | "restart";
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

/** The same for every transport. */
export function exportQueue<A>(
  { exporter, attempts, backoffMs, onFailure }: ReturnType<typeof settled<A>>,
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
      const begun = await beginOrRestart(exporter, request, options);
      const before = await known(begun.requestId);
      if (before.delivered === null) {
        const look = await asked(transport.look(begun));
        if (look.cancelled) await asked(transport.remove(begun));
        if (look.cancelled || look.jobs.size === 0) await asked(transport.add(begun));
        else if (options.onChange === "restart" && before.firstBegunAt !== undefined)
          await asked(transport.renew(before));
      }
      return described(before, await asked(transport.look(begun)));
    },
    async work({ deliver, concurrency = 4, assembling = 1, onChange = "refuse", signal, onEvent }) {
      whole("concurrency", concurrency, 1, 1_000);
      whole("assembling", assembling, 1, 1_000);
      const emit = (event: ExportEvent | QueueEvent) => {
        try {
          onEvent?.(event);
        } catch {
          // an observer's error is no reason to fail a job
        }
      };
      const onTrouble = (cause: unknown) => {
        const { code } = (cause ?? {}) as { readonly code?: unknown };
        emit({ type: "queueTrouble", requestId: null, code: typeof code === "string" ? code : "UNKNOWN" });
      };
      const startedAt = new Date().toISOString();
      const run = runner({ steps: exporter, attempts, onFailure, onChange, deliver, emit });
      const lanes = await asked(transport.work({ collecting: concurrency, assembling, run, onTrouble }));
      const restarting =
        onChange === "restart"
          ? restartOpen({ steps: exporter, transport, startedAt, backoffMs, onEvent: emit, onTrouble })
          : undefined;
      let closing: Promise<void> | undefined;
      const close = (graceMs: number) => {
        closing ??= Promise.all([restarting?.stop(), lanes.close(graceMs)]).then(() => {});
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
