import { createHmac } from "node:crypto";
import type { RecordError } from "../codec/ajv.ts";
import { PartEncoder, type Period } from "../codec/part-encoder.ts";
import type { Tally } from "../codec/project.ts";
import type { PartState } from "../model/generated/journal/part-state.ts";
import type { JsonObject } from "../model/json.ts";
import { type AttachmentOptions, OpenAttachments, type SealedAttachments } from "./attachments.ts";
import { LazyStream, type Reopen, type SealedStream } from "./lazy-stream.ts";
import type { CollectedDataset } from "./plan.ts";

/** A dataset, or a partition of one, collected to the end: immutable. */
export interface SealedPart {
  readonly written: number;
  readonly quarantined: number;
  readonly tally: Tally;
  readonly preview: readonly JsonObject[];
  readonly period: Period | undefined;
  /** How many of its records fall into each month; nothing where there are too many months. */
  readonly months: ReadonlyMap<string, number> | undefined;
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
  constructor(planned: CollectedDataset, options: PartOptions, partition?: number, state?: PartState) {
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
      start: state?.encoder,
    });
  }

  /**
   * Goes on with a part that was put down in another process: what is encoded next follows the last record of the state. The sealed part
   * is the same, byte for byte, as one that was never put down.
   *
   * @param reopen opens the streams that the state stands on, by the names that they were created under
   * @throws {PortmanteauError} `SPOOL_CORRUPT` when spooled bytes are not what they were, `SPOOL_FAILED`; and what `reopen` throws
   */
  static async restore(
    planned: CollectedDataset,
    options: PartOptions,
    state: PartState,
    reopen: Reopen,
    partition?: number,
  ): Promise<OpenPart> {
    const part = new OpenPart(planned, options, partition, state);
    const dataset = planned.dataset.name;
    const { streams, attachments } = state;
    try {
      for (const name of ["json", "csv", "quarantine"] as const) {
        const stream = streams[name];
        if (stream !== null) await part.#streams[name].takeUp(stream, reopen, { dataset });
      }
      if (attachments !== null) await part.attachments?.takeUp(attachments, reopen);
      return part;
    } catch (error) {
      await part.discard();
      throw error;
    }
  }

  /**
   * Waits until all that was encoded is in the spool or in the state, and gives that. Call it between two records, and encode no more until
   * it resolves. Where and how often it is called changes no byte of the sealed part.
   *
   * @throws {PortmanteauError} `SPOOL_FAILED`
   */
  async checkpoint(): Promise<PartState> {
    const encoder = this.#encoder.state;
    const { json, csv, quarantine } = this.#streams;
    const streams = {
      json: (await json.putDown()) ?? null,
      csv: (await csv.putDown()) ?? null,
      quarantine: (await quarantine.putDown()) ?? null,
    };
    const attachments = (await this.attachments?.putDown()) ?? null;
    return { encoder, streams, attachments };
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
    const { written, quarantined, tally, preview, period, months } = this.#encoder;
    const { json, csv, quarantine } = this.#streams;
    const sealed = {
      json: await json.seal(),
      csv: await csv.seal(),
      quarantine: quarantined === 0 ? undefined : await quarantine.seal(),
      attachments: await this.attachments?.seal(),
    };
    return { written, quarantined, tally, preview, period, months, ...sealed };
  }

  /** Gives up what was collected. */
  async discard(): Promise<void> {
    for (const stream of Object.values(this.#streams)) await stream.discard();
    await this.attachments?.discard();
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
