import { describe, expect, it } from "vitest";
import type { Costs, Fleet } from "../../bench/simulation/fleet.ts";
import { monthlyLoad } from "../../bench/simulation/load.ts";
import { simulate } from "../../bench/simulation/model.ts";
import { random } from "../../bench/simulation/random.ts";

const free: Costs = {
  partMs: 0,
  partWaitMs: 0,
  recordMs: 0,
  checkpointMs: 0,
  assembleMs: 0,
  assembleWaitMs: 0,
  assembleRecordMs: 0,
  pageWaitMs: 0,
  pageRecords: 500,
  partBytes: 0,
  recordBytes: 0,
};
const fleet: Fleet = {
  workers: 1,
  collecting: 4,
  assembling: 1,
  checkpointEveryMs: 5_000,
  leaseMs: 30_000,
  deathsEveryMs: Number.POSITIVE_INFINITY,
  backAfterMs: 5_000,
};
const onlyLogs = { accountDatasets: 0, accountRecords: 0, partsOf: () => 1 };
const many = { ...fleet, collecting: 1_000_000, assembling: 1_000_000 };

describe("the model of a fleet", () => {
  it("is the textbook's queue where it should be: M/M/1 with a shared core answers in s / (1 - u) on average", () => {
    const { exponential } = random(7);
    let at = 0;
    const load = Array.from({ length: 200_000 }, () => {
      at += exponential(100);
      return { at, dueAt: at, records: exponential(70) };
    });
    const { answersMs, utilisation } = simulate(load, {
      costs: { ...free, recordMs: 1 },
      fleet: many,
      shape: onlyLogs,
      seed: 1,
    });
    expect(utilisation).toBeCloseTo(0.7, 1);
    const mean = answersMs.reduce((sum, ms) => sum + ms, 0) / answersMs.length;
    expect(Math.abs(mean / (70 / (1 - 0.7)) - 1)).toBeLessThan(0.05);
  });

  it("answers every request, and pays for what workers that die lose", () => {
    const load = [...monthlyLoad(300_000, 3, 1)];
    const costs = { ...free, partMs: 20, recordMs: 0.01, assembleMs: 10, recordBytes: 60 };
    const shape = {
      accountDatasets: 4,
      accountRecords: 20,
      partsOf: (records: number) => Math.ceil(records / 100_000),
    };
    const calm = simulate(load, { costs, fleet, shape, seed: 1 });
    const deadly = simulate(load, { costs, fleet: { ...fleet, deathsEveryMs: 600_000 }, shape, seed: 1 });
    expect(calm.answersMs).toHaveLength(load.length);
    expect(deadly.answersMs).toHaveLength(load.length);
    expect(calm.deaths).toBe(0);
    expect(deadly.deaths).toBeGreaterThan(300);
    expect(deadly.answersMs.at(-1)).toBeGreaterThan(calm.answersMs.at(-1) ?? 0);
    expect(deadly.spooledBytes).toBeCloseTo(calm.spooledBytes, -3);
  });

  it("takes first what is due first", () => {
    const load = [
      { at: 0, dueAt: 3_600_000, records: 1_000 },
      { at: 1, dueAt: 7_200_000, records: 1_000 },
      { at: 2, dueAt: 3_600_000, records: 10 },
    ];
    const costs = { ...free, recordMs: 1 };
    const { answersMs } = simulate(load, { costs, shape: onlyLogs, seed: 1, fleet: { ...fleet, collecting: 1 } });
    expect([...answersMs]).toEqual([1_000, 1_008, 2_009]);
  });

  it("shares work among workers", () => {
    const load = Array.from({ length: 100 }, () => ({ at: 0, dueAt: 0, records: 100 }));
    const options = { costs: { ...free, recordMs: 1 }, shape: onlyLogs, seed: 1 };
    expect(simulate(load, { ...options, fleet }).spanMs).toBeCloseTo(10_000);
    expect(simulate(load, { ...options, fleet: { ...fleet, workers: 2 } }).spanMs).toBeLessThan(5_500); // the last few cannot be halved
  });

  it("makes the load that it says: so many a month, most small, a few large", () => {
    const load = [...monthlyLoad(1_000_000, 7, 3)];
    expect(Math.abs(load.length / ((1_000_000 / 30) * 7) - 1)).toBeLessThan(0.01);
    const sizes = load.map(({ records }) => records).sort((a, b) => a - b);
    expect(Math.abs((sizes[sizes.length >> 1] ?? 0) / 200 - 1)).toBeLessThan(0.05);
    expect(sizes.at(-1)).toBeGreaterThan(1_000_000);
    expect(sizes.at(-1)).toBeLessThanOrEqual(20_000_000);
  });
});
