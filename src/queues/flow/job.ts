import type { ValidateFunction } from "ajv/dist/2020.js";
import deadLetterSchema from "../../../schemas/queues/v1/dead-letter.schema.json" with { type: "json" };
import jobSchema from "../../../schemas/queues/v1/job.schema.json" with { type: "json" };
import { createAjv, toRecordError } from "../../codec/ajv.ts";
import type { BegunRequest, PartName } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { DeadLetter } from "../../model/generated/queues/dead-letter.ts";
import type { Job as QueueJob } from "../../model/generated/queues/job.ts";

export type { DeadLetter, QueueJob };

const version = 1;
const checkJob = createAjv({ allErrors: false }).compile(jobSchema);
const checkDeadLetter = createAjv({ allErrors: false }).compile(deadLetterSchema);

/**
 * The payload of a job, as this version knows it.
 *
 * @throws {PortmanteauError} `JOB_INVALID`: it is foreign, or of a later version
 */
export function readJob(payload: unknown): QueueJob {
  const stated = (payload as { readonly version?: unknown } | null)?.version;
  if (typeof stated === "number" && stated > version)
    throw new PortmanteauError(
      "JOB_INVALID",
      `The job's payload is of version ${stated}, and this worker reads version ${version}. Update the workers, then retry the request.`,
    );
  const problem = problemOf(checkJob, payload);
  if (problem !== undefined)
    throw new PortmanteauError("JOB_INVALID", `The job is none that this queue puts in: ${problem}. Remove it.`);
  return payload as QueueJob;
}

/** A letter that can be read; nothing when it is none of ours. */
export function readDeadLetter(payload: unknown): DeadLetter | undefined {
  return problemOf(checkDeadLetter, payload) === undefined ? (payload as DeadLetter) : undefined;
}

function problemOf(check: ValidateFunction, value: unknown): string | undefined {
  if (check(value)) return undefined;
  const [error] = (check.errors ?? []).map(toRecordError);
  return `at "${error?.pointer}" it ${error?.message}`;
}

export function collectJob(requestId: string, { dataset, partition }: PartName): QueueJob {
  return { version, step: "collect", requestId, dataset, ...(partition === undefined ? {} : { partition }) };
}

export function assembleJob(requestId: string): QueueJob {
  return { version, step: "assemble", requestId };
}

/** What a job is about, for events and letters; nulls for a foreign one. */
export function namesOf(job: QueueJob | undefined): Pick<DeadLetter, "requestId" | "step" | "dataset" | "partition"> {
  const { requestId, step, dataset, partition } = job ?? ({} as Partial<QueueJob>);
  return {
    requestId: requestId ?? null,
    step: step ?? null,
    dataset: dataset ?? null,
    partition: partition ?? null,
  };
}

/** One job of each part, and the one that waits for them all. */
export function jobsOf({ requestId, parts }: Pick<BegunRequest, "requestId" | "parts">): {
  readonly collect: readonly { readonly job: QueueJob; readonly source: string }[];
  readonly assemble: QueueJob;
} {
  return {
    collect: parts.map((part) => ({ job: collectJob(requestId, part), source: part.source })),
    assemble: assembleJob(requestId),
  };
}

/** Names a job in its queue: the same step of the same request has the same name, so it is there once. */
export function jobName({ requestId, dataset, partition }: QueueJob): string {
  return [requestId, ...(dataset === undefined ? [] : [dataset]), ...(partition === undefined ? [] : [partition])].join(
    ".",
  );
}

const quarterHourMs = 15 * 60_000;
const epoch = Date.UTC(2020, 0, 1);
/** BullMQ takes no more; it lasts until 2079. */
const lastPriority = 2 ** 21 - 1;

/** Quarters of an hour from 2020 until the request is due: the smaller, the sooner. Requests due in the same quarter go as they came. */
export function priorityOf(dueAt: string): number {
  return Math.min(Math.max(Math.ceil((Date.parse(dueAt) - epoch) / quarterHourMs), 1), lastPriority);
}

/** A source's name as a part of a queue's name. */
export function queueSuffix(source: string): string {
  return source.replace(/[^A-Za-z0-9_-]/g, (character) => `.${character.codePointAt(0)?.toString(16)}.`);
}
