import type { EntryFacts } from "../archive/zip-writer.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { Dataset } from "../model/dataset.ts";
import type { EntryPath } from "../model/entry-path.ts";
import type { JsonObject } from "../model/json.ts";
import type { DatasetDocuments } from "./dataset-documents.ts";

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
