import type { EntryFacts } from "../archive/zip-entry.ts";
import type { SizedEntry } from "../archive/zip-size.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { Dataset } from "../model/dataset.ts";
import type { EntryPath } from "../model/entry-path.ts";
import type { JsonObject } from "../model/json.ts";
import type { DatasetDocuments } from "./dataset-documents.ts";
import { layout } from "./layout.ts";

/** A sealed file of a dataset: already one raw deflate stream. */
export interface BundleFile {
  readonly facts: EntryFacts & { readonly sha256: string };
  readonly records: number;
  read(): AsyncIterable<Uint8Array>;
}

/** A file of the subject, sealed: one raw deflate stream, or stored. */
export interface BundleAttachment {
  readonly path: EntryPath;
  /** As the source calls it. */
  readonly name: string;
  readonly mediaType: string;
  readonly facts: BundleFile["facts"];
  /** The content. The attachments of a dataset are read once, in their order. */
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
  readonly attachments: readonly BundleAttachment[];
  readonly preview: readonly JsonObject[];
  /** How many of all its records fall into each month; nothing where there are too many months. */
  readonly months: ReadonlyMap<string, number> | undefined;
}

/** The attachments of a dataset, and the directories that they need. */
export function attachmentEntries({ dataset: { name }, attachments }: BundleDataset): readonly SizedEntry[] {
  if (attachments.length === 0) return [];
  const directory = (path: EntryPath) => ({ path, facts: { bytes: 0, compressedBytes: 0 } });
  return [directory(layout.filesDirectory), directory(layout.attachments(name)), ...attachments];
}

/** The data files of a dataset with their paths. */
export function dataEntries({
  documents: { paths },
  json,
  csv,
  quarantine,
}: BundleDataset): readonly { readonly path: EntryPath; readonly facts: BundleFile["facts"] }[] {
  return [
    { path: paths.json, facts: json.facts },
    { path: paths.csv, facts: csv.facts },
    ...(quarantine === undefined ? [] : [{ path: paths.quarantine, facts: quarantine.facts }]),
  ];
}
