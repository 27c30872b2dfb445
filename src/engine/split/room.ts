import { mostEndBytes, mostEntryBytes, zipBytes } from "../../archive/zip-size.ts";
import { attachmentEntries, type BundleDataset, dataEntries } from "../../bundle/bundle-dataset.ts";
import { bundleEntries, type DocumentOptions, packDocuments } from "../../bundle/bundle-documents.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Manifest } from "../../model/generated/manifest.ts";

/** How large the ordinary zip of all datasets is, to the byte. */
export function wholeBytes(manifest: Manifest, datasets: readonly BundleDataset[], options: DocumentOptions): number {
  return zipBytes(bundleEntries(datasets, packDocuments(manifest, datasets, options), options.signer));
}

/** How much of a zip the files of a dataset take at most. */
export function datasetBytes(dataset: BundleDataset): number {
  return [...dataEntries(dataset), ...attachmentEntries(dataset)].reduce((sum, each) => sum + mostEntryBytes(each), 0);
}

/** A part's number, and its digest, when neither is known: as long as any, and as hard to deflate. */
const anyPart: Manifest["part"] = {
  number: 987_654,
  last: false,
  count: 987_654,
  previous: "5feceb66ffc86f38d952786c6d696c79c2dba5b2a1c8d2a9f6d3c7e0b4918a3d",
};

/**
 * How many bytes of each zip are left for data. The documents of all datasets, each cut, are packed once: those of any part say less. zlib
 * promises nothing about less text, hence the slack, and hence every zip is looked at again when it is written.
 *
 * @throws {PortmanteauError} `SPLIT_IMPOSSIBLE` when the documents alone leave no room
 */
export function roomForData(
  splitBytes: number,
  manifest: Manifest,
  datasets: readonly BundleDataset[],
  options: DocumentOptions,
): number {
  const cut = datasets.map((dataset) => {
    const records = Math.max(0, dataset.json.records - 1);
    return { ...dataset, json: { ...dataset.json, records }, csv: { ...dataset.csv, records } };
  });
  const documents = packDocuments({ ...manifest, part: anyPart }, cut, options);
  const data = new Set(
    datasets.flatMap((dataset) => [...dataEntries(dataset), ...attachmentEntries(dataset)].map(({ path }) => path)),
  );
  const others = bundleEntries(cut, documents, options.signer).filter(({ path }) => !data.has(path));
  const most = others.reduce((sum, entry) => sum + mostEntryBytes(entry), mostEndBytes);
  const needed = Math.ceil(most * (1 + 1 / 32)) + 1024;
  if (needed >= splitBytes)
    throw new PortmanteauError(
      "SPLIT_IMPOSSIBLE",
      `The page, the manifest and the schemas of each zip may take ${needed} bytes, which leaves no room for data. Raise splitBytes.`,
    );
  return splitBytes - needed;
}
