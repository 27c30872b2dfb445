import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { type Dataset, type ExporterConfig, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  recording,
  request,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

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
      const { events, onEvent } = recording();
      const error = await failing(exporter.export(request, { to: fileDelivery(join(folder, "b.zip")), onEvent }));
      expect(error).toMatchObject({ code: "SOURCE_FAILED", retryable: false, context: { dataset: "a" } });
      expect(error.cause).toBeInstanceOf(Error);
      expect(error.report).toMatchObject({ status: "failed", bundle: null });
      expect(`${error.message}${JSON.stringify([error, error.report, events])}${inspect(error)}`).not.toMatch(
        /hunter2|"u1"/,
      );
      expect([readdirSync(folder), spooled(), seen.opened - seen.closed]).toEqual([[], [], 0]);
    });
  }

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
