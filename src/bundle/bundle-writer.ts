import type { EntryFacts, PackedFile, PackedHead } from "../archive/zip-writer.ts";
import { packFile, packHead, ZipWriter } from "../archive/zip-writer.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { Dataset } from "../model/dataset.ts";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { JsonObject } from "../model/json.ts";
import { checksumsText } from "./checksums.ts";
import { dataPackage, type PackagedDataset } from "./data-package.ts";
import type { DatasetDocuments } from "./dataset-documents.ts";
import { documentBytes, documentErrors } from "./documents.ts";
import { type Signer, verifyingKey } from "./keys.ts";
import { layout, mediaTypes } from "./layout.ts";
import type { ManifestDataset, ManifestFile } from "./manifest.ts";
import { type PageDataset, pageBody, pageHead } from "./page/index.ts";
import { signBundle } from "./signature.ts";

/** A sealed file of a dataset: already one raw deflate stream. */
export interface BundleFile {
  readonly facts: EntryFacts & { readonly sha256: string };
  readonly records: number;
  read(): AsyncIterable<Uint8Array>;
}

/** A dataset on its way into the bundle. */
export interface BundleDataset {
  readonly dataset: Pick<Dataset, "name" | "title" | "description" | "primaryKey" | "foreignKeys">;
  readonly codec: RecordCodec;
  readonly documents: DatasetDocuments;
  readonly json: BundleFile;
  readonly csv: BundleFile;
  readonly quarantine: BundleFile | undefined;
  readonly preview: readonly JsonObject[];
}

/** The head of a controller's page, packed once for all its bundles. */
export function packPageHead(controller: Manifest["controller"], level: number): PackedHead {
  return packHead(Buffer.from(pageHead({ controller }).markup), level);
}

export interface BundleWriterOptions {
  /** zlib level, 1 to 9. */
  readonly level: number;
  readonly pageHead: PackedHead;
  readonly signer?: Signer | undefined;
}

/**
 * Writes a bundle in the order of the format: the data of each dataset as it comes, then quarantine, schemas, the page, the data
 * package, the manifest, the checksums of all of it, and the signature of these.
 */
