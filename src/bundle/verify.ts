import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { openZip, type ZipEntry, type ZipReader } from "../archive/zip-reader.ts";
import { columnsOf } from "../codec/columns.ts";
import { readCsv } from "../codec/csv-reader.ts";
import { readShape } from "../codec/shape.ts";
import { compileValidate } from "../codec/validate.ts";
import { entryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { JsonValue } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { parseChecksums } from "./checksums.ts";
import { documentErrors } from "./documents.ts";
import { formatName, formatVersion, layout } from "./layout.ts";
import type { ManifestDataset } from "./manifest.ts";
import { entryText, type ReadLimits, readDocument, readJsonLines, readText } from "./read-entry.ts";

/** Every code a finding can have. `error`: the bundle is not sound. `note`: it is sound, and says so of itself. */
export const findingCodes = {
  ZIP_UNREADABLE: ["error", "The file is no zip, or is damaged or cut off."],
  NAME_UNSAFE: [
    "error",
    "An entry's name is unsafe: absolute, with `..`, a backslash, a drive letter or a device name.",
  ],
  ENTRY_DUPLICATE: ["error", "Two entries have the same name, but for case."],
  ENTRY_SPECIAL: ["error", "An entry is a symbolic link, or encrypted."],
  ENTRY_MISSING: ["error", "A file that the bundle speaks of is not there."],
  ENTRY_EXTRA: ["error", "A file is there that SHA256SUMS does not know."],
  ENTRY_UNREADABLE: ["error", "An entry cannot be inflated, or is not as long as it claims."],
  CHECKSUMS_INVALID: ["error", "SHA256SUMS is missing or malformed."],
  DIGEST_MISMATCH: ["error", "A file's bytes are not those that were sealed."],
  MANIFEST_INVALID: ["error", "manifest.json is missing, or does not match its schema."],
  VERSION_UNKNOWN: ["error", "The bundle has a format version that this program does not know."],
  FILE_FACTS_WRONG: ["error", "The manifest's size or digest of a file is not the file's."],
  SCHEMA_INVALID: ["error", "A record schema in the bundle cannot be used."],
  JSON_INVALID: ["error", "A JSON file is malformed."],
  CSV_INVALID: ["error", "A CSV file is malformed."],
  RECORD_INVALID: ["error", "A record does not match its schema."],
  COUNT_MISMATCH: ["error", "A file does not have as many records as the manifest says."],
  CSV_MISMATCH: ["error", "JSON and CSV do not say the same."],
  BUNDLE_PARTIAL: ["note", "The bundle says itself that it is not complete."],
} as const satisfies Record<string, readonly ["error" | "note", string]>;

export type FindingCode = keyof typeof findingCodes;

/** One result of verification. The message holds no values. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "error" | "note";
  readonly message: string;
  readonly path?: string;
  readonly recordIndex?: number;
}

export interface VerifyOptions extends ReadLimits {
  /** Most findings given per file. Default 20. */
  readonly maxFindingsPerFile?: number;
}

type Context = { readonly path?: string; readonly recordIndex?: number };
const finding = (code: FindingCode, message: string, context: Context = {}): Finding => ({
  code,
  severity: findingCodes[code][0],
  message,
  ...context,
});

/**
 * Checks a bundle, offline, with nothing but the file: names, digests, manifest, counts, the schema of every record, and that JSON and CSV
 * say the same. A bad bundle gives findings; only a file that cannot be opened at all throws.
 *
 * @throws the system's error when the file cannot be opened
 * @example
 * ```ts
 * for await (const { severity, code, message } of verifyBundle("bundle.zip")) console.log(severity, code, message);
 * ```
 */
export async function* verifyBundle(file: string, options: VerifyOptions = {}): AsyncGenerator<Finding> {
  let zip: ZipReader;
  try {
    zip = await openZip(file);
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
    yield finding("ZIP_UNREADABLE", error.message);
    return;
  }
  try {
    const entries = new Map(zip.entries.map((entry) => [entry.path, entry]));
    yield* checkNames(zip.entries);
    const digests = new Map<string, string>();
    yield* checkDigests(zip, entries, digests, options);
    const manifest = yield* checkManifest(zip, entries, options);
    if (manifest === undefined) return;
    if (manifest.completeness === "partial")
      yield finding("BUNDLE_PARTIAL", "The bundle says that it is not complete; see the outcomes of its datasets.");
    for (const dataset of manifest.datasets) {
      yield* checkFiles(dataset, entries, digests);
      if (dataset.schema !== undefined) yield* limited(checkRecords(zip, entries, dataset, options), options);
    }
  } finally {
    zip.close();
  }
}

