import { SpanStatusCode } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import {
  Collecting,
  controlledSource,
  exporterOf,
  failing,
  fixed,
  goneAt,
  noteDataset,
  notes,
  request,
} from "../support/exporting.ts";
import { below, telemetry, withContext } from "../support/observers.ts";
import { partitionedSource } from "../support/partitions.ts";

withContext();
const { id } = request;
const opened: ReturnType<typeof telemetry>[] = [];
const watch = () => {
  const watched = telemetry();
  opened.push(watched);
  return watched;
};
afterEach(async () => {
  for (const watched of opened.splice(0)) await watched.close();
});

/** A source that breaks off before a page, once. */
const once = (page: number) => controlledSource(notes(30), { count: 30, before: goneAt(page) }).source;
const broken = () => controlledSource(notes(30), { before: goneAt() }).source;

describe("the spans", () => {
  it("of an export stand below the caller's, with what was counted", async () => {
    const { onEvent, tracer, spans, tree } = watch();
    const { exporter } = exporterOf([noteDataset("a", once(1)), noteDataset("b", controlledSource([]).source)]);
    await below(tracer, "caller", () => exporter.export(request, { to: new Collecting(), ...fixed, onEvent }));
    expect(tree().sort()).toEqual([
      " > caller",
      "caller > export",
      "export > assemble",
      "export > collect a",
      "export > collect b",
      "export > deliver",
    ]);
    const run = spans().find(({ name }) => name === "portmanteau.export");
    expect(run?.status.code).toBe(SpanStatusCode.UNSET);
    expect(run?.attributes).toEqual({
      "portmanteau.operation": "export",
      "portmanteau.request.id": id,
      "portmanteau.request.type": "access",
      "portmanteau.bundle.id": fixed.bundleId,
      "portmanteau.datasets": 2,
      "portmanteau.bundle.size": expect.any(Number),
      "portmanteau.bundle.parts": 1,
      "portmanteau.bundle.completeness": "complete",
    });
    const collect = spans().find(({ attributes }) => attributes["portmanteau.dataset.name"] === "a");
    expect(collect?.attributes).toEqual({
      "portmanteau.dataset.name": "a",
      "portmanteau.dataset.outcome": "complete",
      "portmanteau.records.expected": 30,
      "portmanteau.records.read": 30,
      "portmanteau.records.written": 30,
      "portmanteau.records.quarantined": 0,
    });
    expect(collect?.events.map(({ name, attributes }) => [name, attributes?.["error.type"]])).toEqual([
      ["portmanteau.retry", "SOURCE_UNAVAILABLE"],
    ]);
  });

  it("of an export that fails end with the code, every one of them", async () => {
    const { onEvent, spans } = watch();
    const { exporter } = exporterOf([noteDataset("a", broken())]);
    await failing(exporter.export(request, { to: new Collecting(), onEvent }));
    expect(
      spans().map(({ name, status, events }) => [name, status, events.some(({ name }) => name === "exception")]),
    ).toEqual([
      ["portmanteau.collect", { code: SpanStatusCode.ERROR, message: "SOURCE_UNAVAILABLE" }, false],
      ["portmanteau.assemble", { code: SpanStatusCode.ERROR, message: "SOURCE_UNAVAILABLE" }, false],
      ["portmanteau.export", { code: SpanStatusCode.ERROR, message: "SOURCE_UNAVAILABLE" }, false],
    ]);
  });

  it("of exports at the same time, for one request even, do not mix", async () => {
    const { onEvent, tracer, spans } = watch();
    const { exporter } = exporterOf(
      ["a", "b", "c"].map((name) => noteDataset(name, once(1))),
      { lanes: 3 },
    );
    const each = ["one", "two", "three"];
    await Promise.all(
      each.map((name) => below(tracer, name, () => exporter.export(request, { to: new Collecting(), onEvent }))),
    );
    for (const name of each) {
      const caller = spans().find((span) => span.name === name);
      const trace = spans().filter((span) => span.spanContext().traceId === caller?.spanContext().traceId);
      expect(trace.map((span) => span.name).sort()).toEqual(
        [
          name,
          "portmanteau.assemble",
          ...Array(3).fill("portmanteau.collect"),
          "portmanteau.deliver",
          "portmanteau.export",
        ].sort(),
      );
      const run = trace.find((span) => span.name === "portmanteau.export")?.spanContext().spanId;
      for (const span of trace.filter((span) => /collect|assemble|deliver/.test(span.name)))
        expect(span.parentSpanContext?.spanId).toBe(run);
    }
    const retries = spans().flatMap(({ events }) => events);
    expect(retries).toHaveLength(3); // each source broke off once, whichever export read it
  });

  it("of a durable export show its parts, and of its steps each its own", async () => {
    const { onEvent, spans, tree } = watch();
    const datasets = () => [
      noteDataset("a", controlledSource(notes(15)).source),
      noteDataset("divided", partitionedSource(notes(40), [20]).source),
    ];
    const to = () => new Collecting();
    await durableExporterOf(datasets(), new TestSpool()).export(request, { to: to(), onEvent });
    expect(tree().sort()).toEqual([
      " > export",
      "collect a > part a",
      "collect divided > part divided 0",
      "collect divided > part divided 1",
      "export > assemble",
      "export > collect a",
      "export > collect divided",
      "export > deliver",
    ]);

    const steps = watch();
    const exporter = durableExporterOf(datasets(), new TestSpool());
    const { parts } = await exporter.begin(request, { onEvent: steps.onEvent });
    await Promise.all(parts.map((part) => exporter.collectPart(id, part, { onEvent: steps.onEvent })));
    await exporter.assemble(id, { to: to(), onEvent: steps.onEvent });
    expect(steps.tree().sort()).toEqual([
      " > assemble",
      " > begin",
      " > collectPart a",
      " > collectPart divided 0",
      " > collectPart divided 1",
      "assemble > deliver",
    ]);
    const roots = steps.spans().filter(({ parentSpanContext }) => parentSpanContext === undefined);
    expect(new Set(roots.map(({ attributes }) => attributes["portmanteau.request.id"]))).toEqual(new Set([id]));
    const sealed = steps.spans().flatMap(({ attributes }) => attributes["portmanteau.part.records"] ?? []);
    expect(sealed.sort()).toEqual([15, 20, 20]);
    const concluded = steps.spans().find(({ name }) => name === "portmanteau.assemble")?.events;
    expect(concluded?.map(({ attributes }) => attributes?.["portmanteau.records.read"])).toEqual([15, 40]);
    expect(spans().every(({ ended }) => ended)).toBe(true);
  });

  it("of a part that fails say so, and no span is left open", async () => {
    const { onEvent, spans } = watch();
    const exporter = durableExporterOf([noteDataset("a", broken())], new TestSpool());
    await exporter.begin(request, { onEvent });
    await failing(exporter.collectPart(id, { dataset: "a" }, { onEvent }));
    expect(spans().map(({ name, status }) => [name, status.message])).toEqual([
      ["portmanteau.begin", undefined],
      ["portmanteau.collectPart", "SOURCE_UNAVAILABLE"],
    ]);
  });
});

