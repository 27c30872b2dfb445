import { crc32 } from "node:zlib";
import type { BundleDataset, BundleFile } from "../bundle/bundle-dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Collected } from "./conclude-dataset.ts";
import type { SealedStream } from "./lazy-stream.ts";
import { unreadable } from "./typed-spool.ts";

/** A collected dataset as the bundle takes it; nothing when none of it could be read. */
export function bundleDataset({ planned: { dataset, codec, documents }, part }: Collected): BundleDataset | undefined {
  if (part === undefined) return undefined;
  const { json, csv, quarantine, written, quarantined, preview, months, attachments } = part;
  return {
    dataset,
    codec,
    documents,
    preview,
    months,
    json: bundleFile(dataset.name, json, written),
    csv: bundleFile(dataset.name, csv, written),
    quarantine: quarantine === undefined ? undefined : bundleFile(dataset.name, quarantine, quarantined),
    attachments: (attachments?.files ?? []).map(({ path, name, mediaType, stream }) => {
      const { facts, read } = bundleFile(dataset.name, stream, 0);
      return { path, name, mediaType, facts, read };
    }),
  };
}

/** A sealed stream as a file of the bundle: its bytes are looked at once more on their way. */
export function bundleFile(dataset: string, { facts, spooled }: SealedStream, records: number): BundleFile {
  return {
    facts,
    records,
    async *read() {
      let crc = 0;
      try {
        for await (const chunk of spooled.read()) {
          if (chunk.length === 0) continue; // node's CRC-32 of nothing can be 0, whatever it continues
          crc = crc32(chunk, crc);
          yield chunk;
        }
      } catch (cause) {
        throw unreadable(dataset, cause);
      }
      if (crc !== facts.compressedCrc32)
        throw new PortmanteauError(
          "SPOOL_CORRUPT",
          `The spooled bytes of dataset "${dataset}" changed after they were written.`,
          { context: { dataset } },
        );
    },
  };
}
