import {
  type BenchLine,
  checkBundle,
  child,
  counted,
  inFolder,
  interleaved,
  judged,
  medianOf,
  type Run,
  ratio,
  scaled,
} from "./measure.ts";

/** Reading a bundle back, against writing it. */
export async function* verify(): AsyncGenerator<BenchLine> {
  yield* inFolder(async function* (file) {
    const records = scaled(1_000_000);
    const bundle = file("bundle.zip");
    const fewer = scaled(300_000); // V8's heap has grown to its size by then
    const small = file("small.zip");
    await child("export-child.mjs", [fewer, small]);
    const read = (what: string) => child("verify-child.mjs", [records, bundle, what]);
    const runs = interleaved({
      export: () => child("export-child.mjs", [records, bundle]),
      full: () => read("full"),
      fewer: () => child("verify-child.mjs", [fewer, small, "full"]),
      digests: () => read("digests"),
      records: () => read("records"),
    });
    await checkBundle(bundle, "api-requests", records);
    const seconds = (of: readonly Run[]) => medianOf(of, ({ wallMs }) => wallMs / 1000, 2);
    yield judged(
      {
        name: "verify.full",
        work: `full verification (${seconds(runs.full)} s) against the export (${seconds(runs.export)} s) of ${counted(records)} records`,
        value: ratio(runs.full, runs.export),
        unit: "ratio",
      },
      "<=",
      1,
    );
    const peak = (of: readonly Run[]) => medianOf(of, ({ peakMiB }) => peakMiB);
    yield { name: "verify.peak", work: "peak RSS of it", value: peak(runs.full), unit: "MiB" };
    yield judged(
      {
        name: "verify.growth",
        work: `peak RSS of it, against that of ${counted(fewer)} records (${peak(runs.fewer)} MiB)`,
        value: Math.round((peak(runs.full) / peak(runs.fewer)) * 1000) / 1000,
        unit: "ratio",
      },
      "<=",
      1.1,
    );
    yield judged(
      {
        name: "verify.digests",
        work: "verification of the digests only, text of the files",
        value: medianOf(runs.digests, ({ bytes, wallMs }) => bytes / 1e3 / wallMs, 0),
        unit: "MB/s",
      },
      ">=",
      300,
    );
    yield {
      name: "verify.records",
      work: "openBundle(…).dataset(…).records()",
      value: medianOf(runs.records, ({ wallMs }) => records / wallMs, 0),
      unit: "k/s",
    };
  });
}
