import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import {
  type Dataset,
  type ExportEvent,
  type ExporterConfig,
  openBundle,
  PortmanteauError,
  verifyBundle,
} from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  exporterOf,
  fixed,
  noteDataset,
  noteSchema,
  notes,
  privacy,
  request,
} from "../support/exporting.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

async function failing(promise: Promise<unknown>): Promise<PortmanteauError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(PortmanteauError.is(error), inspect(error)).toBe(true);
  return error as PortmanteauError;
}

/** Exports to a file; gives its digest, its records and what lies beside it. */
async function exportToFile(datasets: readonly Dataset[], more: Partial<ExporterConfig> = {}) {
  const folder = emptyFolder();
  const file = join(folder, "bundle.zip");
  const { exporter, spooled } = exporterOf(datasets, more);
  const report = await exporter.export(request, { to: fileDelivery(file), ...fixed });
  const findings = [];
  for await (const finding of verifyBundle(file)) findings.push(finding.code);
  expect(spooled()).toEqual([]);
  expect(readdirSync(folder)).toEqual(["bundle.zip"]);
  return { report, file, findings, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}

async function recordsIn(file: string, name: string): Promise<unknown[]> {
  const bundle = await openBundle(file);
  const records = [];
  for await (const record of bundle.dataset(name).records()) records.push(record);
  bundle.close();
  return records;
}

describe("a source that fails", () => {
  for (let page = 0; page < 5; page++) {
    it(`for good at page ${page} ends the export, with nothing delivered and nothing left`, async () => {
      const { source, seen } = controlledSource(notes(50), {
        before: (at) => {
          if (at === page) throw new Error("u1's secret is hunter2");
        },
      });
      const folder = emptyFolder();
      const { exporter, spooled } = exporterOf([noteDataset("a", source)]);
      const events: ExportEvent[] = [];
      const error = await failing(
        exporter.export(request, { to: fileDelivery(join(folder, "b.zip")), onEvent: (event) => events.push(event) }),
      );
      expect(error).toMatchObject({ code: "SOURCE_FAILED", retryable: false, context: { dataset: "a" } });
      expect(error.cause).toBeInstanceOf(Error);
      expect(error.report).toMatchObject({ status: "failed", bundle: null });
      expect(`${error.message}${JSON.stringify([error, error.report, events])}${inspect(error)}`).not.toMatch(
        /hunter2|"u1"/,
      );
      expect([readdirSync(folder), spooled(), seen.opened - seen.closed]).toEqual([[], [], 0]);
    });

    it(`for a moment at page ${page} is read on after its last cursor, to identical bytes`, async () => {
      const undisturbed = await exportToFile([noteDataset("a", controlledSource(notes(50)).source)]);
      let failures = 0;
      const { source, seen } = controlledSource(notes(50), {
        before: (at) => {
          if (at === page && failures++ === 0)
            throw new PortmanteauError("SOURCE_UNAVAILABLE", "gone", { retryable: true });
        },
      });
      const { report, sha256, findings } = await exportToFile([noteDataset("a", source)]);
      expect(sha256).toBe(undisturbed.sha256);
      expect(findings).toEqual([]);
      expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1, records: { read: 50, written: 50 } });
      expect(seen).toMatchObject({ opened: 2, closed: 2, pages: 6 });
    });
  }

  it("and cannot resume is read again from the start, without repeating a record", async () => {
    let failed = false;
    const { source } = controlledSource(notes(50), {
      resume: "none",
      before: (at) => {
        if (at === 3 && !failed) {
          failed = true;
          throw new PortmanteauError("SOURCE_UNAVAILABLE", "gone", { retryable: true });
        }
      },
    });
    const { report, file } = await exportToFile([noteDataset("a", source)]);
    expect(report.findings.map(({ code }) => code)).toEqual(["READ_RESTARTED"]);
    expect(await recordsIn(file, "a")).toEqual(notes(50));
  });

  it("again and again is given up after the configured attempts", async () => {
    const { source, seen } = controlledSource(notes(50), {
      before: () => {
        throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
      },
    });
    const error = await failing(exportToFile([noteDataset("a", source)]));
    expect([error.code, seen.opened]).toEqual(["SOURCE_UNAVAILABLE", 3]);
  });

  it("by giving no page in time is told to stop, and tried again", async () => {
    const { source, seen } = controlledSource(notes(20), {
      before: (at, { signal }) =>
        at === 1
          ? new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
          : undefined,
    });
    const { report } = await exportToFile([noteDataset("a", source)], { pageTimeoutMs: 80 });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1 });
    expect(seen.aborted).toBe(true);
  });

  it("by breaking its contract is named", async () => {
    const bad = (pages: unknown[]) =>
      noteDataset("a", {
        ...controlledSource([]).source,
        read: async function* () {
          yield* pages as never[];
        },
      });
    for (const pages of [
      [null],
      [{}],
      [{ records: [] }],
      [
        { records: notes(1), cursor: 1 },
        { records: notes(1), cursor: 1 },
      ],
    ]) {
      expect((await failing(exportToFile([bad(pages)]))).code).toBe("SOURCE_CONTRACT");
    }
  });
});

