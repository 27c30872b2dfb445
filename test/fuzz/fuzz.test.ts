import { describe, expect, it } from "vitest";
import { Coverage } from "./coverage.ts";
import { corpusOf, fuzz } from "./fuzz.ts";
import { planted } from "./planted.ts";
import { type FuzzTarget, fuzzTargets } from "./targets.ts";

const targetOf = (name: string) => fuzzTargets[name] as FuzzTarget;

describe("fuzzing", () => {
  for (const [name, runs] of [
    ["zip", 300],
    ["csv", 2_000],
    ["json", 2_000],
    ["manifest", 200],
    ["bundle", 500],
  ] as const) {
    it(`of ${name} breaks nothing in a few inputs`, async () => {
      const { crash, runs: done } = await fuzz(targetOf(name), corpusOf(name), { seed: 1, runs });
      expect(crash?.error, crash?.input.toString("base64")).toBeUndefined();
      expect(done).toBe(runs);
    });
  }

  it("knows no other targets, and finds what breaks", async () => {
    expect(Object.keys(fuzzTargets)).toEqual(["zip", "csv", "json", "manifest", "bundle"]);
    const broken: FuzzTarget = {
      ...targetOf("json"),
      async run(input) {
        if (input.includes("}}")) throw new Error("broken");
      },
    };
    const { crash } = await fuzz(broken, corpusOf("json"), { seed: 1, runs: 20_000 });
    expect(crash).toMatchObject({ error: { message: "broken" } });
  });
});

describe("coverage", () => {
  const target: FuzzTarget = { words: ["x"], lookEvery: 100, run: async (input) => planted(input) };
  const search = (coverage?: Coverage) =>
    fuzz(target, [Buffer.alloc(8)], { seed: 3, runs: 40_000, ...(coverage && { coverage }) });

  it("leads to a branch four bytes deep, the same way again in the same program, and nothing else does", async () => {
    const [first, second, blind] = [
      await search(new Coverage(/planted/)),
      await search(new Coverage(/planted/)),
      await search(),
    ];
    expect(first.crash).toMatchObject({ error: { message: "found" } });
    expect(second).toMatchObject({ runs: first.runs, inputs: first.inputs, crash: { input: first.crash?.input } });
    expect(first.inputs).toBeGreaterThan(3); // the empty one, and one for each byte before the last
    expect([blind.crash, blind.inputs]).toEqual([undefined, 1]);
  });

  it("keeps the inputs that reached something new, and not those beside them", async () => {
    const coverage = new Coverage(/planted/);
    const inputs = ["abcd", "Pbcd", "xxxx", "PKcd", "Pxxx", "PK\x07d", "yyyy"].map((text) => Buffer.from(text));
    const { inputs: kept } = await fuzz({ ...target, lookEvery: 7 }, inputs, { seed: 1, runs: 7, coverage });
    expect(kept - inputs.length).toBe(4);
    expect(coverage.isFresh(coverage.take())).toBe(false);
  });

  it("sees each module of the package that runs", async () => {
    const coverage = new Coverage();
    for (const name of Object.keys(fuzzTargets)) {
      const [input] = corpusOf(name);
      await targetOf(name).run(input as Buffer);
    }
    const modules = new Set([...coverage.take().keys()].map((place) => /src\/(.*\.ts)/.exec(place)?.[1]));
    for (const module of [
      "archive/zip-reader.ts",
      "bundle/read-entry.ts",
      "bundle/verify-records.ts",
      "codec/csv-reader.ts",
      "codec/csv-rows.ts",
      "codec/json-text.ts",
      "model/json.ts",
    ])
      expect(modules).toContain(module);
  });
});
