import type { DurableSteps, RequestProgress } from "../../model/durable.ts";
import { type ErrorCode, PortmanteauError } from "../../model/errors.ts";
import type { ExportEvent } from "../../model/events.ts";
import type { QueueEvent } from "../../model/queue-events.ts";
import { type DeadLetter, namesOf, type QueueJob, readJob } from "./job.ts";
import type { JobInHand, StopReason, Verdict } from "./transport.ts";

export type { QueueEvent };

export interface RunOptions<A> {
  readonly steps: DurableSteps<A>;
  readonly attempts: number;
  readonly onFailure: "dead-letter" | "deliver-partial";
  readonly onChange: "refuse" | "restart";
  readonly deliver: (request: RequestProgress) => A | Promise<A>;
  readonly emit: (event: ExportEvent | QueueEvent) => void;
}

/** Runs the step that a job names, and says what becomes of the job. It never throws. */
export function runner<A>(options: RunOptions<A>): (inHand: JobInHand) => Promise<Verdict> {
  return async (inHand) => {
    let job: QueueJob | undefined;
    try {
      job = readJob(inHand.payload);
      if (job.cancelledAt !== undefined) return told({ kind: "cancelled" }, job, options);
      if (inHand.attempt > options.attempts) throw abandoned(inHand.attempt - 1);
      await run(job, inHand, options);
      return told({ kind: "done", job }, job, options);
    } catch (thrown) {
      const kind = inHand.signal.aborted ? stopped(inHand.signal.reason as StopReason) : undefined;
      if (kind !== undefined && job !== undefined) return told({ kind }, job, options);
      const error = harmless(thrown);
      const letter = letterOf(job, error, Math.min(inHand.attempt, options.attempts));
      // A worker that was started later begins the request anew, or one of the other version finishes it.
      const isLeft = error.code === "RESUME_REFUSED" && options.onChange === "restart";
      const again = (error.retryable || isLeft) && inHand.attempt < options.attempts;
      options.emit({ type: again ? "jobRetried" : "jobFailed", ...letter });
      return { kind: again ? "again" : "dead", letter };
    }
  };
}

async function run<A>(job: QueueJob, { attempt, signal }: JobInHand, options: RunOptions<A>): Promise<void> {
  const { steps, attempts, onFailure, deliver, emit: onEvent } = options;
  const { step, requestId, dataset = "", partition } = job;
  if (step === "collect") {
    const collect = (final: boolean) =>
      steps.collectPart(
        requestId,
        { dataset, ...(partition === undefined ? {} : { partition }) },
        { signal, onEvent, final },
      );
    const isPartial = onFailure === "deliver-partial";
    try {
      await collect(isPartial && attempt >= attempts);
    } catch (error) {
      if (PortmanteauError.is(error) && error.code === "REQUEST_INVALID" && (await isGone(job, steps))) return;
      // What another try does not mend ends the part now, with what there is.
      if (!isPartial || signal.aborted || !PortmanteauError.is(error) || error.retryable) throw error;
      await collect(true);
    }
    return;
  }
  const request = await steps.progress(requestId);
  if (request === undefined)
    throw new PortmanteauError(
      "REQUEST_UNKNOWN",
      "The request is not in the journal: it was purged, or this worker has another spool.",
    );
  if (request.delivered === null) await steps.assemble(requestId, { onEvent, ...(await deliver(request)), signal });
}

/** Whether the request has this part no more, since it was begun anew: then there is nothing to be done. */
async function isGone({ requestId, dataset, partition }: QueueJob, steps: Pick<DurableSteps, "progress">) {
  const request = await steps.progress(requestId);
  if (request?.firstBegunAt === undefined) return false;
  return !request.parts.some((part) => part.dataset === dataset && part.partition === partition);
}

function stopped(reason: StopReason): "cancelled" | "givenBack" | "lost" {
  return reason === "closing" ? "givenBack" : reason;
}

function told<A, V extends Verdict & { readonly kind: "done" | "cancelled" | "givenBack" | "lost" }>(
  verdict: V,
  job: QueueJob,
  { emit }: RunOptions<A>,
): V {
  const types = { done: "jobDone", cancelled: "jobCancelled", givenBack: "jobGivenBack", lost: "jobLost" } as const;
  const { dataset, partition } = namesOf(job);
  emit({ type: types[verdict.kind], requestId: job.requestId, step: job.step, dataset, partition });
  return verdict;
}

function letterOf(
  job: QueueJob | undefined,
  { code, message }: { readonly code: ErrorCode; readonly message: string },
  attempts: number,
): DeadLetter {
  return { ...namesOf(job), code, message, attempts, at: new Date().toISOString() };
}

function abandoned(attempts: number): PortmanteauError {
  return new PortmanteauError(
    "JOB_ABANDONED",
    `It was begun ${attempts} times, and each time it failed or its worker died. Look at the workers' memory and logs, then retry the request.`,
  );
}

/** What is stored in a queue holds nothing of a foreign error but its name and code: its message may quote values. */
function harmless(thrown: unknown): PortmanteauError {
  if (PortmanteauError.is(thrown)) return thrown;
  const { name, code } = (thrown ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const words = [name, code].filter((word) => typeof word === "string" && /^\w{1,40}$/.test(word));
  const what = words.length === 0 ? typeof thrown : words.join(" ");
  return new PortmanteauError("JOB_FAILED", `A step threw an error that is none of this package's (${what}).`, {
    retryable: true,
    cause: thrown,
  });
}
