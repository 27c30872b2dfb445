import { durableSpoolContract } from "portmanteau/testing";
import { describe, expect, it } from "vitest";
import { durableRules } from "../../src/testing/durable-rules/index.ts";
import { durableMutants, durablePlace } from "./mutants/durable-spools.ts";
import { brokenRules, verdictsOf } from "./running.ts";

describe("the contract of a durable spool", () => {
  it("is kept by a right one, every rule of it", async () => {
    const verdicts = await verdictsOf((runner) => durableSpoolContract("place", durablePlace, runner));
    expect(verdicts).toEqual(durableRules.map(({ title }) => ({ title })));
  });

  for (const mutant of durableMutants)
    it(`is broken by one that ${mutant.mistake}`, async () => {
      const verdicts = await verdictsOf((runner) =>
        durableSpoolContract("mutant", () => durablePlace(mutant), { ...runner, patienceMs: 1_000 }),
      );
      expect(brokenRules(verdicts, durableRules)).toEqual(mutant.breaks);
    });

  it("has for every rule a durable spool that breaks it", () => {
    const broken = new Set(durableMutants.flatMap(({ breaks }) => breaks.map((rule) => rule.split(":")[0])));
    expect(durableRules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
