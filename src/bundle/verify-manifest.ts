import type { ZipEntry } from "../archive/zip-reader.ts";
import type { RecordError } from "../codec/ajv.ts";
import { nameProblem } from "../model/entry-path.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { isWhole } from "../model/outcome.ts";
import { notPortable } from "../model/privacy.ts";
import { documentErrors } from "./documents.ts";
import { type Finding, failureFinding, finding } from "./findings.ts";
import { formatName, formatVersion, layout } from "./layout.ts";
import { entryOrder, type ManifestDataset } from "./manifest.ts";
import { readDocument } from "./read-entry.ts";
import type { OpenZip } from "./verify-zip.ts";

/** Reads the manifest. @returns it when the rest can rely on it */
export async function* checkManifest({
  zip,
  entries,
  options,
}: OpenZip): AsyncGenerator<Finding, Manifest | undefined> {
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
    yield failureFinding("MANIFEST_INVALID", error, { path });
    return undefined;
  }
  if (manifest?.format === formatName && manifest.formatVersion !== formatVersion) {
    yield finding("VERSION_UNKNOWN", `This program knows format version ${formatVersion} only.`, { path });
    return undefined;
  }
  let errors: readonly RecordError[];
  let problems: readonly string[];
  try {
    [errors, problems] = options.time.run(() => {
      const errors = documentErrors("manifest", manifest);
      const words = errors.map(({ pointer, message }) => `${pointer || "/"} ${message}.`);
      return [errors, errors.length > 0 ? words : contradictions(manifest as Manifest)];
    });
  } catch (error) {
    yield failureFinding("MANIFEST_INVALID", error, { path });
    return undefined;
  }
  for (const problem of problems.slice(0, options.maxFindingsPerFile))
    yield finding("MANIFEST_INVALID", problem, { path });
  return errors.length === 0 && problems.every((problem) => !problem.startsWith("/datasets/"))
    ? (manifest as Manifest)
    : undefined;
}

/** What no schema can say: the manifest must agree with itself. Those about datasets make it useless for everything else. */
function contradictions({ categories, completeness, datasets, part }: Manifest): string[] {
  const problems: string[] = [];
  for (const [index, { legalBasis, origin, portable }] of categories.entries()) {
    if (portable !== (notPortable({ legalBasis, origin }, "law") === undefined))
      problems.push(`/categories/${index}/portable does not follow from legal basis and origin.`);
  }
  const { number, last, count = number } = part;
  if (number > count || last !== (number === count) || (part.previous === undefined) !== (number === 1))
    problems.push("/part contradicts itself.");
  const names = new Set<string>();
  for (const [index, { name, outcome, files, schema }] of datasets.entries()) {
    const at = `/datasets/${index}`;
    if (nameProblem(name) !== undefined) {
      problems.push(`${at}/name is no name of a dataset.`);
      continue;
    }
    if (names.has(name)) problems.push(`${at}/name stands twice.`);
    names.add(name);
    const paths = files.map(({ path }) => path);
    if (new Set(paths).size < paths.length || !paths.every((path) => isPathOf(name, path)))
      problems.push(`${at}/files are not the dataset's own.`);
    if (schema !== undefined && schema.path !== layout.schema(name))
      problems.push(`${at}/schema/path is not the dataset's own.`);
    if (completeness === "complete" && !isWhole(outcome))
      problems.push(`/completeness is complete, and a dataset is ${outcome}: ${name}.`);
  }
  return problems;
}

function isPathOf(name: string, path: string): boolean {
  const own: readonly string[] = [layout.json(name), layout.csv(name), layout.quarantine(name)];
  return own.includes(path) || path.startsWith(`${layout.filesDirectory}${name}/`);
}

/** Holds the zip's entries against the manifest: all that it names, nothing else, in the order of the format. */
export function* checkEntries(manifest: Manifest, entries: readonly ZipEntry[]): Generator<Finding> {
  const order = entryOrder(manifest);
  const known = new Set(order);
  const there = new Set(entries.map(({ path }) => path));
  // A signature that the manifest does not speak of is judged with the signature.
  for (const { path, isDirectory } of entries) {
    if (!known.has(path) && path !== layout.signature)
      yield finding("ENTRY_EXTRA", `The manifest does not know this ${isDirectory ? "directory" : "file"}.`, { path });
  }
  for (const path of order) {
    if (!there.has(path) && path.endsWith("/"))
      yield finding("ENTRY_MISSING", "The directory has no entry of its own.", { path });
  }
  const expected = order.filter((path) => there.has(path));
  const actual = [...there].filter((path) => known.has(path));
  const at = expected.findIndex((path, index) => path !== actual[index]);
  if (at !== -1)
    yield finding("ENTRY_ORDER", "The entry does not stand where the format puts it.", { path: actual[at] as string });
}

/** Holds each file against its size and digest in the manifest, as far as they are known. */
export function* checkFiles(
  { zip: { digests }, entries, paths }: OpenZip,
  { files, schema }: ManifestDataset,
): Generator<Finding> {
  const facts = [
    ...files,
    ...(schema === undefined ? [] : [{ path: schema.path, sha256: schema.sha256, bytes: undefined }]),
  ];
  for (const { path, sha256, bytes } of facts) {
    const entry = entries.get(path);
    if (!paths.has(path)) yield finding("ENTRY_MISSING", "The manifest names a file that is not there.", { path });
    else if (entry === undefined)
      continue; // why it is not read is a finding of its own
    else if ((bytes !== undefined && entry.bytes !== bytes) || (digests.get(path) ?? sha256) !== sha256)
      yield finding("FILE_FACTS_WRONG", "The manifest's size or digest is not the file's.", { path });
  }
}
