import { headerProblems } from "../archive/zip-headers.ts";
import type { ZipEntry, ZipLimits } from "../archive/zip-reader.ts";
import { entryPath } from "../model/entry-path.ts";
import { foldedName } from "../model/file-name.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { parseChecksums } from "./checksums.ts";
import type { DigestingReader } from "./digesting.ts";
import { type Finding, failureFinding, finding } from "./findings.ts";
import type { VerifyingKey } from "./keys.ts";
import { layout } from "./layout.ts";
import type { ManifestDataset } from "./manifest.ts";
import { readText } from "./read-entry.ts";
import { PackageCheck, readDataPackage, readSchema } from "./verify-documents.ts";
import { checkEntries, checkFiles, checkManifest } from "./verify-manifest.ts";
import { checkQuarantine, checkRecords, type RecordChecks, type RecordLimits } from "./verify-records.ts";
import { checkSignature, type SignatureState } from "./verify-signature.ts";

export interface CheckOptions extends RecordLimits, ZipLimits {
  readonly level: "structure" | "digests" | "full";
  readonly maxFindingsPerFile: number;
  readonly keys: readonly VerifyingKey[];
}

/** A zip that is being checked. */
export interface OpenZip {
  readonly zip: DigestingReader;
  /** By path, those that are read: no links, no bombs. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Of all entries, those that are not read too. */
  readonly paths: ReadonlySet<string>;
  readonly options: CheckOptions;
}

/** What is known of a zip once it was checked. */
export interface CheckedZip {
  readonly manifest: Manifest | undefined;
  readonly files: number;
  /** Records counted, by path, of the files that could be read to their end. */
  readonly records: ReadonlyMap<string, number>;
  readonly signature: SignatureState;
  /** SHA-256 of the whole file; not known at level `structure`. */
  readonly sha256: string | undefined;
}

/** Checks one zip for itself: all but what its manifest says of a whole set. */
export async function* checkZip(zip: DigestingReader, options: CheckOptions): AsyncGenerator<Finding, CheckedZip> {
  const entries = yield* checkContainer(zip);
  const open: OpenZip = { zip, entries, paths: new Set(zip.entries.map(({ path }) => path)), options };
  const manifest = yield* checkManifest(open);
  const records = new Map<string, number>();
  if (manifest !== undefined) {
    yield* checkEntries(manifest, zip.entries);
    const tables = yield* readDataPackage(open);
    const packaged = new PackageCheck(manifest, tables);
    for (const dataset of manifest.datasets) {
      const checks = yield* readSchema(open, dataset, tables);
      yield* packaged.dataset(dataset, checks);
      // Records come before digests: then nearly every entry is inflated once, and hashed on the way.
      if (options.level === "full") yield* checkDataset(open, dataset, checks, records);
    }
    yield* packaged.rest();
  }
  if (options.level !== "structure") yield* readTheRest(open);
  const checksums = yield* checkSums(open);
  for (const dataset of manifest?.datasets ?? []) yield* checkFiles(open, dataset);
  const { state, sha256 } = yield* checkSignature(open, manifest, checksums);
  return {
    manifest,
    files: zip.entries.filter(({ isDirectory }) => !isDirectory).length,
    records,
    signature: state,
    sha256,
  };
}

const headerCodes = {
  mismatch: "HEADER_MISMATCH",
  unexpected: "HEADER_UNEXPECTED",
  overlap: "ENTRY_OVERLAP",
  unclaimed: "BYTES_UNCLAIMED",
} as const;

/** Names, kinds, limits, and every byte outside the entries' data. @returns the entries that may be read */
async function* checkContainer(zip: DigestingReader): AsyncGenerator<Finding, Map<string, ZipEntry>> {
  const readable = new Map<string, ZipEntry>();
  const seen = new Set<string>();
  for (const entry of zip.entries) {
    const { path } = entry;
    try {
      entryPath(path);
    } catch {
      yield finding("NAME_UNSAFE", "The entry's name is unsafe.", { path });
    }
    const folded = foldedName(path);
    if (seen.has(folded)) yield finding("ENTRY_DUPLICATE", "Another entry has the same name, but for case.", { path });
    seen.add(folded);
    const refusal = zip.refusal(entry);
    if (refusal === undefined) readable.set(path, entry);
    else yield finding(refusal.kind === "limit" ? "LIMIT_EXCEEDED" : "ENTRY_SPECIAL", refusal.message, { path });
  }
  const paths = new Map(zip.entries.map((entry) => [zip.record(entry), entry.path]));
  for await (const { kind, message, record } of headerProblems(zip.file, [...paths.keys()])) {
    const path = record === undefined ? undefined : paths.get(record);
    // Each byte of the file is inflated once: thousands of entries on the same bytes would take for ever.
    if (kind === "overlap" && path !== undefined) readable.delete(path);
    yield finding(headerCodes[kind], message, path === undefined ? {} : { path });
  }
  return readable;
}