describe("a record of somebody else", () => {
  for (const record of [
    { id: 1, owner: "u2", text: "x" },
    { id: 1, text: "x" },
    { id: 1, owner: null, text: "x" },
    { id: 1, owner: ["u1"], text: "x" },
    null,
    "u1",
  ]) {
    it(`is fatal under every policy: ${JSON.stringify(record)}`, async () => {
      const { source } = controlledSource([...notes(3), record]);
      const folder = emptyFolder();
      const { exporter } = exporterOf([noteDataset("a", source)], { onFailure: "deliver-partial" });
      const error = await failing(exporter.export(request, { to: fileDelivery(join(folder, "b.zip")) }));
      expect(error).toMatchObject({ code: "SUBJECT_MISMATCH", context: { dataset: "a", recordIndex: 3 } });
      expect(readdirSync(folder)).toEqual([]);
    });
  }
});

describe("a destination", () => {
  it("can be a web stream", async () => {
    const chunks: Uint8Array[] = [];
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(50)).source)]);
    const report = await exporter.export(request, {
      to: new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) }),
      ...fixed,
    });
    expect(createHash("sha256").update(Buffer.concat(chunks)).digest("hex")).toBe(report.bundle?.sha256);
  });

  it("that takes nothing keeps all but twice as many sources as lanes waiting, and yields to an abort", async () => {
    // Each dataset is larger in the zip than what archiver and the streams buffer on the way.
    const sources = Array.from({ length: 12 }, () =>
      controlledSource(notes(5).map((note) => ({ ...note, text: randomBytes(60_000).toString("hex") }))),
    );
    const stop = new AbortController();
    const { exporter } = exporterOf(
      sources.map(({ source }, index) => noteDataset(`d${index}`, source)),
      { lanes: 2 },
    );
    const exporting = failing(
      exporter.export(request, { to: new Writable({ highWaterMark: 1, write() {} }), signal: stop.signal }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sources.filter(({ seen }) => seen.opened > 0).length).toBeLessThanOrEqual(6);
    stop.abort();
    expect((await exporting).code).toBe("ABORTED");
  });

  it("gets its first bytes before the last source has ended", async () => {
    let first = 0;
    let last = 0;
    const slow = controlledSource(notes(50), {
      before: async () => void (await new Promise((resolve) => setTimeout(resolve, 40))),
    });
    const to = new Writable({
      write: (_chunk, _encoding, done) => {
        first ||= performance.now();
        done();
      },
    });
    const { exporter } = exporterOf([
      noteDataset("a", controlledSource(notes(500)).source),
      noteDataset("b", slow.source),
    ]);
    await exporter.export(request, {
      to,
      onEvent: (event) => {
        if (event.type === "datasetEnded") last = performance.now();
      },
    });
    expect(first).toBeLessThan(last);
  });
});

describe("an abort", () => {
  for (const stage of ["started", "datasetStarted", "page", "datasetEnded", "assembled"] as const) {
    it(`at "${stage}" stops the sources within a page and delivers nothing`, async () => {
      const stop = new AbortController();
      const { source, seen } = controlledSource(notes(50));
      const folder = emptyFolder();
      const { exporter, spooled } = exporterOf(
        [noteDataset("a", source), noteDataset("b", controlledSource(notes(50)).source)],
        { lanes: 1 },
      );
      let pages = 0;
      const error = await failing(
        exporter.export(request, {
          to: fileDelivery(join(folder, "b.zip")),
          signal: stop.signal,
          onEvent: (event) => {
            if (stop.signal.aborted && event.type === "page") pages++;
            if (event.type === stage) stop.abort();
          },
        }),
      );
      expect([
        error.code,
        error.report?.status,
        pages,
        readdirSync(folder),
        spooled(),
        seen.opened - seen.closed,
      ]).toEqual(["ABORTED", "aborted", 0, [], [], 0]);
    });
  }

  it("before the start reads nothing", async () => {
    const { source, seen } = controlledSource(notes(5));
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const error = await failing(
      exporter.export(request, {
        to: new Writable({ write: (_chunk, _encoding, done) => done() }),
        signal: AbortSignal.abort(),
      }),
    );
    expect([error.code, seen.opened]).toEqual(["ABORTED", 0]);
  });
});

