import { deflatedBetween, deflatedEnd, measureInflated, openEnded } from "../archive/joined-segment.ts";
import { csvHeader } from "../codec/csv-writer.ts";
import { MonthCounts } from "../codec/month-counts.ts";
import { isEarlier, jsonArray, previewLength } from "../codec/part-encoder.ts";
import { pieceBytes, TextBuffer } from "../codec/text-buffer.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { JsonObject } from "../model/json.ts";
import { bundleFile } from "./assemble.ts";
import type { CollectedPart, CollectOptions } from "./collect.ts";
import { LazyStream, type SealedStream } from "./lazy-stream.ts";
import type { SealedPart } from "./part.ts";
import type { CollectedDataset } from "./plan.ts";
import { abortedError } from "./read-pages.ts";
import { Lines } from "./split/lines.ts";
import { quarantineChunks } from "./split/rows.ts";

/** The fragments of a dataset in their order, sealed or on their way; nothing where one was not begun because another failed. */
type Fragments = readonly (Fragment | Promise<Fragment>)[];
type Fragment = CollectedPart | undefined;

/** What stands around and between the records of a file, deflated. */
interface Frame {
  readonly head: Buffer;
  readonly between: Buffer;
  readonly tail: Buffer;
  /** All of a file that has no records. */
  readonly empty: Buffer;
}

const jsonFrame: Frame = {
  head: deflatedBetween(jsonArray.head),
  between: deflatedBetween(jsonArray.between),
  tail: deflatedEnd(jsonArray.tail),
  empty: deflatedEnd(jsonArray.empty),
};

function csvFrame(header: string): Frame {
  return {
    head: deflatedBetween(header),
    between: deflatedBetween(""),
    tail: deflatedEnd(""),
    empty: deflatedEnd(header),
  };
}

/**
 * Makes one part of the fragments of a dataset. The text of its files is that of one read; their bytes stay where they are, and are copied
 * when the part is read. Each fragment is inflated once for the digest of the whole, as soon as it and those before it are sealed (92 MB of
 * JSON: 0.2 s of CPU, where deflating them took 1.0). The quarantine alone is written anew, for it has the indexes of the records.
 *
 * @throws {PortmanteauError} `SPOOL_FAILED`, `SPOOL_CORRUPT`, `ABORTED`, and what a fragment throws
 */
export async function joinParts(
  { dataset: { name }, codec }: CollectedDataset,
  fragments: Fragments,
  options: CollectOptions,
): Promise<SealedPart> {
  const files = [
    joinStreams(name, fragments, "json", jsonFrame, options.signal),
    joinStreams(name, fragments, "csv", csvFrame(csvHeader(codec.columns, codec.csv)), options.signal),
    joinQuarantines(name, fragments, options),
  ] as const;
  await Promise.allSettled(files); // nothing reads the spool any more when this fails
  const [json, csv, quarantine] = await Promise.all(files);
  const parts = (await Promise.all(fragments)).flatMap((fragment) => fragment?.part ?? []);
  return { ...joinFacts(parts, options), json, csv, quarantine, attachments: undefined };
}

async function joinStreams(
  name: string,
  fragments: Fragments,
  kind: "json" | "csv",
  frame: Frame,
  signal: AbortSignal,
): Promise<SealedStream> {
  const chunks = (of: Fragments) => joinedChunks(name, of, kind, frame, signal);
  const facts = await measureInflated(chunks(fragments)).catch((cause: unknown) => {
    throw PortmanteauError.is(cause) ? cause : corrupt(name, cause);
  });
  const sealed = await Promise.all(fragments);
  return {
    facts,
    spooled: {
      bytes: facts.compressedBytes,
      read: () => chunks(sealed),
      async discard() {
        for (const fragment of sealed) await fragment?.part[kind].spooled.discard();
      },
    },
  };
}