export class BundleWriter {
  readonly #zip: ZipWriter;
  readonly #level: number;
  readonly #pageHead: PackedHead;
  readonly #signer: Signer | undefined;
  #giveUp: (error: PortmanteauError) => void = () => {};
  /** Ends the wait for a signer, who may never answer. */
  readonly #givenUp = new Promise<never>((_resolve, reject) => {
    this.#giveUp = reject;
  });
  readonly #digests = new Map<EntryPath, string>();
  readonly #datasets: BundleDataset[] = [];

  constructor(write: (bytes: Uint8Array) => Promise<void>, { level, pageHead, signer }: BundleWriterOptions) {
    this.#zip = new ZipWriter(write);
    this.#level = level;
    this.#pageHead = pageHead;
    this.#signer = signer;
    this.#givenUp.catch(() => {});
  }

  async start(): Promise<void> {
    await this.#zip.addDirectory(layout.dataDirectory);
  }

  /** Copies the two data files of a dataset. Its quarantine file is read later, in `finish`. */
  async addDataset(dataset: BundleDataset): Promise<void> {
    await this.#addFile(dataset.documents.paths.json, dataset.json);
    await this.#addFile(dataset.documents.paths.csv, dataset.csv);
    this.#zip.flush();
    this.#datasets.push(dataset);
  }

  /**
   * Writes everything else and the central directory.
   *
   * @param manifest the manifest as far as it does not speak of files; `datasets` without a matching part keep no files
   */
  async finish(
    manifest: Manifest,
  ): Promise<{ readonly bytes: number; readonly entries: number; readonly sha256: string }> {
    const quarantined = this.#datasets.filter(({ quarantine }) => quarantine !== undefined);
    if (quarantined.length > 0) {
      await this.#zip.addDirectory(layout.quarantineDirectory);
      for (const { documents, quarantine } of quarantined)
        await this.#addFile(documents.paths.quarantine, quarantine as BundleFile);
    }
    if (this.#datasets.length > 0) await this.#zip.addDirectory(layout.schemasDirectory);
    const schemas = new Map<string, NonNullable<ManifestDataset["schema"]>>();
    for (const { dataset, codec, documents } of this.#datasets) {
      const path = documents.paths.schema;
      const { sha256 } = documents.schema.facts;
      await this.#addPacked(path, documents.schema);
      schemas.set(dataset.name, { path, ...(codec.schema.$id === undefined ? {} : { id: codec.schema.$id }), sha256 });
    }
    const whole = this.#withFiles(manifest, schemas);
    const [error] = documentErrors("manifest", whole);
    if (error !== undefined)
      throw new PortmanteauError(
        "ARCHIVE_FAILED",
        `The manifest does not match its schema at "${error.pointer}": ${error.message}.`,
        { context: { pointer: error.pointer } },
      );

    const page = pageBody({ manifest: whole, datasets: this.#datasets.map(pageDataset) });
    await this.#addPacked(layout.page, packFile(page, this.#level, this.#pageHead));
    await this.#addBytes(layout.dataPackage, documentBytes(dataPackage(whole, this.#datasets.map(packagedDataset))));
    await this.#addBytes(layout.manifest, documentBytes(whole));
    const checksums = Buffer.from(checksumsText(this.#digests));
    await this.#zip.addPacked(layout.checksums, packFile(checksums, this.#level));
    if (this.#signer !== undefined) {
      const signed = { bundleId: whole.bundleId, zipSha256: await this.#zip.digest(), checksums };
      const signature = await Promise.race([signBundle(this.#signer, signed), this.#givenUp]);
      // Stored and not deflated: a deflated file has bits that say nothing, and nobody would notice when they change.
      await this.#zip.addStored(layout.signature, Buffer.from(signature));
    }
    return this.#zip.finish();
  }

  /** Gives up: nothing more is written once this resolves. */
  async abort(): Promise<void> {
    this.#giveUp(new PortmanteauError("ABORTED", "The bundle was given up."));
    await this.#zip.abort();
  }

  #withFiles(manifest: Manifest, schemas: ReadonlyMap<string, NonNullable<ManifestDataset["schema"]>>): Manifest {
    const written = new Map(this.#datasets.map((each) => [each.dataset.name, each]));
    const datasets = manifest.datasets.map((entry): ManifestDataset => {
      const dataset = written.get(entry.name);
      const schema = schemas.get(entry.name);
      return dataset === undefined || schema === undefined ? entry : { ...entry, schema, files: filesOf(dataset) };
    });
    if (this.#signer === undefined) return { ...manifest, datasets };
    const { keyId } = verifyingKey(this.#signer.publicKey);
    return { ...manifest, signature: { format: "minisign", keyId }, datasets };
  }

  async #addFile(path: EntryPath, { facts, read }: BundleFile): Promise<void> {
    await this.#zip.addDeflated(path, facts, read());
    this.#digests.set(path, facts.sha256);
  }

  async #addBytes(path: EntryPath, bytes: Buffer): Promise<void> {
    await this.#addPacked(path, packFile(bytes, this.#level));
  }

  async #addPacked(path: EntryPath, file: PackedFile): Promise<void> {
    await this.#zip.addPacked(path, file);
    this.#digests.set(path, file.facts.sha256);
  }
}

function filesOf({ documents: { paths }, json, csv, quarantine }: BundleDataset): ManifestFile[] {
  const file = (
    path: EntryPath,
    mediaType: string,
    { facts: { bytes, sha256 }, records }: BundleFile,
  ): ManifestFile => ({ path, mediaType, bytes, sha256, records });
  return [
    file(paths.json, mediaTypes.json, json),
    file(paths.csv, mediaTypes.csv, csv),
    ...(quarantine === undefined ? [] : [file(paths.quarantine, mediaTypes.json, quarantine)]),
  ];
}

function packagedDataset({ dataset, codec, documents: { fields, paths }, json, csv }: BundleDataset): PackagedDataset {
  return { ...dataset, codec, fields, paths, json: json.facts, csv: csv.facts };
}

function pageDataset({ dataset, documents: { page }, preview }: BundleDataset): PageDataset {
  return { name: dataset.name, preview, ...page };
}