function* checkNames(entries: readonly ZipEntry[]): Generator<Finding> {
  const seen = new Set<string>();
  for (const { path, isSymlink, isEncrypted } of entries) {
    try {
      entryPath(path);
    } catch {
      yield finding("NAME_UNSAFE", "The entry's name is unsafe.", { path });
    }
    const folded = path.toLowerCase();
    if (seen.has(folded)) yield finding("ENTRY_DUPLICATE", "Another entry has the same name, but for case.", { path });
    seen.add(folded);
    if (isSymlink || isEncrypted)
      yield finding("ENTRY_SPECIAL", `The entry is ${isSymlink ? "a symbolic link" : "encrypted"}.`, { path });
  }
}

async function* checkDigests(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  digests: Map<string, string>,
  options: VerifyOptions,
): AsyncGenerator<Finding> {
  for (const entry of entries.values()) {
    if (entry.isDirectory) continue;
    try {
      const sha256 = createHash("sha256");
      for await (const chunk of zip.read(entry)) sha256.update(chunk);
      digests.set(entry.path, sha256.digest("hex"));
    } catch (error) {
      yield finding("ENTRY_UNREADABLE", messageOf(error), { path: entry.path });
    }
  }
  const sums = entries.get(layout.checksums);
  if (sums === undefined || !digests.has(layout.checksums)) {
    yield finding("CHECKSUMS_INVALID", "SHA256SUMS is missing.", { path: layout.checksums });
    return;
  }
  const named = new Set<string>([layout.checksums]);
  let lines: ReturnType<typeof parseChecksums>;
  try {
    lines = parseChecksums(await readText(zip, sums, options));
  } catch (error) {
    yield finding("CHECKSUMS_INVALID", messageOf(error), { path: layout.checksums });
    return;
  }
  for (const line of lines) {
    if (line === undefined) {
      yield finding("CHECKSUMS_INVALID", "A line is not a digest and a path.", { path: layout.checksums });
      continue;
    }
    const [path, sha256] = line;
    named.add(path);
    if (!entries.has(path)) yield finding("ENTRY_MISSING", "SHA256SUMS names a file that is not there.", { path });
    else if (digests.has(path) && digests.get(path) !== sha256)
      yield finding("DIGEST_MISMATCH", "The file's SHA-256 is not the one in SHA256SUMS.", { path });
  }
  for (const { path, isDirectory } of entries.values()) {
    if (!isDirectory && !named.has(path)) yield finding("ENTRY_EXTRA", "SHA256SUMS does not know this file.", { path });
  }
}

async function* checkManifest(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  options: VerifyOptions,
): AsyncGenerator<Finding, Manifest | undefined> {
  const path = layout.manifest;
  const entry = entries.get(path);
  if (entry === undefined) {
    yield finding("MANIFEST_INVALID", "manifest.json is missing.", { path });
    return undefined;
  }
  let manifest: Partial<Manifest> | null;
  try {
    manifest = (await readDocument(zip, entry, options)) as Partial<Manifest> | null;
  } catch (error) {
    yield finding("MANIFEST_INVALID", messageOf(error), { path });
    return undefined;
  }
  if (manifest?.format === formatName && manifest.formatVersion !== formatVersion) {
    yield finding("VERSION_UNKNOWN", `This program knows format version ${formatVersion} only.`, { path });
    return undefined;
  }
  const errors = documentErrors("manifest", manifest);
  for (const { pointer, message } of errors.slice(0, options.maxFindingsPerFile ?? 20))
    yield finding("MANIFEST_INVALID", `${pointer || "/"} ${message}.`, { path });
  return errors.length === 0 ? (manifest as Manifest) : undefined;
}

function* checkFiles(
  { files, schema }: ManifestDataset,
  entries: ReadonlyMap<string, ZipEntry>,
  digests: ReadonlyMap<string, string>,
): Generator<Finding> {
  for (const { path, sha256, bytes } of [
    ...files,
    ...(schema === undefined ? [] : [{ ...schema, bytes: undefined }]),
  ]) {
    const entry = entries.get(path);
    if (entry === undefined) yield finding("ENTRY_MISSING", "The manifest names a file that is not there.", { path });
    else if ((bytes !== undefined && entry.bytes !== bytes) || (digests.has(path) && digests.get(path) !== sha256)) {
      yield finding("FILE_FACTS_WRONG", "The manifest's size or digest is not the file's.", { path });
    }
  }
}

/** Reads JSON and CSV side by side: every record against the schema, and each against its twin. */
async function* checkRecords(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  dataset: ManifestDataset,
  options: VerifyOptions,
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
  options: VerifyOptions,
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
  options: VerifyOptions,
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

async function* limited(
  findings: AsyncGenerator<Finding>,
  { maxFindingsPerFile = 20 }: VerifyOptions,
): AsyncGenerator<Finding> {
  let given = 0;
  for await (const each of findings) {
    if (++given > maxFindingsPerFile) return;
    yield each;
  }
}

function messageOf(error: unknown): string {
  return PortmanteauError.is(error) ? error.message : "It cannot be read.";
}
