import { setImmediate as nextTurn } from "node:timers/promises";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import type { ReportFinding } from "../model/outcome.ts";
import type { Cursor, Page, ReadContext } from "../model/source.ts";
import type { CompiledConfig } from "./config.ts";
import { subjectGuard } from "./guard.ts";
import { OpenPart, type PartOptions, type SealedPart } from "./part.ts";
import type { PartKeeper } from "./part-keeper.ts";
import type { Place } from "./place.ts";
import type { CollectedDataset, CompleteRequest } from "./plan.ts";
import { abortedError, readPages, typedError } from "./read-pages.ts";
import { encodeRecord, guardRecord, invalidRecord } from "./record-errors.ts";
import { Retry } from "./retry.ts";

/** How the files of a part fared. */
export interface FilesRead {
  readonly total: number;
  /** How many could not be read. */
  readonly missing: number;
  /** Why the first of the missing ones is. */
  readonly firstMissing: PortmanteauError | undefined;
}

/** A part, collected as far as its source gave it. */
export interface CollectedPart {
  readonly part: SealedPart;
  /** Why reading stopped before the end. */
  readonly error: PortmanteauError | undefined;
  readonly retries: number;
  /** How its files fared; nothing where the dataset has none. */
  readonly attachments: FilesRead | undefined;
  /** How often the content of a file was fetched again. */
  readonly fetchedAgain: number;
  /** Whether it was read in one go, and so shows what its source promises. */
  readonly inOneRead: boolean;
}

/** One read that becomes a part: of a whole dataset, or of one of its partitions. */
export interface PartJob {
  readonly planned: CollectedDataset;
  readonly context: ReadContext;
  /** Index of the partition, where there are several. */
  readonly partition: number | undefined;
}

export interface CollectOptions extends PartOptions {
  readonly request: CompleteRequest;
  readonly signal: AbortSignal;
  readonly emit: (event: DatasetEvent) => void;
  readonly find: (code: ReportFinding["code"], dataset: string, message: string) => void;
}
type DatasetEvent =
  Extract<ExportEvent, { readonly dataset: string }> extends infer E
    ? E extends unknown
      ? Omit<E, "requestId" | "run">
      : never
    : never;

/** After so many records of a page, a few milliseconds' work, whoever shares the process has a turn. */
const recordsPerTurn = 1_000;

/** After these nothing may be delivered, not even a part of it. */
const fatalCodes: ReadonlySet<string> = new Set([
  "SUBJECT_MISMATCH",
  "ABORTED",
  "SPOOL_FAILED",
  "SPOOL_CORRUPT",
  "JOURNAL_CORRUPT",
  "REQUEST_UNKNOWN",
]);

/**
 * Collects one part to its end: read, guard, project, validate, encode, deflate, seal. Retryable errors are met by reading on after
 * the last cursor, or from the start where a source cannot; a record is never repeated.
 *
 * @param onPage hears after each page how many records it had, and how many the part has now
 * @param keeper lets the part outlive this process; default: it does not
 * @throws {PortmanteauError} only what is fatal for the whole export; any other error is part of the result, unless the keeper waits for better
 */
