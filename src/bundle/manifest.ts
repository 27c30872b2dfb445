import type { RecordCodec } from "../codec/record-codec.ts";
import { forEachProperty } from "../codec/view.ts";
import type { Category } from "../model/controller.ts";
import type { Dataset } from "../model/dataset.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { notPortable } from "../model/privacy.ts";
import { layout } from "./layout.ts";

export type ManifestDataset = Manifest["datasets"][number];
export type ManifestFile = ManifestDataset["files"][number];
export type ManifestCategory = Manifest["categories"][number];

/** Every entry of a bundle in the order of the format, directories before what is in them, as the manifest has it. */
export function entryOrder({ datasets, signature }: Manifest): string[] {
  const files = datasets.flatMap((dataset) => dataset.files.map(({ path }) => path));
  const attachments = datasets.flatMap(({ name, files: own }) => {
    const paths = own.flatMap(({ path }) => (path.startsWith(layout.filesDirectory) ? [path] : []));
    return paths.length === 0 ? [] : [layout.attachments(name), ...paths];
  });
  const schemas = datasets.flatMap(({ schema }) => (schema === undefined ? [] : [schema.path]));
  const folder = (directory: string, paths: readonly string[]) => {
    const within = paths.filter((path) => path.startsWith(directory));
    return within.length === 0 ? [] : [directory, ...within];
  };
  return [
    layout.dataDirectory,
    ...folder(layout.dataDirectory, files).slice(1), // the one directory that is always there
    ...folder(layout.filesDirectory, attachments),
    ...folder(layout.quarantineDirectory, files),
    ...folder(layout.schemasDirectory, schemas),
    layout.page,
    layout.dataPackage,
    layout.manifest,
    layout.checksums,
    ...(signature === undefined ? [] : [layout.signature]),
  ];
}

/** The categories of the datasets that concern the subject, each with the legal facts its datasets share, in order of appearance. */
export function categoriesOf(
  datasets: readonly { readonly dataset: Dataset; readonly codec?: RecordCodec }[],
  words: readonly Category[],
): ManifestCategory[] {
  const found = new Map<
    string,
    { readonly dataset: Dataset; readonly personalData: Set<string>; readonly fides: Set<string> }
  >();
  for (const { dataset, codec } of datasets) {
    const { category } = dataset.privacy;
    const entry = found.get(category) ?? { dataset, personalData: new Set(), fides: new Set() };
    found.set(category, entry);
    if (codec === undefined) continue;
    forEachProperty(codec.shape, ({ privacy }) => {
      for (const kind of privacy.category ?? []) entry.personalData.add(kind);
      for (const key of privacy.fides ?? []) entry.fides.add(key);
    });
  }
  return [...found].map(([id, { dataset, personalData, fides }]): ManifestCategory => {
    const { purposes, legalBasis, origin, source, retention, recipients = [] } = dataset.privacy;
    const { title = titleFrom(id), description } = words.find((word) => word.id === id) ?? {};
    return {
      id,
      title,
      ...(description === undefined ? {} : { description }),
      purposes: [...purposes],
      legalBasis,
      personalData: [...personalData].sort(),
      fides: [...fides].sort(),
      origin,
      ...(source === undefined ? {} : { source }),
      retention: { ...retention },
      recipients: [...recipients],
      portable: notPortable({ legalBasis, origin }, "law") === undefined,
    };
  });
}

function titleFrom(id: string): string {
  const words = id.replace(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
