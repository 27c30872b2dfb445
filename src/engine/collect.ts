import { setImmediate as nextTurn } from "node:timers/promises";
import type { Property, Shape } from "../codec/shape.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import { pointerKeys, pointerStep } from "../model/json.ts";
import type { Outcome, ReportFinding } from "../model/outcome.ts";
import type { Cursor, Page, ReadContext } from "../model/source.ts";
import type { OpenAttachments } from "./attachments.ts";
import type { CompiledConfig } from "./config.ts";
import { type Guard, subjectGuard } from "./guard.ts";
import { OpenPart, type PartOptions, type SealedPart } from "./part.ts";
import type { CollectedDataset, CompleteRequest } from "./plan.ts";
import { abortedError, countRecords, readPages, typedError } from "./read-pages.ts";
import { Retry } from "./retry.ts";

/** How one dataset ended, and its part unless it failed. */
export interface Collected {
  readonly planned: CollectedDataset;
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  readonly error: PortmanteauError | undefined;
  readonly read: number;
  readonly expected: number | null;
  readonly retries: number;
  /** Whether the whole dataset was read in one go, and so shows what its source promises. */
  readonly inOneRead: boolean;
  readonly durationMs: number;
  readonly part: SealedPart | undefined;
}

export interface CollectOptions extends PartOptions {
  readonly request: CompleteRequest;
  readonly signal: AbortSignal;
  readonly snapshot: unknown;
  readonly emit: (event: DatasetEvent) => void;
  readonly find: (code: ReportFinding["code"], dataset: string, message: string) => void;
}
type DatasetEvent =
  Extract<ExportEvent, { readonly dataset: string }> extends infer E
    ? E extends unknown
      ? Omit<E, "requestId">
      : never
    : never;

/** After so many records of a page, a few milliseconds' work, whoever shares the process has a turn. */
const recordsPerTurn = 1_000;

/** After these nothing may be delivered, not even a part of it. */
const fatalCodes: ReadonlySet<string> = new Set(["SUBJECT_MISMATCH", "ABORTED", "SPOOL_FAILED", "SPOOL_CORRUPT"]);

/**
 * Collects one dataset to its end: read, guard, project, validate, encode, deflate, seal. Retryable errors are met by reading on after
 * the last cursor, or from the start where a source cannot; a record is never repeated.
 *
 * @throws {PortmanteauError} only what is fatal for the whole export; any other error is the outcome
 */
