import type { SegmentState } from "../archive/segment.ts";
import type { EncoderFacts, EncoderState } from "../codec/part-encoder.ts";
import type { ErrorCode, ErrorContext } from "../model/errors.ts";

/** The streams of a part that hold its records. */
export const streamNames = ["json", "csv", "quarantine"] as const;
type StreamName = (typeof streamNames)[number];

/**
 * A part that was put down: with the bytes of its streams, all that is needed to go on. It holds personal data, in the preview and in the
 * texts; it is as large as those, whatever the number of records and files.
 */
export interface PartState {
  readonly facts: PartFacts;
  /** The text of each stream that is not deflated yet. */
  readonly texts: EncoderState["texts"];
}

/** What JSON holds of it. */
export interface PartFacts {
  readonly encoder: EncoderFacts;
  /** How far each stream is; `null` for one that was not begun. */
  readonly streams: { readonly [Name in StreamName]: SegmentState | null };
  /** `null` where the dataset has no files. */
  readonly attachments: AttachmentsState | null;
}

/** How far the reading of files is. */
export interface AttachmentsState {
  /** Size of the stream of their contents: 0 when it was not begun. */
  readonly bytes: number;
  readonly total: number;
  readonly missing: number;
  readonly firstMissing: ErrorState | null;
  /** The stream that says what the files are; `null` when there are none. */
  readonly list: SegmentState | null;
}

export interface ErrorState {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly context: ErrorContext;
}

const lengthBytes = 4;

/** One buffer: the facts as JSON after the length of that, and then the texts. */
export function serialisePartState({ facts, texts }: PartState): Buffer {
  const lengths = streamNames.map((name) => texts[name].length);
  const json = Buffer.from(JSON.stringify({ ...facts, lengths }));
  const head = Buffer.alloc(lengthBytes);
  head.writeUInt32LE(json.length);
  return Buffer.concat([head, json, ...streamNames.map((name) => texts[name])]);
}

/** @throws {Error} when it is nothing that `serialisePartState` gave */
export function parsePartState(bytes: Uint8Array): PartState {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = lengthBytes;
  const next = (length: number): Buffer => {
    if (at + length > buffer.length) throw new RangeError("The state of a part ends too early.");
    return buffer.subarray(at, (at += length));
  };
  const { lengths, ...facts } = JSON.parse(next(buffer.readUInt32LE()).toString()) as PartFacts & {
    readonly lengths: readonly [number, number, number];
  };
  const [json, csv, quarantine] = lengths;
  const texts = { json: next(json), csv: next(csv), quarantine: next(quarantine) };
  if (at !== buffer.length) throw new RangeError("The state of a part has more than its texts.");
  return { facts, texts };
}
