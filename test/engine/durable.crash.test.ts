import { verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, exportedDurably, type Faults, TestSpool } from "../support/durable.ts";
import { everyKindSmall } from "../support/durable-datasets.ts";
import { expectNoUnhandledRejection } from "../support/exporting.ts";

expectNoUnhandledRejection();

const config = { lanes: 1, previewRecords: 3 };
const exportOnce = (objects: Map<string, Uint8Array>, faults: Faults = {}) => {
  const spool = new TestSpool(objects, faults);
  return { spool, exporting: exportedDurably(durableExporterOf(everyKindSmall(), spool, config)) };
};
const hang = () => new Promise<never>(() => {});
const broken = () => {
  throw new Error("The process is gone.");
};
/** From this call on, whatever is asked. */
const from = (call: number, fault: () => unknown) => (at: number) =>
  at >= call ? (fault() as Promise<never>) : undefined;

describe("a process that dies", () => {
  const whole = (async () => {
    const { spool, exporting } = exportOnce(new Map());
    const { zip } = await exporting;
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
    return { zip, calls: spool.calls.length };
  })();

  it("before, or right after, any call of the spool leaves what a new process makes the identical bundle of", async () => {
    const { zip, calls } = await whole;
    expect(calls).toBeGreaterThan(40);
    const different: string[] = [];
    for (let call = 0; call < calls; call++) {
      for (const when of ["before", "after"] as const) {
        const objects = new Map<string, Uint8Array>();
        const { exporting } = exportOnce(objects, { [when]: from(call, broken) });
        await expect(exporting, `${when} ${call}`).rejects.toMatchObject({ code: "SPOOL_FAILED", retryable: true });
        const { spool, exporting: again } = exportOnce(objects);
        const result = await again.catch((error: unknown) => ({ zip: Buffer.from(String(error)) }));
        if (!result.zip.equals(zip))
          different.push(`${when} ${call} ${spool.calls.at(-1)} ${result.zip.subarray(0, 99)}`);
      }
    }
    expect(different).toEqual([]);
  }, 600_000);

  it("in the middle of any put, which hangs for ever, is not waited for by the next", async () => {
    const { zip, calls } = await whole;
    for (let call = 1; call < calls; call += 3) {
      const objects = new Map<string, Uint8Array>();
      const { spool, exporting } = exportOnce(objects, { before: from(call, hang) });
      exporting.catch(() => {});
      while (spool.calls.length <= call) await new Promise((resolve) => setTimeout(resolve, 1));
      expect((await exportOnce(objects).exporting).zip.equals(zip)).toBe(true);
    }
  }, 600_000);

  it("again and again, a few calls further each time, ends all the same", async () => {
    const { zip } = await whole;
    const objects = new Map<string, Uint8Array>();
    for (let round = 0; ; round++) {
      expect(round).toBeLessThan(60);
      const { exporting } = exportOnce(objects, { before: from(12 + round, broken) });
      const result = await exporting.catch(() => undefined);
      if (result === undefined) continue;
      expect(result.zip.equals(zip)).toBe(true);
      break;
    }
  }, 600_000);
});
