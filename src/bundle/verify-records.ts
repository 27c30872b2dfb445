import { isDeepStrictEqual } from "node:util";
import type { ZipEntry, ZipReader } from "../archive/zip-reader.ts";
import { columnsOf } from "../codec/columns.ts";
import { CsvReader } from "../codec/csv-reader.ts";
import { readShape } from "../codec/shape.ts";
import { compileValidate, type Validate } from "../codec/validate.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { type Finding, finding, messageOf } from "./findings.ts";
import { layout } from "./layout.ts";
import type { ManifestDataset } from "./manifest.ts";
import { JsonLines, type ReadLimits, readDocument, utf8 } from "./read-entry.ts";

/** Reads JSON and CSV side by side: every record against the schema, and each against its twin. */
export async function* checkRecords(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  dataset: ManifestDataset,
  options: ReadLimits,
): AsyncGenerator<Finding> {
  const { name, schema } = dataset;
  const [jsonEntry, csvEntry, schemaEntry] = [
    entries.get(layout.json(name)),
    entries.get(layout.csv(name)),
    entries.get(schema?.path ?? ""),
  ];
  if (jsonEntry === undefined || csvEntry === undefined || schemaEntry === undefined) return; // reported as missing
  let validate: Validate;
  let columns: ReturnType<typeof columnsOf>;
  const formulaGuard = await guardOf(zip, entries, csvEntry.path, options);
  try {
    const recordSchema = (await readDocument(zip, schemaEntry, options)) as RecordSchema;
    columns = columnsOf(readShape(recordSchema, name), name, { formulaGuard });
    validate = compileValidate(recordSchema, name);
  } catch (error) {
    yield finding("SCHEMA_INVALID", messageOf(error), { path: schemaEntry.path });
    return;
  }
  const json = new Checked(new JsonLines(jsonEntry.path, options), utf8(zip.read(jsonEntry), jsonEntry.path));
  const csv = new Checked(new CsvReader(columns, { formulaGuard }), utf8(zip.read(csvEntry), csvEntry.path));
  try {
    // Once per record, so it waits for bytes only: a promise per record costs more than the record's checks.
    for (;;) {
      let record = json.next();
      if (record === undefined) record = await json.more();
      const error = record === undefined ? undefined : firstError(validate, record);
      const like = error === undefined ? (record as JsonObject | undefined) : undefined;
      let twin = csv.next(like);
      if (twin === undefined) twin = await csv.more(like);
      if (record === undefined && twin === undefined) break;
      const recordIndex = Math.max(json.count, csv.count) - 1;
      if (error !== undefined)
        yield finding("RECORD_INVALID", `${error.pointer || "/"} ${error.message}.`, {
          path: jsonEntry.path,
          recordIndex,
        });
      if (record !== undefined && twin !== undefined && twin !== record && !isSame(record, twin))
        yield finding("CSV_MISMATCH", "The record is not the same in JSON and CSV.", {
          path: csvEntry.path,
          recordIndex,
        });
    }
  } finally {
    await json.close();
    await csv.close();
  }
  if (json.failure !== undefined) yield finding("JSON_INVALID", messageOf(json.failure), { path: jsonEntry.path });
  if (csv.failure !== undefined) yield finding("CSV_INVALID", messageOf(csv.failure), { path: csvEntry.path });
  for (const [file, { count, failure }] of [
    [jsonEntry, json],
    [csvEntry, csv],
  ] as const) {
    const said = dataset.files.find(({ path }) => path === file.path)?.records ?? dataset.records.written;
    if (failure === undefined && (count !== said || count !== dataset.records.written))
      yield finding("COUNT_MISMATCH", `The file has ${count} records; the manifest says ${dataset.records.written}.`, {
        path: file.path,
      });
  }
  yield* checkQuarantine(zip, entries, dataset, options);
}

async function* checkQuarantine(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  { name, records, files }: ManifestDataset,
  options: ReadLimits,
): AsyncGenerator<Finding> {
  const path = layout.quarantine(name);
  const entry = entries.get(path);
  if (entry === undefined) {
    if (records.quarantined > 0 && !files.some((file) => file.path === path))
      yield finding("ENTRY_MISSING", "The manifest counts quarantined records and the file is not there.", { path });
    return;
  }
  const elements = new Checked(new JsonLines(path, options), utf8(zip.read(entry), path));
  while (elements.next() !== undefined || (await elements.more()) !== undefined);
  if (elements.failure !== undefined) yield finding("JSON_INVALID", messageOf(elements.failure), { path });
  else if (elements.count !== records.quarantined)
    yield finding(
      "COUNT_MISMATCH",
      `The file has ${elements.count} records; the manifest says ${records.quarantined}.`,
      { path },
    );
}

/** Validation recurses as deep as the record does: past the stack's end, that is the record's damage. */
function firstError(
  validate: Validate,
  record: JsonValue,
): { readonly pointer: string; readonly message: string } | undefined {
  try {
    return validate(record)?.[0];
  } catch {
    return { pointer: "", message: "is nested too deeply to be checked" };
  }
}

function isSame(record: JsonValue, twin: JsonValue): boolean {
  try {
    return isDeepStrictEqual(record, twin);
  } catch {
    return false; // nested too deeply: nobody can say that they are the same
  }
}

interface RecordReader {
  feed(bytes: Buffer): void;
  next(like?: JsonObject): JsonValue | undefined;
  end(): void;
}

/** A file's records, with what stopped them kept instead of thrown: expected damage is a finding. */
class Checked {
  count = 0;
  failure: unknown;
  #ended = false;
  readonly #reader: RecordReader;
  readonly #bytes: AsyncGenerator<Buffer>;

  constructor(reader: RecordReader, bytes: AsyncGenerator<Buffer>) {
    this.#reader = reader;
    this.#bytes = bytes;
  }

  /** The next record, if its bytes have come. */
  next(like?: JsonObject): JsonValue | undefined {
    if (this.#ended) return undefined;
    try {
      const record = this.#reader.next(like);
      if (record !== undefined) this.count++;
      return record;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** The next record, when `next` lacks bytes; nothing at the end. */
  async more(like?: JsonObject): Promise<JsonValue | undefined> {
    while (!this.#ended) {
      try {
        const { done, value } = await this.#bytes.next();
        if (done) {
          this.#ended = true;
          this.#reader.end();
          return undefined;
        }
        this.#reader.feed(value);
      } catch (error) {
        this.#fail(error);
      }
      const record = this.next(like);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.#bytes.return(undefined);
  }

  #fail(error: unknown): void {
    this.failure = error;
    this.#ended = true;
  }
}

/** The data package says whether strings in this CSV are guarded. */
async function guardOf(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  path: string,
  options: ReadLimits,
): Promise<"on" | "off"> {
  const entry = entries.get(layout.dataPackage);
  if (entry === undefined) return "on";
  try {
    const { resources } = (await readDocument(zip, entry, options)) as unknown as {
      resources: { path: string; dialect?: { [key: string]: unknown } }[];
    };
    return resources.find((resource) => resource.path === path)?.dialect?.["portmanteau:formulaGuard"] === "off"
      ? "off"
      : "on";
  } catch {
    return "on"; // a broken data package shows in its digest; without its word the default holds
  }
}
