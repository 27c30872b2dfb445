import { verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, exportedDurably, TestSpool } from "../support/durable.ts";
import { everyKind, mixed, mixedFacts } from "../support/durable-datasets.ts";
import { controlledSource, expectNoUnhandledRejection, exported, fixed, noteDataset } from "../support/exporting.ts";

expectNoUnhandledRejection();

const pseudonymKey = Buffer.alloc(32, 7);

describe("an export with a durable spool", () => {
  it("gives the bundle of a streaming export, to the byte", async () => {
    const { zip, report } = await exportedDurably(durableExporterOf(everyKind(), new TestSpool(), { pseudonymKey }));
    const streamed = await exported(everyKind(), { pseudonymKey });
    expect(zip.equals(streamed.zip)).toBe(true);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual([
      "complete",
      "empty",
      "complete",
      "complete",
      "complete",
    ]);
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
  });

  it("gives the identical bundle again, and reads nothing for it", async () => {
    const spool = new TestSpool();
    const first = await exportedDurably(durableExporterOf(everyKind(), spool));
    const { source, seen } = controlledSource(mixed(41), { count: 41 });
    const [, ...others] = everyKind();
    const again = durableExporterOf([noteDataset("a", source, mixedFacts), ...others], spool);
    const { zip } = await exportedDurably(again, { clock: () => 0, bundleId: fixed.bundleId.replace("7c1f", "7c1e") });
    expect(zip.equals(first.zip)).toBe(true);
    expect(seen.opened).toBe(0);
  });
});
