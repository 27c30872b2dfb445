import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { mapInLanes } from "../../src/engine/slots.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import { Collecting, controlledSource, fixed, noteDataset, notes, request } from "../support/exporting.ts";

describe("what is done in lanes", () => {
  it("gives its results in the order of the values, whatever takes longer, and is so many at once", async () => {
    const [running, most] = [new Set<number>(), [] as number[]];
    const results = await mapInLanes(
      Array.from({ length: 50 }, (_, index) => index),
      4,
      async (value) => {
        running.add(value);
        most.push(running.size);
        await delay((value * 7) % 5);
        running.delete(value);
        return value * 2;
      },
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
    expect(Math.max(...most)).toBe(4);
    expect(await mapInLanes([], 4, async () => 1)).toEqual([]);
  });

  it("ends with the first failure, and begins nothing after it", async () => {
    const begun: number[] = [];
    const step = async (value: number) => {
      begun.push(value);
      await delay(value === 1 ? 1 : 20);
      if (value === 1) throw new Error("one");
    };
    await expect(mapInLanes([0, 1, 2, 3, 4, 5], 3, step)).rejects.toThrow("one");
    await delay(40);
    expect(begun).toEqual([0, 1, 2]);
  });
});

it("the receipts of a request are read 16 at a time, by whoever asks how far it is and by whoever assembles it", async () => {
  let most = 0;
  let [open, watched] = [0, false];
  const spool = new TestSpool(undefined, {
    before: async (_, what) => {
      if (!watched || !what.startsWith("get ")) return;
      most = Math.max(most, ++open);
      await delay(2);
    },
    after: (_, what) => void (watched && what.startsWith("get ") && open--),
  });
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const exporter = durableExporterOf(
    names.map((name) => noteDataset(name, controlledSource(notes(2)).source)),
    spool,
  );
  await exporter.begin(request, fixed);
  for (const dataset of names) await exporter.collectPart(request.id, { dataset });
  const during = async (act: () => Promise<unknown>) => {
    [most, open, watched] = [0, 0, true];
    await act();
    watched = false;
    return most;
  };
  expect(await during(() => exporter.progress(request.id))).toBe(16);
  expect((await exporter.progress(request.id))?.parts.map(({ dataset, state }) => [dataset, state])).toEqual(
    names.map((name) => [name, "sealed"]),
  );
  expect(await during(() => exporter.assemble(request.id, { to: new Collecting() }))).toBe(16);
});
