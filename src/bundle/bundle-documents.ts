import { type PackedFile, type PackedHead, packFile } from "../archive/zip-entry.ts";
import type { SizedEntry } from "../archive/zip-size.ts";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { attachmentEntries, type BundleDataset, type BundleFile, dataEntries } from "./bundle-dataset.ts";
import { checksumsText } from "./checksums.ts";
import { dataPackage, type PackagedDataset } from "./data-package.ts";
import { documentBytes, documentErrors } from "./documents.ts";
import { type Signer, verifyingKey } from "./keys.ts";
import { layout, mediaTypes } from "./layout.ts";
import type { ManifestDataset, ManifestFile } from "./manifest.ts";
import { type PageDataset, type PageInput, pageBody } from "./page/index.ts";
import { signatureBytes } from "./signature.ts";

/** A document of a bundle, ready for the zip. */
export interface PackedDocument {
  readonly path: EntryPath;
  readonly file: PackedFile;
}

export interface DocumentOptions {
  /** zlib level, 1 to 9. */
  readonly level: number;
  readonly pageHead: PackedHead;
  readonly partName?: PageInput["partName"];
  readonly signer?: Signer | undefined;
}

/** The documents in the bundle's order, and what a signer signs of them. */
export interface PackedDocuments {
  readonly files: readonly PackedDocument[];
  /** SHA256SUMS, the last of them. */
  readonly checksums: Buffer;
}

/**
 * Packs everything of a bundle that is not data, in the bundle's order: the schemas, the page, the data package, the manifest and the
 * checksums of all of it.
 *
 * @param manifest the manifest as far as it does not speak of files; `datasets` without a matching part keep no files
 */
export function packDocuments(
  manifest: Manifest,
  datasets: readonly BundleDataset[],
  { level, pageHead, partName, signer }: DocumentOptions,
): PackedDocuments {
  const whole = { ...withFiles(manifest, datasets), ...signatureOf(signer) };
  const [error] = documentErrors("manifest", whole);
  if (error !== undefined)
    throw new PortmanteauError(
      "ARCHIVE_FAILED",
      `The manifest does not match its schema at "${error.pointer}": ${error.message}.`,
      { context: { pointer: error.pointer } },
    );
  const page = pageBody({ manifest: whole, datasets: datasets.map(pageDataset), partName });
  const described = [
    ...datasets.map(({ documents: { paths, schema } }) => ({ path: paths.schema, file: schema })),
    { path: layout.page, file: packFile(page, level, pageHead) },
    {
      path: layout.dataPackage,
      file: packFile(documentBytes(dataPackage(whole, datasets.map(packagedDataset))), level),
    },
    { path: layout.manifest, file: packFile(documentBytes(whole), level) },
  ];
  const digests = new Map([
    ...datasets.flatMap((dataset) =>
      [...dataEntries(dataset), ...dataset.attachments].map(({ path, facts }) => [path, facts.sha256] as const),
    ),
    ...described.map(({ path, file }) => [path, file.facts.sha256] as const),
  ]);
  const checksums = Buffer.from(checksumsText(digests));
  return { files: [...described, { path: layout.checksums, file: packFile(checksums, level) }], checksums };
}

function signatureOf(signer: Signer | undefined): Pick<Manifest, "signature"> {
  return signer === undefined ? {} : { signature: { format: "minisign", keyId: verifyingKey(signer.publicKey).keyId } };
}

/** Every entry of a bundle, directories included, for its size. */
export function bundleEntries(
  datasets: readonly BundleDataset[],
  { files }: PackedDocuments,
  signer: Signer | undefined,
): readonly SizedEntry[] {
  const directory = (path: EntryPath) => ({ path, facts: { bytes: 0, compressedBytes: 0 } });
  const data = datasets.flatMap(({ documents: { paths }, json, csv }) => [
    { path: paths.json, facts: json.facts },
    { path: paths.csv, facts: csv.facts },
  ]);
  const attachments = datasets.flatMap((dataset) => attachmentEntries(dataset).slice(1)); // the first directory is shared
  const quarantines = datasets.flatMap(({ documents: { paths }, quarantine }) =>
    quarantine === undefined ? [] : [{ path: paths.quarantine, facts: quarantine.facts }],
  );
  return [
    directory(layout.dataDirectory),
    ...data,
    ...(attachments.length > 0 ? [directory(layout.filesDirectory), ...attachments] : []),
    ...(quarantines.length > 0 ? [directory(layout.quarantineDirectory), ...quarantines] : []),
    ...(datasets.length > 0 ? [directory(layout.schemasDirectory)] : []),
    ...files.map(({ path, file: { facts } }) => ({ path, facts })),
    ...(signer === undefined
      ? []
      : [{ path: layout.signature, facts: { bytes: signatureBytes, compressedBytes: signatureBytes } }]),
  ];
}

function withFiles(manifest: Manifest, written: readonly BundleDataset[]): Manifest {
  const byName = new Map(written.map((each) => [each.dataset.name, each]));
  const datasets = manifest.datasets.map((entry): ManifestDataset => {
    const dataset = byName.get(entry.name);
    if (dataset === undefined) return entry;
    const { codec, documents } = dataset;
    const id = codec.schema.$id;
    const schema = {
      path: documents.paths.schema,
      ...(id === undefined ? {} : { id }),
      sha256: documents.schema.facts.sha256,
    };
    return { ...entry, schema, files: filesOf(dataset) };
  });
  return { ...manifest, datasets };
}

function filesOf({ documents: { paths }, json, csv, quarantine, attachments }: BundleDataset): ManifestFile[] {
  const file = (
    path: EntryPath,
    mediaType: string,
    { facts: { bytes, sha256 }, records }: BundleFile,
  ): ManifestFile => ({ path, mediaType, bytes, sha256, records });
  return [
    file(paths.json, mediaTypes.json, json),
    file(paths.csv, mediaTypes.csv, csv),
    ...(quarantine === undefined ? [] : [file(paths.quarantine, mediaTypes.json, quarantine)]),
    ...attachments.map(({ path, name: originalName, mediaType, facts: { bytes, sha256 } }) => {
      return { path, originalName, mediaType, bytes, sha256 };
    }),
  ];
}

function packagedDataset({ dataset, codec, documents: { fields, paths }, json, csv }: BundleDataset): PackagedDataset {
  return { ...dataset, codec, fields, paths, json: json.facts, csv: csv.facts };
}

function pageDataset({ dataset, documents: { page }, preview, months }: BundleDataset): PageDataset {
  return { name: dataset.name, preview, months, ...page };
}