describe("the metrics", () => {
  it("count exports by outcome, records, retries and bytes, and what is under way", async () => {
    const { onEvent, points } = watch();
    const { exporter } = exporterOf([noteDataset("a", once(1))]);
    await exporter.export(request, { to: new Collecting(), onEvent });
    await failing(exporterOf([noteDataset("a", broken())]).exporter.export(request, { to: new Collecting(), onEvent }));
    const stop = AbortSignal.abort();
    await failing(exporter.export(request, { to: new Collecting(), onEvent, signal: stop }));
    const partly = exporterOf([noteDataset("a", once(0)), noteDataset("b", broken())], {
      onFailure: "deliver-partial",
    });
    await partly.exporter.export(request, { to: new Collecting(), onEvent });
    const seen = await points();
    const ended = (outcome: string, code?: string) => ({
      "portmanteau.operation": "export",
      "portmanteau.outcome": outcome,
      ...(code === undefined ? {} : { "error.type": code }),
    });
    const byOutcome = [
      { attributes: ended("complete"), value: 1 },
      { attributes: ended("failed", "SOURCE_UNAVAILABLE"), value: 1 },
      { attributes: ended("aborted", "ABORTED"), value: 1 },
      { attributes: ended("partial"), value: 1 },
    ];
    expect(seen.get("portmanteau.export.count")).toEqual({ unit: "{export}", points: byOutcome });
    expect(seen.get("portmanteau.export.duration")).toEqual({ unit: "s", points: byOutcome });
    const idle = { attributes: { "portmanteau.operation": "export" }, value: 0 };
    expect(seen.get("portmanteau.export.active")).toEqual({ unit: "{export}", points: [idle] });
    expect(seen.get("portmanteau.records.written")).toMatchObject({
      unit: "{record}",
      points: [{ value: 60 }, { value: 0 }],
    });
    expect(seen.get("portmanteau.bundle.size")).toMatchObject({ unit: "By", points: [{ value: 1 }, { value: 1 }] });
    expect(seen.get("portmanteau.retry.count")?.points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ "portmanteau.dataset.name": "a", "error.type": "SOURCE_UNAVAILABLE" }, 4],
      [{ "portmanteau.dataset.name": "b", "error.type": "SOURCE_UNAVAILABLE" }, 2],
    ]);
  });

  it("are in seconds, in buckets that tell a small export from a large one", async () => {
    const { onEvent, histogram } = watch();
    const of = { requestId: id, operation: "export", part: null, code: null } as const;
    for (const [run, durationMs] of [7, 200, 3_000, 1_200_000].entries()) {
      onEvent({ ...of, type: "runStarted", run });
      const counts = { read: 0, written: 0, quarantined: 0, durationMs };
      onEvent({ ...of, type: "datasetEnded", run, dataset: "a", outcome: "empty", ...counts });
      onEvent({ ...of, type: "runEnded", run, durationMs });
    }
    for (const metric of ["portmanteau.export.duration", "portmanteau.dataset.duration"]) {
      const { sum, counts } = await histogram(metric);
      expect(sum, metric).toBeCloseTo(1_203.207);
      expect(
        counts.filter((count) => count > 0),
        metric,
      ).toEqual([1, 1, 1, 1]);
    }
  });

  it("have units of UCUM and few values of each attribute: no id of a request or of a bundle", async () => {
    const { onEvent, points, text } = watch();
    const exporter = durableExporterOf([noteDataset("a", once(1))], new TestSpool());
    await exporter.export(request, { to: new Collecting(), ...fixed, onEvent });
    const seen = await points();
    expect(Object.fromEntries([...seen].map(([name, { unit }]) => [name, unit]))).toEqual({
      "portmanteau.export.duration": "s",
      "portmanteau.export.active": "{export}",
      "portmanteau.export.count": "{export}",
      "portmanteau.dataset.duration": "s",
      "portmanteau.part.duration": "s",
      "portmanteau.records.read": "{record}",
      "portmanteau.records.written": "{record}",
      "portmanteau.records.quarantined": "{record}",
      "portmanteau.bundle.size": "By",
      "portmanteau.retry.count": "{retry}",
    });
    expect(JSON.stringify([...seen])).not.toMatch(new RegExp(`${id}|${fixed.bundleId}`));
    expect(await text()).toContain(id); // of the spans
  });
});
