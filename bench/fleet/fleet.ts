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
  rounded,
  rounds,
  scaled,
  stolenMs,
} from "../measure.ts";
import { type FleetRun, runFleet, sum, withRedis } from "./run.ts";

/** Most are small, some are not; the long ones are due first. The same in every run. */
function mixed(count: number): readonly number[] {
  const logs = Array.from({ length: count }, (_, index) => 20 + ((index * 7919) % 400));
  for (let index = 0; index < count / 20; index++) logs[index * 3] = 20_000;
  for (let index = 0; index < count / 200; index++) logs[index * 60] = 200_000;
  return logs;
}

/**
 * Two workers, each on a core, against one: measured between one on the first core and one on the second, so that a machine that slows
 * down, or a core that is slower, is on both sides.
 */
export async function* fleet(): AsyncGenerator<BenchLine> {
  if (!isHere("taskset")) return notRun("fleet", "there is no taskset");
  const redis = await withRedis("fleet");
  if (redis === undefined) return;
  try {
    const requests = mixed(scaled(400));
    const runs: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const machine = await machineGain(scaled(400));
      const on = (...cores: number[]) => runFleet(redis.port, { requests, cores });
      const [first, two, second] = [await on(0), await on(0, 1), await on(1)];
      runs.push({ machine, two, one: [first, second] });
    }
    const of = (what: (round: Round) => number, digits: number) => medianOf(runs, what, digits);
    /** Of one worker: the mean of the two runs. */
    const ofOne = ({ one: [first, second] }: Round, what: (run: FleetRun) => number) =>
      (what(first) + what(second)) / 2;
    const wall = ({ wallMs }: FleetRun) => wallMs;
    const cpu = ({ cpuMs }: FleetRun) => cpuMs;
    const perSecond = (wallMs: number) => requests.length / (wallMs / 1000);

    const work = `${counted(requests.length)} requests of 5 datasets, ${counted(sum(requests))} records, BullMQ, spool in a folder`;
    yield {
      name: "fleet.one",
      work: `one worker on one core, ${work}`,
      value: of((round) => perSecond(ofOne(round, wall)), 1),
      unit: "/s",
    };
    yield {
      name: "fleet.two",
      work: "two workers, each on a core of its own",
      value: of(({ two }) => perSecond(wall(two)), 1),
      unit: "/s",
    };
    const times = { name: "fleet.two-to-one", work: "times faster: two workers against one", unit: "x" };
    const gain = (round: Round) => ofOne(round, wall) / wall(round.two);
    yield judged({ ...times, value: of(gain, 2) }, ">=", 1.8);
    yield {
      name: "fleet.least",
      work: "… in the round where it was least",
      value: rounded(Math.min(...runs.map(gain)), 2),
      unit: "x",
    };
    yield {
      name: "fleet.machine",
      work: "… of exports in memory by processes that share nothing: what a second core of this machine brings",
      value: of(({ machine }) => machine, 2),
      unit: "x",
    };
    yield {
      name: "fleet.cpu-two-to-one",
      work: "CPU time of two workers against one, for the same requests",
      value: of((round) => cpu(round.two) / ofOne(round, cpu), 3),
      unit: "ratio",
    };
    yield {
      name: "fleet.busy-one",
      work: "CPU time of one worker / wall time",
      value: of((round) => ofOne(round, (run) => cpu(run) / wall(run)), 2),
      unit: "ratio",
    };
    yield {
      name: "fleet.busy-two",
      work: "… of two, for each core",
      value: of(({ two }) => cpu(two) / wall(two) / 2, 2),
      unit: "ratio",
    };
    yield {
      name: "fleet.redis",
      work: "CPU time of Redis on the same two cores / wall time, two workers",
      value: of(({ two }) => two.redisCpuMs / wall(two), 2),
      unit: "ratio",
    };
    const stolen = ({ two, one }: Round) => [...one, two].map((run) => run.stolenMs / (run.wallMs + run.stolenMs));
    yield {
      name: "fleet.stolen",
      work: "share of the time that the host took from a core, at most in a run; it is not in the times above",
      value: rounded(Math.max(...runs.flatMap(stolen)), 3),
      unit: "ratio",
    };
  } finally {
    await redis.stop();
  }
}

interface Round {
  /** On the first core, and on the second. */
  readonly one: readonly [FleetRun, FleetRun];
  readonly two: FleetRun;
  /** What a second core of the machine brings. */
  readonly machine: number;
}

/** How much more two processes export in a time than one, each on a core of its own, without queue, spool and disk. */
async function machineGain(exports: number): Promise<number> {
  const on = async (core: number) => {
    const stolenBefore = stolenMs([core]);
    const { wallMs } = await childAside("small-child.mjs", [exports, "/dev/null"], {
      pinned: ["taskset", "-c", String(core)],
    });
    return wallMs - (stolenMs([core]) - stolenBefore);
  };
  const alone = [await on(0), await on(1)];
  const together = await Promise.all([on(0), on(1)]);
  return (2 * sum(alone)) / sum(together);
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
