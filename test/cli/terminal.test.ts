import type { ExportEvent } from "portmanteau";
import { afterEach, describe, expect, it, vi } from "vitest";
import { progress } from "../../src/cli/progress.ts";
import { printable, styled } from "../../src/cli/terminal.ts";

const requestId = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
afterEach(() => vi.unstubAllEnvs());

function terminal(options: Partial<NodeJS.WriteStream> = {}): { out: NodeJS.WriteStream; written: () => string } {
  let written = "";
  const write = (text: string) => {
    written += text;
    return true;
  };
  return {
    out: { isTTY: true, columns: 80, rows: 24, write, ...options } as NodeJS.WriteStream,
    written: () => written,
  };
}

const events: readonly ExportEvent[] = [
  { requestId, type: "started", requestType: "access", datasets: ["notes", "mail"] },
  { requestId, type: "datasetStarted", dataset: "notes", expected: 3 },
  { requestId, type: "datasetStarted", dataset: "mail", expected: null },
  { requestId, type: "datasetEnded", dataset: "notes", outcome: "partial", read: 2, durationMs: 1 },
];

describe("progress", () => {
  it("rewrites its lines on a terminal", () => {
    vi.stubEnv("TERM", "xterm").stubEnv("NO_COLOR", "1");
    const { out, written } = terminal();
    const show = progress(out);
    for (const event of events) show(event);
    expect(written()).toContain("\x1b[2A\x1b[2K  notes                    2 of 3 records, partial\n\x1b[2K  mail ");
    expect(written()).not.toContain("\x1b[33m");
  });

  it("never lets a line wrap, nor rewrites more lines than the screen has", () => {
    vi.stubEnv("TERM", "xterm").stubEnv("NO_COLOR", "1");
    const narrow = terminal({ columns: 30 });
    const short = terminal({ rows: 2 });
    for (const { out } of [narrow, short]) {
      const show = progress(out);
      for (const event of events) show(event);
    }
    const lengths = narrow
      .written()
      .split("\n")
      .map((line) => line.replaceAll(/\x1b\[\d*[AK]/g, "").length);
    expect(Math.max(...lengths)).toBe(29);
    expect(short.written()).not.toContain("\x1b");
  });

  it("takes a terminal that does not know its size for a usual one", () => {
    vi.stubEnv("TERM", "xterm").stubEnv("NO_COLOR", "1");
    const { out, written } = terminal({ rows: 0, columns: 0 });
    const show = progress(out);
    for (const event of events) show(event);
    expect(written()).toContain("\x1b[2K  notes                    2 of 3 records, partial\n");
  });

  it("prints plain lines elsewhere", () => {
    const { out, written } = terminal({ isTTY: false });
    const show = progress(out);
    for (const event of events) show(event);
    expect(written()).not.toContain("\x1b");
    expect(written().split("\n")).toHaveLength(4);
  });
});

describe("printing", () => {
  it("makes texts of a bundle from elsewhere harmless", () => {
    expect(printable("a\x1b[2Jb\u202ec\nd\u009be")).toBe("a\\u001b[2Jb\\u202ec\\u000ad\\u009be");
    expect(printable("Zoë 東京 👍")).toBe("Zoë 東京 👍");
  });

  it("has colours on a terminal only, and not with NO_COLOR", () => {
    vi.stubEnv("TERM", "xterm").stubEnv("NO_COLOR", "");
    expect(styled(terminal({ isTTY: false }).out, "red", "a")).toBe("a");
    vi.stubEnv("NO_COLOR", "1");
    expect(styled(terminal().out, "red", "a")).toBe("a");
  });
});
