import { createHmac } from "node:crypto";
import { type SegmentFacts, SegmentWriter } from "../archive/segment.ts";
import type { RecordError } from "../codec/ajv.ts";
import { PartEncoder } from "../codec/part-encoder.ts";
import type { Tally } from "../codec/project.ts";
import type { JsonObject } from "../model/json.ts";
import type { Spool, Spooled, SpoolWriter } from "../model/ports.ts";
import { type AttachmentOptions, OpenAttachments, type SealedAttachments } from "./attachments.ts";
import type { CollectedDataset } from "./plan.ts";
import { typedSpool } from "./typed-spool.ts";

/** One deflated stream of a part: what is known of it, and where its bytes wait. */
export interface SealedStream {
  readonly facts: SegmentFacts;
  readonly spooled: Spooled;
}

/** A dataset, or a partition of one, collected to the end: immutable. */
export interface SealedPart {
  readonly written: number;
  readonly quarantined: number;
  readonly tally: Tally;
  readonly preview: readonly JsonObject[];
  readonly period: { readonly from: string; readonly to: string } | undefined;
  readonly json: SealedStream;
  readonly csv: SealedStream;
  readonly quarantine: SealedStream | undefined;
  /** Nothing where the dataset has no files. */
  readonly attachments: SealedAttachments | undefined;
}

export interface PartOptions extends AttachmentOptions {
  readonly previewRecords: number;
  readonly pseudonym: (value: string) => string;
}

/** Takes a part out of the spool. */
export async function discardPart({ json, csv, quarantine, attachments }: SealedPart): Promise<void> {
  for (const stream of [json, csv, quarantine]) await stream?.spooled.discard();
  await attachments?.discard();
}

/** A part that is being collected: records go in, deflated JSON and CSV go to the spool. */
export class OpenPart {
  /** Nothing where the dataset has no files, or none that leave. */
  readonly attachments: OpenAttachments | undefined;
  readonly #encoder: PartEncoder;
  readonly #streams: Record<"json" | "csv" | "quarantine", LazyStream>;

  /** @param partition its index, where the dataset has several: then the part is a fragment, to be joined with the others */
  constructor(planned: CollectedDataset, options: PartOptions, partition?: number) {
    const { dataset, codec } = planned;
    const { spool, level, previewRecords, pseudonym } = options;
    const name = partition === undefined ? dataset.name : `${dataset.name}.${partition}`;
    this.attachments = OpenAttachments.of(planned, options);
    this.#streams = {
      json: new LazyStream(spool, `${name}.json`, level),
      csv: new LazyStream(spool, `${name}.csv`, level),
      quarantine: new LazyStream(spool, `${name}.quarantine.json`, level),
    };
    const { json, csv, quarantine } = this.#streams;
    this.#encoder = new PartEncoder(codec, {
      json: (piece, release) => json.push(piece, release),
      csv: (piece, release) => csv.push(piece, release),
      quarantine: (piece, release) => quarantine.push(piece, release),
      pseudonym,
      previewRecords,
      fragment: partition !== undefined,
    });
  }

  /** How many records went in. */
  get read(): number {
    return this.#encoder.written + this.#encoder.quarantined;
  }

  /** Encodes one record; gives the errors of an invalid one, which is then in the quarantine. */
  encode(record: unknown): readonly RecordError[] | undefined {
    return this.#encoder.encode(record);
  }

  /** Whether `ready` should be awaited before more goes in. */
  get full(): boolean {
    return this.#streams.json.full || this.#streams.csv.full || this.#streams.quarantine.full;
  }

  async ready(): Promise<void> {
    for (const stream of Object.values(this.#streams)) await stream.ready();
  }

  async seal(): Promise<SealedPart> {
    this.#encoder.end();
    const { written, quarantined, tally, preview, period } = this.#encoder;
    const { json, csv, quarantine } = this.#streams;
    const sealed = {
      json: await json.seal(),
      csv: await csv.seal(),
      quarantine: quarantined === 0 ? undefined : await quarantine.seal(),
      attachments: await this.attachments?.seal(),
    };
    return { written, quarantined, tally, preview, period, ...sealed };
  }

  /** Gives up what was collected. */
  async discard(): Promise<void> {
    for (const stream of Object.values(this.#streams)) await stream.discard();
    await this.attachments?.discard();
  }
}

/** A stream of the spool that is made when its first piece comes. */
export class LazyStream {
  readonly #spool: Spool;
  readonly #name: string;
  readonly #level: number;
  #segment: SegmentWriter | undefined;
  #writer: Promise<SpoolWriter> | undefined;

  constructor(spool: Spool, name: string, level: number) {
    this.#spool = spool;
    this.#name = name;
    this.#level = level;
  }

  push(piece: Buffer, release: () => void): void {
    this.#opened().push(piece, release);
  }

  get full(): boolean {
    return this.#segment?.full === true;
  }

  async ready(): Promise<void> {
    await this.#segment?.ready();
  }

  /** Without a piece it is a stream of no text. */
  async seal(): Promise<SealedStream> {
    const facts = await this.#opened().seal();
    const writer = (await this.#writer) as SpoolWriter;
    return { facts, spooled: await typedSpool(this.#name, () => writer.seal()) };
  }

  async discard(): Promise<void> {
    await this.#segment?.settled();
    const writer = await this.#writer?.catch(() => undefined);
    await writer?.discard();
  }

  #opened(): SegmentWriter {
    if (this.#segment !== undefined) return this.#segment;
    const writer = typedSpool(this.#name, () => this.#spool.create(this.#name));
    writer.catch(() => {}); // the first write meets the failure and reports it
    this.#writer = writer;
    const write = (bytes: Buffer) => typedSpool(this.#name, async () => (await writer).write(bytes));
    return (this.#segment = new SegmentWriter(write, { level: this.#level }));
  }
}

/**
 * Pseudonyms of one bundle: HMAC-SHA-256 under a salt that is made from the exporter's key and the bundle's id, never stored. The same
 * person has the same pseudonym inside a bundle, and nobody without the key can link two bundles.
 */
export function pseudonyms(key: Uint8Array, bundleId: string): (value: string) => string {
  let salt: Buffer | undefined;
  return (value) => {
    salt ??= createHmac("sha256", key).update(`portmanteau pseudonyms ${bundleId}`).digest();
    return `person-${createHmac("sha256", salt).update(value).digest("hex").slice(0, 32)}`;
  };
}
