import { type BenchLine, child, counted, interleaved, medianOf, scaled } from "./measure.ts";

/** A stream gets bytes while sources are still read. */
export async function* firstbyte(): AsyncGenerator<BenchLine> {
  const records = scaled(20_000);
  const options = ["--datasets", 3, "--last-waits-ms", 1_000, "--stream-ms", 0];
  const { runs } = interleaved({ runs: () => child("export-child.mjs", [records, "", ...options]) });
  const work = `3 datasets of ${counted(records)} records, the last source waits 1 s`;
  yield {
    name: "firstbyte.share",
    work: `first byte's part of the wall time, ${work}`,
    value: medianOf(runs, (run) => run["firstByteMs"]! / run.wallMs, 3),
    unit: "share",
    target: "before the last source ends",
    holds: runs.every((run) => run["firstByteMs"]! < run["lastReadMs"]!),
  };
  yield {
    name: "firstbyte.ms",
    work: "until the first byte",
    value: medianOf(runs, (run) => run["firstByteMs"]!),
    unit: "ms",
  };
  yield {
    name: "firstbyte.whole",
    work: "until the last",
    value: medianOf(runs, ({ wallMs }) => wallMs),
    unit: "ms",
  };
  yield {
    name: "firstbyte.flowed",
    work: "share of the bundle's bytes that were out when the last source ended",
    value: medianOf(runs, (run) => run["bytesWhileRead"]! / run.bytes, 3),
    unit: "share",
  };
}
