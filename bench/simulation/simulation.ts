/**
 * What a fleet needs for a million requests a month. What each step costs is measured; a model is made of it and checked against real
 * workers with another mix of requests; then the model runs whole weeks. Of another size (`--scale`), the plot goes beside the temporary files.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { chart } from "../chart.ts";
import { accountDatasets, accountRecords, partsOf } from "../fleet/exporter.mjs";
import { type FleetRun, runFleet, withRedis } from "../fleet/run.ts";
import {
  type BenchLine,
  child,
  counted,
  fullSize,
  inFolder,
  isHere,
  judged,
  median,
  medianOf,
  notRun,
  rounded,
  rounds,
  scaled,
} from "../measure.ts";
import { assumed, type ModelRequest, monthlyLoad } from "./load.ts";
import { type Costs, type Fleet, type Outcome, simulate } from "./model.ts";

const shape = { accountDatasets: accountDatasets.length, accountRecords, partsOf };
const seeds = [1, 2, 3];
const [hourMs, dayMs] = [3_600_000, 86_400_000];
/** As the queue and the exporter have it by default; a worker dies once a day. */
const fleetOf = (workers: number): Fleet => ({
  workers,
  collecting: 4,
  assembling: 1,
  checkpointEveryMs: 5_000,
  leaseMs: 30_000,
  deathsEveryMs: dayMs,
  backAfterMs: 5_000,
});
/** A source that takes 20 ms for a page of 500 records. */
const source = { pageWaitMs: 20, pageRecords: 500 };

interface Measured {
  readonly costs: Costs;
  /** CPU time of Redis, and bytes in it, for each job. */
  readonly redisMs: number;
  readonly redisBytes: number;
}

export async function* simulation(): AsyncGenerator<BenchLine> {
  if (!isHere("taskset")) return notRun("simulation", "there is no taskset");
  const redis = await withRedis("simulation");
  if (redis === undefined) return;
  try {
    const measured = await measure(redis.port);
    yield* costLines(measured);
    yield* checkModel(redis.port, measured);
    yield* months({ ...measured.costs, ...source }, measured.redisBytes);
  } finally {
    await redis.stop();
  }
}

/** Of the steps alone, and of what the queue adds to them. */
async function measure(port: number): Promise<Measured> {
  const long = scaled(50_000);
  const steps = await inSpool(async (spool) =>
    child("simulation/steps.mjs", [spool, 60, long], { pinned: ["taskset", "-c", "0"] }),
  );
  const of = (name: string) => steps[name] ?? 0;
  const small = Array.from({ length: scaled(150) }, () => accountRecords);
  const runs: FleetRun[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++)
    runs.push(await runFleet(port, { requests: small, cores: [0] }));
  const jobs = small.length * (accountDatasets.length + 2);
  const alone = small.length * ((accountDatasets.length + 1) * of("partMs") + of("assembleMs"));
  const queueMs = Math.max(0, (median(runs.map(({ cpuMs }) => cpuMs)) - alone) / jobs);
  const per = (name: string, from: string) => Math.max(0, (of(name) - of(from)) / (long - accountRecords));
  const [recordMs, recordBytes] = [per("longPartMs", "partMs"), per("longPartBytes", "partBytes")];
  return {
    costs: {
      partMs: of("partMs") - recordMs * accountRecords + queueMs,
      partWaitMs: of("partWaitMs"),
      recordMs,
      checkpointMs: of("checkpointMs"),
      assembleMs: of("assembleMs") + queueMs,
      assembleWaitMs: of("assembleWaitMs"),
      assembleRecordMs: per("longAssembleMs", "assembleMs"),
      pageWaitMs: 0,
      pageRecords: source.pageRecords,
      partBytes: of("partBytes"),
      recordBytes,
    },
    redisMs: medianOf(runs, ({ redisCpuMs }) => redisCpuMs / jobs, 3),
    redisBytes: medianOf(runs, ({ redisBytes }) => redisBytes / jobs, 0),
  };
}

