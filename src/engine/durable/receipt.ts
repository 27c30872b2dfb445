import { inflateAll } from "../../archive/inflated.ts";
import { monthList, monthsIn } from "../../codec/month-counts.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { JsonObject } from "../../model/json.ts";
import { bundleFile } from "../assemble.ts";
import { type SealedAttachments, sealedAttachments } from "../attachments.ts";
import type { CollectedPart, CollectOptions } from "../collect.ts";
import { FileList, linesOf } from "../file-list.ts";
import type { SealedStream } from "../lazy-stream.ts";
import { type Chunk, ChunkedStream, type PartPlace } from "./chunks.ts";
import { errorDocument, storedError } from "./documents.ts";
import { corrupt } from "./vault.ts";

type StreamDocument = Receipt["json"];
type About = Pick<Receipt, "generation" | "attempt" | "durationMs" | "findings">;

/** What is kept of a part that was collected to its end. */
export function receiptOf(collected: CollectedPart, about: About): Receipt {
  const { part, error, attachments: read, retries, fetchedAgain, inOneRead } = collected;
  const { written, quarantined, tally, preview, period, months, json, csv, quarantine, attachments } = part;
  return {
    ...about,
    written,
    quarantined,
    dropped: counts(tally.dropped),
    redacted: counts(tally.redacted),
    preview: [...preview] as Receipt["preview"],
    period: period === undefined ? null : { ...period },
    months: monthList(months),
    json: streamDocument(json),
    csv: streamDocument(csv),
    quarantine: quarantine === undefined ? null : streamDocument(quarantine),
    attachments:
      attachments === undefined
        ? null
        : {
            contents: chunksOf(attachments.contents),
            list: attachments.list === undefined ? null : streamDocument(attachments.list),
            total: read?.total ?? 0,
            missing: read?.missing ?? 0,
            firstMissing: read?.firstMissing === undefined ? null : errorDocument(read.firstMissing),
          },
    error: error === undefined ? null : errorDocument(error),
    retries,
    fetchedAgain,
    inOneRead,
  };
}

/** The part as it was collected. */
export async function partOf(
  receipt: Receipt,
  place: PartPlace,
  options: Pick<CollectOptions, "identifiers" | "spool" | "level">,
): Promise<CollectedPart> {
  const { written, quarantined, dropped, redacted, preview, period, months, json, csv, quarantine } = receipt;
  const { attachments, error, retries, fetchedAgain, inOneRead } = receipt;
  const { dataset } = place;
  const firstMissing = attachments?.firstMissing ?? null;
  return {
    part: {
      written,
      quarantined,
      tally: { dropped: countsIn(dropped), redacted: countsIn(redacted) },
      preview: preview as JsonObject[],
      period: period ?? undefined,
      months: monthsIn(months),
      json: sealedStream(json, place),
      csv: sealedStream(csv, place),
      quarantine: quarantine === null ? undefined : sealedStream(quarantine, place),
      attachments: attachments === null ? undefined : await filesOf(attachments, place, options),
    },
    error: error === null ? undefined : storedError(error, dataset),
    attachments:
      attachments === null
        ? undefined
        : {
            total: attachments.total,
            missing: attachments.missing,
            firstMissing: firstMissing === null ? undefined : storedError(firstMissing, dataset),
          },
    retries,
    fetchedAgain,
    inOneRead,
  };
}

/** Reads all that a receipt stands on. @throws {PortmanteauError} `SPOOL_CORRUPT`, `JOURNAL_CORRUPT` */
export async function verifyReceipt({ json, csv, quarantine, attachments }: Receipt, place: PartPlace): Promise<void> {
  for (const stream of [json, csv, quarantine, attachments?.list]) {
    if (stream === null || stream === undefined) continue;
    for await (const _chunk of bundleFile(place.dataset, sealedStream(stream, place), 0).read());
  }
  for await (const _chunk of new ChunkedStream(place, attachments?.contents ?? []).read());
}

async function filesOf(
  { contents, list }: NonNullable<Receipt["attachments"]>,
  place: PartPlace,
  options: Pick<CollectOptions, "identifiers" | "spool" | "level">,
): Promise<SealedAttachments> {
  const { dataset } = place;
  const files = new FileList({ ...options, dataset });
  const stream = list === null ? undefined : sealedStream(list, place);
  if (stream !== undefined) {
    const read = bundleFile(dataset, stream, 0).read();
    const { sha256: _, ...facts } = stream.facts;
    const found = await inflateAll(
      read,
      linesOf((line) => files.add(JSON.parse(line.toString()))),
    );
    for (const fact of Object.keys(facts) as (keyof typeof facts)[])
      if (found[fact] !== facts[fact]) throw corrupt("chunk", "does not say which files there are");
  }
  const all = contents.length === 0 ? undefined : new ChunkedStream(place, contents);
  return sealedAttachments(files.files, all, stream);
}

function streamDocument({ facts, spooled }: SealedStream): StreamDocument {
  return { facts: { ...facts }, chunks: chunksOf(spooled) };
}

function chunksOf(spooled: SealedStream["spooled"] | undefined): Chunk[] {
  return spooled instanceof ChunkedStream ? [...spooled.chunks] : [];
}

function sealedStream({ facts, chunks }: StreamDocument, place: PartPlace): SealedStream {
  return { facts, spooled: new ChunkedStream(place, chunks) };
}

function counts(of: ReadonlyMap<string, number>): Receipt["dropped"] {
  return [...of].map(([pointer, count]) => ({ pointer, count }));
}

function countsIn(list: Receipt["dropped"]): Map<string, number> {
  return new Map(list.map(({ pointer, count }) => [pointer, count]));
}
