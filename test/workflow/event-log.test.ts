import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, createReadStream, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExportEvent } from "portmanteau";
import {
  type EventLog,
  emptyLog,
  eventLog,
  fileEventLog,
  readEventLog,
  repairEventLog,
  replayEventLog,
  transition,
  verifyEventLog,
} from "portmanteau/workflow";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { events, received, recordAfter, requestId, start, ways } from "./requests.ts";

/** A log in memory. */
function memoryLog() {
  const lines: string[] = [];
  const log = eventLog((line) => void lines.push(Buffer.from(line).toString()));
  return { log, lines };
}

async function logged(...names: (typeof ways)[keyof typeof ways][number][]) {
  const { log, lines } = memoryLog();
  await log.appendTransition(recordAfter(names), { since: 0 });
  return { log, lines, record: recordAfter(names) };
}

const codes = async (lines: readonly string[], options = {}) =>
  (await verifyEventLog(lines, options)).findings.map(({ code, line }) => [code, line]);

const of = { requestId, run: 1 };
const bundleId = "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11";
const exportEvents: readonly ExportEvent[] = [
  { ...of, type: "started", requestType: "access", bundleId, datasets: ["notes"] },
  { ...of, type: "begun", parts: 2 },
  { ...of, type: "partStarted", dataset: "notes", partition: null, again: true, records: 0 },
  { ...of, type: "checkpoint", dataset: "notes", partition: null, records: 2 },
  { ...of, type: "partSealed", dataset: "notes", partition: 1, records: 3 },
  { ...of, type: "datasetStarted", dataset: "notes", expected: null },
  { ...of, type: "page", dataset: "notes", records: 3, read: 3 },
  { ...of, type: "retry", dataset: "notes", attempt: 1, delayMs: 2.5, code: "SOURCE_UNAVAILABLE", resumed: true },
  { ...of, type: "identityRetry", identity: "email", attempt: 1, delayMs: 2, code: "SOURCE_TIMEOUT" },
  {
    ...of,
    type: "datasetEnded",
    dataset: "notes",
    outcome: "complete",
    read: 3,
    written: 3,
    quarantined: 0,
    code: null,
    durationMs: 12.5,
  },
  { ...of, type: "assembleStarted" },
  { ...of, type: "assembled", dataset: "notes", compressedBytes: 99 },
  { ...of, type: "commitStarted" },
  {
    ...of,
    type: "delivered",
    completeness: "complete",
    bytes: 1234,
    sha256: "ab".repeat(32),
    parts: 1,
    durationMs: 20,
  },
  { ...of, type: "failed", code: "INCOMPLETE", durationMs: 20 },
  { ...of, type: "runStarted", operation: "export", part: null },
  { ...of, type: "runEnded", operation: "export", code: "INCOMPLETE", durationMs: 20 },
];

const unlogged = ["page", "checkpoint", "runStarted", "runEnded", "assembleStarted", "commitStarted"];
const isUnsaid = (type: string, name: string) =>
  ["requestId", "run", "bundleId", "completeness", "written", "quarantined"].includes(name) ||
  (type === "datasetEnded" && name === "code");

describe("the event log", () => {
  it("holds what happened, is sound, and is replayed to the record", async () => {
    const { log, lines, record } = await logged(...ways.expired);
    expect(await verifyEventLog(lines, { head: log.head })).toEqual({
      sound: true,
      findings: [],
      head: log.head,
      bytes: Buffer.byteLength(lines.join("")),
    });
    expect(await replayEventLog(readEventLog(lines))).toEqual(new Map([[record.id, record]]));
  });

  it("holds of an export's events only what they are known to say, and neither pages nor checkpoints", async () => {
    const { log, lines } = memoryLog();
    for (const event of exportEvents)
      await log.appendExport(Object.assign({ record: "ada@example.org" }, event), { at: start });
    expect(lines.join("")).not.toMatch(/ada/);
    const kept = exportEvents
      .filter(({ type }) => !unlogged.includes(type))
      .map((event) => Object.fromEntries(Object.entries(event).filter(([name]) => !isUnsaid(event.type, name))));
    expect(lines.map((line) => JSON.parse(line).export)).toEqual(kept);
    expect((await verifyEventLog(lines)).sound).toBe(true);
  });

  it("keeps the chain when much is appended at once", async () => {
    const { log, lines } = memoryLog();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => log.appendExport(exportEvents[0] as ExportEvent, { at: start + index })),
    );
    expect(await verifyEventLog(lines, { head: log.head })).toMatchObject({ sound: true, head: { lines: 20 } });
  });

  it("appends no more after a write that failed", async () => {
    let fail = false;
    const log = eventLog(() => {
      if (fail) throw new Error("no space");
    });
    await log.appendTransition(received());
    fail = true;
    await expect(log.appendTransition(received())).rejects.toThrow("no space");
    fail = false;
    await expect(log.appendTransition(received())).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    expect(log.head.lines).toBe(1);
  });

  it("says a line twice without harm, and misses none that was not said", async () => {
    const { log, lines } = memoryLog();
    const [first, second] = [received(), recordAfter(["planned"])];
    await log.appendTransition(first);
    await log.appendTransition(second);
    await log.appendTransition(second);
    expect((await replayEventLog(readEventLog(lines))).get(requestId)).toEqual(second);
    await log.appendTransition(recordAfter(["planned", "collecting", "packing"]));
    await expect(replayEventLog(readEventLog(lines))).rejects.toMatchObject({ code: "LOG_CORRUPT" });
  });
});