function* costLines({ costs, redisMs, redisBytes }: Measured): Generator<BenchLine> {
  const line = (name: string, work: string, value: number, unit: string, digits = 2) => ({
    name: `simulation.${name}`,
    work,
    value: rounded(value, digits),
    unit,
  });
  yield line("part", "measured: CPU time of a part, the queue's share included", costs.partMs, "ms");
  yield line("part-wait", "measured: its waiting, mostly for the disk", costs.partWaitMs, "ms");
  yield line("record", "measured: CPU time of a record", costs.recordMs * 1000, "µs");
  yield line("checkpoint", "measured: CPU time of a checkpoint", costs.checkpointMs, "ms");
  yield line("bundle", "measured: CPU time of a bundle", costs.assembleMs, "ms");
  yield line("bundle-record", "measured: CPU time of a record in it", costs.assembleRecordMs * 1000, "µs");
  yield line("record-bytes", "measured: bytes in the spool of a record", costs.recordBytes, "bytes", 1);
  yield line("redis-job", "measured: CPU time of Redis, for each job", redisMs, "ms", 3);
  yield line("redis-bytes", "measured: memory of Redis, for each job", redisBytes, "bytes", 0);
}

/** The model against real workers, with requests that nothing was measured with. */
async function* checkModel(port: number, { costs, redisMs }: Measured): AsyncGenerator<BenchLine> {
  const logs = Array.from({ length: scaled(200) }, (_, index) =>
    index === 3 ? 250_000 : index % 25 === 0 ? 30_000 : 50 + ((index * 7919) % 2_000),
  );
  const work = `${counted(logs.length)} requests, two in a hundred of them long`;
  for (const cores of [[0], [0, 1]]) {
    const real: number[] = [];
    for (let round = 0; round < Math.min(rounds, 3); round++)
      real.push((await runFleet(port, { requests: logs, cores })).wallMs);
    // Redis computes on the same cores; where workers have all of them, it takes its share from them.
    const shared = cores.length >= cpus().length ? redisMs : 0;
    const own = { ...costs, partMs: costs.partMs + shared, assembleMs: costs.assembleMs + shared };
    const load: ModelRequest[] = logs.map((records, index) => ({ at: 0, dueAt: index * 15 * 60_000, records }));
    const fleet = { ...fleetOf(cores.length), deathsEveryMs: Number.POSITIVE_INFINITY };
    const { spanMs } = simulate(load, { costs: own, fleet, shape, seed: 1 });
    const name = `simulation.check-${cores.length}`;
    const workers = cores.length === 1 ? "one worker" : "two workers";
    yield {
      name: `${name}-real`,
      work: `${work}, ${workers}, from the first part to the last bundle`,
      value: rounded(median(real) / 1000, 2),
      unit: "s",
    };
    yield { name: `${name}-model`, work: "… as the model has it", value: rounded(spanMs / 1000, 2), unit: "s" };
    const off = rounded(Math.abs(spanMs / median(real) - 1), 3);
    yield judged({ name, work: "difference of the model", value: off, unit: "ratio" }, "<=", 0.15);
  }
}

