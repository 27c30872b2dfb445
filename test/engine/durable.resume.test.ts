import type { ExportEvent, ExporterConfig, Snapshot, Source } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, exportedDurably, type Faults, TestSpool } from "../support/durable.ts";
import { everyKindSmall, mixed, mixedFacts } from "../support/durable-datasets.ts";
import {
  Collecting,
  controlledSource,
  entriesOf,
  expectNoUnhandledRejection,
  exported,
  failing,
  fixed,
  gone,
  jsonAt,
  noteDataset,
  notes,
  recording,
  request,
} from "../support/exporting.ts";
import { fileDataset, fileSource } from "../support/files.ts";
import { partitionedSource } from "../support/partitions.ts";

expectNoUnhandledRejection();

const { id } = request;
type Config = Parameters<typeof durableExporterOf>[2];

/** An exporter of one dataset, begun. */
async function begun(source: Source, spool: TestSpool, config: Config = {}) {
  const exporter = durableExporterOf([noteDataset("a", source, mixedFacts)], spool, config);
  await exporter.begin(request, fixed);
  return exporter;
}

describe("a part that is taken up again", () => {
  it("goes on after the last checkpoint, and reads no record twice", async () => {
    const spool = new TestSpool();
    const first = await begun(
      controlledSource(mixed(41), {
        before: (page) => {
          if (page >= 2) throw gone();
        },
      }).source,
      spool,
    );
    expect(await failing(first.collectPart(id, { dataset: "a" }))).toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      retryable: true,
    });
    expect((await first.progress(id))?.parts).toMatchObject([{ state: "begun", records: 20, expected: null }]);
    const asked: unknown[] = [];
    const { events, onEvent } = recording();
    const second = await begun(
      controlledSource(mixed(41), { before: (_page, { after }) => void asked.push(after) }).source,
      spool,
    );
    const receipt = await second.collectPart(id, { dataset: "a" }, { onEvent });
    expect(asked[0]).toBe(20);
    expect(receipt).toMatchObject({ requestId: id, dataset: "a", written: 35, quarantined: 6, error: null });
    const of = { requestId: id, run: events[0]?.run };
    const part = { dataset: "a", partition: null };
    expect(events.filter(({ type }) => type !== "page" && type !== "checkpoint")).toEqual([
      { ...of, type: "runStarted", operation: "collectPart", part },
      { ...of, ...part, type: "partStarted", again: true, records: 20 },
      { ...of, ...part, type: "partSealed", records: 41 },
      { ...of, type: "runEnded", operation: "collectPart", code: null, durationMs: expect.any(Number) },
    ]);
    expect((await second.progress(id))?.parts).toMatchObject([{ state: "sealed", records: 41 }]);
    const to = new Collecting();
    await second.assemble(id, { to, ...fixed });
    expect(
      to.bytes.equals((await exported([noteDataset("a", controlledSource(mixed(41)).source, mixedFacts)], {}, {})).zip),
    ).toBe(
      false, // the pseudonyms have a key of their own
    );
    expect(jsonAt(entriesOf(to.bytes), "data/a.json")).toHaveLength(35);
  });

  it("puts a checkpoint at the end of a page when the time for one has come, and not before", async () => {
    const checkpoints = async (checkpointMs: number) => {
      const { events, onEvent } = recording();
      const { source } = controlledSource(mixed(41));
      const exporter = await begun(source, new TestSpool(), { durable: { checkpointMs } });
      await exporter.collectPart(id, { dataset: "a" }, { onEvent });
      return events.flatMap((event) => (event.type === "checkpoint" ? event.records : []));
    };
    expect(await checkpoints(0)).toEqual([10, 20, 30, 40, 41]);
    expect(await checkpoints(3_600_000)).toEqual([]);
  });

  it("is one object when it is small: what was collected stands in its checkpoint, and then in its receipt", async () => {
    const interrupted = controlledSource(notes(30), {
      before: (page) => {
        if (page >= 2) throw gone();
      },
    });
    const spool = new TestSpool();
    await failing((await begun(interrupted.source, spool)).collectPart(id, { dataset: "a" }));
    const objects = () => [...spool.objects.keys()].map((path) => path.slice(path.indexOf("/") + 1));
    expect(objects()).toEqual(["request", "parts/0-checkpoint"]);
    const exporter = await begun(controlledSource(notes(30)).source, spool);
    const to = new Collecting();
    await exporter.collectPart(id, { dataset: "a" });
    expect(objects()).toEqual(["request", "parts/0-checkpoint", "parts/0-receipt"]);
    await exporter.assemble(id, { to, ...fixed });
    expect(jsonAt(entriesOf(to.bytes), "data/a.json")).toHaveLength(30);
    const unchecked = new TestSpool();
    const whole = await begun(controlledSource(notes(30)).source, unchecked, { durable: { checkpointMs: 60_000 } });
    await whole.collectPart(id, { dataset: "a" });
    expect(unchecked.objects.size).toBe(2);
  });

  for (const [what, more] of [
    ["cannot go on", { capabilities: { resume: "none", partitions: false, count: false, attachments: false } }],
    ["has a snapshot", { snapshot: { open: async () => ({ token: 1, close: async () => {} }) } satisfies Snapshot }],
  ] as const) {
    it(`begins again when its source ${what}, and says so`, async () => {
      const spool = new TestSpool();
      const sourceOf = (before?: (page: number) => void): Source => ({
        ...controlledSource(mixed(30), before ? { before } : {}).source,
        ...more,
      });
      const first = await begun(
        sourceOf((page) => {
          if (page === 2) throw new Error("broken");
        }),
        spool,
      );
      await failing(first.collectPart(id, { dataset: "a" }));
      const second = await begun(sourceOf(), spool);
      expect(await second.collectPart(id, { dataset: "a" })).toMatchObject({ written: 26, quarantined: 4 });
      const { findings, consistency } = await second.assemble(id, { to: new Collecting() });
      expect(findings.map(({ code }) => code)).toContain("PART_RESTARTED");
      expect(consistency).toBe(what === "cannot go on" ? "none" : "per-dataset");
    });
  }

  it("goes on where a source promises one moment of each read, and never claims one of both", async () => {
    const sourceOf = (before?: (page: number) => void): Source => ({
      ...controlledSource(mixed(35), before ? { before } : {}).source,
      consistency: "dataset",
    });
    const whole = await begun(sourceOf(), new TestSpool());
    await whole.collectPart(id, { dataset: "a" });
    const undisturbed = new Collecting();
    expect(await whole.assemble(id, { to: undisturbed })).toMatchObject({ consistency: "none" });

    const spool = new TestSpool();
    const first = await begun(
      sourceOf((page) => {
        if (page === 2) throw new Error("broken");
      }),
      spool,
      { durable: { checkpointMs: 0 } },
    );
    await failing(first.collectPart(id, { dataset: "a" }));
    const second = await begun(sourceOf(), spool);
    const { events, onEvent } = recording();
    await second.collectPart(id, { dataset: "a" }, { onEvent });
    expect(events).toContainEqual(expect.objectContaining({ type: "partStarted", again: true, records: 20 }));
    const to = new Collecting();
    const { findings } = await second.assemble(id, { to });
    expect(findings.map(({ code }) => code)).not.toContain("PART_RESTARTED");
    expect(to.bytes.equals(undisturbed.bytes)).toBe(true);
  });

  it("keeps what its files came to", async () => {
    const files = Array.from({ length: 30 }, (_, at) => ({ name: `${at % 4}.txt`, content: `content ${at % 9}` }));
    const missing = { name: "gone.txt", open: () => Promise.reject(new Error("no such file")) };
    const all = [...files.slice(0, 5), missing, ...files.slice(5)];
    const partial = { onFailure: "deliver-partial" } as const;
    const spool = new TestSpool();
    const broken = fileSource(all, {
      before: (page) => {
        if (page >= 2) throw gone();
      },
    });
    const first = durableExporterOf([fileDataset("docs", broken.source)], spool, partial);
    await first.begin(request, fixed);
    await failing(first.collectPart(id, { dataset: "docs" }));
    const second = durableExporterOf([fileDataset("docs", fileSource(all).source)], spool, partial);
    const { zip, report } = await exportedDurably(second);
    const streamed = await exported([fileDataset("docs", fileSource(all).source)], partial);
    expect(zip.equals(streamed.zip)).toBe(true);
    expect(report.findings.filter(({ code }) => code !== "READ_RESUMED")).toEqual(streamed.report.findings);
    expect(report.datasets[0]).toMatchObject({ outcome: "partial", error: "INCOMPLETE" });
  });
});

