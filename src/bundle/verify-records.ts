import { isDeepStrictEqual } from "node:util";
import type { ZipEntry, ZipReader } from "../archive/zip-reader.ts";
import type { Column } from "../codec/columns.ts";
import { CsvReader } from "../codec/csv-reader.ts";
import { compileValidate, type Validate } from "../codec/validate.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { type Finding, type FindingCode, failureFinding, finding } from "./findings.ts";
import type { ManifestDataset } from "./manifest.ts";
import { JsonLines, type ReadLimits, utf8 } from "./read-entry.ts";
import type { TimeLimit } from "./time-limit.ts";

/** With what records are read: limits, and the time that is left. */
export interface RecordLimits extends ReadLimits {
  readonly time: TimeLimit;
}

/** So much is read before records are checked: watching a step for its time costs 0.1 ms, and zlib goes on only between steps. */
const stepBytes = 512 * 1024;

/** So many findings are made before they are given: two bytes of a file can be one. */
const stepFindings = 1_000;

/** What is needed to check a dataset's records. */
export interface RecordChecks {
  readonly name: string;
  readonly schemaPath: string;
  readonly columns: readonly Column[];
  readonly formulaGuard: "on" | "off";
  readonly schema: RecordSchema;
}

/** Reads JSON and CSV side by side: every record against the schema, and each against its twin. @returns how many there are */
export async function* checkRecords(
  zip: ZipReader,
  { json: jsonEntry, csv: csvEntry }: { readonly json: ZipEntry; readonly csv: ZipEntry },
  { name, schemaPath, columns, formulaGuard, schema }: RecordChecks,
  { time, ...limits }: RecordLimits,
): AsyncGenerator<Finding, { readonly json: number | undefined; readonly csv: number | undefined }> {
  let validate: Validate;
  try {
    validate = time.run(() => compileValidate(schema, name, { allErrors: false }));
  } catch (error) {
    yield failureFinding("SCHEMA_INVALID", error, { path: schemaPath });
    return { json: undefined, csv: undefined };
  }
  const json = new Feed(zip, jsonEntry, new JsonLines(jsonEntry.path, limits));
  const csv = new Feed(zip, csvEntry, new CsvReader(columns, { formulaGuard, ...limits }));
  const pairs = new Pairs(json, csv, validate);
  try {
    // Once per record, so the step waits for nothing: a promise per record costs more than the record's checks.
    for (;;) {
      const lacking = time.run(() => pairs.advance());
      const isFull = pairs.isFull;
      yield* pairs.findings.splice(0);
      if (isFull) continue;
      if (lacking === undefined) break;
      await lacking.more();
    }
  } catch (error) {
    yield failureFinding("RECORD_INVALID", error, { path: jsonEntry.path, recordIndex: json.count });
    return { json: undefined, csv: undefined };
  } finally {
    await json.close();
    await csv.close();
  }
  if (json.failure !== undefined) yield failureFinding("JSON_INVALID", json.failure, { path: jsonEntry.path });
  if (csv.failure !== undefined) yield failureFinding("CSV_INVALID", csv.failure, { path: csvEntry.path });
  return { json: json.whole, csv: csv.whole };
}

/** A quarantine file: how many records it has, each with its index and the reasons. */
export async function* checkQuarantine(
  zip: ZipReader,
  entry: ZipEntry,
  { records }: ManifestDataset,
  { time, ...limits }: RecordLimits,
): AsyncGenerator<Finding, number | undefined> {
  const { path } = entry;
  const elements = new Feed(zip, entry, new JsonLines(path, limits));
  const findings: Finding[] = [];
  const advance = () => {
    while (findings.length < stepFindings) {
      const element = elements.next();
      if (element === undefined) return;
      if (!isQuarantined(element, records.read))
        findings.push(
          finding("RECORD_INVALID", "It is no { index, errors, record }.", { path, recordIndex: elements.count - 1 }),
        );
    }
  };
  try {
    while (!elements.ended) {
      await elements.more();
      do {
        yield* findings.splice(0);
        time.run(advance);
      } while (findings.length >= stepFindings);
      yield* findings.splice(0);
    }
  } catch (error) {
    yield failureFinding("JSON_INVALID", error, { path });
    return undefined;
  } finally {
    await elements.close();
  }
  if (elements.failure !== undefined) yield failureFinding("JSON_INVALID", elements.failure, { path });
  return elements.whole;
}

