import { PortmanteauError } from "../model/errors.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CollectedPart, CollectOptions, FilesRead } from "./collect.ts";
import { discardPart, type SealedPart } from "./part.ts";
import type { CollectedDataset } from "./plan.ts";

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
  /** Whether it was read as a whole, and not in partitions. */
  readonly inOnePart: boolean;
  readonly durationMs: number;
  readonly part: SealedPart | undefined;
}

/** What was collected of a dataset, before it is judged. */
export interface CollectedParts {
  /** In their order. */
  readonly parts: readonly CollectedPart[];
  /** Why they were not even begun. */
  readonly error: PortmanteauError | undefined;
  /** What the source counted before they were read. */
  readonly expected: number | null;
  /** Counts once more, when what was read is not what was counted. */
  readonly countAgain: () => Promise<{
    readonly error: PortmanteauError | undefined;
    readonly expected: number | null;
  }>;
  /** The parts as one. */
  readonly joined: () => Promise<SealedPart | undefined>;
  /** How often something else than the parts was tried again. */
  readonly retries: () => number;
  readonly durationMs: () => number;
}

/**
 * Says how a dataset ended.
 *
 * @throws {PortmanteauError} only what is fatal for the whole export; any other error is the outcome
 */
export async function concludeDataset(
  planned: CollectedDataset,
  { parts, error: notBegun, expected: counted, countAgain, joined, retries, durationMs: elapsed }: CollectedParts,
  { find, emit }: Pick<CollectOptions, "find" | "emit">,
): Promise<Collected> {
  const { source, name } = planned.dataset;
  let expected = counted;
  let error = notBegun ?? parts.find((each) => each.error !== undefined)?.error;
  const again = sum(parts.map((each) => each.retries));
  if (again > 0) {
    const resumes = source.capabilities.resume === "cursor";
    find(
      resumes ? "READ_RESUMED" : "READ_RESTARTED",
      name,
      `Reading was taken up again ${again} times, ${resumes ? "after the last page" : "from the start"}.`,
    );
  }
  const read = recordsIn(parts);
  // Rows may have come or gone while they were read; only a count that still disagrees is a loss.
  if (error === undefined && expected !== null && expected !== read) ({ error, expected } = await countAgain());
  const part = await joined();
  const attachments = parts[0]?.attachments; // a dataset that has files is not divided
  const ended = judge(name, read, expected, error, attachments);
  if (attachments !== undefined && attachments.missing > 0)
    find("FILES_MISSING", name, `${missingFiles(attachments)} could not be read; their records say so.`);
  if (ended.mismatch) find("COUNT_MISMATCH", name, `The source counted ${expected} records and gave ${read}.`);
  const sealed = ended.outcome === "failed" ? undefined : part;
  if (sealed !== undefined) report(name, sealed, find);
  else if (part !== undefined) await discardPart(part);
  const { outcome, reason } = ended;
  const durationMs = elapsed();
  const { written = 0, quarantined = 0 } = sealed ?? {};
  const code = ended.error?.code ?? null;
  emit({ type: "datasetEnded", dataset: name, outcome, read, written, quarantined, code, durationMs });
  return {
    planned,
    outcome,
    reason,
    error: ended.error,
    read: sealed === undefined ? 0 : read,
    expected,
    retries: retries() + again + sum(parts.map(({ fetchedAgain }) => fetchedAgain)),
    inOneRead: parts.length === 1 && parts[0]?.inOneRead === true,
    inOnePart: parts.length === 1,
    durationMs,
    part: sealed,
  };
}

/** How many records the parts hold, quarantined ones too. */
function recordsIn(parts: readonly Pick<CollectedPart, "part">[]): number {
  return sum(parts.map(({ part }) => part.written + part.quarantined));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function judge(
  dataset: string,
  read: number,
  expected: number | null,
  error: PortmanteauError | undefined,
  attachments: FilesRead | undefined,
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

function missingFiles({ missing, total }: FilesRead): string {
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