async function* joinedChunks(
  name: string,
  fragments: Fragments,
  kind: "json" | "csv",
  { head, between, tail, empty }: Frame,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  for (const fragment of fragments) {
    const part = (await fragment)?.part;
    if (part === undefined || part.written === 0) continue;
    const before = isEmpty ? head : between;
    if (before.length > 0) yield before;
    isEmpty = false;
    const { facts, read } = bundleFile(name, part[kind], part.written);
    for await (const chunk of openEnded(facts, read())) {
      if (signal.aborted) throw abortedError();
      yield chunk;
    }
  }
  yield isEmpty ? empty : tail;
}

/** Nothing when no fragment has any. */
async function joinQuarantines(
  name: string,
  fragments: Fragments,
  { spool, level, signal }: CollectOptions,
): Promise<SealedStream | undefined> {
  const stream = new LazyStream(spool, `${name}.quarantine.json`, level);
  const text = new TextBuffer((piece, release) => stream.push(piece, release));
  let read = 0;
  let written = 0;
  try {
    for (const fragment of fragments) {
      const part = (await fragment)?.part;
      if (part?.quarantine !== undefined) {
        const { quarantine, quarantined } = part;
        const lines = new Lines(bundleFile(name, quarantine, quarantined), { dataset: name });
        try {
          for await (const rows of quarantineChunks(name, quarantined, lines, pieceBytes)) {
            if (signal.aborted) throw abortedError();
            for (const row of rows) {
              const element = movedBy(read, row.quarantine as Buffer);
              text.write(`${written++ === 0 ? jsonArray.head : jsonArray.between}${element}`);
            }
            await stream.ready();
          }
        } finally {
          await lines.close();
        }
        await quarantine.spooled.discard();
      }
      read += (part?.written ?? 0) + (part?.quarantined ?? 0);
    }
    if (written > 0) text.write(jsonArray.tail);
    text.end();
    return written === 0 ? undefined : await stream.seal();
  } catch (error) {
    await stream.discard();
    throw error;
  }
}

const beforeIndex = '{"index":';

/** An element of a quarantine, of which so many records stand before its part. */
function movedBy(records: number, element: Buffer): string {
  const end = element.indexOf(",");
  const index = Number(element.toString("latin1", beforeIndex.length, end)) + records;
  return `${beforeIndex}${index}${element.toString("utf8", end)}`;
}

type Facts = Pick<SealedPart, "written" | "quarantined" | "tally" | "preview" | "period" | "months">;

function joinFacts(parts: readonly SealedPart[], options: { readonly previewRecords: number }): Facts {
  const [dropped, redacted] = [new Map<string, number>(), new Map<string, number>()];
  let [written, quarantined] = [0, 0];
  let period: SealedPart["period"];
  const months = new MonthCounts(new Map());
  for (const part of parts) {
    written += part.written;
    quarantined += part.quarantined;
    addCounts(dropped, part.tally.dropped);
    addCounts(redacted, part.tally.redacted);
    months.addAll(part.months);
    if (part.period !== undefined) period = period === undefined ? part.period : spanOf(period, part.period);
  }
  const preview = firstRecords(parts, options);
  return { written, quarantined, tally: { dropped, redacted }, preview, period, months: months.counts };
}

function addCounts(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
}

function spanOf<P extends NonNullable<SealedPart["period"]>>(one: P, other: P): NonNullable<SealedPart["period"]> {
  return {
    from: isEarlier(other.from, one.from) ? other.from : one.from,
    to: isEarlier(one.to, other.to) ? other.to : one.to,
  };
}

/** The records that one read would have kept for the page. */
function firstRecords(
  parts: readonly SealedPart[],
  { previewRecords }: { readonly previewRecords: number },
): JsonObject[] {
  const records: JsonObject[] = [];
  let left = previewLength;
  for (const { preview, written } of parts) {
    for (const record of preview) {
      left -= JSON.stringify(record).length;
      if (left < 0 || records.length === previewRecords) return records;
      records.push(record);
    }
    if (preview.length < written) return records; // the next of its records was too long, or enough are kept
  }
  return records;
}

function corrupt(dataset: string, cause: unknown): PortmanteauError {
  return new PortmanteauError(
    "SPOOL_CORRUPT",
    `The spooled bytes of dataset "${dataset}" cannot be inflated: they changed after they were written.`,
    { context: { dataset }, cause },
  );
}
