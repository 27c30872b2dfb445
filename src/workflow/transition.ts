import { isDeepStrictEqual } from "node:util";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import type { HistoryEntry, RequestRecord } from "../model/generated/request-record.ts";
import type { ExportReport } from "../model/outcome.ts";
import { eventProblem } from "./documents.ts";
import { fold, notFrom, timeOf } from "./record.ts";
import { targetOf, type WorkflowEvent } from "./transitions.ts";

/** When an event happened, and in which attempt. */
export interface TransitionOptions {
  /** The time, in milliseconds since 1970: a `Clock`'s. */
  readonly at: number;
  /**
   * The attempt that the event belongs to, where events can come late, out of a queue; for `retried` the one that it begins. What an
   * earlier attempt says again changes nothing, and what it says anew is refused. Default: the record's own.
   */
  readonly attempt?: number;
}

/** What an event made of a record. */
export interface TransitionResult {
  /** The record after the event. */
  readonly record: RequestRecord;
  /** False when it had happened before: then `record` is the one that was given. */
  readonly changed: boolean;
}

/** What is said of the request, whatever attempt is under way. */
const ofAllAttempts = new Set<WorkflowEvent["type"]>(["received", "extended"]);

/**
 * The record after an event. Pure: it stores nothing, and does not change what it is given. An event that happened in this attempt already,
 * with the same facts, changes nothing. Store the result only where the revision is still the one you read:
 * `update … set record = $1, revision = $2 where id = $3 and revision = $4`.
 *
 * @throws {PortmanteauError} `TRANSITION_INVALID`: with `from` and `to` when the event cannot happen now; with a `pointer` when it is
 *   malformed, or an extension is none that the law gives
 * @example
 * ```ts
 * const { record, changed } = transition(before, { type: "planned", parts: 5 }, { at: Date.now() });
 * ```
 */
export function transition(record: RequestRecord, given: WorkflowEvent, options: TransitionOptions): TransitionResult {
  const problem = eventProblem(given);
  if (problem !== undefined) throw malformed(problem.pointer, problem.message);
  const event = { ...given };
  const { to, allowed } = targetOf(event, record.state);
  const begins = event.type === "retried";
  const { attempt = record.attempt + (begins && allowed ? 1 : 0) } = options;
  const isNow = attempt === record.attempt + (begins ? 1 : 0);
  const isRepeated = record.history.some(
    (entry) => (entry.attempt === attempt || ofAllAttempts.has(event.type)) && isDeepStrictEqual(entry.event, event),
  );
  if (isRepeated) return { record, changed: false };
  if (!allowed || !isNow) throw notFrom(record.state, event, to, `Attempt ${record.attempt}`);
  if (event.type === "extended") requireExtension(record, event);
  const entry: HistoryEntry = { at: timeOf(options.at, "/at"), from: record.state, to, attempt, event };
  return { record: fold(record, entry), changed: true };
}

function requireExtension(record: RequestRecord, event: WorkflowEvent & { readonly type: "extended" }): void {
  const [until, noticeAt] = [Date.parse(event.until), Date.parse(event.noticeAt)];
  if (record.extension !== null) throw malformed("/until", "the term was extended already, which can be done once");
  if (record.extensibleUntil === null) throw malformed("/until", "the regulation knows no extension");
  if (until <= Date.parse(record.dueAt)) throw malformed("/until", "it must be after dueAt");
  if (until > Date.parse(record.extensibleUntil)) throw malformed("/until", "it must not be after extensibleUntil");
  if (noticeAt < Date.parse(record.receivedAt) || noticeAt > Date.parse(record.dueAt))
    throw malformed("/noticeAt", "the person must be told within the first term");
}

function malformed(pointer: string, message: string): PortmanteauError {
  return new PortmanteauError("TRANSITION_INVALID", `The event is wrong at "${pointer || "/"}": ${message}.`, {
    context: { pointer },
  });
}

/**
 * What an event of an export says of its request, for `onEvent`: that it is planned, being collected, packed; a dataset counts as one part.
 * How it ended is in the report, or in the error: `deliveredEvent`, `failedEvent`. Whoever runs the steps apart knows them, and needs none of
 * this.
 */
export function stepsOf(event: ExportEvent): readonly WorkflowEvent[] {
  if (event.type === "started") return [{ type: "planned", parts: event.datasets.length }, { type: "collecting" }];
  return event.type === "assembled" || event.type === "delivered" ? [{ type: "packing" }] : [];
}

/**
 * The event `delivered` of an export's report.
 *
 * @throws {PortmanteauError} `TRANSITION_INVALID` when the report is of no delivery
 */
export function deliveredEvent(
  { bundle, completeness }: Pick<ExportReport, "bundle" | "completeness">,
  {
    expiresAt = null,
  }: {
    /** ISO 8601: when the bundle will be gone. Default: nobody knows. */
    readonly expiresAt?: string | null;
  } = {},
): WorkflowEvent {
  if (bundle === null || completeness === null) throw malformed("/bundle", "the report tells of no delivery");
  return { type: "delivered", sha256: bundle.sha256, bytes: bundle.bytes, completeness, expiresAt };
}

/** The event `failed` of what an export threw. Of a foreign error only this is kept: `UNKNOWN`. */
export function failedEvent(error: unknown): WorkflowEvent {
  return PortmanteauError.is(error)
    ? { type: "failed", code: error.code, retryable: error.retryable }
    : { type: "failed", code: "UNKNOWN", retryable: false };
}
