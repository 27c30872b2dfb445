import { PortmanteauError } from "../model/errors.ts";
import type { HistoryEntry, RequestRecord } from "../model/generated/request-record.ts";
import { schemaProblem } from "./documents.ts";
import { emptyLog, type LogHead, type LogLine, sha256Of } from "./event-log.ts";
import { replay } from "./record.ts";

/** Longer lines are of no log of ours, and would fill the memory. */
const maxLineBytes = 1024 * 1024;

/** What can be wrong with a log, and what each means. */
export const logFindingCodes = {
  LINE_INVALID: "A line is not JSON, does not match its schema, or has the wrong number.",
  CHAIN_BROKEN: "A line does not hold the digest of the line before it: one of them was changed, removed or moved.",
  LINE_TORN: "The log ends within a line: writing was cut off.",
  LOG_TRUNCATED: "The log is shorter than the given head, or is another one: lines at its end were removed or changed.",
} as const;
/** A code of `logFindingCodes`. */
export type LogFindingCode = keyof typeof logFindingCodes;

/** One thing that is wrong with a log. */
export interface LogFinding {
  /** Which kind of finding it is; stable. */
  readonly code: LogFindingCode;
  /** The line, from 1. */
  readonly line: number;
  /** What is wrong, in plain words. */
  readonly message: string;
}

/** What `verifyEventLog` found. */
export interface LogVerification {
  /** Whether there is no finding. Without a `head` this says nothing about lines cut off at the end. */
  readonly sound: boolean;
  /** In the order of the lines; it ends with the first that breaks the chain. */
  readonly findings: readonly LogFinding[];
  /** Where the part of the log ends that is sound. */
  readonly head: LogHead;
  /** Number of bytes up to there. */
  readonly bytes: number;
}

/** What is known of a log from elsewhere. */
export interface VerifyLogOptions {
  /** Where the log ended once, kept elsewhere; the log must contain this, and may have grown since. */
  readonly head?: LogHead;
}

type Bytes = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** What stands in the log, line by line: either a sound line, or what is wrong; after that nothing can be said. */
async function* walk(stream: Bytes, { head }: VerifyLogOptions) {
  let end = emptyLog;
  let bytes = 0;
  const finding = (code: LogFindingCode, line: number, more = ""): { readonly finding: LogFinding } => ({
    finding: { code, line, message: `${logFindingCodes[code]}${more}` },
  });
  for await (const { text, whole } of linesOf(stream)) {
    const number = end.lines + 1;
    if (!whole) {
      yield finding(text.length > maxLineBytes ? "LINE_INVALID" : "LINE_TORN", number);
      break; // was the torn line one that had been confirmed?
    }
    const line = parsed(text);
    const problem = line === undefined ? "no JSON" : schemaProblem("event-log-line", line);
    if (problem !== undefined) {
      yield finding(
        "LINE_INVALID",
        number,
        typeof problem === "string" ? "" : ` At "${problem.pointer}": ${problem.message}.`,
      );
      return;
    }
    const { line: claimed, previous } = line as LogLine;
    if (previous !== end.sha256 || claimed !== number) {
      yield finding(previous === end.sha256 ? "LINE_INVALID" : "CHAIN_BROKEN", number);
      return;
    }
    end = { lines: number, sha256: sha256Of(text) };
    bytes += text.length + 1;
    if (head?.lines === number && head.sha256 !== end.sha256) {
      yield finding("LOG_TRUNCATED", number);
      return;
    }
    yield { line: line as LogLine, head: end, bytes };
  }
  if (head !== undefined && head.lines > end.lines) yield finding("LOG_TRUNCATED", end.lines + 1);
}

/** The lines, as bytes: a digest is of bytes. The last is not whole when no line end follows, nor is one that is too long. */
async function* linesOf(stream: Bytes): AsyncGenerator<{ readonly text: Buffer; readonly whole: boolean }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    let from = 0;
    const bytes = Buffer.concat([rest, typeof chunk === "string" ? Buffer.from(chunk) : chunk]);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield { text: bytes.subarray(from, at), whole: at - from <= maxLineBytes };
      from = at + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > maxLineBytes) break;
  }
  if (rest.length > 0) yield { text: rest, whole: false };
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}

/**
 * Checks a log: every line against its schema, and against the line before it. A changed, removed or moved line is found by the log alone; that
 * lines are missing at the end only with a `head` that was kept elsewhere. It throws only what the stream throws.
 *
 * @example
 * ```ts
 * const { sound, findings } = await verifyEventLog(createReadStream("requests.log"), { head: keptHead });
 * ```
 */
export async function verifyEventLog(stream: Bytes, options: VerifyLogOptions = {}): Promise<LogVerification> {
  const findings: LogFinding[] = [];
  let [head, bytes] = [emptyLog, 0];
  for await (const step of walk(stream, options)) {
    if ("finding" in step) findings.push(step.finding);
    else ({ head, bytes } = step);
  }
  return { sound: findings.length === 0, findings, head, bytes };
}

/**
 * The lines of a log, each verified before it is given.
 *
 * @throws {PortmanteauError} `LOG_CORRUPT` where it is wrong, a torn last line included
 */
export async function* readEventLog(stream: Bytes, options: VerifyLogOptions = {}): AsyncGenerator<LogLine, void> {
  for await (const step of walk(stream, options)) {
    if ("finding" in step) throw corrupt(step.finding);
    yield step.line;
  }
}

export function corrupt({ code, line, message }: LogFinding): PortmanteauError {
  return new PortmanteauError("LOG_CORRUPT", `Event log, line ${line}, ${code}: ${message}`);
}

/**
 * The records that the lines of a log make, by request. A line that says again what was said of a revision is passed over.
 *
 * @throws {PortmanteauError} `LOG_CORRUPT` when a revision is missing, or said in two ways; `TRANSITION_INVALID` when one cannot follow another
 */
export async function replayEventLog(lines: AsyncIterable<LogLine>): Promise<Map<string, RequestRecord>> {
  const histories = new Map<string, HistoryEntry[]>();
  for await (const line of lines) {
    if (line.transition === undefined) continue;
    const history = histories.get(line.requestId) ?? [];
    histories.set(line.requestId, history);
    const before = history[line.revision - 1];
    if (before === undefined && line.revision === history.length + 1) history.push(line.transition);
    else if (before === undefined || JSON.stringify(before) !== JSON.stringify(line.transition))
      throw new PortmanteauError(
        "LOG_CORRUPT",
        `Event log, line ${line.line}: revision ${line.revision} of a request ${before === undefined ? "follows none" : "was said otherwise before"}.`,
      );
  }
  return new Map([...histories].map(([id, history]) => [id, replay(history)]));
}