describe("verification of a log", () => {
  it("finds every byte that was changed, in the line where it is, or in the one after it", async () => {
    const { log, lines } = await logged(...ways.delivered);
    const bytes = Buffer.from(lines.join(""));
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const { sound } = await verifyEventLog([changed], { head: log.head });
      expect(sound, `byte ${at}`).toBe(false);
    }
  });

  it("finds lines that were removed, moved or added, and lines of another log", async () => {
    const { lines } = await logged(...ways.delivered);
    const others = await logged("failed", "retried");
    expect(await codes(lines.toSpliced(1, 1))).toEqual([["CHAIN_BROKEN", 2]]);
    expect(await codes(lines.slice(1))).toEqual([["CHAIN_BROKEN", 1]]);
    expect(await codes([lines[1] ?? "", lines[0] ?? ""])).toEqual([["CHAIN_BROKEN", 1]]);
    expect(await codes([...lines, ...others.lines.slice(2)])).toEqual([["CHAIN_BROKEN", 6]]);
    expect(await codes([...lines, "\n"])).toEqual([["LINE_INVALID", 6]]);
    expect(await codes([...lines, '{"line":6}\n'])).toEqual([["LINE_INVALID", 6]]);
  });

  it("finds with a head that was kept elsewhere what was cut off at the end, or written anew", async () => {
    const { log, lines, record } = await logged(...ways.delivered);
    const { head } = log;
    expect(await codes(lines.slice(0, 3))).toEqual([]);
    expect(await codes(lines.slice(0, 3), { head })).toEqual([["LOG_TRUNCATED", 4]]);
    expect(await codes([], { head })).toEqual([["LOG_TRUNCATED", 1]]);
    const anew = await logged("failed", "retried", ...ways.delivered);
    expect(await codes(anew.lines, { head })).toEqual([["LOG_TRUNCATED", 5]]);
    await log.appendTransition(transition(record, events.expired, { at: start }).record);
    expect(await codes(lines, { head })).toEqual([]);
  });

  it("reads a log in pieces of any size, and gives up on a line without end", async () => {
    const { log, lines } = await logged(...ways.delivered);
    const pieces = lines.join("").match(/.{1,7}\n?/gs) ?? [];
    expect((await verifyEventLog(pieces, { head: log.head })).sound).toBe(true);
    function* endless() {
      yield* lines;
      for (;;) yield "x".repeat(65_536);
    }
    expect((await verifyEventLog(endless())).findings).toMatchObject([{ code: "LINE_INVALID", line: 6 }]);
  });
});

describe("a log in a file", () => {
  const filled = async () => {
    const path = join(emptyFolder(), "requests.log");
    const log = await fileEventLog(path);
    await log.appendTransition(recordAfter(ways.delivered), { since: 0 });
    await log.close();
    return { path, head: log.head, bytes: readFileSync(path) };
  };

  it("is continued where it ended, and readable by its owner only", async () => {
    const { path, head } = await filled();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const log = await fileEventLog(path, { head });
    expect(log.head).toEqual(head);
    await log.appendTransition(recordAfter(ways.expired));
    expect(log.head.lines).toBe(6);
    await log.close();
    expect((await replayEventLog(readEventLog(createReadStream(path)))).get(requestId)?.state).toBe("expired");
  });

  it("finds a torn last line wherever it was torn, and repairs it when it is asked to", async () => {
    const { path, bytes } = await filled();
    const lastStart = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    for (let size = lastStart + 1; size < bytes.length; size += 7) {
      writeFileSync(path, bytes.subarray(0, size));
      await expect(fileEventLog(path)).rejects.toMatchObject({ code: "LOG_CORRUPT" });
      expect(readFileSync(path).length).toBe(size);
      expect(await repairEventLog(path)).toBe(size - lastStart);
      expect(readFileSync(path)).toEqual(bytes.subarray(0, lastStart));
      expect(await repairEventLog(path)).toBe(0);
    }
    const log = await fileEventLog(path);
    expect(log.head.lines).toBe(4);
    await log.close();
  });

  it("repairs nothing else: not a changed line, and not a torn one that had been confirmed", async () => {
    const { path, head, bytes } = await filled();
    truncateSync(path, bytes.length - 5);
    await expect(repairEventLog(path, { head })).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    writeFileSync(path, bytes.toString().replace('"parts":3', '"parts":4'));
    appendFileSync(path, '{"line":');
    await expect(repairEventLog(path)).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    expect(readFileSync(path, "utf8")).toMatch(/"parts":4(?:.|\n)*\{"line":$/);
  });

  it("loses no confirmed line when the process is killed", async () => {
    const path = join(emptyFolder(), "requests.log");
    const child = spawn(process.execPath, [
      resolve(import.meta.dirname, "../../node_modules/jiti/lib/jiti-cli.mjs"),
      resolve(import.meta.dirname, "killed-log.ts"),
      path,
    ]);
    let confirmed = 0;
    for await (const chunk of child.stdout) {
      confirmed = Math.max(confirmed, ...String(chunk).split("\n").map(Number));
      if (confirmed >= 50) break;
    }
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(confirmed).toBeGreaterThanOrEqual(50);
    await repairEventLog(path);
    const { sound, head } = await verifyEventLog(createReadStream(path));
    expect(sound).toBe(true);
    expect(head.lines).toBeGreaterThanOrEqual(confirmed);
  });
});

describe("two that write to one log", () => {
  it("are found out", async () => {
    const { lines } = memoryLog();
    const [one, two]: EventLog[] = [1, 2].map(() =>
      eventLog((line) => void lines.push(Buffer.from(line).toString()), emptyLog),
    );
    await one?.appendTransition(received());
    await two?.appendTransition(received());
    expect(await codes(lines)).toEqual([["CHAIN_BROKEN", 2]]);
  });
});