describe("the same input", () => {
  it("gives the same bytes with 1 and with 4 lanes, whatever the order in which sources end", async () => {
    const datasets = () =>
      Array.from({ length: 6 }, (_, index) => {
        const { source } = controlledSource(notes(30 + index), {
          before: async () => void (await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))),
        });
        return noteDataset(`d${index}`, source);
      });
    const digests = [
      await exportToFile(datasets(), { lanes: 1 }),
      await exportToFile(datasets(), { lanes: 4 }),
      await exportToFile(datasets(), { lanes: 4, pageRecords: 7 }),
    ].map(({ sha256 }) => sha256);
    expect(new Set(digests).size).toBe(1);
  });
});

describe("outcomes", () => {
  it("are complete, empty and notApplicable for what is whole", async () => {
    const { report, file, findings } = await exportToFile([
      noteDataset("full", controlledSource(notes(3), { count: 3 }).source),
      noteDataset("none", controlledSource([]).source),
      noteDataset("elsewhere", controlledSource(notes(3)).source, { identity: "phone" }),
      noteDataset("not-here", controlledSource(notes(3)).source, { applies: () => false }),
    ]);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual([
      "complete",
      "empty",
      "notApplicable",
      "notApplicable",
    ]);
    expect([report.completeness, findings]).toEqual(["complete", []]);
    expect(await recordsIn(file, "none")).toEqual([]);
  });

  for (const count of [2, 4]) {
    it(`are never complete when the source counted ${count} and gave 3`, async () => {
      const dataset = () => noteDataset("a", controlledSource(notes(3), { count }).source);
      const error = await failing(exportToFile([dataset()]));
      expect([error.code, error.report?.datasets[0]?.outcome]).toEqual(["INCOMPLETE", "partial"]);
      const { report, findings } = await exportToFile([dataset()], { onFailure: "deliver-partial" });
      expect([report.completeness, report.datasets[0]?.outcome, findings]).toEqual([
        "partial",
        "partial",
        ["BUNDLE_PARTIAL"],
      ]);
    });
  }

  it("are partial or failed when asked to deliver what there is, and the page says so first", async () => {
    const broken = (page: number) =>
      controlledSource(notes(30), {
        before: (at) => {
          if (at === page) throw new Error("x");
        },
      }).source;
    const { report, file, findings } = await exportToFile(
      [
        noteDataset("some", broken(2)),
        noteDataset("nothing", broken(0)),
        noteDataset("all", controlledSource(notes(3)).source),
      ],
      { onFailure: "deliver-partial" },
    );
    expect(report.datasets.map(({ outcome, error }) => [outcome, error])).toEqual([
      ["partial", "SOURCE_FAILED"],
      ["failed", "SOURCE_FAILED"],
      ["complete", null],
    ]);
    expect(findings).toEqual(["BUNDLE_PARTIAL"]);
    const page = await textOf(file, "index.html");
    expect(page.indexOf("This copy is not complete")).toBeGreaterThan(0);
    expect(page.indexOf("This copy is not complete")).toBeLessThan(page.indexOf("What is in here"));
  });

  it("count every record once: written, or in the quarantine with the reasons", async () => {
    const records = [
      ...notes(3),
      { id: "seven", owner: "u1", text: "x", password: "hunter2" },
      { id: 8, owner: "u1", text: "y" },
      { id: -0, owner: "u1", text: "z" },
    ];
    const { report, file, findings } = await exportToFile([
      noteDataset("a", controlledSource(records, { count: 6 }).source),
    ]);
    expect(report.datasets[0]).toMatchObject({
      outcome: "complete",
      records: { read: 6, written: 4, quarantined: 2, expected: 6 },
    });
    expect(findings).toEqual([]);
    const quarantine = JSON.parse(await textOf(file, "quarantine/a.json")) as {
      index: number;
      errors: { pointer: string }[];
      record: object;
    }[];
    expect(quarantine.map(({ index, errors, record }) => [index, errors[0]?.pointer, record])).toEqual([
      [3, "/id", { id: "seven", owner: "u1", text: "x" }],
      [5, "/id", { owner: "u1", text: "z" }],
    ]);
    const error = await failing(
      exportToFile([noteDataset("a", controlledSource(records).source, { onInvalid: "fail" })]),
    );
    expect(error).toMatchObject({ code: "RECORD_INVALID", context: { recordIndex: 3 } });
    expect(error.message).not.toContain("seven");
  });
});

