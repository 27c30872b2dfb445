import { createHash } from "node:crypto";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import type { HistoryEntry, RequestRecord } from "../model/generated/request-record.ts";
import { schemaProblem } from "./documents.ts";
import { timeOf } from "./record.ts";

/** Not logged: they say what others say, or too often. */
type Unlogged = "page" | "checkpoint" | "runStarted" | "runEnded" | "assembleStarted" | "commitStarted";
/** What is only for those who watch, and is in the report or the bundle as well. */
type Unsaid = "requestId" | "run" | "bundleId" | "completeness" | "written" | "quarantined";

/** An event of an export as the log holds it: what it says, without the request's id. Pages and checkpoints are not logged. */
export type LoggedExportEvent = ExportEvent extends infer Event
  ? Event extends { readonly type: Unlogged }
    ? never
    : Event extends { readonly type: "datasetEnded" }
      ? Omit<Event, Unsaid | "code">
      : Omit<Event, Unsaid>
  : never;

/** One line of the log. See `schemas/workflow/v1/event-log-line.schema.json`. */
export type LogLine = {
  /** From 1. */
  readonly line: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly requestId: string;
  /** SHA-256, in hex, of the line before, without its line end; zeros for the first. */
  readonly previous: string;
} & (
  | { readonly revision: number; readonly transition: HistoryEntry; readonly export?: never }
  | { readonly export: LoggedExportEvent; readonly transition?: never }
);

/** Where a log ends. Kept elsewhere than the log, it proves that nothing was cut off. */
export interface LogHead {
  /** Number of lines. */
  readonly lines: number;
  /** SHA-256, in hex, of the last line without its line end; zeros when there is none. */
  readonly sha256: string;
}

/** Where a log without a line ends. */
export const emptyLog: LogHead = { lines: 0, sha256: "0".repeat(64) };

/** An event log that is open to be appended to. */
export interface EventLog {
  /** Where the log ends now. */
  readonly head: LogHead;
  /**
   * Appends what happened to a request: the last event of its record, or all after the revision `since`.
   *
   * @throws {PortmanteauError} `LOG_CORRUPT` after a write that failed: nobody knows what of it is there. Read the log, and open it again
   */
  appendTransition(record: RequestRecord, options?: { readonly since?: number }): Promise<void>;
  /** Appends an event of an export; pages and checkpoints are left out. `at` in milliseconds since 1970. */
  appendExport(event: ExportEvent, options: { readonly at: number }): Promise<void>;
}

/**
 * A log of what was done with requests, for an audit: JSON lines without personal data, each with the digest of the line before it.
 *
 * @param write takes one whole line at a time, the next after it resolved; it resolves when the line would survive a loss of power. A file
 *   (`fileEventLog`), or an `insert` in the transaction that stores the record
 * @param head where the log ends that this one continues; `verifyEventLog` tells. Only one may write to a log at a time
 * @example
 * ```ts
 * const log = eventLog((line) => file.appendFile(line).then(() => file.datasync()));
 * await log.appendTransition(record);
 * ```
 */
export function eventLog(write: (line: Uint8Array) => Promise<void> | void, head: LogHead = emptyLog): EventLog {
  let end = head;
  let broken: unknown;
  let last: Promise<void> = Promise.resolve();

  function append(facts: LineFacts[]): Promise<void> {
    const mine = last.then(async () => {
      for (const fact of facts) {
        if (broken !== undefined)
          throw new PortmanteauError("LOG_CORRUPT", "An earlier write failed. Verify the log, then open it again.", {
            cause: broken,
          });
        const { bytes, head: next } = logLine(fact, end);
        try {
          await write(bytes);
        } catch (error) {
          broken = error;
          throw error;
        }
        end = next;
      }
    });
    last = mine.catch(() => {});
    return mine;
  }

  return {
    get head() {
      return end;
    },
    appendTransition: (record, { since = record.revision - 1 } = {}) =>
      append(
        record.history.slice(since).map((transition, index) => ({
          at: transition.at,
          requestId: record.id,
          revision: since + index + 1,
          transition,
        })),
      ),
    async appendExport(event, { at }) {
      const logged = loggedEvent(event);
      if (logged === undefined) return;
      await append([{ at: timeOf(at, "/at"), requestId: event.requestId, export: logged }]);
    },
  };
}

type LineFacts =
  | Omit<Extract<LogLine, { revision: number }>, "line" | "previous">
  | Omit<Extract<LogLine, { export: LoggedExportEvent }>, "line" | "previous">;

/** The bytes of the line that comes after `head`, line end included, and the head after it. */
function logLine(facts: LineFacts, head: LogHead): { readonly bytes: Uint8Array; readonly head: LogHead } {
  const line = { line: head.lines + 1, ...facts, previous: head.sha256 };
  const problem = schemaProblem("event-log-line", line);
  if (problem !== undefined)
    throw new PortmanteauError(
      "LOG_CORRUPT",
      `A line for the event log is malformed at "${problem.pointer}": ${problem.message}.`,
      { context: { pointer: problem.pointer } },
    );
  const text = JSON.stringify(line);
  return { bytes: Buffer.from(`${text}\n`), head: { lines: line.line, sha256: sha256Of(text) } };
}

export function sha256Of(line: string | Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

/** Only what is named here: an event that some day holds more does not bring it into the log. */
function loggedEvent(event: ExportEvent): LoggedExportEvent | undefined {
  switch (event.type) {
    case "started":
      return { type: event.type, requestType: event.requestType, datasets: event.datasets };
    case "datasetStarted":
      return { type: event.type, dataset: event.dataset, expected: event.expected };
    case "begun":
      return { type: event.type, parts: event.parts };
    case "partStarted": {
      const { type, dataset, partition, again, records } = event;
      return { type, dataset, partition, again, records };
    }
    case "partSealed": {
      const { type, dataset, partition, records } = event;
      return { type, dataset, partition, records };
    }
    case "page":
    case "checkpoint":
    case "runStarted":
    case "runEnded":
    case "assembleStarted":
    case "commitStarted":
      return undefined;
    case "retry": {
      const { type, dataset, attempt, delayMs, code, resumed } = event;
      return { type, dataset, attempt, delayMs, code, resumed };
    }
    case "identityRetry": {
      const { type, identity, attempt, delayMs, code } = event;
      return { type, identity, attempt, delayMs, code };
    }
    case "datasetEnded": {
      const { type, dataset, outcome, read, durationMs } = event;
      return { type, dataset, outcome, read, durationMs };
    }
    case "assembled":
      return { type: event.type, dataset: event.dataset, compressedBytes: event.compressedBytes };
    case "delivered": {
      const { type, bytes, sha256, parts, durationMs } = event;
      return { type, bytes, sha256, parts, durationMs };
    }
    case "failed":
      return { type: event.type, code: event.code, durationMs: event.durationMs };
    default:
      throw new TypeError(`Unknown event of an export: ${(event satisfies never as ExportEvent).type}`);
  }
}
