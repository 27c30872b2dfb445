import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, ExporterConfig, ExportOptions, Manifest } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { expect } from "vitest";
import { emptyFolder, entriesOf, exporterOf, fixed, jsonAt, recording, request } from "./exporting.ts";

/** One zip of a set, as a test looks at it. */
export interface Part {
  readonly name: string;
  readonly path: string;
  readonly zip: Buffer;
  readonly sha256: string;
  readonly entries: ReadonlyMap<string, Buffer>;
  readonly manifest: Manifest;
}

/** The zips of a folder in the order of their numbers. */
function partsIn(folder: string): Part[] {
  const numberOf = (name: string) => Number(/\.part(\d+)\./.exec(name)?.[1] ?? 1);
  return readdirSync(folder)
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((name) => {
      const path = join(folder, name);
      const zip = readFileSync(path);
      const entries = entriesOf(zip);
      const sha256 = createHash("sha256").update(zip).digest("hex");
      return { name, path, zip, sha256, entries, manifest: jsonAt(entries, "manifest.json") as Manifest };
    });
}

/** Exports into `bundle.zip`, or into the zips of a set, of an empty folder. */
export async function exportedSet(
  datasets: readonly Dataset[],
  splitBytes: number,
  config: Partial<ExporterConfig> = {},
  options: Partial<ExportOptions> = {},
) {
  const folder = emptyFolder();
  const { events, onEvent } = recording();
  const { exporter, spooled } = exporterOf(datasets, config);
  const report = await exporter.export(request, {
    to: fileDelivery(join(folder, "bundle.zip")),
    splitBytes,
    ...fixed,
    onEvent,
    ...options,
  });
  expect(spooled()).toEqual([]);
  return { folder, report, events, parts: partsIn(folder) };
}

/** What the zips hold together at a path: the elements of a JSON file, in the order of the parts. */
export function elementsOf(parts: readonly Part[], path: string): unknown[] {
  return parts.flatMap(({ entries }) => (entries.has(path) ? jsonAt(entries, path) : []));
}
