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
  rounded,
  scaled,
} from "./measure.ts";

const peak = (run: Run) => run.peakMiB;

/** Node 20's own setting. Newer versions let the space for young objects grow to 128 MiB, whatever a program keeps. */
const flags = ["--max-semi-space-size=16"];

/** Peak memory must not grow with the number of records, nor with what is slow; a further lane costs what it holds. */
export async function* memory(): AsyncGenerator<BenchLine> {
  yield* inFolder(measure);
}

async function* measure(file: (name: string) => string): AsyncGenerator<BenchLine> {
  const run = (records: number, ...options: (string | number)[]) =>
    child("export-child.mjs", [records, file("bundle.zip"), ...options], { flags });
  const [tenth, base, million, most] = [10_000, 100_000, 1_000_000, 5_000_000].map(scaled) as [
    number,
    number,
    number,
    number,
  ];

  const sizes = interleaved({
    tenth: () => run(tenth),
    base: () => run(base),
    million: () => run(million),
    most: () => run(most),
    unset: () => child("export-child.mjs", [million, file("unset.zip")]),
  });
  await checkBundle(file("bundle.zip"), "api-requests", most);
  for (const [name, records, runs] of [
    ["10k", tenth, sizes.tenth],
    ["100k", base, sizes.base],
    ["1m", million, sizes.million],
    ["5m", most, sizes.most],
  ] as const) {
    const line = { name: `memory.${name}`, work: `peak RSS, ${counted(records)} records`, unit: "MiB" };
    const value = medianOf(runs, peak);
    yield name === "5m" ? judged({ ...line, value }, "<=", 160) : { ...line, value };
    const wall = medianOf(runs, ({ wallMs }) => wallMs / 1000, 2);
    yield { name: `memory.${name}-wall`, work: `wall time, ${counted(records)} records`, value: wall, unit: "s" };
  }
  yield {
    name: "memory.1m-unset",
    work: `peak RSS, ${counted(million)} records, without ${flags.join(" ")}: Node's own setting`,
    value: medianOf(sizes.unset, peak),
    unit: "MiB",
  };
  yield judged(
    {
      name: "memory.5m-to-100k",
      work: `peak RSS, ${counted(most)} against ${counted(base)} records`,
      value: ratio(sizes.most, sizes.base, peak),
      unit: "ratio",
    },
    "<=",
    1.1,
  );

  const part = scaled(50_000);
  const slow = interleaved({
    plain: () => run(part, "--datasets", 4, "--stream-ms", 0),
    destination: () => run(part, "--datasets", 4, "--stream-ms", 10),
    source: () => run(part, "--datasets", 4, "--stream-ms", 0, "--wait-ms", 1),
  });
  for (const [name, what, runs] of [
    ["slow-destination", "a stream that takes 10 ms for 64 KiB", slow.destination],
    ["slow-source", "sources that wait 1 ms per 1,000 records", slow.source],
  ] as const) {
    const work = `peak RSS, 4 datasets of ${counted(part)} records: ${what}, against the same without waiting`;
    yield judged({ name: `memory.${name}`, work, value: ratio(runs, slow.plain, peak), unit: "ratio" }, "<=", 1.1);
  }

  const quarter = scaled(250_000);
  const lanes = interleaved({
    one: () => run(quarter, "--datasets", 4, "--lanes", 1),
    four: () => run(quarter, "--datasets", 4, "--lanes", 4),
  });
  const further = lanes.four.map((four, round) => ({ mib: (four.peakMiB - (lanes.one[round]?.peakMiB ?? 0)) / 3 }));
  yield judged(
    {
      name: "memory.further-lane",
      work: `peak RSS per further lane, 4 datasets of ${counted(quarter)} records, 4 lanes against 1 (${rounded(medianOf(lanes.one, peak), 0)} MiB)`,
      value: medianOf(further, ({ mib }) => mib),
      unit: "MiB",
    },
    "<=",
    40,
  );
}
