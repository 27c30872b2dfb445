import { randomBytes } from "node:crypto";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoUnhandledRejection } from "../support/exporting.ts";
import { type Ground, noResult, openGround } from "./ground.ts";
import { miscounted, readableIn } from "./judge.ts";
import { addTo, killCases, runCases, sampleOf } from "./kills.ts";
import { marker } from "./world.ts";

expectNoUnhandledRejection();

/** The short form of `npm run test:kill`. */
describe("processes that are killed while they export", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround(["directory", "s3"]);
  }, 300_000);
  afterAll(() => ground.close());

  it("leave nothing readable, and what the next process makes the identical bundle of", async () => {
    const sum = noResult();
    const cases = sampleOf(killCases(ground, ["directory", "s3"], 1, 1), 32, 1);
    for (const [scenario, result] of await runCases(cases, 2)) addTo(sum, result, scenario);
    expect(sum).toMatchObject({ lost: 0, repeated: 0, readable: 0, wrong: [], identical: sum.finished });
    expect(sum.kills).toBeGreaterThan(25);
  }, 600_000);

  it("would be noticed if they left something that can be read", () => {
    const text = Buffer.from(`{"text":"${marker}"}`);
    const hidden = (bytes: Buffer) => Buffer.concat([Buffer.alloc(13, 200), bytes]);
    for (const bytes of [text, deflateRawSync(text), gzipSync(text), ground.reference])
      expect(readableIn(hidden(bytes))).toBeDefined();
    expect(readableIn(randomBytes(10_000))).toBeUndefined();
  });

  it("would be noticed if they lost or repeated a record", () => {
    expect(miscounted(ground.reference)).toEqual({ lost: 0, repeated: 0 });
    // The bundle up to its second file: the others are missing.
    const second = ground.reference.indexOf("PK\u0003\u0004", 4);
    const first = Buffer.concat([ground.reference.subarray(0, second), Buffer.alloc(4)]);
    expect(miscounted(first).lost).toBeGreaterThan(30);
  });
});
