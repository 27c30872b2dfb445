import { isDeepStrictEqual } from "node:util";
import { PortmanteauError } from "../model/errors.ts";
import type { HistoryEntry, RequestRecord } from "../model/generated/request-record.ts";
import type { ExportRequest } from "../model/request.ts";
import { schemaProblem } from "./documents.ts";
import { type DueOptions, dueDates, knownRegulations } from "./due.ts";
import { type RequestState, targetOf, type WorkflowEvent } from "./transitions.ts";

export type { HistoryEntry, RequestRecord };

/** When a request came in, and how its term is counted. */
export interface ReceiveOptions extends Pick<DueOptions, "nextWorkingDay" | "timeZone"> {
  /** The time, in milliseconds since 1970: a `Clock`'s. Also when the request arrived, where it does not say so itself. */
  readonly at: number;
}

/**
 * The record of a new request: plain JSON, for a store of yours. Of the request it takes id, type, regulation and dates, and nothing that
 * tells who the person is.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` with the pointer of what is malformed; also for a regulation whose terms are not known, unless
 *   the request has a `dueAt`
 * @example
 * ```ts
 * const record = receiveRequest(request, { at: Date.now(), nextWorkingDay: workingDays(holidays) });
 * await sql`insert into requests (id, revision, record) values (${record.id}, ${record.revision}, ${record})`;
 * ```
 */
export function receiveRequest(
  request: Pick<ExportRequest, "id" | "type" | "regulation" | "receivedAt" | "dueAt">,
  { at, ...due }: ReceiveOptions,
): RequestRecord {
  const regulation = (request.regulation ?? "gdpr").toLowerCase();
  const receivedAt = timeOf(request.receivedAt ?? at, "/receivedAt");
  const known = request.dueAt === undefined || knownRegulations.includes(regulation);
  const terms = known ? dueDates(regulation, receivedAt, due) : undefined;
  return fold(undefined, {
    at: timeOf(at, "/at"),
    from: null,
    to: "received",
    attempt: 1,
    event: {
      type: "received",
      id: request.id,
      requestType: request.type,
      regulation,
      receivedAt,
      dueAt: request.dueAt === undefined ? (terms?.dueAt ?? "") : timeOf(request.dueAt, "/dueAt"),
      extensibleUntil: terms?.extendedUntil ?? null,
    },
  });
}

/** A time as these records hold it: UTC, with milliseconds. @throws {PortmanteauError} `REQUEST_INVALID` */
export function timeOf(time: string | number, pointer: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime()))
    throw new PortmanteauError("REQUEST_INVALID", `"${pointer}" is not a time.`, { context: { pointer } });
  return date.toISOString();
}

/** The record after one more entry of its history. Trusts the entry. */
export function fold(record: RequestRecord | undefined, entry: HistoryEntry): RequestRecord {
  const next = record === undefined ? begin(entry.event) : applied(record, entry);
  return { ...next, state: entry.to, revision: next.revision + 1, history: [...next.history, entry] };
}

function begin(event: WorkflowEvent): RequestRecord {
  const problem = event.type === "received" ? schemaProblem("request-record#/$defs/receivedEvent", event) : undefined;
  if (event.type !== "received" || problem !== undefined)
    throw new PortmanteauError(
      "REQUEST_INVALID",
      `The request is malformed at "${problem?.pointer || "/"}": ${problem?.message ?? "it begins with no received event"}.`,
      { context: { pointer: problem?.pointer ?? "" } },
    );
  const { id, requestType, regulation, receivedAt, dueAt, extensibleUntil } = event;
  return {
    format: "portmanteau-request-record",
    formatVersion: 1,
    id,
    state: "received",
    type: requestType,
    regulation,
    receivedAt,
    dueAt,
    extensibleUntil,
    extension: null,
    attempt: 1,
    parts: null,
    delivery: null,
    failure: null,
    cancellation: null,
    revision: 0,
    history: [],
  };
}

function applied(record: RequestRecord, { event, attempt }: HistoryEntry): RequestRecord {
  switch (event.type) {
    case "planned":
      return { ...record, parts: event.parts };
    case "delivered": {
      const { type: _, ...delivery } = event;
      return { ...record, delivery };
    }
    case "failed":
      return { ...record, failure: { code: event.code, retryable: event.retryable } };
    case "retried":
      return { ...record, attempt, parts: null, failure: null };
    case "cancelled": {
      const { type: _, ...cancellation } = event;
      return { ...record, cancellation, failure: null };
    }
    case "extended": {
      const { type: _, ...extension } = event;
      return { ...record, extension };
    }
    case "received":
    case "collecting":
    case "packing":
    case "expired":
      return record;
    default:
      throw new TypeError(`Unknown event: ${event satisfies never}`);
  }
}

/**
 * The record that a history makes, as an event log holds it.
 *
 * @throws {PortmanteauError} `TRANSITION_INVALID` when an entry cannot follow the one before it; `REQUEST_INVALID` when it begins with none
 * @example
 * ```ts
 * replay(record.history); // deep-equal to record
 * ```
 */
export function replay(history: Iterable<HistoryEntry>): RequestRecord {
  let record: RequestRecord | undefined;
  for (const entry of history) {
    if (record !== undefined) {
      const { to, allowed } = targetOf(entry.event, record.state);
      const attempt = record.attempt + (entry.event.type === "retried" ? 1 : 0);
      if (!allowed || entry.from !== record.state || entry.to !== to || entry.attempt !== attempt)
        throw notFrom(record.state, entry.event, to, "In its history");
    }
    record = fold(record, entry);
  }
  if (record === undefined)
    throw new PortmanteauError("REQUEST_INVALID", "A history begins with the event received, and this one is empty.");
  return record;
}

export function notFrom(from: RequestState, event: WorkflowEvent, to: string, where: string): PortmanteauError {
  return new PortmanteauError(
    "TRANSITION_INVALID",
    `${where}, the event "${event.type}" would lead a request from "${from}" to "${to}", which cannot be, or it has other facts than before.`,
    { context: { from, to } },
  );
}

/**
 * A record that comes out of a store: checked against its schema, and against its own history.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` with the pointer of what is wrong
 */
export function requestRecord(value: unknown): RequestRecord {
  const problem = schemaProblem("request-record", value);
  const wrong = (pointer: string, message: string) =>
    new PortmanteauError("REQUEST_INVALID", `The record of a request is wrong at "${pointer || "/"}": ${message}.`, {
      context: { pointer },
    });
  if (problem !== undefined) throw wrong(problem.pointer, problem.message);
  const record = value as RequestRecord;
  let made: RequestRecord;
  try {
    made = replay(record.history);
  } catch (cause) {
    throw PortmanteauError.is(cause) ? wrong("/history", `it is none that can be (${cause.code})`) : cause;
  }
  const differs = Object.entries(made).find(([key, of]) => !isDeepStrictEqual(of, record[key as keyof RequestRecord]));
  if (differs !== undefined) throw wrong(`/${differs[0]}`, "it is not what its history makes");
  return record;
}
