/** Workers over BullMQ and a spool in a folder: what a second one brings, and whether the memory of one stays flat. */
import {
  type BenchLine,
  childAside,
  counted,
  isHere,
  judged,
  median,
  medianOf,
  notRun,
  ratio,
  rounded,
  rounds,
  scaled,
} from "../measure.ts";
import { type FleetRun, runFleet, sum, withRedis } from "./run.ts";

/** Most are small, some are not; the long ones are due first. The same in every run. */
function mixed(count: number): readonly number[] {
  const logs = Array.from({ length: count }, (_, index) => 20 + ((index * 7919) % 400));
  for (let index = 0; index < count / 20; index++) logs[index * 3] = 20_000;
  for (let index = 0; index < count / 200; index++) logs[index * 60] = 200_000;
  return logs;
}

/** Two workers, each on a core, against one. */
export async function* fleet(): AsyncGenerator<BenchLine> {
  if (!isHere("taskset")) return notRun("fleet", "there is no taskset");
  const redis = await withRedis("fleet");
  if (redis === undefined) return;
  try {
    const requests = mixed(scaled(400));
    const runs = { one: [] as FleetRun[], two: [] as FleetRun[] };
    const gains: number[] = [];
    for (let round = 0; round < rounds; round++) {
      gains.push(await machineGain(scaled(400)));
      runs.one.push(await runFleet(redis.port, { requests, cores: [0] }));
      runs.two.push(await runFleet(redis.port, { requests, cores: [0, 1] }));
    }
    const work = `${counted(requests.length)} requests of 5 datasets, ${counted(sum(requests))} records, BullMQ, spool in a folder`;
    const perSecond = (of: readonly FleetRun[]) => medianOf(of, ({ wallMs }) => requests.length / (wallMs / 1000));
    yield { name: "fleet.one", work: `one worker on one core, ${work}`, value: perSecond(runs.one), unit: "/s" };
    yield { name: "fleet.two", work: "two workers, each on a core of its own", value: perSecond(runs.two), unit: "/s" };
    const times = { name: "fleet.two-to-one", work: "times faster: two workers against one", unit: "x" };
    yield judged({ ...times, value: rounded(ratio(runs.one, runs.two), 2) }, ">=", 1.8);
    yield {
      name: "fleet.machine",
      work: "… of exports in memory by processes that share nothing: what a second core of this machine brings",
      value: rounded(median(gains), 2),
      unit: "x",
    };
    const share = (of: readonly FleetRun[], cores: number) =>
      medianOf(of, ({ cpuMs, wallMs }) => cpuMs / wallMs / cores, 2);
    yield {
      name: "fleet.busy-one",
      work: "CPU time of one worker / wall time",
      value: share(runs.one, 1),
      unit: "ratio",
    };
    yield { name: "fleet.busy-two", work: "… of two, for each core", value: share(runs.two, 2), unit: "ratio" };
    yield {
      name: "fleet.redis",
      work: "CPU time of Redis on the same two cores / wall time, two workers",
      value: medianOf(runs.two, ({ redisCpuMs, wallMs }) => redisCpuMs / wallMs, 2),
      unit: "ratio",
    };
    yield {
      name: "fleet.cpu-two-to-one",
      work: "CPU time of two workers against one, for the same requests",
      value: ratio(runs.two, runs.one, ({ cpuMs }) => cpuMs),
      unit: "ratio",
    };
  } finally {
    await redis.stop();
  }
}

/** How much more two processes export in a time than one, each on a core of its own, without queue, spool and disk. */
async function machineGain(exports: number): Promise<number> {
  const on = (core: number) =>
    childAside("small-child.mjs", [exports, "/dev/null"], { pinned: ["taskset", "-c", String(core)] });
  const alone = [await on(0), await on(1)];
  const together = await Promise.all([on(0), on(1)]);
  return (2 * sum(alone.map(({ wallMs }) => wallMs))) / sum(together.map(({ wallMs }) => wallMs));
}

/** A million requests a month, in one worker: so many come in an hour. */
const anHour = Math.round(1_000_000 / 30 / 24);

/** One worker answers what comes in an hour; its memory must not grow meanwhile. */
export async function* soak(): AsyncGenerator<BenchLine> {
  if (!isHere("taskset")) return notRun("soak", "there is no taskset");
  const redis = await withRedis("soak");
  if (redis === undefined) return;
  try {
    const warmUp = scaled(800);
    // Long logs all along, so that each third has as many.
    const requests = Array.from({ length: warmUp + scaled(anHour) }, (_, index) =>
      index % 150 === 0 ? 100_000 : index % 20 === 0 ? 10_000 : 20 + ((index * 7919) % 400),
    );
    const { rssMiB, heapMiB, peakMiB } = await runFleet(redis.port, {
      requests,
      cores: [0],
      flags: ["--max-semi-space-size=16"],
    });
    const third = Math.floor((requests.length - warmUp) / 3);
    const thirds = [0, 1, 2].map((index) => {
      const of = (sizes: readonly number[]) => sizes.slice(warmUp + index * third, warmUp + (index + 1) * third);
      return { median: median(of(rssMiB)), peak: Math.max(...of(rssMiB)), live: Math.min(...of(heapMiB)) };
    });
    const [first, , last] = thirds as [Third, Third, Third];
    const work = `one worker, ${counted(requests.length)} requests, as many as come in an hour of 1 M a month after ${warmUp} to warm up`;
    yield {
      name: "soak.first",
      work: `resident size, median of the first third: ${work}`,
      value: rounded(first.median, 1),
      unit: "MiB",
    };
    yield { name: "soak.last", work: "… of the last third", value: rounded(last.median, 1), unit: "MiB" };
    const growth = { name: "soak.last-to-first", work: "last third against the first", unit: "ratio" };
    yield judged({ ...growth, value: rounded(last.median / first.median, 3) }, "<=", 1.1);
    const peak = {
      name: "soak.peak-last-to-first",
      work: "highest of the last third against the first's",
      unit: "ratio",
    };
    yield judged({ ...peak, value: rounded(last.peak / first.peak, 3) }, "<=", 1.1);
    const live = {
      name: "soak.live-last-to-first",
      work: "least of the heap that is used, last third against the first",
    };
    yield { ...live, value: rounded(last.live / first.live, 3), unit: "ratio" };
    yield { name: "soak.peak", work: "peak of the process", value: rounded(peakMiB, 1), unit: "MiB" };
  } finally {
    await redis.stop();
  }
}
interface Third {
  readonly median: number;
  readonly peak: number;
  readonly live: number;
}
