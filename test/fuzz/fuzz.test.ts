import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";
import { fuzzTargets } from "./targets.ts";

describe("fuzzing", () => {
  for (const [name, runs] of [
    ["zip", 300],
    ["csv", 2_000],
    ["json", 2_000],
    ["manifest", 200],
  ] as const) {
    it(`of ${name} breaks nothing in a few inputs`, async () => {
      const { crash, runs: done } = await fuzz(name, { seed: 1, runs });
      expect(crash?.error, crash?.input.toString("base64")).toBeUndefined();
      expect(done).toBe(runs);
    });
  }

  it("knows no other targets, and finds what breaks", async () => {
    expect(Object.keys(fuzzTargets)).toEqual(["zip", "csv", "json", "manifest"]);
    const { json } = fuzzTargets as unknown as { json: { run(input: Buffer): Promise<unknown> } };
    const { run } = json;
    json.run = async (input) => {
      if (input.includes("}}")) throw new Error("broken");
    };
    try {
      expect((await fuzz("json", { seed: 1, runs: 20_000 })).crash).toMatchObject({ error: { message: "broken" } });
    } finally {
      json.run = run;
    }
  });
});