describe("two at once", () => {
  it("that work on the same part, each at its own pace, do it right, whoever is last", async () => {
    const undisturbed = await exportedDurably(durableExporterOf(everyKindSmall(), new TestSpool()));
    for (let seed = 1; seed <= 12; seed++) {
      let random = seed;
      const faults: Faults = {
        async before() {
          random = (random * 48271) % 2147483647;
          for (let turns = random % 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
        },
      };
      const objects = new Map<string, Uint8Array>();
      const worker = () => durableExporterOf(everyKindSmall(), new TestSpool(objects, faults), { lanes: 3 });
      await worker().begin(request, fixed);
      const zips = await Promise.all(
        [worker(), worker(), worker()].map(async (each) => (await exportedDurably(each)).zip),
      );
      for (const zip of zips) expect(zip.equals(undisturbed.zip)).toBe(true);
    }
  }, 120_000);

  it("that begin a request at the same time end with one beginning: what belongs to the other counts no more", async () => {
    const objects = new Map<string, Uint8Array>();
    const worker = () => durableExporterOf(everyKindSmall(), new TestSpool(objects));
    const [one, other] = [worker(), worker()];
    await Promise.all([one.begin(request), other.begin(request)]);
    const zips = await Promise.all([one, other].map(async (each) => (await exportedDurably(each)).zip));
    expect(zips[0]?.equals(zips[1] as Buffer)).toBe(true);
  });

  /** Two exports of one request, of which neither sees the other's beginning before it puts its own; the second puts when `until` is told. */
  async function beginningBlindly(until: (event: ExportEvent) => boolean) {
    const objects = new Map<string, Uint8Array>();
    let [arrive, goOn] = [() => {}, () => {}];
    const [isThere, mayGoOn] = [
      new Promise<void>((done) => (arrive = done)),
      new Promise<void>((done) => (goOn = done)),
    ];
    const waiting: Faults = {
      async before(_call, what) {
        if (!/^put [0-9a-f]{64}\/request$/.test(what)) return;
        arrive();
        await mayGoOn;
      },
    };
    const exporting = (spool: TestSpool, bundleId: string, onEvent: (event: ExportEvent) => void = () => {}) =>
      exportedDurably(durableExporterOf(everyKindSmall(), spool), { bundleId, onEvent });
    const second = exporting(new TestSpool(objects, waiting), lateId);
    await isThere;
    const first = exporting(new TestSpool(objects), fixed.bundleId, (event) => until(event) && goOn());
    return Promise.all([first, second]);
  }
  const lateId = "urn:uuid:00000000-0000-4000-8000-0000000000ff";

  it("that export, of which one's beginning takes the place of the other's, make the same bundle, both", async () => {
    for (let sealed = 1; sealed <= everyKindSmall().length; sealed++) {
      let seen = 0;
      const both = await beginningBlindly(({ type }) => type === "partSealed" && ++seen === sealed);
      for (const { report } of both) expect(report).toMatchObject({ bundleId: lateId, completeness: "complete" });
      expect(both[0].zip.equals(both[1].zip)).toBe(true);
    }
  });

  it("that begin: who finds another's beginning after the sources were asked takes it", async () => {
    const objects = new Map<string, Uint8Array>();
    const worker = (source: Source) => durableExporterOf([noteDataset("a", source)], new TestSpool(objects));
    const { source } = controlledSource(notes(3), { count: 3 });
    const count = async () => {
      await worker(source).begin(request, fixed);
      return 3;
    };
    const begun = worker({ ...source, count }).begin(request, { ...fixed, bundleId: lateId });
    expect(await begun).toMatchObject({ bundleId: fixed.bundleId });
  });
});

describe("a source that fails", () => {
  const broken = (page = 1) =>
    controlledSource(notes(30), {
      before: (at) => {
        if (at >= page) throw new Error("broken");
      },
    }).source;
  const partial: Partial<Omit<ExporterConfig, "durable">> = { onFailure: "deliver-partial" };

  it("ends the attempt, and with `final` the part, which is then in a partial bundle as in a streaming one", async () => {
    const datasets = () => [noteDataset("a", broken()), noteDataset("b", controlledSource(notes(3)).source)];
    const exporter = durableExporterOf(datasets(), new TestSpool(), partial);
    await exporter.begin(request, fixed);
    expect(await failing(exporter.collectPart(id, { dataset: "a" }))).toMatchObject({ code: "SOURCE_FAILED" });
    const receipt = await exporter.collectPart(id, { dataset: "a" }, { final: true });
    expect(receipt).toMatchObject({ written: 10, error: "SOURCE_FAILED" });
    expect(await failing(exporter.assemble(id, { to: new Collecting() }))).toMatchObject({
      code: "INCOMPLETE",
      retryable: true,
      message: expect.stringContaining("1 of 2 parts are not collected: b."),
    });
    await exporter.collectPart(id, { dataset: "b" });
    const to = new Collecting();
    const report = await exporter.assemble(id, { to });
    expect(report.datasets.map(({ outcome, error }) => [outcome, error])).toEqual([
      ["partial", "SOURCE_FAILED"],
      ["complete", null],
    ]);
    expect(to.bytes.equals((await exported(datasets(), partial)).zip)).toBe(true);
    expect((await exporter.progress(id))?.delivered).toMatchObject({
      completeness: "partial",
      sha256: report.bundle?.sha256,
    });
  });

  it("is not tried again in `export` when a partial bundle is welcome", async () => {
    const { report } = await exportedDurably(durableExporterOf([noteDataset("a", broken())], new TestSpool(), partial));
    expect(report).toMatchObject({ completeness: "partial", datasets: [{ records: { read: 10 } }] });
  });

  it("ends `export` otherwise, with a report; the next one goes on", async () => {
    const spool = new TestSpool();
    const datasets = (source: Source) => [noteDataset("a", source)];
    const error = await failing(exportedDurably(durableExporterOf(datasets(broken(2)), spool)));
    expect(error).toMatchObject({ code: "SOURCE_FAILED", report: { status: "failed", bundle: null } });
    const asked: unknown[] = [];
    const { source } = controlledSource(notes(30), { before: (_page, { after }) => void asked.push(after) });
    const { report } = await exportedDurably(durableExporterOf(datasets(source), spool));
    expect([asked[0], report.status]).toEqual([20, "delivered"]);
  });

  it("with somebody else's record ends the part whatever is asked", async () => {
    const { source } = controlledSource([...notes(15), { id: 15, owner: "u2", text: "foreign" }]);
    const exporter = durableExporterOf([noteDataset("a", source)], new TestSpool(), partial);
    await exporter.begin(request, fixed);
    expect(await failing(exporter.collectPart(id, { dataset: "a" }, { final: true }))).toMatchObject({
      code: "SUBJECT_MISMATCH",
    });
    expect((await exporter.progress(id))?.parts).toMatchObject([{ state: "begun" }]);
  });
});

describe("a count", () => {
  const counting = (counts: number[], records = 10): Source => {
    const { source } = controlledSource(notes(records), { count: 0 });
    return { ...source, count: async () => (counts.length > 1 ? counts.shift() : counts[0]) as number };
  };
  const outcomeOf = async (source: Source) => {
    const exporter = durableExporterOf([noteDataset("a", source)], new TestSpool(), { onFailure: "deliver-partial" });
    return (await exportedDurably(exporter)).report.datasets[0];
  };

  it("that disagrees is asked for once more, right after the reading, and the answer is kept", async () => {
    expect(await outcomeOf(counting([9, 10, 77]))).toMatchObject({ outcome: "complete", records: { expected: 10 } });
    expect(await outcomeOf(counting([9, 11, 10]))).toMatchObject({ outcome: "partial", records: { expected: 11 } });
    const exporter = durableExporterOf([noteDataset("a", counting([9, 10, 77]))], new TestSpool());
    for (let again = 0; again < 3; again++)
      expect((await exportedDurably(exporter)).report.completeness).toBe("complete");
  });

  it("of a dataset in partitions is compared when the last of them is sealed", async () => {
    const counts = [19, 20, 77];
    const { source } = partitionedSource(notes(20), [5, 9], { count: 20 });
    const divided: Source = { ...source, count: async () => counts.shift() as number };
    const exporter = durableExporterOf([noteDataset("a", divided)], new TestSpool());
    const { parts } = await exporter.begin(request, fixed);
    expect(parts.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    const [last, ...others] = parts;
    for (const part of [...others].reverse()) await exporter.collectPart(id, part);
    expect(await failing(exporter.assemble(id, { to: new Collecting() }))).toMatchObject({
      code: "INCOMPLETE",
      message: expect.stringContaining("1 of 3 parts are not collected: a.0."),
    });
    await exporter.collectPart(id, last as (typeof parts)[number]);
    expect(counts).toEqual([77]);
    expect(await exporter.assemble(id, { to: new Collecting() })).toMatchObject({ completeness: "complete" });
  });
});
