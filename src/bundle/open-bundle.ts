import { openZip, type ZipEntry, type ZipReader } from "../archive/zip-reader.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { JsonObject } from "../model/json.ts";
import { documentErrors } from "./documents.ts";
import { formatName, formatVersion, layout } from "./layout.ts";
import { JsonLines, type ReadLimits, readDocument, utf8 } from "./read-entry.ts";

/** A bundle that is open for reading. */
export interface OpenBundle {
  readonly manifest: Manifest;
  /** Every entry of the zip, in its order. */
  readonly entries: readonly ZipEntry[];
  /** One dataset's records, streamed from its JSON file. @throws {PortmanteauError} `BUNDLE_UNREADABLE` when the bundle has no such dataset */
  dataset(name: string): { records(): AsyncIterable<JsonObject> };
  close(): void;
}

/**
 * Opens a bundle, to import what is in it. It trusts the bundle: run `verifyBundle` first when it comes from elsewhere.
 *
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` when the file is no bundle of a known version
 * @example
 * ```ts
 * const bundle = await openBundle("bundle.zip");
 * for await (const invoice of bundle.dataset("invoices").records()) console.log(invoice);
 * bundle.close();
 * ```
 */
export async function openBundle(file: string, limits: ReadLimits = {}): Promise<OpenBundle> {
  const zip = await openZip(file);
  try {
    const manifest = await readManifest(zip, limits);
    return {
      manifest,
      entries: zip.entries,
      dataset: (name) => ({ records: () => records(zip, name, limits) }),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function readManifest(zip: ZipReader, limits: ReadLimits): Promise<Manifest> {
  const entry = zip.entries.find(({ path }) => path === layout.manifest);
  if (entry === undefined)
    throw new PortmanteauError("BUNDLE_UNREADABLE", "The zip has no manifest.json: it is no bundle.");
  const manifest = await readDocument(zip, entry, limits);
  if ((manifest as Partial<Manifest> | null)?.format !== formatName)
    throw new PortmanteauError("BUNDLE_UNREADABLE", "manifest.json is not a bundle's.");
  const version = (manifest as Partial<Manifest>).formatVersion;
  if (version !== formatVersion)
    throw new PortmanteauError(
      "BUNDLE_UNREADABLE",
      `The bundle has format version ${JSON.stringify(version)}; this program reads version ${formatVersion}. Use a newer one.`,
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

async function* records(zip: ZipReader, name: string, limits: ReadLimits): AsyncGenerator<JsonObject> {
  const path = layout.json(name);
  const entry = zip.entries.find((each) => each.path === path);
  if (entry === undefined)
    throw new PortmanteauError("BUNDLE_UNREADABLE", `The bundle has no records of "${name}".`, {
      context: { dataset: name },
    });
  const lines = new JsonLines(path, limits);
  for await (const bytes of utf8(zip.read(entry), path)) {
    lines.feed(bytes);
    for (let record = lines.next(); record !== undefined; record = lines.next()) yield record as JsonObject;
  }
  lines.end();
}
