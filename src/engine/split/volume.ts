import { type MeasuredPiece, MeasuredSegment } from "../../archive/measured-segment.ts";
import type { SegmentFacts } from "../../archive/segment.ts";
import { mostEntryBytes } from "../../archive/zip-size.ts";
import type { BundleDataset } from "../../bundle/bundle-dataset.ts";
import type { EntryPath } from "../../model/entry-path.ts";
import type { Spool, SpoolWriter } from "../../model/ports.ts";
import { bundleFile } from "../assemble.ts";
import type { SealedStream } from "../lazy-stream.ts";
import { typedSpool } from "../typed-spool.ts";
import type { Row } from "./rows.ts";

export interface VolumeOptions {
  readonly spool: Spool;
  /** zlib level, 1 to 9. */
  readonly level: number;
}

/** A volume that is whole: a part of a dataset's records as files of their own, and what takes its streams out of the spool again. */
export interface SealedVolume {
  readonly dataset: BundleDataset;
  discard(): Promise<void>;
}

/** What "\n]\n", or all of "[\n]\n", may take at the end of a stream, deflated. */
const closingBytes = 32;

type Kind = "json" | "csv" | "quarantine";
const kinds: readonly Kind[] = ["json", "csv", "quarantine"];

/**
 * One volume of a dataset that is cut: some of its records as a JSON and a CSV file, some of its quarantine as a third, each a valid file
 * of the format. Rows are deflated first and taken only when they fit, so that its size is known to the byte, but for its last few.
 */
export class Volume {
  readonly #of: BundleDataset;
  readonly #files: Readonly<Record<Kind, VolumeFile>>;

  private constructor(of: BundleDataset, options: VolumeOptions) {
    const { dataset, documents } = of;
    const file = (kind: Kind, name: string) => new VolumeFile(documents.paths[kind], `${dataset.name}${name}`, options);
    this.#of = of;
    this.#files = {
      json: file("json", ".json"),
      csv: file("csv", ".csv"),
      quarantine: file("quarantine", ".quarantine.json"),
    };
  }

  /** Makes a volume that has no rows, but its CSV header. */
  static async open(of: BundleDataset, header: Buffer, options: VolumeOptions): Promise<Volume> {
    const volume = new Volume(of, options);
    const { json, csv } = volume.#files;
    await json.open();
    await csv.open();
    await csv.take(await csv.measure(header));
    return volume;
  }

  get isEmpty(): boolean {
    return this.#files.json.elements === 0 && this.#files.quarantine.elements === 0;
  }

  /** How much of a zip it takes at most. */
  get bytes(): number {
    return kinds.reduce((sum, kind) => sum + this.#files[kind].bytes, 0);
  }

  /** Takes as many of the rows as fit, in order. @returns how many */
  async fill(rows: readonly Row[], room: number): Promise<number> {
    let taken = 0;
    for (let next = rows.length; next > 0; ) {
      if (await this.#takeIfFits(rows.slice(taken, taken + next), room)) {
        taken += next;
        next = Math.min(next, rows.length - taken);
      } else next = Math.floor(next / 2);
    }
    return taken;
  }

  async seal(): Promise<SealedVolume> {
    const { json, csv, quarantine } = this.#files;
    const { name } = this.#of.dataset;
    const [records, quarantined] = [json.elements, quarantine.elements];
    const streams = {
      json: await json.seal(records === 0 ? "[\n]\n" : "\n]\n"),
      csv: await csv.seal(),
      quarantine: quarantined === 0 ? undefined : await quarantine.seal("\n]\n"),
    };
    return {
      dataset: {
        ...this.#of,
        preview: [],
        attachments: [],
        json: bundleFile(name, streams.json, records),
        csv: bundleFile(name, streams.csv, records),
        quarantine: streams.quarantine === undefined ? undefined : bundleFile(name, streams.quarantine, quarantined),
      },
      async discard() {
        for (const stream of Object.values(streams)) await stream?.spooled.discard();
      },
    };
  }

  /** Gives up what it has. */
  async discard(): Promise<void> {
    for (const kind of kinds) await this.#files[kind].discard();
  }

  async #takeIfFits(rows: readonly Row[], room: number): Promise<boolean> {
    const measured = await Promise.all(
      kinds.map(async (kind) => {
        const file = this.#files[kind];
        const lines = rows.flatMap((row) => row[kind] ?? []);
        if (lines.length === 0) return { file, lines: 0, piece: undefined, bytes: file.bytes };
        const piece = await file.measure(kind === "csv" ? Buffer.concat(lines) : arrayText(lines, file.elements === 0));
        return { file, lines: lines.length, piece, bytes: file.bytesWith(piece) };
      }),
    );
    if (measured.reduce((sum, { bytes }) => sum + bytes, 0) > room) return false;
    for (const { file, lines, piece } of measured) {
      if (piece === undefined) continue;
      await file.open();
      await file.take(piece);
      file.elements += lines;
    }
    return true;
  }
}

/** Elements as they go on, or begin, a JSON array of one element per line. */
function arrayText(elements: readonly Buffer[], isFirst: boolean): Buffer {
  return Buffer.concat(elements.flatMap((element, index) => [isFirst && index === 0 ? opening : separator, element]));
}
const opening = Buffer.from("[\n");
const separator = Buffer.from(",\n");

/** One file of a volume, in a spool stream of its own once it is opened. */
class VolumeFile {
  elements = 0;
  readonly #path: EntryPath;
  readonly #name: string;
  readonly #spool: Spool;
  readonly #segment: MeasuredSegment;
  #writer: SpoolWriter | undefined;

  constructor(path: EntryPath, name: string, { spool, level }: VolumeOptions) {
    this.#path = path;
    this.#name = name;
    this.#spool = spool;
    this.#segment = new MeasuredSegment((bytes) => typedSpool(name, async () => this.#writer?.write(bytes)), level);
  }

  /** Nothing before it is opened: then it is not there. */
  get bytes(): number {
    return this.#writer === undefined ? 0 : this.#entryBytes(this.#segment.compressedBytes);
  }

  bytesWith({ deflated }: MeasuredPiece): number {
    return this.#entryBytes(this.#segment.compressedBytes + deflated.length);
  }

  async open(): Promise<void> {
    this.#writer ??= await typedSpool(this.#name, () => this.#spool.create(this.#name));
  }

  measure(text: Buffer): Promise<MeasuredPiece> {
    return this.#segment.measure(text);
  }

  async take(piece: MeasuredPiece): Promise<void> {
    await this.#segment.take(piece);
  }

  async seal(closing = ""): Promise<SealedStream> {
    if (closing !== "") await this.take(await this.measure(Buffer.from(closing)));
    const facts: SegmentFacts = await this.#segment.seal();
    const writer = this.#writer as SpoolWriter;
    return { facts, spooled: await typedSpool(this.#name, () => writer.seal()) };
  }

  async discard(): Promise<void> {
    await this.#writer?.discard();
  }

  #entryBytes(compressedBytes: number): number {
    return mostEntryBytes({ path: this.#path, facts: { bytes: 0, compressedBytes: compressedBytes + closingBytes } });
  }
}