export async function collectDataset(
  planned: CollectedDataset,
  config: CompiledConfig,
  options: CollectOptions,
): Promise<Collected> {
  const { dataset, subject } = planned;
  const { source, name } = dataset;
  const { signal, emit, find } = options;
  const resumes = source.capabilities.resume === "cursor";
  const started = performance.now();
  const guard = subjectGuard(dataset.subjectField, subject.id, name);
  const context: ReadContext = {
    subject,
    requestType: options.request.type,
    pageRecords: config.pageRecords,
    signal,
    snapshot: options.snapshot,
  };

  let part = new OpenPart(planned, options);
  let cursor: Cursor | undefined;
  let furthest = -1;
  let inOneRead = true;

  /** One page into the part. The cursor moves only when all of the page is in. */
  const take = async (page: Page): Promise<void> => {
    if (!Array.isArray(page?.records)) throw contractError(name, "gave something that is no page: { records, cursor }");
    if (resumes) {
      if (page.cursor === undefined) throw contractError(name, 'says resume: "cursor" and gave a page without one');
      if (cursor !== undefined && page.records.length > 0 && JSON.stringify(page.cursor) === JSON.stringify(cursor))
        throw contractError(name, "gave the same cursor twice: it would never end");
    }
    const { attachments } = part;
    if (page.attachments !== undefined && !source.capabilities.attachments)
      throw contractError(name, "gave attachments, and says attachments: false");
    if (attachments !== undefined && page.attachments?.length !== page.records.length)
      throw contractError(name, "did not give one attachment, or null, for each record");
    const readBefore = part.read;
    for (const given of page.records as readonly unknown[]) {
      const recordIndex = part.read;
      let record = given;
      if (attachments !== undefined) {
        guardRecord(guard, given, name, recordIndex); // a file of somebody else is not even opened
        const attachment = page.attachments?.[recordIndex - readBefore];
        record = await attachments.recordWith(given, attachment, fetching, { ...contents, recordIndex });
        if (attachments.stopped !== undefined) return;
      }
      const errors = encodeRecord(part, guard, record, name, recordIndex);
      if (errors !== undefined && dataset.onInvalid === "fail") {
        const where = errors
          .map(({ pointer, message }) => `${safePointer(planned.codec.shape, pointer)} ${message}`)
          .join("; ");
        throw new PortmanteauError(
          "RECORD_INVALID",
          `Record ${recordIndex} of dataset "${name}" does not match its schema: ${where}.`,
          { context: { dataset: name, recordIndex } },
        );
      }
      if (part.full) await part.ready();
      if ((part.read - readBefore) % recordsPerTurn === 0) await turn();
    }
    if (resumes) cursor = page.cursor;
    // A source that starts again must get further than before: else it would fail at the same place for ever.
    if (resumes || part.read > furthest) reading.progress();
    furthest = Math.max(furthest, part.read);
    emit({ type: "page", dataset: name, records: page.records.length, read: part.read });
    await turn();
  };

  /** Lets timers, sockets and zlib's pool have their turn; a source that only ever awaits microtasks would starve them. */
  const turn = async (): Promise<void> => {
    await nextTurn();
    if (signal.aborted) throw abortedError();
  };

  const retry = (resumed: boolean) =>
    new Retry({
      limits: config.retry,
      signal,
      judge: (thrown) => {
        const error = signal.aborted ? abortedError() : typedError(thrown, name, source.name);
        if (fatalCodes.has(error.code)) throw error;
        return error;
      },
      onRetry: ({ attempt, delayMs, error: { code } }) =>
        emit({ type: "retry", dataset: name, attempt, delayMs, code, resumed }),
    });

  const counting = retry(true);
  const reading = retry(resumes);
  const fetching = retry(true);
  const onCloseTimeout = () =>
    find("CLOSE_TIMED_OUT", name, `Source "${source.name}" did not close in time; a connection may be left open.`);
  const contents = { signal, timeoutMs: config.pageTimeoutMs, onCloseTimeout };
  try {
    let expected: number | null = null;
    const countNow = () =>
      counting.run(async () => {
        expected = await countRecords(source, context, config.pageTimeoutMs, name);
      });
    let error = await countNow();
    emit({ type: "datasetStarted", dataset: name, expected });
    if (error === undefined) {
      const limits = { dataset: name, pageTimeoutMs: config.pageTimeoutMs, onCloseTimeout };
      const readOn = async () => {
        const after = cursor === undefined ? context : { ...context, after: cursor };
        for await (const page of readPages(source, after, limits)) {
          await take(page);
          if (part.attachments?.stopped !== undefined) return;
        }
      };
      error = await reading.run(readOn, async () => {
        if (resumes) {
          inOneRead &&= part.read === 0;
          return;
        }
        await part.discard();
        part = new OpenPart(planned, options);
      });
      error ??= part.attachments?.stopped;
    }
    if (reading.total > 0) {
      const where = resumes ? "after the last page" : "from the start";
      find(
        resumes ? "READ_RESUMED" : "READ_RESTARTED",
        name,
        `Reading was taken up again ${reading.total} times, ${where}.`,
      );
    }
    // Rows may have come or gone while they were read; only a count that still disagrees is a loss.
    if (error === undefined && expected !== null && expected !== part.read) {
      counting.progress();
      error = await countNow();
    }
    const read = part.read;
    const { attachments } = part;
    const ended = judge(name, read, expected, error, attachments);
    if (attachments !== undefined && attachments.missing > 0)
      find("FILES_MISSING", name, `${missingFiles(attachments)} could not be read; their records say so.`);
    if (ended.mismatch) find("COUNT_MISMATCH", name, `The source counted ${expected} records and gave ${read}.`);
    const sealed = ended.outcome === "failed" ? undefined : await part.seal();
    if (sealed === undefined) await part.discard();
    else report(name, sealed, find);
    const { outcome, reason } = ended;
    const durationMs = Math.round((performance.now() - started) * 10) / 10;
    emit({ type: "datasetEnded", dataset: name, outcome, read, durationMs });
    return {
      planned,
      outcome,
      reason,
      error: ended.error,
      read: sealed === undefined ? 0 : read,
      expected,
      retries: counting.total + reading.total + fetching.total,
      inOneRead,
      durationMs,
      part: sealed,
    };
  } catch (error) {
    await part.discard();
    throw error;
  }
}