function isQuarantined(element: JsonValue, read: number): boolean {
  if (typeof element !== "object" || element === null || Array.isArray(element)) return false;
  const { index, errors, record, ...more } = element as JsonObject;
  const isIndex = typeof index === "number" && Number.isInteger(index) && index >= 0 && index < read;
  return (
    isIndex && Array.isArray(errors) && errors.length > 0 && record !== undefined && Object.keys(more).length === 0
  );
}

/** The records of JSON and CSV, two by two. */
class Pairs {
  readonly findings: Finding[] = [];
  readonly #json: Feed;
  readonly #csv: Feed;
  readonly #validate: Validate;
  #record: JsonValue | undefined;
  /** The record, when it is valid: its twin need not be decoded to be compared. */
  #like: JsonObject | undefined;

  constructor(json: Feed, csv: Feed, validate: Validate) {
    this.#json = json;
    this.#csv = csv;
    this.#validate = validate;
  }

  /** It stopped to give its findings, and not because bytes lack. */
  get isFull(): boolean {
    return this.findings.length >= stepFindings;
  }

  /** Checks as many as have arrived. @returns whose bytes lack; nothing at the end of both, or when it is full */
  advance(): Feed | undefined {
    for (;;) {
      if (this.isFull) return undefined;
      if (this.#record === undefined) {
        const record = this.#json.next();
        if (record === undefined && !this.#json.ended) return this.#json;
        this.#record = record;
        this.#like = record !== undefined && this.#isValid(record) ? (record as JsonObject) : undefined;
      }
      const twin = this.#csv.next(this.#like);
      if (twin === undefined && !this.#csv.ended) return this.#csv;
      if (this.#record === undefined && twin === undefined) return undefined;
      if (this.#record !== undefined && twin !== undefined && twin !== this.#record && !isSame(this.#record, twin))
        this.#find("CSV_MISMATCH", "The record is not the same in JSON and CSV.", this.#csv);
      this.#record = undefined;
    }
  }

  #isValid(record: JsonValue): boolean {
    const [error] = this.#validate(record) ?? [];
    if (error !== undefined) this.#find("RECORD_INVALID", `${error.pointer || "/"} ${error.message}.`, this.#json);
    return error === undefined;
  }

  #find(code: FindingCode, message: string, { path, count }: Feed): void {
    this.findings.push(finding(code, message, { path, recordIndex: count - 1 }));
  }
}

const isSame = (record: JsonValue, twin: JsonValue): boolean => isDeepStrictEqual(record, twin);

interface RecordReader {
  feed(bytes: Buffer): void;
  next(like?: JsonObject): JsonValue | undefined;
  end(): void;
}

/** A file's records as its bytes arrive, with what stopped them kept instead of thrown: expected damage is a finding. */
class Feed {
  count = 0;
  ended = false;
  failure: unknown;
  readonly path: string;
  readonly #reader: RecordReader;
  readonly #bytes: AsyncGenerator<Buffer>;
  /** Bytes that were read and not fed yet. */
  readonly #waiting: Buffer[] = [];

  constructor(zip: ZipReader, entry: ZipEntry, reader: RecordReader) {
    this.path = entry.path;
    this.#reader = reader;
    this.#bytes = utf8(zip.read(entry), entry.path);
  }

  /** How many records there are, when all could be read. */
  get whole(): number | undefined {
    return this.failure === undefined ? this.count : undefined;
  }

  /** The next record, if its bytes have come. */
  next(like?: JsonObject): JsonValue | undefined {
    try {
      while (!this.ended) {
        const record = this.#reader.next(like);
        if (record !== undefined) {
          this.count++;
          return record;
        }
        const piece = this.#waiting.shift();
        if (piece === undefined) return undefined;
        this.#reader.feed(piece);
      }
    } catch (error) {
      this.#fail(error);
    }
    return undefined;
  }

  /** Reads on, when `next` lacks bytes, or notes the end. */
  async more(): Promise<void> {
    try {
      for (let bytes = 0; bytes < stepBytes; bytes += this.#waiting.at(-1)?.length ?? 0) {
        const { done, value } = await this.#bytes.next();
        if (!done) this.#waiting.push(value);
        else if (bytes > 0) return;
        else {
          this.ended = true;
          return this.#reader.end();
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async close(): Promise<void> {
    await this.#bytes.return(undefined);
  }

  #fail(error: unknown): void {
    this.failure = error;
    this.ended = true;
  }
}
