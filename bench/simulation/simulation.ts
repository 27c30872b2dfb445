/**
 * What a fleet needs for a million requests a month. What each step costs is measured; a model is made of it and checked against real
 * workers with another mix of requests; then the model runs whole weeks. Of another size (`--scale`), the plot goes beside the temporary files.
 */
import { mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { accountDatasets, accountRecords } from "../fleet/exporter.mjs";
import { type FleetRun, runFleet, sum, withRedis } from "../fleet/run.ts";
import {
  type BenchLine,
  childAside,
  counted,
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
import type { Costs } from "./fleet.ts";
import type { ModelRequest } from "./load.ts";
import { simulate } from "./model.ts";
import { fleetOf, months, shape } from "./months.ts";

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
    const one = await measure(redis.port, [0]);
    yield* costLines(one);
    yield* checkModel(redis.port, [0], one);
    const two = await measure(redis.port, [0, 1]);
    yield* checkModel(redis.port, [0, 1], two);
    // A fleet's machines are full: their workers share disk and memory.
    yield* months({ ...two.costs, ...source }, two.redisBytes);
  } finally {
    await redis.stop();
  }
}

/**
 * Of the steps alone, and of what the queue, and many records at once in a real worker, add to them. On each of these cores at once: what
 * cores share makes each slower.
 */
async function measure(port: number, cores: readonly number[]): Promise<Measured> {
  const long = scaled(50_000);
  const steps = await Promise.all(
    cores.map((core) =>
      inSpool((spool) =>
        childAside("simulation/steps.mjs", [spool, 60, long], { pinned: ["taskset", "-c", String(core)] }),
      ),
    ),
  );
  const of = (name: string) => sum(steps.map((step) => step[name] ?? 0)) / steps.length;
  const small = Array.from({ length: scaled(100) * cores.length }, () => accountRecords);
  const large = Array.from({ length: scaled(20) * cores.length }, () => 25_000);
  const runs: FleetRun[] = [];
  const largeRuns: FleetRun[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    runs.push(await runFleet(port, { requests: small, cores }));
    largeRuns.push(await runFleet(port, { requests: large, cores }));
  }
  const cpuOf = (of: readonly FleetRun[]) => median(of.map(({ cpuMs }) => cpuMs));
  const jobsOf = (requests: readonly number[]) => requests.length * (accountDatasets.length + 2);
  const jobs = jobsOf(small);
  const alone = small.length * ((accountDatasets.length + 1) * of("partMs") + of("assembleMs"));
  const queueMs = Math.max(0, (cpuOf(runs) - alone) / jobs);
  const per = (name: string, from: string) => Math.max(0, (of(name) - of(from)) / (long - accountRecords));
  const [assembleRecordMs, recordBytes] = [per("longAssembleMs", "assembleMs"), per("longPartBytes", "partBytes")];
  // In a worker a record costs more than in a step alone: several jobs are under way, and their records in one heap.
  const withoutRecords = (cpuOf(runs) / jobs) * jobsOf(large);
  const recordMs = Math.max(0, (cpuOf(largeRuns) - withoutRecords) / sum(large) - assembleRecordMs);
  return {
    costs: {
      partMs: of("partMs") - recordMs * accountRecords + queueMs,
      partWaitMs: of("partWaitMs"),
      recordMs,
      checkpointMs: of("checkpointMs"),
      assembleMs: of("assembleMs") + queueMs,
      assembleWaitMs: of("assembleWaitMs"),
      assembleRecordMs,
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
  yield line("record", "measured in a worker: CPU time of a record", costs.recordMs * 1000, "µs");
  yield line("checkpoint", "measured: CPU time of a checkpoint", costs.checkpointMs, "ms");
  yield line("bundle", "measured: CPU time of a bundle", costs.assembleMs, "ms");
  yield line("bundle-record", "measured: CPU time of a record in it", costs.assembleRecordMs * 1000, "µs");
  yield line("record-bytes", "measured: bytes in the spool of a record", costs.recordBytes, "bytes", 1);
  yield line("redis-job", "measured: CPU time of Redis, for each job", redisMs, "ms", 3);
  yield line("redis-bytes", "measured: memory of Redis, for each job", redisBytes, "bytes", 0);
}

/** The model against real workers, with requests that nothing was measured with. */
async function* checkModel(
  port: number,
  cores: readonly number[],
  { costs, redisMs }: Measured,
): AsyncGenerator<BenchLine> {
  const logs = Array.from({ length: scaled(120) }, (_, index) =>
    index === 3 ? 250_000 : index % 25 === 0 ? 30_000 : 50 + ((index * 7919) % 2_000),
  );
  const runs: FleetRun[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) runs.push(await runFleet(port, { requests: logs, cores }));
  const real = median(runs.map(({ wallMs }) => wallMs));
  // Redis computes on the same cores; where workers have all of them, it takes its share from them.
  const shared = cores.length >= cpus().length ? redisMs : 0;
  const own = { ...costs, partMs: costs.partMs + shared, assembleMs: costs.assembleMs + shared };
  const load: ModelRequest[] = logs.map((records, index) => ({ at: 0, dueAt: index * 15 * 60_000, records }));
  const fleet = { ...fleetOf(cores.length), deathsEveryMs: Number.POSITIVE_INFINITY };
  const { spanMs } = simulate(load, { costs: own, fleet, shape, seed: 1 });
  const alone = simulate(load, { costs, fleet, shape, seed: 1 });
  const modelCpuMs = alone.utilisation * alone.spanMs * cores.length;
  const name = `simulation.check-${cores.length}`;
  const work = `${counted(logs.length)} requests, two in a hundred of them long`;
  const workers = cores.length === 1 ? "one worker" : "two workers";
  yield {
    name: `${name}-real`,
    work: `${work}, ${workers}, from the first part to the last bundle`,
    value: rounded(real / 1000, 2),
    unit: "s",
  };
  yield { name: `${name}-model`, work: "… as the model has it", value: rounded(spanMs / 1000, 2), unit: "s" };
  const off = rounded(Math.abs(spanMs / real - 1), 3);
  yield judged({ name, work: "difference of the model", value: off, unit: "ratio" }, "<=", 0.15);
  // Which does not depend on what else the machine does.
  const cpuMs = median(runs.map((run) => run.cpuMs));
  yield {
    name: `${name}-cpu`,
    work: `CPU time of the workers, as the model has it, against theirs of ${rounded(cpuMs / 1000, 2)} s`,
    value: rounded(modelCpuMs / cpuMs, 3),
    unit: "ratio",
  };
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
