import { cpus } from "node:os";
import {
  type BenchLine,
  checkBundle,
  child,
  counted,
  inFolder,
  interleaved,
  judged,
  medianOf,
  ratio,
  rounded,
  scaled,
} from "./measure.ts";

/** Sources that wait are waited for together; one dataset uses both cores, and its pieces are as small as one stream. */
export async function* lanes(): AsyncGenerator<BenchLine> {
  yield* inFolder(measure);
}

async function* measure(file: (name: string) => string): AsyncGenerator<BenchLine> {
  const waits = ["--datasets", 8, "--page", 50, "--wait-ms", 20, "--wait-every", 50];
  const run = (count: number) => child("export-child.mjs", [500, file("bundle.zip"), ...waits, "--lanes", count]);
  const waiting = interleaved({ one: () => run(1), two: () => run(2), four: () => run(4) });
  await checkBundle(file("bundle.zip"), "api-requests-7", 500);
  const line = (count: number, against: "one" | "two") => ({
    name: `lanes.4-to-${count}`,
    work: `times faster: 8 datasets x 10 pages of 50 records, 20 ms a page; 4 lanes against ${count}`,
    value: rounded(ratio(waiting[against], waiting.four), 2),
    unit: "x",
  });
  yield judged(line(1, "one"), ">=", 3.5);
  yield line(2, "two");

  const records = scaled(1_000_000);
  const cores = Math.min(2, cpus().length);
  const { large } = interleaved({ large: () => child("export-child.mjs", [records, file("bundle.zip")]) });
  yield judged(
    {
      name: "lanes.cores-busy",
      work: `CPU time / (wall time x ${cores} cores), one dataset of ${counted(records)} records`,
      value: medianOf(large, ({ cpuMs, wallMs }) => cpuMs / (wallMs * cores), 3),
      unit: "ratio",
    },
    ">=",
    0.9,
  );

  const entries = await checkBundle(file("bundle.zip"), "api-requests", records);
  child("peers/texts.mjs", [records, file("texts"), file("bundle.zip")]);
  const stream = child("peers/deflate.mjs", [records, file("texts"), "in-turn"]);
  for (const type of ["json", "csv"] as const) {
    yield judged(
      {
        name: `lanes.size-${type}`,
        work: `deflated size of our ${type} of these records against one stream of zlib at level 6`,
        value: rounded((entries.get(`data/api-requests.${type}`)?.compressedBytes ?? 0) / (stream[type] ?? 0), 4),
        unit: "ratio",
      },
      "<=",
      1.01,
    );
  }
}
