import { writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { chart, type Series } from "./chart.ts";
import {
  type BenchLine,
  check,
  checkBundle,
  child,
  contents,
  counted,
  fullSize,
  inFolder,
  medianOf,
  type Run,
  rounds,
  scaled,
} from "./measure.ts";

const contestants = {
  ours: { title: "Portmanteau", script: "export-child.mjs" },
  "naive-b": { title: "archiver + fast-csv, one pass", script: "peers/naive-b.mjs" },
  "naive-a2": { title: "archiver + fast-csv, two passes", script: "peers/naive-a2.mjs" },
  "in-memory": { title: "everything in memory", script: "peers/in-memory.mjs" },
} as const;
const names = Object.keys(contestants) as (keyof typeof contestants)[];
/** A peer is left out where its time per record at the size before says that it needs longer. */
const mostSeconds = 120;

interface Point {
  readonly records: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly rounds: number;
}

/** Measures every size, and writes `results.json` and `plot.svg` beside this file; work of another size, beside the temporary files. */
export async function* plot(): AsyncGenerator<BenchLine> {
  yield* inFolder(measure);
}

async function* measure(file: (name: string) => string): AsyncGenerator<BenchLine> {
  const points = new Map<string, Point[]>(names.map((name) => [name, []]));
  const leftOut: { name: string; records: number }[] = [];
  for (const records of [10_000, 100_000, 300_000, 1_000_000].map(scaled)) {
    const running = names.filter((name) => {
      const before = points.get(name)?.at(-1);
      const fits = name === "ours" || ((before?.seconds ?? 0) / (before?.records ?? 1)) * records <= mostSeconds;
      if (!fits) leftOut.push({ name, records });
      return fits;
    });
    const runs = new Map<string, Run[]>(running.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const name of running) runs.get(name)?.push(child(contestants[name].script, [records, file(`${name}.zip`)]));
    for (const [name, of] of runs) {
      if (name === "ours") await checkBundle(file("ours.zip"), "api-requests", records);
      const csv = (await contents(file(`${name}.zip`))).get("data/api-requests.csv");
      check(csv?.lines === records + 1, `the number of rows of ${name}`);
      const seconds = medianOf(of, ({ wallMs }) => wallMs / 1000, 3);
      const peakMiB = medianOf(of, (run) => run.peakMiB);
      points.get(name)?.push({ records, seconds, peakMiB, rounds: of.length });
      const work = `${contestants[name as keyof typeof contestants].title}, ${counted(records)} records`;
      yield { name: `plot.${name}`, work, value: seconds, unit: "s" };
      yield { name: `plot.${name}-peak`, work, value: peakMiB, unit: "MiB" };
    }
  }

  const machine = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const raw = {
    work: "usage-log records, JSON + CSV + zip level 6",
    machine,
    series: Object.fromEntries(points),
    leftOut,
  };
  const folder = fullSize ? import.meta.dirname : tmpdir();
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(raw, null, 2)}\n`);

  const series = (of: (point: Point) => number): Series[] =>
    names.map((name) => ({
      title: contestants[name].title,
      points: (points.get(name) ?? []).map((point) => ({ x: point.records, y: of(point) })),
    }));
  const notes = leftOut.map(({ name, records }) => {
    const { title } = contestants[name as keyof typeof contestants];
    return `${title}: left out at ${counted(records)}, where it would take more than ${mostSeconds} s.`;
  });
  const svg = chart({
    title: "Exporting a usage log as JSON + CSV in one zip",
    description: `Medians of ${rounds} rounds. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node.js ${machine.node}.`,
    xLabel: "records",
    panels: [
      { title: "Time, seconds", series: series(({ seconds }) => seconds) },
      { title: "Peak memory of the process, MiB", series: series(({ peakMiB }) => peakMiB) },
    ],
    notes,
  });
  writeFileSync(join(folder, "plot.svg"), svg);
}
