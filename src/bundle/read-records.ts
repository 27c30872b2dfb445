import type { ZipEntry, ZipReader } from "../archive/zip-reader.ts";
import { CsvReader, type ReadColumn } from "../codec/csv-reader.ts";
import { PortmanteauError } from "../model/errors.ts";
import { type JsonObject, type JsonValue, pointerKeys } from "../model/json.ts";
import { documentErrors } from "./documents.ts";
import { relaid } from "./json-layout.ts";
import { layout } from "./layout.ts";
import { JsonLines, type ReadLimits, readDocument, utf8 } from "./read-entry.ts";

/**
 * A dataset's records from its JSON file: line by line, as the format lays it out; or in any layout, when somebody reformatted it.
 *
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` or `LIMIT_EXCEEDED`
 */
export async function* jsonRecords(zip: ZipReader, entry: ZipEntry, limits: ReadLimits): AsyncGenerator<JsonObject> {
  const records = (bytes: AsyncIterable<Buffer>) => fed(new JsonLines(entry.path, limits), bytes);
  let given = 0;
  try {
    for await (const record of records(textOf(zip, entry))) {
      yield objectOf(record, entry, given);
      given++;
    }
    return;
  } catch (error) {
    if (!isLayout(error)) throw error;
  }
  let index = 0;
  for await (const record of records(relaid(textOf(zip, entry)))) {
    if (index >= given) yield objectOf(record, entry, index);
    index++;
  }
}

/**
 * A dataset's records from its CSV file, decoded by the data package alone.
 *
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` or `LIMIT_EXCEEDED`
 */
export async function* csvRecords(zip: ZipReader, entry: ZipEntry, limits: ReadLimits): AsyncGenerator<JsonObject> {
  const { columns, formulaGuard } = await tableOf(zip, entry.path, limits);
  for await (const record of fed(new CsvReader(columns, { formulaGuard, ...limits }), textOf(zip, entry)))
    yield record as JsonObject;
}

interface RecordReader {
  feed(bytes: Buffer): void;
  next(): JsonValue | undefined;
  end(): void;
}

const textOf = (zip: ZipReader, entry: ZipEntry): AsyncIterable<Buffer> => utf8(zip.read(entry), entry.path);

async function* fed(reader: RecordReader, text: AsyncIterable<Buffer>): AsyncGenerator<JsonValue> {
  for await (const bytes of text) {
    reader.feed(bytes);
    for (let record = reader.next(); record !== undefined; record = reader.next()) yield record;
  }
  reader.end();
}

/** Whether a file is only not laid out as the format does it, for all that is known: all its records may stand on one long line. */
const isLayout = (error: unknown): boolean =>
  PortmanteauError.is(error) && (error.code === "BUNDLE_UNREADABLE" || error.code === "LIMIT_EXCEEDED");

function objectOf(record: JsonValue, { path }: ZipEntry, recordIndex: number): JsonObject {
  if (typeof record === "object" && record !== null && !Array.isArray(record)) return record as JsonObject;
  throw new PortmanteauError("BUNDLE_UNREADABLE", `"${path}" has what is no record (record ${recordIndex}).`, {
    context: { recordIndex },
  });
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly "portmanteau:pointer": string;
  readonly "portmanteau:empty": ReadColumn["empty"];
}

/** The columns of a CSV, as the data package says. */
async function tableOf(
  zip: ZipReader,
  path: string,
  limits: ReadLimits,
): Promise<{ readonly columns: readonly ReadColumn[]; readonly formulaGuard: "on" | "off" }> {
  const entry = zip.entries.find((each) => each.path === layout.dataPackage);
  const unusable = (why: string) => new PortmanteauError("BUNDLE_UNREADABLE", `datapackage.json ${why}.`);
  if (entry === undefined) throw unusable("is missing");
  const document = await readDocument(zip, entry, limits);
  const [error] = documentErrors("datapackage", document);
  if (error !== undefined) throw unusable(`is malformed at "${error.pointer}": ${error.message}`);
  const { resources } = document as unknown as {
    readonly resources: readonly {
      readonly path: string;
      readonly dialect: { readonly "portmanteau:formulaGuard": "on" | "off" };
      readonly schema: { readonly fields: readonly Field[] };
    }[];
  };
  const resource = resources.find((each) => each.path === path);
  if (resource === undefined) throw unusable(`does not describe "${path}"`);
  const columns = resource.schema.fields.map((field): ReadColumn => {
    const keys = pointerKeys(field["portmanteau:pointer"]);
    if (keys === undefined || keys.length === 0)
      throw unusable(`has a field of "${path}" without a place in the record`);
    return { name: field.name, keys, type: columnType(field.type), empty: field["portmanteau:empty"] };
  });
  requireTree(columns, () => unusable(`has fields of "${path}" that cannot stand in one record`));
  return { columns, formulaGuard: resource.dialect["portmanteau:formulaGuard"] };
}

/** Each field has a place of its own, and none stands inside another's value. */
function requireTree(columns: readonly ReadColumn[], error: () => PortmanteauError): void {
  const values = new Set(columns.map(({ keys }) => JSON.stringify(keys)));
  const isInside = ({ keys }: ReadColumn) =>
    keys.some((_, depth) => depth > 0 && values.has(JSON.stringify(keys.slice(0, depth))));
  if (values.size < columns.length || columns.some(isInside)) throw error();
}

/** The type of a column by the type of its field: dates are strings in JSON, and what has structure is JSON in its cell. */
function columnType(type: string): ReadColumn["type"] {
  switch (type) {
    case "string":
    case "date":
    case "datetime":
      return "string";
    case "integer":
    case "number":
    case "boolean":
      return type;
    default: // object, array, any: the data package's schema knows no other
      return "json";
  }
}