export async function collectPart(
  { planned, context, partition }: PartJob,
  config: CompiledConfig,
  options: CollectOptions,
  onPage: (records: number, read: number) => void,
  keeper?: PartKeeper,
): Promise<CollectedPart> {
  const { dataset, subject } = planned;
  const { source, name } = dataset;
  const { signal, find } = options;
  const resumes = source.capabilities.resume === "cursor";
  const place: Place = { dataset: name, ...(partition === undefined ? {} : { partition }) };
  const guard = subjectGuard(dataset.subjectField, subject.id, place);

  const kept = await keeper?.takeUp(planned, options, partition);
  let part = kept?.part ?? new OpenPart(planned, options, partition);
  let cursor: Cursor | undefined = kept?.cursor;
  let furthest = -1;
  let inOneRead = kept === undefined;
  /** Whether all that is in the part is before the cursor. */
  let isBetweenPages = true;

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
    isBetweenPages = false;
    for (const given of page.records as readonly unknown[]) {
      const recordIndex = part.read;
      let record = given;
      if (attachments !== undefined) {
        guardRecord(guard, given, place, recordIndex); // a file of somebody else is not even opened
        const attachment = page.attachments?.[recordIndex - readBefore];
        record = await attachments.recordWith(given, attachment, fetching, { ...contents, recordIndex });
        if (attachments.stopped !== undefined) return;
      }
      const errors = encodeRecord(part, guard, record, place, recordIndex);
      if (errors !== undefined && dataset.onInvalid === "fail")
        throw invalidRecord(errors, planned.codec.shape, place, recordIndex);
      if (part.full) await part.ready();
      if ((part.read - readBefore) % recordsPerTurn === 0) await turn();
    }
    if (resumes) cursor = page.cursor;
    isBetweenPages = resumes;
    // A source that starts again must get further than before: else it would fail at the same place for ever.
    if (resumes || part.read > furthest) reading.progress();
    furthest = Math.max(furthest, part.read);
    onPage(page.records.length, part.read);
    if (keeper?.isDue === true) await keep();
    await turn();
  };

  /** What is in the part is safe from here on. */
  const keep = async (): Promise<void> => {
    if (isBetweenPages && cursor !== undefined)
      await keeper?.keep(part, { cursor, retries: reading.total, fetchedAgain: fetching.total });
  };

  /** Lets timers, sockets and zlib's pool have their turn; a source that only ever awaits microtasks would starve them. */
  const turn = async (): Promise<void> => {
    await nextTurn();
    if (signal.aborted) throw abortedError();
  };

  const reading = sourceRetry(planned, config, options, resumes);
  const fetching = sourceRetry(planned, config, options, true);
  reading.total += kept?.retries ?? 0;
  fetching.total += kept?.fetchedAgain ?? 0;
  const onCloseTimeout = () =>
    find("CLOSE_TIMED_OUT", name, `Source "${source.name}" did not close in time; a connection may be left open.`);
  const contents = { signal, timeoutMs: config.pageTimeoutMs, onCloseTimeout };
  try {
    const limits = { dataset: name, pageTimeoutMs: config.pageTimeoutMs, onCloseTimeout };
    const readOn = async () => {
      const after = cursor === undefined ? context : { ...context, after: cursor };
      for await (const page of readPages(source, after, limits)) {
        await take(page);
        if (part.attachments?.stopped !== undefined) return;
      }
    };
    const error = await reading.run(readOn, async () => {
      if (resumes) {
        inOneRead &&= part.read === 0;
        return;
      }
      await part.discard();
      part = new OpenPart(planned, options, partition);
    });
    const { attachments } = part;
    const failure = error ?? attachments?.stopped;
    if (failure !== undefined && keeper?.waitsForBetter === true) {
      await keep();
      throw failure;
    }
    if (keeper !== undefined) await attachments?.putDown(); // the list of the files is then a stream of its own
    return {
      part: await part.seal(),
      error: failure,
      retries: reading.total,
      attachments,
      fetchedAgain: fetching.total,
      inOneRead,
    };
  } catch (error) {
    await part.discard();
    throw error;
  }
}

/** Tries again what a source could not do; what is fatal for the whole export is thrown. */
export function sourceRetry(
  { dataset: { name, source } }: CollectedDataset,
  { retry }: CompiledConfig,
  { signal, emit }: Pick<CollectOptions, "signal" | "emit">,
  resumed: boolean,
): Retry {
  return new Retry({
    limits: retry,
    signal,
    judge: (thrown) => {
      const error = signal.aborted ? abortedError() : typedError(thrown, name, source.name);
      if (fatalCodes.has(error.code)) throw error;
      return error;
    },
    onRetry: ({ attempt, delayMs, error: { code } }) =>
      emit({ type: "retry", dataset: name, attempt, delayMs, code, resumed }),
  });
}

function contractError(dataset: string, what: string): PortmanteauError {
  return new PortmanteauError("SOURCE_CONTRACT", `The source of dataset "${dataset}" ${what}. Mend the adapter.`, {
    context: { dataset },
  });
}
