import { PortmanteauError } from "../model/errors.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Partition, ReadContext } from "../model/source.ts";
import type { OpenAttachments } from "./attachments.ts";
import { type CollectedPart, type CollectOptions, collectPart, sourceRetry } from "./collect.ts";
import type { CompiledConfig } from "./config.ts";
import { joinParts } from "./join.ts";
import { discardPart, type SealedPart } from "./part.ts";
import type { CollectedDataset } from "./plan.ts";
import { countRecords, partitionsOf } from "./read-pages.ts";

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

export interface CollectDatasetOptions extends CollectOptions {
  readonly snapshot: unknown;
  /** Waits for a lane and works there. What was asked for while a lane is held comes before other datasets. */
  readonly inLane: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Collects one dataset to its end. A source that divides its records is read in several lanes, a part for each partition; joined in their
 * order they are one part as any other.
 *
 * @throws {PortmanteauError} only what is fatal for the whole export; any other error is the outcome
 */
export async function collectDataset(
  planned: CollectedDataset,
  config: CompiledConfig,
  options: CollectDatasetOptions,
): Promise<Collected> {
  const { dataset, subject } = planned;
  const { source, name } = dataset;
  const { signal, emit, find, inLane } = options;
  const started = performance.now();
  const context: ReadContext = {
    subject,
    requestType: options.request.type,
    pageRecords: config.pageRecords,
    signal,
    snapshot: options.snapshot,
  };
  const asking = sourceRetry(planned, config, options, true);
  let expected: number | null = null;
  const countNow = () =>
    asking.run(async () => {
      expected = await countRecords(source, context, config.pageTimeoutMs, name);
    });
  let partitions: readonly Partition[] = [];
  const divideNow = async () => {
    if (source.partitions === undefined || source.capabilities.attachments) return undefined;
    asking.progress();
    return asking.run(async () => {
      partitions = await partitionsOf(source, context, config.pageTimeoutMs, name);
    });
  };

  const reads: number[] = [];
  let failed = false;
  const collectOne = (partition: number | undefined) =>
    inLane(async (): Promise<CollectedPart | undefined> => {
      if (failed && config.onFailure === "fail") return undefined; // nothing would be delivered
      const job = {
        planned,
        context: partition === undefined ? context : { ...context, partition: partitions[partition] as Partition },
        partition: partitions.length > 1 ? partition : undefined,
      };
      const collected = await collectPart(job, config, options, (records, read) => {
        reads[partition ?? 0] = read;
        emit({ type: "page", dataset: name, records, read: sum(reads) });
      });
      if (collected.error !== undefined) failed = true;
      return collected;
    });

  const begun = await inLane(async () => {
    const error = (await countNow()) ?? (await divideNow());
    emit({ type: "datasetStarted", dataset: name, expected });
    if (error !== undefined) return { error, parts: [] };
    return {
      error,
      parts: partitions.length === 0 ? [collectOne(undefined)] : partitions.map((_, index) => collectOne(index)),
    };
  });
  const parts: readonly Promise<CollectedPart | undefined>[] = begun.parts;
  const joining = parts.length > 1 ? joinParts(planned, parts, options) : undefined;
  try {
    joining?.catch(() => {}); // it is waited for below, after the count
    const collected = (await Promise.all(parts)).filter((each) => each !== undefined);
    let error = begun.error ?? collected.find((each) => each.error !== undefined)?.error;
    const again = sum(collected.map(({ retries }) => retries));
    if (again > 0) {
      const resumes = source.capabilities.resume === "cursor";
      find(
        resumes ? "READ_RESUMED" : "READ_RESTARTED",
        name,
        `Reading was taken up again ${again} times, ${resumes ? "after the last page" : "from the start"}.`,
      );
    }
    const read = sum(collected.map(({ part }) => part.written + part.quarantined));
    // Rows may have come or gone while they were read; only a count that still disagrees is a loss.
    if (error === undefined && expected !== null && expected !== read) {
      asking.progress();
      error = await inLane(countNow);
    }
    const part = joining === undefined ? collected[0]?.part : await joining;
    const attachments = collected[0]?.attachments; // a dataset that has files is not divided
    const ended = judge(name, read, expected, error, attachments);
    if (attachments !== undefined && attachments.missing > 0)
      find("FILES_MISSING", name, `${missingFiles(attachments)} could not be read; their records say so.`);
    if (ended.mismatch) find("COUNT_MISMATCH", name, `The source counted ${expected} records and gave ${read}.`);
    const sealed = ended.outcome === "failed" ? undefined : part;
    if (sealed !== undefined) report(name, sealed, find);
    else if (part !== undefined) await discardPart(part);
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
      retries: asking.total + again + sum(collected.map(({ fetchedAgain }) => fetchedAgain)),
      inOneRead: parts.length === 1 && collected[0]?.inOneRead === true,
      durationMs,
      part: sealed,
    };
  } catch (error) {
    await Promise.allSettled([...parts, joining]); // only then is the spool closed, and with it what they sealed
    throw error;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
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
