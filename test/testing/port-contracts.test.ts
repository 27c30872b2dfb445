import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileDelivery } from "../../src/deliveries/file/index.ts";
import { localSpool } from "../../src/spools/local.ts";
import { deliveryRules } from "../../src/testing/delivery-rules.ts";
import { deliveryContract, spoolContract } from "../../src/testing/index.ts";
import { spoolRules } from "../../src/testing/spool-rules.ts";
import { deliveryMutants, memoryPlace } from "./mutants/deliveries.ts";
import { memorySpools, spoolMutants } from "./mutants/spools.ts";
import { brokenRules, verdictsOf } from "./running.ts";

const runner = { describe, it, afterAll };
const patienceMs = 1_000;

const emptyFolder = () => mkdtempSync(join(tmpdir(), "portmanteau-contract-"));

/** The files below a folder that this process has open, named or not. */
function openFiles(folder: string): string[] {
  return readdirSync("/proc/self/fd")
    .map((descriptor) => `/proc/self/fd/${descriptor}`)
    .filter((path) => {
      try {
        return readlinkSync(path).startsWith(folder);
      } catch {
        return false; // the one that the listing itself had open
      }
    });
}

const hasOpenFiles = existsSync("/proc/self/fd");

for (const memoryBytes of [0, 700_000, 64 * 1024 * 1024])
  spoolContract(
    `local, ${memoryBytes} bytes in memory`,
    () => {
      const directory = emptyFolder();
      return {
        spool: localSpool({ memoryBytes, directory }),
        ...(memoryBytes > 700_000
          ? {}
          : { refused: localSpool({ memoryBytes, directory: join(directory, "missing") }) }),
        ...(hasOpenFiles
          ? {
              handles: () => openFiles(directory).length,
              stored: async () => openFiles(directory).map((path) => readFileSync(path)),
            }
          : {}),
        teardown: () => rmSync(directory, { recursive: true }),
      };
    },
    runner,
  );

deliveryContract(
  "file",
  () => {
    const folder = emptyFolder();
    const nameOf = (part?: number) => (part === undefined ? "bundle.zip" : `bundle.part${part}.zip`);
    return {
      delivery: fileDelivery(join(folder, "bundle.zip")),
      async delivered(part) {
        const path = join(folder, nameOf(part));
        return existsSync(path) ? readFileSync(path) : undefined;
      },
      leftovers: async () => readdirSync(folder).filter((name) => name.startsWith(".")),
      refused: fileDelivery(join(folder, "missing", "bundle.zip")),
      ...(hasOpenFiles ? { handles: () => openFiles(folder).length } : {}),
      teardown: () => rmSync(folder, { recursive: true }),
    };
  },
  runner,
);

describe("the contract of a spool", () => {
  it("is kept by a right one, every rule of it", async () => {
    const verdicts = await verdictsOf((runner) => spoolContract("memory", memorySpools, runner));
    expect(verdicts).toEqual(spoolRules.map(({ title }) => ({ title })));
  });

  for (const { mistake, breaks, wrong } of spoolMutants)
    it(`is broken by one that ${mistake}`, async () => {
      const setup = () => memorySpools(wrong);
      const verdicts = await verdictsOf((runner) => spoolContract("mutant", setup, { ...runner, patienceMs }));
      expect(brokenRules(verdicts, spoolRules)).toEqual(breaks);
    });

  it("has for every rule a spool that breaks it", () => {
    const broken = new Set(spoolMutants.flatMap(({ breaks }) => breaks.map((rule) => rule.split(":")[0])));
    expect(spoolRules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});

describe("the contract of a delivery", () => {
  it("is kept by a right one, every rule of it", async () => {
    const verdicts = await verdictsOf((runner) => deliveryContract("place", memoryPlace, runner));
    expect(verdicts).toEqual(deliveryRules.map(({ title }) => ({ title })));
  });

  for (const { mistake, breaks, ...mutant } of deliveryMutants)
    it(`is broken by one that ${mistake}`, async () => {
      const setup = () => memoryPlace(mutant);
      const verdicts = await verdictsOf((runner) => deliveryContract("mutant", setup, { ...runner, patienceMs }));
      expect(brokenRules(verdicts, deliveryRules)).toEqual(breaks);
    });

  it("has for every rule a delivery that breaks it", () => {
    const broken = new Set(deliveryMutants.flatMap(({ breaks }) => breaks.map((rule) => rule.split(":")[0])));
    expect(deliveryRules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
