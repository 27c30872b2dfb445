import type { ExportEvent } from "portmanteau";
import { logEvents } from "portmanteau/logging";
import { describe, expect, it } from "vitest";
import { watchedExports } from "../../examples/observability.ts";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  exporterOf,
  failing,
  fixed,
  goneAt,
  noteDataset,
  notes,
  recording,
  request,
} from "../support/exporting.ts";
import { logged, telemetry, withContext } from "../support/observers.ts";
import { hostileExports, planted } from "./hostile.ts";

withContext();
const before = process.cwd();

const levels = { debug: 20, info: 30, warn: 40, error: 50 };

describe("the log", () => {
  it("has a line of JSON for each event, with the event's own fields", async () => {
    const { lines, onEvent: log } = logged();
    const { events, onEvent: record } = recording();
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(15)).source)]);
    const both = (event: ExportEvent) => {
      record(event);
      log(event);
    };
    await exporter.export(request, { to: new Collecting(), ...fixed, onEvent: both });
    const parsed = lines.map((line) => JSON.parse(line));
    expect(parsed.map(({ level: _, msg: __, event, ...fields }) => ({ type: event, ...fields }))).toEqual(events);
    expect(parsed.find(({ event }) => event === "datasetEnded")).toMatchObject({
      level: levels.info,
      msg: "Dataset a: complete, 15 records.",
      requestId: request.id,
    });
  });

  it("warns of what is tried again, and has one error for what failed: a dataset, and the call", async () => {
    const { lines, onEvent } = logged();
    const { source } = controlledSource(notes(15), { before: goneAt() });
    const { exporter } = exporterOf([noteDataset("a", source)]);
    await failing(exporter.export(request, { to: new Collecting(), onEvent }));
    const serious = lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= levels.warn);
    expect(serious.map(({ level, event, code }) => [level, event, code])).toEqual([
      [levels.warn, "retry", "SOURCE_UNAVAILABLE"],
      [levels.warn, "retry", "SOURCE_UNAVAILABLE"],
      [levels.error, "datasetEnded", "SOURCE_UNAVAILABLE"],
      [levels.error, "runEnded", "SOURCE_UNAVAILABLE"],
    ]);
  });

  it("is had together with traces, by an observer of both", async () => {
    const { lines, logger } = logged();
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    process.chdir(emptyFolder());
    const report = await watchedExports(exporter, logger)(request);
    process.chdir(before);
    expect(report.findings).toEqual([]);
    expect(lines.map((line) => JSON.parse(line).event)).toContain("delivered");
  });
});

describe("logs, spans and metrics", () => {
  it("hold nothing of a person, whatever is in their records, identifiers and the errors of others", async () => {
    const { lines, onEvent: log } = logged();
    const { onEvent: trace, text, close } = telemetry();
    await hostileExports((event) => {
      log(event);
      trace(event);
    });
    const said = { logs: lines.join("\n"), telemetry: await text() };
    await close();
    // What must be there, for the test to be one: every kind of end, and a job that is a dead letter.
    for (const expected of [
      "datasetEnded",
      "retry",
      "identityRetry",
      "SUBJECT_MISMATCH",
      "DELIVERY_FAILED",
      "SOURCE_FAILED",
      "RECORD_INVALID",
      "REQUEST_UNKNOWN",
      "partSealed",
      "jobRetried",
      "jobFailed",
      "delivered",
    ])
      expect(said.logs, expected).toContain(`"${expected}"`);
    for (const expected of [
      "SUBJECT_MISMATCH",
      "portmanteau.collectPart",
      "portmanteau.identity_retry",
      "portmanteau.job.count",
    ])
      expect(said.telemetry, expected).toContain(`"${expected}"`);
    for (const [where, texts] of Object.entries(said))
      for (const value of planted) expect(texts.includes(value), `${value} in the ${where}`).toBe(false);
  });

  it("that cannot be written harm no export: the report notes it", async () => {
    const full = () => {
      throw new Error("The disk is full.");
    };
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    const onEvent = logEvents({ debug: full, info: full, warn: full, error: full });
    const report = await exporter.export(request, { to: new Collecting(), onEvent });
    expect([report.status, report.findings.map(({ code }) => code)]).toEqual(["delivered", ["OBSERVER_FAILED"]]);
  });
});