function judge(
  dataset: string,
  read: number,
  expected: number | null,
  error: PortmanteauError | undefined,
  attachments: OpenAttachments | undefined,
): {
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  readonly error: PortmanteauError | undefined;
  readonly mismatch: boolean;
} {
  if (error !== undefined) {
    const outcome = read > 0 ? "partial" : "failed";
    return {
      outcome,
      reason: `${error.code}: reading ${read > 0 ? `stopped after ${read} records` : "did not succeed"}.`,
      error,
      mismatch: false,
    };
  }
  if (expected !== null && expected !== read) {
    const reason = `INCOMPLETE: the source counted ${expected} records and gave ${read}.`;
    const mismatch = new PortmanteauError(
      "INCOMPLETE",
      `Dataset "${dataset}" is not whole: its source counted ${expected} records and gave ${read}.`,
      { context: { dataset } },
    );
    return { outcome: "partial", reason, error: mismatch, mismatch: true };
  }
  if (attachments?.firstMissing !== undefined) {
    const what = `${missingFiles(attachments)} could not be read`;
    const cause = attachments.firstMissing;
    const missing = new PortmanteauError(
      "INCOMPLETE",
      `Dataset "${dataset}" is not whole: ${what}. Of the first one: ${cause.message}`,
      { retryable: cause.retryable, context: { dataset }, cause },
    );
    return { outcome: "partial", reason: `INCOMPLETE: ${what}.`, error: missing, mismatch: false };
  }
  return { outcome: read === 0 ? "empty" : "complete", reason: undefined, error: undefined, mismatch: false };
}

function missingFiles({ missing, total }: OpenAttachments): string {
  return `${missing} of ${total} files`;
}

/** A record whose accessors throw, or that is a proxy gone wrong, is the source's fault; the foreign error stays the cause. */
function encodeRecord(part: OpenPart, guard: Guard, record: unknown, dataset: string, recordIndex: number) {
  try {
    guard(record, recordIndex);
    return part.encode(record);
  } catch (cause) {
    throw unreadableRecord(cause, dataset, recordIndex);
  }
}

function guardRecord(guard: Guard, record: unknown, dataset: string, recordIndex: number): void {
  try {
    guard(record, recordIndex);
  } catch (cause) {
    throw unreadableRecord(cause, dataset, recordIndex);
  }
}

function unreadableRecord(cause: unknown, dataset: string, recordIndex: number): PortmanteauError {
  if (PortmanteauError.is(cause) && cause.code === "SUBJECT_MISMATCH") return cause;
  return new PortmanteauError("SOURCE_FAILED", `Record ${recordIndex} of dataset "${dataset}" cannot be read.`, {
    context: { dataset, recordIndex },
    cause,
  });
}

/** A pointer without the keys of maps and unknown objects: those are data. */
function safePointer(root: Shape, pointer: string): string {
  let shape: Shape | undefined = root;
  let safe = "";
  for (const key of pointerKeys(pointer) ?? []) {
    const property: Property | undefined =
      shape?.kind === "object" ? shape.properties.find(({ name }) => name === key) : undefined;
    safe += property !== undefined || shape?.kind === "array" ? pointerStep(key) : "/*";
    shape =
      property?.shape ?? (shape?.kind === "array" ? shape.items : shape?.kind === "map" ? shape.values : undefined);
  }
  return safe || "/";
}

function report(dataset: string, { quarantined, tally }: SealedPart, find: CollectOptions["find"]): void {
  if (quarantined > 0)
    find(
      "RECORDS_QUARANTINED",
      dataset,
      `${quarantined} records do not match their schema; they are in the quarantine file with the reasons.`,
    );
  if (tally.dropped.size > 0) {
    const fields = [...tally.dropped].map(([pointer, count]) => `${pointer} (${count})`).join(", ");
    find(
      "FIELDS_DROPPED",
      dataset,
      `Fields that the schema does not name were left out: ${fields}. Name them in the schema, or stop reading them.`,
    );
  }
}

function contractError(dataset: string, what: string): PortmanteauError {
  return new PortmanteauError("SOURCE_CONTRACT", `The source of dataset "${dataset}" ${what}. Mend the adapter.`, {
    context: { dataset },
  });
}
