import type { RecordSchema } from "portmanteau";
import { utf8 } from "../../src/bundle/read-entry.ts";
import { PartEncoder } from "../../src/codec/part-encoder.ts";
import { compileCodec, type RecordCodec } from "../../src/codec/record-codec.ts";
import type { View } from "../../src/codec/view.ts";

export const access = { scope: "access", origin: "provided", legalBasis: "eu-gdpr:A6-1-b" } as const;

export const codecOf = (schema: unknown, view: View = access, csv = {}, timeField?: string) =>
  compileCodec({ dataset: "d", schema: schema as RecordSchema, view, csv, ...(timeField && { timeField }) });

/** A closed object; every property that `more.required` does not name is optional. */
export const object = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...more,
});

/** Encodes records as one part, and gives its files as text. */
export function encode(codec: RecordCodec, records: readonly unknown[], previewRecords = 5) {
  const json: Buffer[] = [];
  const csv: Buffer[] = [];
  const quarantine: Buffer[] = [];
  const encoder = new PartEncoder(codec, {
    json: (piece) => json.push(piece),
    csv: (piece) => csv.push(piece),
    quarantine: (piece) => quarantine.push(piece),
    pseudonym: (value) => `person-${Buffer.from(value).toString("hex").padEnd(32, "0").slice(0, 32)}`,
    previewRecords,
  });
  const errors = records.map((record) => encoder.encode(record));
  encoder.end();
  const [jsonText, csvText, quarantineText] = [json, csv, quarantine].map((each) => Buffer.concat(each).toString());
  return {
    errors,
    encoder,
    dropped: Object.fromEntries(encoder.tally.dropped),
    redacted: Object.fromEntries(encoder.tally.redacted),
    json: jsonText ?? "",
    csv: csvText ?? "",
    quarantine: quarantineText ?? "",
  };
}

export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** The text's bytes in pieces of these lengths, again and again. */
export async function* split(text: string, lengths: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** Feeds text, cut like that, to a reader of records. */
export async function* readFed<T>(
  reader: { feed(bytes: Buffer): void; next(): T | undefined; end(): void },
  text: string,
  lengths: readonly number[],
): AsyncGenerator<T> {
  for await (const bytes of utf8(split(text, lengths), "x")) {
    reader.feed(bytes);
    for (let record = reader.next(); record !== undefined; record = reader.next()) yield record;
  }
  reader.end();
}
