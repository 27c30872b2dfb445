import type { ZipInput } from "../archive/random-access.ts";
import { openZip, type ZipEntry, type ZipLimits, type ZipReader } from "../archive/zip-reader.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { JsonObject } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { documentErrors } from "./documents.ts";
import { formatName, formatVersion, layout } from "./layout.ts";
import { type ReadLimits, readDocument, readSchemaDocument } from "./read-entry.ts";
import { csvRecords, jsonRecords } from "./read-records.ts";

/** A bundle that is open for reading. */
export interface OpenBundle {
  /** `manifest.json`, checked against its schema. */
  readonly manifest: Manifest;
  /** Every entry of the zip, in its order. */
  readonly entries: readonly ZipEntry[];
  /** What the bundle has of one dataset; a bundle without it is told of when it is read. */
  dataset<R = JsonObject>(name: string): OpenDataset<R>;
  /** `datapackage.json`: columns, types and keys of every CSV, as data tools read it. @throws {PortmanteauError} `BUNDLE_UNREADABLE` */
  dataPackage(): Promise<JsonObject>;
  /** Closes the file once nobody reads it any more. */
  close(): void;
}

/** One dataset of a bundle. Whatever reads throws {PortmanteauError} `BUNDLE_UNREADABLE`, `LIMIT_EXCEEDED` or `READ_FAILED`. */
export interface OpenDataset<R = JsonObject> {
  /** The records, streamed, as often as wanted. From CSV they are decoded by the data package, and deep-equal to those of the JSON file. */
  records(options?: { readonly from?: "json" | "csv" }): AsyncIterable<R>;
  /** The JSON Schema of a record. */
  schema(): Promise<RecordSchema>;
  /** The dataset's files, data, quarantine and attachments, as the manifest names them. */
  files(): readonly OpenFile[];
}

/** A file of a bundle. */
export interface OpenFile {
  /** Path inside the bundle. */
  readonly path: string;
  /** Of an attachment: its name where it was kept, whatever it holds. Make no path of it. */
  readonly originalName?: string;
  /** Media type, as the manifest says. */
  readonly mediaType: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** SHA-256, in hex. Reading does not check it; `verifyBundle` does. */
  readonly sha256: string;
  /** The content, streamed. */
  read(): AsyncIterable<Uint8Array>;
}

/**
 * Opens a bundle, to import what is in it: a path, the bytes, or anything that gives a range of them. It trusts what the bundle says: run
 * `verifyBundle` first when it comes from elsewhere. JSON that somebody reformatted is read as well. Of a split bundle each zip is opened
 * for itself: its datasets have the records that are in it.
 *
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` when the file is no bundle of a known version, `LIMIT_EXCEEDED`, `READ_FAILED`
 * @throws the system's error when a file cannot be opened
 * @example
 * ```ts
 * const bundle = await openBundle("bundle.zip");
 * for await (const invoice of bundle.dataset("invoices").records()) console.log(invoice);
 * bundle.close();
 * ```
 */
export async function openBundle(input: ZipInput, limits: ReadLimits & ZipLimits = {}): Promise<OpenBundle> {
  const zip = await openZip(input, limits);
  const entries = new Map(zip.entries.map((entry) => [entry.path, entry]));
  try {
    const manifest = await readManifest(zip, entries, limits);
    return {
      manifest,
      entries: zip.entries,
      dataset: <R>(name: string) => openDataset<R>(name, { zip, entries, manifest, limits }),
      dataPackage: async () => (await readDocument(zip, required(entries, layout.dataPackage), limits)) as JsonObject,
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

interface Open {
  readonly zip: ZipReader;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly manifest: Manifest;
  readonly limits: ReadLimits;
}

function openDataset<R>(name: string, { zip, entries, manifest, limits }: Open): OpenDataset<R> {
  const dataset = manifest.datasets.find((each) => each.name === name);
  const entry = (path: (name: string) => string) => required(entries, dataset === undefined ? "" : path(name), name);
  return {
    async *records({ from = "json" } = {}) {
      if (from !== "json" && from !== "csv")
        throw new PortmanteauError("CONFIG_INVALID", 'Records are read from "json" or "csv".');
      const records =
        from === "csv" ? csvRecords(zip, entry(layout.csv), limits) : jsonRecords(zip, entry(layout.json), limits);
      yield* records as AsyncGenerator<R>;
    },
    schema: async () => readSchemaDocument(zip, entry(layout.schema), limits),
    files: () =>
      (dataset?.files ?? []).map(({ path, originalName, mediaType, bytes, sha256 }) => ({
        path,
        ...(originalName === undefined ? {} : { originalName }),
        mediaType,
        bytes,
        sha256,
        async *read() {
          yield* zip.read(required(entries, path, name));
        },
      })),
  };
}

function required(entries: ReadonlyMap<string, ZipEntry>, path: string, dataset?: string): ZipEntry {
  const entry = entries.get(path);
  if (entry !== undefined) return entry;
  if (dataset === undefined)
    throw new PortmanteauError("BUNDLE_UNREADABLE", `The zip has no ${path}: it is no bundle.`);
  throw new PortmanteauError("BUNDLE_UNREADABLE", `The bundle has no records of "${dataset}".`, {
    context: { dataset },
  });
}

async function readManifest(
  zip: ZipReader,
  entries: ReadonlyMap<string, ZipEntry>,
  limits: ReadLimits,
): Promise<Manifest> {
  const manifest = await readDocument(zip, required(entries, layout.manifest), limits);
  if ((manifest as Partial<Manifest> | null)?.format !== formatName)
    throw new PortmanteauError("BUNDLE_UNREADABLE", "manifest.json is not a bundle's.");
  const version = (manifest as Partial<Manifest>).formatVersion;
  if (version !== formatVersion)
    throw new PortmanteauError(
      "BUNDLE_UNREADABLE",
      `The bundle has format version ${typeof version === "number" ? version : "unknown"}; this program reads version ${formatVersion}. Use a newer one.`,
    );
  const [error] = documentErrors("manifest", manifest);
  if (error !== undefined)
    throw new PortmanteauError(
      "BUNDLE_UNREADABLE",
      `manifest.json is malformed at "${error.pointer}": ${error.message}.`,
      { context: { pointer: error.pointer } },
    );
  return manifest as unknown as Manifest;
}