async function* months(costs: Costs, redisBytes: number): AsyncGenerator<BenchLine> {
  const run = (load: Iterable<ModelRequest>, workers: number, seed: number) =>
    simulate(load, { costs, fleet: fleetOf(workers), shape, seed });
  const atP99 = ({ answersMs }: Outcome) => (answersMs[Math.floor(answersMs.length * 0.99)] ?? 0) / 1000;
  const longest = ({ answersMs }: Outcome) => (answersMs.at(-1) ?? 0) / 1000;
  const spread = (of: readonly number[]) =>
    `${rounded(Math.min(...of), 1)} to ${rounded(Math.max(...of), 1)} with ${of.length} seeds`;
  const million = scaled(1_000_000);
  for (const [term, termMs] of [
    ["hour", hourMs],
    ["day", dayMs],
  ] as const) {
    const enough = [1, 2, 4, 8].find((workers) => atP99(run(monthlyLoad(million, 7, 1), workers, 1)) < termMs / 1000);
    yield {
      name: `simulation.workers-${term}`,
      work: `workers for ${counted(million)} requests a month, 99 of 100 answered within an ${term}`.replace(
        "an day",
        "a day",
      ),
      value: enough ?? 0,
      unit: "workers",
    };
  }
  const weeks = seeds.map((seed) => run(monthlyLoad(million, 30, seed), 1, seed));
  const line = (name: string, work: string, of: (outcome: Outcome) => number, unit: string, digits = 1) => {
    const all = weeks.map(of);
    return { name: `simulation.${name}`, work: `${work} (${spread(all)})`, value: rounded(median(all), digits), unit };
  };
  yield line("utilisation", "one worker: share of its core", ({ utilisation }) => utilisation * 100, "%");
  yield line("p99", "… time to the answer, 99 of 100", atP99, "s", 2);
  yield line("longest", "… the longest", longest, "s");
  yield line("deaths", "… deaths of the worker", ({ deaths }) => deaths, "");
  yield line(
    "spool-peak",
    "spool at its peak, purged after delivery",
    ({ peakSpoolBytes }) => peakSpoolBytes / 1e6,
    "MB",
  );
  yield line("spool-month", "… kept for 30 days, as is the default", ({ spooledBytes }) => spooledBytes / 1e9, "GB");
  yield line(
    "redis-peak",
    "memory of Redis for the jobs at their peak",
    ({ peakJobs }) => (peakJobs * redisBytes) / 1e6,
    "MB",
    3,
  );

  // Everybody at once: after something was in the news, one in twenty of a month's requests comes within an hour.
  for (const workers of [1, 2, 4, 8]) {
    const burst = [...monthlyLoad(million * 16, 1, 1)].filter(({ at }) => at >= 14 * hourMs && at < 15 * hourMs);
    const outcome = run(burst, workers, 1);
    yield {
      name: `simulation.burst-${workers}`,
      work: `${counted(outcome.answersMs.length)} requests within an hour, ${workers} workers: 99 of 100 answered within`,
      value: rounded(atP99(outcome) / 60, 1),
      unit: "minutes",
    };
    if (workers === 1)
      yield {
        name: "simulation.burst-redis",
        work: "… memory of Redis for the jobs at their peak",
        value: rounded((outcome.peakJobs * redisBytes) / 1e6, 0),
        unit: "MB",
      };
  }

  const loads = [
    { perMonth: 1, days: 7 },
    { perMonth: 3, days: 2 },
    { perMonth: 10, days: 1 },
    { perMonth: 30, days: 1 },
  ];
  const mean = (weeks[0]?.utilisation ?? 0) * 1.25; // of a working day
  const series = [1, 2, 4, 8].map((workers) => ({
    workers,
    points: loads
      .filter(({ perMonth }) => (mean * perMonth) / workers < 1)
      .map(({ perMonth, days }) => ({
        x: perMonth * million,
        outcome: run(monthlyLoad(perMonth * million, days, 1), workers, 1),
      })),
  }));
  const panel = (title: string, of: (outcome: Outcome) => number) => ({
    title,
    series: series.map(({ workers, points }) => ({
      title: workers === 1 ? "1 worker" : `${workers} workers`,
      points: points.map(({ x, outcome }) => ({ x, y: rounded(of(outcome), 2) })),
    })),
  });
  const svg = chart({
    title: "What a fleet needs: a model, with measured costs",
    description: `Working days from Monday on, one core a worker, a source that takes 20 ms for a page. Costs measured on ${cpus()[0]?.model.trim()}, Node.js ${process.version}.`,
    xLabel: "requests a month",
    panels: [panel("99 of 100 answered within, seconds", atP99), panel("Longest answer, seconds", longest)],
    notes: [
      `Logs: median ${assumed.body.median} records, lognormal; one in a hundred from ${counted(assumed.tail.from)} up to ${counted(assumed.tail.most)}. A worker dies once a day.`,
      "Left out where the workers have less time than a working day's requests need.",
    ],
  });
  writeFileSync(join(fullSize ? import.meta.dirname : tmpdir(), "plot.svg"), svg);
}

async function inSpool<T>(use: (spool: string) => Promise<T>): Promise<T> {
  const results = inFolder(async function* (file) {
    mkdirSync(file("spool"));
    yield await use(file("spool"));
  });
  const { value } = await results.next();
  await results.return(undefined);
  return value as T;
}
