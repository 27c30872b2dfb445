import type { ExportEvent, RequestProgress } from "portmanteau";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progress } from "../../src/cli/progress.ts";
import { printable, styled } from "../../src/cli/terminal.ts";
import { clipped, padded, widthOf, wrapped } from "../../src/cli/text-width.ts";
import { screenAfter } from "./screen.ts";

const requestId = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
beforeEach(() => {
  for (const name of ["NO_COLOR", "FORCE_COLOR"]) vi.stubEnv(name, "");
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => vi.unstubAllEnvs());

type TerminalOptions = Partial<Pick<NodeJS.WriteStream, "columns" | "rows" | "isTTY">>;

function terminal(options: TerminalOptions = {}): { out: NodeJS.WriteStream; writes: string[] } {
  const writes: string[] = [];
  const write = (text: string) => writes.push(text) > 0;
  return { out: { isTTY: true, columns: 80, rows: 24, write, ...options } as NodeJS.WriteStream, writes };
}

type Told<T = ExportEvent> = T extends unknown ? Omit<T, "requestId" | "run"> & { readonly atMs?: number } : never;

/** What stands on a terminal after these events, each at its time, and what was written for each. */
function shown(
  events: readonly Told[],
  { there, isGivenUp = false, ...options }: TerminalOptions & { there?: RequestProgress; isGivenUp?: boolean } = {},
) {
  const { out, writes } = terminal(options);
  let now = 0;
  const show = progress(out, there, () => now);
  for (const { atMs = now, ...event } of events) {
    now = atMs;
    show.onEvent({ requestId, run: 1, ...event } as ExportEvent);
  }
  if (isGivenUp) show.end();
  return { writes, text: writes.join(""), screen: screenAfter(writes.join(""), out.columns || 80) };
}

const started: Told = {
  type: "started",
  requestType: "access",
  bundleId: "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
  datasets: ["notes", "mail"],
};
const reading = (dataset: string, expected: number | null): Told => ({ type: "datasetStarted", dataset, expected });
const page = (dataset: string, read: number, atMs: number): Told => ({
  type: "page",
  dataset,
  records: 100,
  read,
  atMs,
});
const ended = (dataset: string, outcome: "complete" | "partial", read: number): Told => ({
  type: "datasetEnded",
  dataset,
  outcome,
  read,
  written: read,
  quarantined: 0,
  code: outcome === "partial" ? "INCOMPLETE" : null,
  durationMs: 1,
});
const counted = [started, reading("notes", 1000), reading("mail", 500)];

describe("progress on a terminal", () => {
  it("has a line for what is being read, with its rate and the time that is left, and one for all", () => {
    const { screen } = shown([...counted, page("notes", 100, 1000), page("notes", 400, 4000), page("mail", 50, 4100)]);
    expect(screen).toEqual([
      "  notes                    400 of 1000 records, 98/s, 7 s left",
      "  mail                     50 of 500 records, 12/s, 37 s left",
      "  in all, 0 of 2 datasets  450 of 1500 records, 110/s, 10 s left",
    ]);
  });

  it("says no time that is left where a source does not count", () => {
    const { screen } = shown([started, reading("notes", 1000), reading("mail", null), page("notes", 400, 4000)]);
    expect(screen).toEqual([
      "  notes                    400 of 1000 records, 100/s, 6 s left",
      "  mail                     reading",
      "  in all, 0 of 2 datasets  400 records, 100/s",
    ]);
  });

  it("has the rate of the last seconds", () => {
    const fast = Array.from({ length: 10 }, (_, index) => page("notes", (index + 1) * 80, (index + 1) * 1000));
    const slow = Array.from({ length: 12 }, (_, index) => page("notes", 800 + index, 11_000 + index * 1000));
    expect(shown([...counted, ...fast]).screen[0]).toContain("80/s, 3 s left");
    expect(shown([...counted, ...fast, ...slow]).screen[0]).toMatch(/811 of 1000 records, 1\.0\/s, 3 min 9 s left/);
  });

  it("is one write a time, at most one in 80 ms, that clears nothing before it writes over it", () => {
    const { writes } = shown([...counted, page("notes", 1, 100), page("notes", 2, 150), page("notes", 3, 200)]);
    expect(writes).toHaveLength(4);
    expect(writes.at(-1)).toMatch(/^\x1b\[3A {2}notes {20}3 of 1000 records\x1b\[K\n.*\x1b\[K\n.*\x1b\[K\n\x1b\[J$/);
  });

  it("leaves nothing when the bundle is delivered, and what was not whole", () => {
    const delivered: Told = {
      type: "delivered",
      completeness: "partial",
      bytes: 1,
      sha256: "",
      parts: 1,
      durationMs: 1,
    };
    const { screen } = shown([...counted, ended("mail", "complete", 500), ended("notes", "partial", 2), delivered]);
    expect(screen).toEqual(["  notes                    2 of 1000 records, partial"]);
  });

  it("leaves how far each dataset was when the export failed, and nothing when it was given up", () => {
    const failed: Told = { type: "failed", code: "ABORTED", durationMs: 1 };
    const until = [...counted, ended("mail", "complete", 500), page("notes", 100, 1000)];
    expect(shown([...until, failed], { isGivenUp: true }).screen).toEqual([
      "  notes                    100 of 1000 records, 100/s, 9 s left",
    ]);
    expect(shown(until, { isGivenUp: true }).screen).toEqual([]);
  });

  it("never lets a line wrap, nor rewrites more lines than the screen has", () => {
    const { screen, text } = shown(counted, { columns: 30 });
    expect(screen).toEqual(
      ["  notes                    re…", "  mail                     re…", "  in all, 0 of 2 datasets  0 …"].map(
        (line) => clipped(line, 29),
      ),
    );
    expect(text).not.toContain("\x1b[4A");
    expect(shown(counted, { rows: 2 }).screen).toEqual([expect.stringContaining("in all")]);
  });

  it("finds its first line again when the terminal was made narrower", () => {
    const { out, writes } = terminal({ columns: 80 });
    const show = progress(out, undefined, () => 0);
    for (const event of counted) show.onEvent({ requestId, run: 1, ...event } as ExportEvent);
    Object.assign(out, { columns: 30 });
    show.end(); // each of the three takes two rows now
    expect(writes.at(-1)).toBe("\x1b[6A\x1b[J");
  });

  it("takes a terminal that does not know its size for a usual one", () => {
    expect(shown(counted, { rows: 0, columns: 0 }).screen).toHaveLength(3);
  });

  it("goes on from where the request stands, and rates only what is read now", () => {
    const part = { dataset: "notes", state: "sealed", records: 600, expected: 1000 } as const;
    const there = { parts: [part, { ...part, dataset: "mail", state: "begun", records: 40, expected: 500 }] };
    const again: Told = { type: "partStarted", dataset: "mail", partition: null, again: true, records: 40 };
    const { screen } = shown([started, again, page("mail", 140, 2000)], { there: there as unknown as RequestProgress });
    expect(screen).toEqual([
      "  mail                     140 of 500 records, 50/s, 8 s left",
      "  in all, 1 of 2 datasets  740 of 1100 records, 50/s, 8 s left",
    ]);
  });
});

describe("progress elsewhere", () => {
  it.each([{ isTTY: false }, { TERM: "dumb" }])("is plain lines, and few: %j", ({ TERM, ...options }) => {
    if (TERM !== undefined) vi.stubEnv("TERM", TERM);
    const pages = Array.from({ length: 250 }, (_, index) => page("notes", index, 1000 + index * 100));
    const { text } = shown([...counted, ...pages, ended("notes", "complete", 1000)], options);
    expect(text.split("\n")).toEqual([
      "  notes                    reading, 1000 expected",
      "  mail                     reading, 500 expected",
      expect.stringMatching(/^ {2}notes +9\d of 1000 records, 9\.\d\/s, 1 min 41 s left$/),
      expect.stringMatching(/^ {2}in all, 0 of 2 datasets +9\d of 1500 records, /),
      expect.stringMatching(/^ {2}notes +19\d of 1000 records, /),
      expect.stringMatching(/^ {2}in all, 0 of 2 datasets +19\d of 1500 records, /),
      "  notes                    1000 of 1000 records, complete",
      "",
    ]);
  });
});

describe("printing", () => {
  it("makes texts of a bundle from elsewhere harmless", () => {
    expect(printable("a\x1b[2Jb\u202ec\nd\u009be")).toBe("a\\u001b[2Jb\\u202ec\\u000ad\\u009be");
    expect(printable("Zoë 東京 👍")).toBe("Zoë 東京 👍");
  });

  it.each([
    ["a terminal", true, {}, true],
    ["a pipe", false, {}, false],
    ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, false],
    ["a terminal with TERM=dumb", true, { TERM: "dumb" }, false],
    ["a pipe with FORCE_COLOR", false, { FORCE_COLOR: "1" }, true],
    ["a terminal with FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
    ["a pipe with FORCE_COLOR and NO_COLOR", false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("%s", (_, isTTY, env, isColored) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(styled(terminal({ isTTY }).out, "red", "a")).toBe(isColored ? "\x1b[31ma\x1b[39m" : "a");
  });
});

describe("the width of a text", () => {
  it.each([
    ["abc", 3],
    ["Zoë", 3],
    ["Zoe\u0308", 3],
    ["東京", 4],
    ["ｱ", 1],
    ["👍🏽", 2],
    ["👨‍👩‍👧", 2],
    ["🇦🇹", 2],
    ["☎️", 2],
    ["한국", 4],
    ["\u200b", 0],
  ])("%s takes %i columns", (text, width) => expect(widthOf(text)).toBe(width));

  it("is what clipping and columns go by", () => {
    expect(clipped("東京タワー", 6)).toBe("東京…");
    expect(clipped("東京タワー", 10)).toBe("東京タワー");
    expect(padded("東京", 6)).toBe("東京  ");
    expect(wrapped("one two three four", 9)).toEqual(["one two", "three", "four"]);
  });
});
