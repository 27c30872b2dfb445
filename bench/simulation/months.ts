import { writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { chart } from "../chart.ts";
import { accountDatasets, accountRecords, partsOf } from "../fleet/exporter.mjs";
import { type BenchLine, counted, fullSize, median, rounded, scaled } from "../measure.ts";
import type { Costs, Fleet } from "./fleet.ts";
import { assumed, type ModelRequest, monthlyLoad } from "./load.ts";
import { type Outcome, simulate } from "./model.ts";

export const shape = { accountDatasets: accountDatasets.length, accountRecords, partsOf };
const seeds = [1, 2, 3];
const workerCounts = [1, 2, 4, 8];
const [hourMs, dayMs] = [3_600_000, 86_400_000];
/** How long the model looks at each load, from a Monday on: a million requests are enough to know. */
const loads = [
  { millions: 1, days: 7 },
  { millions: 3, days: 2 },
  { millions: 10, days: 1 },
  { millions: 30, days: 1 },
];

/** As the queue and the exporter have it by default; a worker dies once a day. */
export function fleetOf(workers: number): Fleet {
  return {
    workers,
    collecting: 4,
    assembling: 1,
    checkpointEveryMs: 5_000,
    leaseMs: 30_000,
    deathsEveryMs: dayMs,
    backAfterMs: 5_000,
  };
}

/** What the model says of a month, of everybody at once, and of other loads. */
export function* months(costs: Costs, redisBytes: number): Generator<BenchLine> {
  const million = scaled(1_000_000);
  const run = (load: Iterable<ModelRequest>, workers: number, seed = 1) =>
    simulate(load, { costs, fleet: fleetOf(workers), shape, seed });
  const redisMB = ({ peakJobs }: Outcome) => (peakJobs * redisBytes) / 1e6;

  const month = seeds.map((seed) => run(monthlyLoad(million, 30, seed), 1, seed));
  function line(name: string, work: string, of: (outcome: Outcome) => number, unit: string, digits = 1): BenchLine {
    const all = month.map(of);
    const spread = `${rounded(Math.min(...all), digits)} to ${rounded(Math.max(...all), digits)} with ${seeds.length} seeds`;
    return { name: `simulation.${name}`, work: `${work} (${spread})`, value: rounded(median(all), digits), unit };
  }
  const work = `${counted(million)} requests a month, one worker`;
  yield line("utilisation", `${work}: share of its core`, ({ utilisation }) => utilisation * 100, "%");
  yield line("p99", "… 99 of 100 answered within", answeredWithin, "s", 2);
  yield line("longest", "… longest answer", longest, "s");
  yield line("deaths", "… deaths of the worker", ({ deaths }) => deaths, "times", 0);
  yield line("spool-peak", "… spool at its peak, purged after delivery", (of) => of.peakSpoolBytes / 1e6, "MB", 0);
  yield line("spool-month", "… spool when kept for 30 days, the default", (of) => of.spooledBytes / 1e9, "GB");
  yield line("redis-peak", "… memory of Redis for the jobs at their peak", redisMB, "MB", 2);

  // After something was in the news: one in twenty of a month's requests comes in the busiest hour.
  for (const workers of workerCounts) {
    const hour = [...monthlyLoad(million * 16, 1, 1)].filter(({ at }) => at >= 14 * hourMs && at < 15 * hourMs);
    const outcome = run(hour, workers);
    const minutes = rounded(answeredWithin(outcome) / 60, 1);
    const all = `${counted(hour.length)} requests within an hour, workers: ${workers}`;
    yield {
      name: `simulation.burst-${workers}`,
      work: `${all}; 99 of 100 answered within`,
      value: minutes,
      unit: "min",
    };
    const redis = rounded(redisMB(outcome), 0);
    if (workers === 1)
      yield { name: "simulation.burst-redis", work: "… memory of Redis at its peak", value: redis, unit: "MB" };
  }

  // Fewer workers than a working day needs never catch up.
  const busyOfOne = median(month.map(({ utilisation }) => utilisation)) * Math.max(...assumed.weekly);
  const points = workerCounts.flatMap((workers) =>
    loads
      .filter(({ millions }) => (busyOfOne * millions) / workers < 1)
      .map(({ millions, days }) => {
        const outcome = run(monthlyLoad(millions * million, days, 1), workers);
        const seconds = { p99: rounded(answeredWithin(outcome), 2), longest: rounded(longest(outcome), 2) };
        return { workers, perMonth: millions * million, ...seconds };
      }),
  );
  for (const { millions } of loads)
    for (const [term, seconds] of Object.entries({ "an hour": hourMs / 1000, "a day": dayMs / 1000 })) {
      const enough = points.find(({ perMonth, p99 }) => perMonth === millions * million && p99 < seconds);
      const name = `simulation.workers-${millions}M-${term.split(" ")[1]}`;
      const of = `workers (${workerCounts.join(", ")}) for ${counted(millions * million)} requests a month`;
      yield {
        name,
        work: `${of}, 99 of 100 answered within ${term}`,
        value: enough?.workers ?? Number.NaN,
        unit: "workers",
      };
    }
  draw(points, costs);
}

const answeredWithin = ({ answersMs }: Outcome) => (answersMs[Math.floor(answersMs.length * 0.99)] ?? 0) / 1000;
const longest = ({ answersMs }: Outcome) => (answersMs.at(-1) ?? 0) / 1000;

interface Point {
  readonly workers: number;
  readonly perMonth: number;
  readonly p99: number;
  readonly longest: number;
}

/** Work of another size is drawn beside the temporary files. */
function draw(points: readonly Point[], costs: Costs): void {
  const machine = `${cpus()[0]?.model.trim()}, Node.js ${process.version}`;
  const panel = (title: string, of: (point: Point) => number) => ({
    title,
    series: workerCounts.map((workers) => ({
      title: workers === 1 ? "1 worker" : `${workers} workers`,
      points: points.filter((point) => point.workers === workers).map((point) => ({ x: point.perMonth, y: of(point) })),
    })),
  });
  const { body, tail, terms } = assumed;
  const svg = chart({
    title: "What a fleet needs: a model, with measured costs",
    description: `Working days, from a Monday on; a worker has one core and dies once a day; a source takes 20 ms for a page.`,
    xLabel: "requests a month",
    panels: [
      panel("99 of 100 answered within, seconds", ({ p99 }) => p99),
      panel("Longest answer, seconds", ({ longest }) => longest),
    ],
    notes: [
      `Logs: median ${body.median} records, lognormal; one in a hundred has from ${counted(tail.from)} to ${counted(tail.most)}.`,
      `Left out: workers that have less time in a working day than its requests need. Costs measured on ${machine}.`,
    ],
  });
  const folder = fullSize ? join(import.meta.dirname, "..") : tmpdir();
  writeFileSync(join(folder, "plot-fleet.svg"), svg);
  const results = { work: "the plot of the fleet", machine, assumed: { body, tail, terms }, costs, points };
  writeFileSync(join(folder, "results-fleet.json"), `${JSON.stringify(results, null, 2)}\n`);
}
