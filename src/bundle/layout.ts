import { type EntryPath, entryPath } from "../model/entry-path.ts";

export const formatName = "portmanteau-bundle";
export const formatVersion = 1;

/** Where each thing stands in a bundle. */
export const layout = {
  dataDirectory: entryPath("data/"),
  filesDirectory: entryPath("files/"),
  quarantineDirectory: entryPath("quarantine/"),
  schemasDirectory: entryPath("schemas/"),
  json: (dataset: string): EntryPath => entryPath(`data/${dataset}.json`),
  csv: (dataset: string): EntryPath => entryPath(`data/${dataset}.csv`),
  attachments: (dataset: string): EntryPath => entryPath(`files/${dataset}/`),
  attachment: (dataset: string, name: string): EntryPath => entryPath(`files/${dataset}/${name}`),
  quarantine: (dataset: string): EntryPath => entryPath(`quarantine/${dataset}.json`),
  schema: (dataset: string): EntryPath => entryPath(`schemas/${dataset}.schema.json`),
  page: entryPath("index.html"),
  dataPackage: entryPath("datapackage.json"),
  manifest: entryPath("manifest.json"),
  checksums: entryPath("SHA256SUMS"),
  signature: entryPath("SHA256SUMS.sig"),
};

/** The paths of one dataset's own files. */
export interface DatasetPaths {
  readonly json: EntryPath;
  readonly csv: EntryPath;
  readonly quarantine: EntryPath;
  readonly schema: EntryPath;
}

export const mediaTypes = { json: "application/json", csv: "text/csv", schema: "application/schema+json" } as const;