describe("portability", () => {
  const schema = {
    ...noteSchema,
    properties: {
      ...noteSchema.properties,
      score: { type: "number", title: "Score", "x-privacy": { origin: "derived" } },
    },
  } as const;
  const records = [{ id: 1, owner: "u1", text: "a", score: 0.5 }];
  const facts = (legalBasis: string, origin: "provided" | "observed" | "derived") => ({
    ...privacy,
    category: `${legalBasis.slice(-1)}-${origin}`,
    legalBasis,
    origin,
  });
  const datasets = () => [
    noteDataset("consent", controlledSource(records).source, { schema, privacy: facts("eu-gdpr:A6-1-a", "observed") }),
    noteDataset("interest", controlledSource(records).source, { schema, privacy: facts("eu-gdpr:A6-1-f", "provided") }),
    noteDataset("derived", controlledSource(records).source, { schema, privacy: facts("eu-gdpr:A6-1-b", "derived") }),
  ];
  const decisions = (type: "access" | "portability", scope: "law" | "all-but-derived") => {
    const { exporter } = exporterOf(datasets(), { portabilityScope: scope });
    return exporter
      .plan({ ...request, type })
      .datasets.map(({ decision, fields, withheld }) => [
        decision,
        fields.length,
        withheld.map(({ pointer, reason }) => `${pointer} ${reason}`),
      ]);
  };

  it("covers what law or promise cover, field by field, and names the rest", () => {
    const secret = "/password secret";
    expect(decisions("access", "law")).toEqual([
      ["collect", 4, [secret]],
      ["collect", 4, [secret]],
      ["collect", 4, [secret]],
    ]);
    expect(decisions("portability", "law")).toEqual([
      ["collect", 3, [secret, "/score not-portable-origin"]],
      ["excluded", 0, []],
      ["excluded", 0, []],
    ]);
    expect(decisions("portability", "all-but-derived")).toEqual([
      ["collect", 3, [secret, "/score not-portable-origin"]],
      ["collect", 3, [secret, "/score not-portable-origin"]],
      ["excluded", 0, []],
    ]);
  });

  it("is in the manifest", async () => {
    const { exporter } = exporterOf(datasets());
    const file = join(emptyFolder(), "b.zip");
    await exporter.export({ ...request, type: "portability" }, { to: fileDelivery(file), ...fixed });
    const { manifest, close } = await openBundle(file);
    close();
    expect(manifest.portabilityScope).toBe("law");
    expect(manifest.excluded.map(({ dataset, reason }) => [dataset, reason])).toEqual([
      ["interest", "not-portable-basis"],
      ["derived", "not-portable-origin"],
    ]);
    expect(manifest.categories.map(({ portable }) => portable)).toEqual([true, false, false]);
    expect(manifest.request.dueAt).toBe("2026-02-28T00:00:00.000Z");
  });
});

describe("an observer that throws", () => {
  it("does not harm the export, and is noted", async () => {
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    const report = await exporter.export(request, {
      to: new Writable({ write: (_chunk, _encoding, done) => done() }),
      onEvent: () => {
        throw new Error("x");
      },
    });
    expect(report.findings.map(({ code }) => code)).toEqual(["OBSERVER_FAILED"]);
  });
});

async function textOf(file: string, path: string): Promise<string> {
  const { openZip } = await import("../../src/archive/zip-reader.ts");
  const zip = await openZip(file);
  const entry = zip.entries.find((each) => each.path === path);
  let text = "";
  if (entry !== undefined) for await (const chunk of zip.read(entry)) text += chunk.toString();
  zip.close();
  return text;
}
