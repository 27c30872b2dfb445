import { describe, expect, it, vi } from "vitest";
import { TimeLimit } from "../../src/bundle/time-limit.ts";
import { verifyBundle } from "../../src/index.ts";
import { controlledSource, exported, noteDataset } from "../support/exporting.ts";

function busy(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
const spent = expect.objectContaining({ code: "LIMIT_EXCEEDED" });

describe("the time limit", () => {
  it("ends a step that would take for ever, inside a regular expression too", () => {
    const time = new TimeLimit(50);
    expect(() => time.run(() => /^(a+)+$/.test(`${"a".repeat(60)}!`))).toThrow(spent);
  });

  it("is one for all steps together, and runs nothing when it is spent", () => {
    const time = new TimeLimit(50);
    expect(() => {
      for (let step = 0; step < 50; step++) time.run(() => busy(2));
    }).toThrow(spent);
    let ran = false;
    expect(() => time.run(() => (ran = true))).toThrow(spent);
    expect(ran).toBe(false);
  });

  it("is spent by a step that V8 stopped, also where its timer was early", () => {
    const time = new TimeLimit(50);
    vi.spyOn(performance, "now").mockReturnValue(0); // no time has passed
    try {
      expect(() =>
        time.run(() => {
          for (;;);
        }),
      ).toThrow(spent);
      expect(() => time.run(() => expect.fail("It ran."))).toThrow(spent);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("grows with the bytes that were read: half a second per MiB", () => {
    const time = new TimeLimit(1);
    time.earn(20 * 2 ** 20);
    time.run(() => busy(50));
    expect(time.run(() => "done")).toBe("done");
  });

  it("hands on what a step throws", () => {
    expect(() =>
      new TimeLimit(1_000).run(() => {
        throw new RangeError("own");
      }),
    ).toThrow(new RangeError("own"));
  });

  it("counts the check of a manifest: after one that took an hour, the data package is not checked any more", async () => {
    // No dataset has a file: these two are the only steps.
    const { zip } = await exported([noteDataset("notes", controlledSource([]).source, { identity: "billing_id" })]);
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true });
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 3_600_000));
    try {
      await expect(verifyBundle(zip).summary()).rejects.toThrow(spent);
    } finally {
      vi.restoreAllMocks();
    }
  });
});
