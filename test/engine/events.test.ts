import type { ExportEvent } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import {
  Collecting,
  controlledSource,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  recording,
  request,
} from "../support/exporting.ts";

const { id } = request;
const datasets = () => [noteDataset("a", controlledSource(notes(15), { count: 15 }).source)];
const typesOf = (events: readonly ExportEvent[]) => events.map(({ type }) => type).filter((type) => type !== "page");

describe("the events of an export", () => {
  it("begin with its call and end with it, and tell what is done between", async () => {
    const { events, onEvent } = recording();
    await exporterOf(datasets()).exporter.export(request, { to: new Collecting(), ...fixed, onEvent });
    const of = { requestId: id, run: events[0]?.run };
    const durationMs = expect.any(Number);
    const [pages, others] = [
      events.filter(({ type }) => type === "page"),
      events.filter(({ type }) => type !== "page"),
    ];
    expect(pages.map((page) => "read" in page && page.read)).toEqual([10, 15]);
    const counts = { read: 15, written: 15, quarantined: 0 };
    expect(others.sort((a, b) => Number(b.type === "assembleStarted") - Number(a.type === "assembleStarted"))).toEqual([
      { ...of, type: "assembleStarted" },
      { ...of, type: "runStarted", operation: "export", part: null },
      { ...of, type: "started", requestType: "access", bundleId: fixed.bundleId, datasets: ["a"] },
      { ...of, type: "datasetStarted", dataset: "a", expected: 15 },
      { ...of, type: "datasetEnded", dataset: "a", outcome: "complete", ...counts, code: null, durationMs },
      { ...of, type: "assembled", dataset: "a", compressedBytes: expect.any(Number) },
      { ...of, type: "commitStarted" },
      expect.objectContaining({ ...of, type: "delivered", completeness: "complete", parts: 1 }),
      { ...of, type: "runEnded", operation: "export", code: null, durationMs },
    ]);
  });

  it("carry the number of their own call, when two of the same request are under way", async () => {
    const { events, onEvent } = recording();
    const { exporter } = exporterOf(datasets());
    await Promise.all([0, 1].map(() => exporter.export(request, { to: new Collecting(), onEvent })));
    const runs = [...new Set(events.map(({ run }) => run))];
    const each = runs.map((run) => typesOf(events.filter((event) => event.run === run)).sort());
    expect([each.length, each[0]?.length, each[1]]).toEqual([2, 9, each[0]]);
  });

  it("bracket every step of a durable request, those that fail too", async () => {
    const { events, onEvent } = recording();
    const exporter = durableExporterOf(datasets(), new TestSpool());
    const step = async (work: () => Promise<unknown>) => {
      events.length = 0;
      await work().catch(() => {});
      expect(new Set(events.map(({ run }) => run)).size).toBe(1);
      const last = events.at(-1);
      return [typesOf(events), last?.type === "runEnded" && [last.operation, last.code]];
    };
    expect(await step(() => exporter.collectPart(id, { dataset: "a" }, { onEvent }))).toEqual([
      ["runStarted", "runEnded"],
      ["collectPart", "REQUEST_UNKNOWN"],
    ]);
    expect(await step(() => exporter.begin(request, { onEvent }))).toEqual([
      ["runStarted", "started", "datasetStarted", "begun", "runEnded"],
      ["begin", null],
    ]);
    expect(await step(() => exporter.assemble(id, { to: new Collecting(), onEvent }))).toEqual([
      ["runStarted", "runEnded"],
      ["assemble", "INCOMPLETE"],
    ]);
    expect(await step(() => exporter.collectPart(id, { dataset: "a" }, { onEvent }))).toEqual([
      ["runStarted", "partStarted", "checkpoint", "checkpoint", "partSealed", "runEnded"],
      ["collectPart", null],
    ]);
    const assembling = ["assembleStarted", "datasetEnded", "assembled", "commitStarted", "delivered"];
    expect(await step(() => exporter.assemble(id, { to: new Collecting(), onEvent }))).toEqual([
      ["runStarted", ...assembling, "runEnded"],
      ["assemble", null],
    ]);
    for (const [operation, again] of [
      ["export", () => exporter.export(request, { to: new Collecting(), onEvent })],
      ["resume", () => exporter.resume(id, { to: new Collecting(), onEvent })],
    ] as const)
      expect(await step(again)).toEqual([
        ["runStarted", ...assembling, "runEnded"],
        [operation, null],
      ]);
  });

  it("tell of no request that is malformed: its id may be anything", async () => {
    const { events, onEvent } = recording();
    const malformed = { ...request, id: "ada@example.org" };
    const to = new Collecting();
    const durable = durableExporterOf(datasets(), new TestSpool());
    for (const refused of [
      exporterOf(datasets()).exporter.export(malformed, { to, onEvent }),
      durable.export(malformed, { to, onEvent }),
      durable.begin(malformed, { onEvent }),
    ])
      expect((await failing(refused)).code).toBe("REQUEST_INVALID");
    expect(events).toEqual([]);
  });

  it("are told while the caller's own call is still on the stack", async () => {
    let isSynchronous = true;
    const told: unknown[] = [];
    const onEvent = ({ type }: ExportEvent) => void (type === "runStarted" && told.push(isSynchronous));
    const durable = durableExporterOf(datasets(), new TestSpool());
    for (const call of [
      () => exporterOf(datasets()).exporter.export(request, { to: new Collecting(), onEvent }),
      () => durable.begin(request, { onEvent }),
      () => durable.collectPart(id, { dataset: "a" }, { onEvent }),
      () => durable.assemble(id, { to: new Collecting(), onEvent }),
      () => durable.export(request, { to: new Collecting(), onEvent }),
      () => durable.resume(id, { to: new Collecting(), onEvent }),
    ]) {
      isSynchronous = true;
      const called = call();
      isSynchronous = false;
      await called;
    }
    expect(told).toEqual([true, true, true, true, true, true]);
  });

  it("do not harm an export when its observer throws at its beginning and at its end", async () => {
    const onEvent = ({ type }: ExportEvent) => {
      if (/^run/.test(type)) throw new Error("observer");
    };
    const { exporter } = exporterOf(datasets());
    expect((await exporter.export(request, { to: new Collecting(), onEvent })).status).toBe("delivered");
  });
});
