import { type PackedHead, packHead } from "../archive/zip-entry.ts";
import { ZipWriter } from "../archive/zip-writer.ts";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { Locale } from "../model/locale.ts";
import type { BundleDataset, BundleFile } from "./bundle-dataset.ts";
import { type DocumentOptions, packDocuments } from "./bundle-documents.ts";
import { layout } from "./layout.ts";
import { languageOf, type PageBranding, pageHead } from "./page/index.ts";
import { signBundle } from "./signature.ts";

/** The head of a controller's page in one language, packed once for all its bundles. */
export function packPageHead(
  controller: Manifest["controller"],
  branding: PageBranding | undefined,
  locale: Locale,
  level: number,
): PackedHead {
  return packHead(Buffer.from(pageHead({ controller, branding }, languageOf(locale)).markup), level);
}

/**
 * Writes a bundle in the order of the format: the data of each dataset as it comes, then attachments, quarantine, schemas, the page, the data
 * package, the manifest, the checksums of all of it, and the signature of these.
 */
export class BundleWriter {
  readonly #zip: ZipWriter;
  readonly #options: DocumentOptions;
  readonly #datasets: BundleDataset[] = [];
  #giveUp: (error: PortmanteauError) => void = () => {};
  /** Ends the wait for a signer, who may never answer. */
  readonly #givenUp = new Promise<never>((_resolve, reject) => {
    this.#giveUp = reject;
  });

  constructor(write: (bytes: Uint8Array) => Promise<void>, options: DocumentOptions) {
    this.#zip = new ZipWriter(write);
    this.#options = options;
    this.#givenUp.catch(() => {});
  }

  async start(): Promise<void> {
    await this.#zip.addDirectory(layout.dataDirectory);
  }

  /** Copies the two data files of a dataset. Its attachments and its quarantine file are read later, in `finish`. */
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
    const withFiles = this.#datasets.filter(({ attachments }) => attachments.length > 0);
    if (withFiles.length > 0) await this.#zip.addDirectory(layout.filesDirectory);
    for (const { dataset, attachments } of withFiles) {
      await this.#zip.addDirectory(layout.attachments(dataset.name));
      for (const { path, facts, read } of attachments) await this.#zip.addSealed(path, facts, read());
    }
    const quarantined = this.#datasets.filter(({ quarantine }) => quarantine !== undefined);
    if (quarantined.length > 0) {
      await this.#zip.addDirectory(layout.quarantineDirectory);
      for (const { documents, quarantine } of quarantined)
        await this.#addFile(documents.paths.quarantine, quarantine as BundleFile);
    }
    if (this.#datasets.length > 0) await this.#zip.addDirectory(layout.schemasDirectory);
    const { files, checksums } = packDocuments(manifest, this.#datasets, this.#options);
    for (const { path, file } of files) await this.#zip.addPacked(path, file);
    const { signer } = this.#options;
    if (signer !== undefined) {
      const signed = { bundleId: manifest.bundleId, zipSha256: await this.#zip.digest(), checksums };
      const signature = await Promise.race([signBundle(signer, signed), this.#givenUp]);
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

  async #addFile(path: EntryPath, { facts, read }: BundleFile): Promise<void> {
    await this.#zip.addSealed(path, facts, read());
  }
}
