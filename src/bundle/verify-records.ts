import { isDeepStrictEqual } from "node:util";
import type { ZipEntry, ZipReader } from "../archive/zip-reader.ts";
import { columnsOf } from "../codec/columns.ts";
import { readCsv } from "../codec/csv-reader.ts";
import { readShape } from "../codec/shape.ts";
import { compileValidate } from "../codec/validate.ts";
import type { JsonValue } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { type Finding, finding, messageOf } from "./findings.ts";
import { layout } from "./layout.ts";
import type { ManifestDataset } from "./manifest.ts";
import { entryText, type ReadLimits, readDocument, readJsonLines } from "./read-entry.ts";

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
  let validate: ReturnType<typeof compileValidate>;
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
  const json = new Checked(readJsonLines(entryText(zip.read(jsonEntry), jsonEntry.path), jsonEntry.path, options));
  const csv = new Checked(readCsv(entryText(zip.read(csvEntry), csvEntry.path), columns, { formulaGuard }));
  try {
    for (;;) {
      const [record, twin] = [await json.next(), await csv.next()];
      if (record === undefined && twin === undefined) break;
      const recordIndex = Math.max(json.count, csv.count) - 1;
      if (record !== undefined) {
        const [error] = validate(record) ?? [];
        if (error !== undefined)
          yield finding("RECORD_INVALID", `${error.pointer || "/"} ${error.message}.`, {
            path: jsonEntry.path,
            recordIndex,
          });
      }
      if (record !== undefined && twin !== undefined && !isDeepStrictEqual(record, twin))
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
  const elements = new Checked(readJsonLines(entryText(zip.read(entry), path), path, options));
  while ((await elements.next()) !== undefined);
  if (elements.failure !== undefined) yield finding("JSON_INVALID", messageOf(elements.failure), { path });
  else if (elements.count !== records.quarantined)
    yield finding(
      "COUNT_MISMATCH",
      `The file has ${elements.count} records; the manifest says ${records.quarantined}.`,
      { path },
    );
}

/** Records one by one, with what stopped them kept instead of thrown: expected damage is a finding. */
class Checked {
  count = 0;
  failure: unknown;
  readonly #records: AsyncGenerator<JsonValue>;

  constructor(records: AsyncGenerator<JsonValue>) {
    this.#records = records;
  }

  async next(): Promise<JsonValue | undefined> {
    try {
      const step = await this.#records.next();
      if (step.done) return undefined;
      this.count++;
      return step.value;
    } catch (error) {
      this.failure = error;
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#records.return(undefined);
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