async function* checkDataset(
  { zip, entries, options }: OpenZip,
  dataset: ManifestDataset,
  checks: RecordChecks | undefined,
  counted: Map<string, number>,
): AsyncGenerator<Finding> {
  const { name, files } = dataset;
  const said = new Map(files.map((file) => [file.path, file.records]));
  const count = function* (path: string, records: number | undefined): Generator<Finding> {
    if (records === undefined) return;
    counted.set(path, records);
    if (records !== said.get(path))
      yield finding("COUNT_MISMATCH", `The file has ${records} records; the manifest says ${said.get(path)}.`, {
        path,
      });
  };
  const [json, csv] = [entries.get(layout.json(name)), entries.get(layout.csv(name))];
  if (json !== undefined && csv !== undefined && checks !== undefined) {
    const counts = yield* limited(checkRecords(zip, { json, csv }, checks, options), options);
    yield* count(json.path, counts?.json);
    yield* count(csv.path, counts?.csv);
  }
  const quarantine = entries.get(layout.quarantine(name));
  if (quarantine === undefined || !said.has(quarantine.path)) return;
  yield* count(quarantine.path, yield* limited(checkQuarantine(zip, quarantine, dataset, options), options));
}

/** Not more findings than wanted; then the file is not read on. */
async function* limited<T>(
  findings: AsyncGenerator<Finding, T>,
  { maxFindingsPerFile }: CheckOptions,
): AsyncGenerator<Finding, T | undefined> {
  for (let given = 0; given <= maxFindingsPerFile; given++) {
    const { done, value } = await findings.next();
    if (done) return value;
    if (given < maxFindingsPerFile) yield value;
  }
  await findings.return(undefined as T);
  return undefined;
}

/** Reads what nothing has read to its end yet, for its digest. */
async function* readTheRest({ zip, entries }: OpenZip): AsyncGenerator<Finding> {
  for (const entry of entries.values()) {
    const { path, isDirectory } = entry;
    if (isDirectory) continue;
    try {
      if (zip.failures.has(path)) throw zip.failures.get(path);
      if (!zip.digests.has(path)) for await (const _ of zip.read(entry));
    } catch (error) {
      yield failureFinding("ENTRY_UNREADABLE", error, { path });
    }
  }
}

/** Holds every file against SHA256SUMS. @returns its bytes, for the signature */
async function* checkSums({ zip, entries, paths, options }: OpenZip): AsyncGenerator<Finding, Buffer | undefined> {
  const path = layout.checksums;
  const sums = entries.get(path);
  if (sums === undefined || zip.failures.has(path)) {
    yield finding("CHECKSUMS_INVALID", "SHA256SUMS is missing, or cannot be read.", { path });
    return undefined;
  }
  let text: string;
  try {
    text = await readText(zip, sums, options);
  } catch (error) {
    yield failureFinding("CHECKSUMS_INVALID", error, { path });
    return undefined;
  }
  const named = new Set<string>([path, layout.signature]);
  let before = "";
  let isSorted = text.endsWith("\n");
  let malformed = 0;
  for (const line of parseChecksums(text)) {
    if (line === undefined) {
      if (malformed++ < options.maxFindingsPerFile)
        yield finding("CHECKSUMS_INVALID", "A line is not a digest and a path.", { path });
      continue;
    }
    const [of, sha256] = line;
    isSorted &&= of > before;
    before = of;
    named.add(of);
    if (!paths.has(of)) yield finding("ENTRY_MISSING", "SHA256SUMS names a file that is not there.", { path: of });
    else if ((zip.digests.get(of) ?? sha256) !== sha256)
      yield finding("DIGEST_MISMATCH", "The file's SHA-256 is not the one in SHA256SUMS.", { path: of });
  }
  if (!isSorted)
    yield finding("CHECKSUMS_INVALID", "Its lines are not sorted, or the last one does not end.", { path });
  for (const entry of zip.entries) {
    if (!entry.isDirectory && !named.has(entry.path))
      yield finding("ENTRY_EXTRA", "SHA256SUMS does not know this file.", { path: entry.path });
  }
  return Buffer.from(text);
}
