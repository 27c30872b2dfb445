import { openZip, type ZipEntry, type ZipReader } from "../archive/zip-reader.ts";
import { entryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { isWhole } from "../model/outcome.ts";
import { parseChecksums } from "./checksums.ts";
import { type DigestingReader, digesting } from "./digesting.ts";
import { documentErrors } from "./documents.ts";
import { type Finding, finding, messageOf } from "./findings.ts";
import { formatName, formatVersion, layout } from "./layout.ts";
import type { ManifestDataset } from "./manifest.ts";
import { type ReadLimits, readDocument, readText } from "./read-entry.ts";
import { checkRecords } from "./verify-records.ts";

export interface VerifyOptions extends ReadLimits {
  /**
   * How far to look. `structure`: names, and what SHA256SUMS and the manifest claim of each other and of the zip; no data is read.
   * `digests`: that, and the SHA-256 of every file. `full` (default): that, and every record: its schema, JSON = CSV, counts.
   */
  readonly level?: "structure" | "digests" | "full";
  /** Most findings given per file. Default 20. */
  readonly maxFindingsPerFile?: number;
}

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
  let opened: ZipReader;
  try {
    opened = await openZip(file);
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
    yield finding("ZIP_UNREADABLE", error.message);
    return;
  }
  const { level = "full" } = options;
  const zip = digesting(opened);
  try {
    const entries = new Map(zip.entries.map((entry) => [entry.path, entry]));
    yield* checkNames(zip.entries);
    const manifest = yield* checkManifest(zip, entries, options);
    if (manifest?.completeness === "partial")
      yield finding("BUNDLE_PARTIAL", "The bundle says that it is not complete; see the outcomes of its datasets.");
    if (manifest !== undefined) yield* checkClaims(manifest, zip.entries);
    // Records come before digests: then nearly every entry is inflated once, and hashed on the way.
    for (const dataset of (level === "full" && manifest?.datasets) || []) {
      if (dataset.schema !== undefined) yield* limited(checkRecords(zip, entries, dataset, options), options);
    }
    if (level !== "structure") yield* readTheRest(zip, entries);
    yield* checkSums(zip, entries, options);
    for (const dataset of manifest?.datasets ?? []) yield* checkFiles(zip, entries, dataset);
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

/** Reads what nothing has read to its end yet, for its digest. */
async function* readTheRest(zip: DigestingReader, entries: ReadonlyMap<string, ZipEntry>): AsyncGenerator<Finding> {
  for (const entry of entries.values()) {
    const { path, isDirectory } = entry;
    if (isDirectory) continue;
    try {
      if (zip.failures.has(path)) throw zip.failures.get(path);
      if (!zip.digests.has(path)) for await (const _ of zip.read(entry));
    } catch (error) {
      yield finding("ENTRY_UNREADABLE", messageOf(error), { path });
    }
  }
}

async function* checkSums(
  zip: DigestingReader,
  entries: ReadonlyMap<string, ZipEntry>,
  options: VerifyOptions,
): AsyncGenerator<Finding> {
  const sums = entries.get(layout.checksums);
  if (sums === undefined || zip.failures.has(layout.checksums)) {
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
    else if (isOther(zip.digests.get(path), sha256))
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

/** What the manifest says of itself and of the zip as a whole: it may not claim what it does not name, nor be silent about a file. */
function* checkClaims({ completeness, datasets }: Manifest, entries: readonly ZipEntry[]): Generator<Finding> {
  const path = layout.manifest;
  const known = new Set<string>([layout.page, layout.dataPackage, layout.manifest, layout.checksums]);
  for (const { name, outcome, files, schema } of datasets) {
    const named = new Set([...files.map((file) => file.path), ...(schema === undefined ? [] : [schema.path])]);
    for (const each of named) known.add(each);
    if (completeness === "complete" && !isWhole(outcome))
      yield finding("MANIFEST_INVALID", `The bundle claims to be complete, and "${name}" is ${outcome}.`, { path });
    if (outcome !== "complete" && outcome !== "empty" && outcome !== "partial") continue;
    for (const needed of [layout.json(name), layout.csv(name), layout.schema(name)]) {
      if (!named.has(needed))
        yield finding("ENTRY_MISSING", `The manifest says that "${name}" is ${outcome}, and does not name this file.`, {
          path: needed,
        });
    }
  }
  for (const entry of entries) {
    if (!entry.isDirectory && !known.has(entry.path))
      yield finding("ENTRY_EXTRA", "The manifest does not know this file.", { path: entry.path });
  }
}

function* checkFiles(
  { digests }: DigestingReader,
  entries: ReadonlyMap<string, ZipEntry>,
  { files, schema }: ManifestDataset,
): Generator<Finding> {
  for (const { path, sha256, bytes } of [
    ...files,
    ...(schema === undefined ? [] : [{ ...schema, bytes: undefined }]),
  ]) {
    const entry = entries.get(path);
    if (entry === undefined) yield finding("ENTRY_MISSING", "The manifest names a file that is not there.", { path });
    else if ((bytes !== undefined && entry.bytes !== bytes) || isOther(digests.get(path), sha256))
      yield finding("FILE_FACTS_WRONG", "The manifest's size or digest is not the file's.", { path });
  }
}

/** Whether a digest is known, and not the one that is claimed. */
const isOther = (known: string | undefined, claimed: string): boolean => known !== undefined && known !== claimed;

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
