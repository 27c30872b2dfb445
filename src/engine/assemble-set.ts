import { type BundleDataset, dataEntries } from "../bundle/bundle-dataset.ts";
import type { DocumentOptions } from "../bundle/bundle-documents.ts";
import { BundleWriter } from "../bundle/bundle-writer.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { Report } from "../model/generated/report.ts";
import type { Delivery, DeliveryWriter, Envelope, Spool } from "../model/ports.ts";
import { bundleDataset } from "./assemble.ts";
import type { Collected } from "./conclude-dataset.ts";
import { DeliverySet } from "./delivery-set.ts";
import { type EnvelopedWriter, envelopeOf, openEnveloped } from "./envelope.ts";
import { type PackedDataset, packSet } from "./split/pack.ts";
import { roomForData, wholeBytes } from "./split/room.ts";

/** What must be given up when the export fails. */
export interface OpenBundle {
  writer: Pick<DeliveryWriter, "abort"> | undefined;
  zip: Pick<BundleWriter, "abort"> | undefined;
}

export interface AssembleSetOptions {
  readonly documents: DocumentOptions;
  readonly splitBytes: number;
  /** The manifest, but for the files and the part. */
  readonly manifest: Manifest;
  readonly delivery: Delivery;
  readonly encrypt: Envelope | undefined;
  /** Open for the ordinary zip; given up when there are several. */
  readonly single: EnvelopedWriter;
  readonly open: OpenBundle;
  readonly spool: Spool;
  readonly signal: AbortSignal;
  /** Throws what stopped the export meanwhile. */
  readonly goOn: () => void;
  /** Called when all files of a dataset are in their zips. */
  readonly onAssembled: (dataset: string, compressedBytes: number) => void;
  /** Called when all bytes are with the destination. */
  readonly onCommit: () => void;
}

/** What was delivered. */
export interface Assembled {
  readonly bundle: NonNullable<Report["bundle"]>;
  /** The files of each dataset, when there are several zips. */
  readonly files: ReadonlyMap<string, readonly ReportFile[]> | undefined;
}

type ReportFile = Report["datasets"][number]["files"][number];
type Zip = readonly PackedDataset[];

/**
 * Assembles what was collected as one zip if it is not larger than `splitBytes`, or else as a set, and delivers it. A zip of a set names
 * the digest of the one before it, so that the last one's digest stands for all.
 *
 * @throws {PortmanteauError} `SPLIT_IMPOSSIBLE` when a record, a file, or what every zip must hold, is too large
 */
export async function assembleSet(collected: readonly Collected[], options: AssembleSetOptions): Promise<Assembled> {
  try {
    return await assembleZips(collected, options);
  } finally {
    for (const { part } of collected) await part?.attachments?.discard();
  }
}

async function assembleZips(collected: readonly Collected[], options: AssembleSetOptions): Promise<Assembled> {
  const {
    documents,
    splitBytes,
    manifest,
    delivery,
    encrypt,
    single,
    open,
    spool,
    signal,
    goOn,
    onAssembled,
    onCommit,
  } = options;
  const { level } = documents;
  const whole = collected.flatMap(packed);
  const datasets = whole.map(({ dataset }) => dataset);
  if (wholeBytes(manifest, datasets, documents) <= splitBytes) {
    const zip = await writeZip(single, whole, manifest, options);
    for (const dataset of datasets) onAssembled(dataset.dataset.name, dataBytes([dataset]));
    goOn();
    onCommit();
    await single.commit();
    return { bundle: { ...zip, parts: 1, envelope: envelopeOf([single]) }, files: undefined };
  }
  const partName = (part: number) => delivery.partName?.(part);
  const room = roomForData(splitBytes, manifest, datasets, { ...documents, partName });
  const zips = await packSet(whole, { room, spool, level, signal });
  const count = zips.length;
  const set = new DeliverySet((part) => openEnveloped(delivery, encrypt, signal, part), signal, count);
  open.writer = set;
  await single.abort(new PortmanteauError("ABORTED", "The bundle is delivered as several zips instead."));
  const bundle = { bytes: 0, entries: 0, sha256: "", parts: count };
  const writers: EnvelopedWriter[] = [];
  for (const [index, zip] of zips.entries()) {
    goOn();
    const number = index + 1;
    const writer = await set.open();
    writers.push(writer);
    const previous = index === 0 ? {} : { previous: bundle.sha256 };
    const part = { number, last: number === count, count, ...previous };
    const written = await writeZip(
      writer,
      zip,
      { ...manifest, part },
      { ...options, documents: { ...documents, partName } },
    );
    if (written.bytes > splitBytes)
      throw new PortmanteauError(
        "SPLIT_IMPOSSIBLE",
        `Zip ${number} of ${count} has ${written.bytes} bytes, more than splitBytes allows. Raise splitBytes.`,
      );
    await writer.finish?.();
    bundle.bytes += written.bytes;
    bundle.entries += written.entries;
    bundle.sha256 = written.sha256;
    for (const { dataset } of zip) {
      const { name } = dataset.dataset;
      if (zips[number]?.[0]?.dataset.dataset.name !== name) onAssembled(name, dataBytes(volumesOf(name, zips)));
    }
  }
  goOn();
  onCommit();
  await set.commit();
  const names = new Set(datasets.map(({ dataset }) => dataset.name));
  const envelope = envelopeOf(writers);
  return { bundle: { ...bundle, envelope }, files: new Map([...names].map((name) => [name, filesOf(name, zips)])) };
}

function packed(result: Collected): PackedDataset[] {
  const dataset = bundleDataset(result);
  if (dataset === undefined) return [];
  const discard = async () => {
    await result.part?.json.spooled.discard();
    await result.part?.csv.spooled.discard();
    await result.part?.quarantine?.spooled.discard();
  };
  return [{ dataset, discard }];
}

async function writeZip(
  writer: DeliveryWriter,
  datasets: readonly PackedDataset[],
  manifest: Manifest,
  { documents, open }: { readonly documents: DocumentOptions; readonly open: OpenBundle },
): Promise<{ readonly bytes: number; readonly entries: number; readonly sha256: string }> {
  const zip = new BundleWriter((bytes) => writer.write(bytes), documents);
  open.zip = zip;
  await zip.start();
  for (const { dataset } of datasets) await zip.addDataset(dataset);
  const written = await zip.finish(manifest);
  for (const each of datasets) await each.discard();
  return written;
}

function volumesOf(name: string, zips: readonly Zip[]): BundleDataset[] {
  return zips.flat().flatMap(({ dataset }) => (dataset.dataset.name === name ? [dataset] : []));
}

function dataBytes(datasets: readonly BundleDataset[]): number {
  return datasets.reduce((sum, { json, csv }) => sum + json.facts.compressedBytes + csv.facts.compressedBytes, 0);
}

function filesOf(name: string, zips: readonly Zip[]): ReportFile[] {
  return zips.flatMap((zip, index) =>
    volumesOf(name, [zip])
      .flatMap(dataEntries)
      .map(({ path, facts: { bytes, compressedBytes, sha256 } }) => {
        return { path, part: index + 1, bytes, compressedBytes, sha256 };
      }),
  );
}
