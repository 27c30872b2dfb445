import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { localSpool } from "portmanteau/spools/local";
import { ZipWriter } from "../src/archive/zip-writer.ts";
import { bundleDataset } from "../src/engine/assemble.ts";
import type { Collected } from "../src/engine/conclude-dataset.ts";
import type { SealedStream } from "../src/engine/lazy-stream.ts";
import { entryPath } from "../src/model/entry-path.ts";
import {
  type BenchLine,
  check,
  checkBundle,
  child,
  counted,
  inFolder,
  interleaved,
  judged,
  median,
  medianOf,
  rounded,
  rounds,
  scaled,
} from "./measure.ts";

/** What putting the parts together costs, after they are collected. */
export async function* assemble(): AsyncGenerator<BenchLine> {
  yield* inFolder(async function* (file) {
    const records = scaled(1_000_000);
    const { runs } = interleaved({ runs: () => child("export-child.mjs", [records, file("bundle.zip")]) });
    await checkBundle(file("bundle.zip"), "api-requests", records);
    yield judged(
      {
        name: "assemble.share",
        work: `share of the wall time after the last dataset has ended, one dataset of ${counted(records)} records to a file`,
        value: medianOf(runs, (run) => (run.wallMs - run["lastEndedMs"]!) / run.wallMs, 4),
        unit: "share",
      },
      "<=",
      0.05,
    );
  });

  const streamBytes = scaled(64 * 1024 * 1024);
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) speeds.push(await copySpeed(streamBytes));
  yield judged(
    {
      name: "assemble.copy",
      work: `two spooled streams of ${counted(streamBytes)} deflated bytes, read, checked and copied into a zip`,
      value: rounded(median(speeds), 0),
      unit: "MB/s",
    },
    ">=",
    400,
  );
}

/** MB/s from the spool into a zip that goes nowhere. The copy itself checks CRC and length; the zip's length is checked here. */
async function copySpeed(streamBytes: number): Promise<number> {
  const spool = localSpool()();
  const stream = async (name: string): Promise<SealedStream> => {
    const bytes = randomBytes(streamBytes);
    const writer = await spool.create(name);
    for (let at = 0; at < bytes.length; at += 128 * 1024) await writer.write(bytes.subarray(at, at + 128 * 1024));
    // The text is not inflated here: only its size and CRC stand in the headers.
    const facts = { bytes: bytes.length, crc32: 0, sha256: "", compressedBytes: bytes.length };
    return { facts: { ...facts, compressedCrc32: crc32(bytes) }, spooled: await writer.seal() };
  };
  const part = { json: await stream("json"), csv: await stream("csv"), written: 0, quarantined: 0, preview: [] };
  const collected = { planned: { dataset: { name: "bench" } }, part } as unknown as Collected;
  let zipBytes = 0;
  const started = performance.now();
  const zip = new ZipWriter(async (bytes) => void (zipBytes += bytes.length));
  const { json, csv } = bundleDataset(collected) ?? {};
  for (const [name, streamed] of Object.entries({ json, csv }))
    await zip.addSealed(entryPath(`data/bench.${name}`), streamed!.facts, streamed!.read());
  const { bytes } = await zip.finish();
  const seconds = (performance.now() - started) / 1000;
  await spool.close();
  check(bytes === zipBytes && bytes > 2 * streamBytes, "the length of the zip");
  return (2 * streamBytes) / 1e6 / seconds;
}
