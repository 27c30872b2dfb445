import { describe, expect, it } from "vitest";
import { PortmanteauError } from "../../src/model/errors.ts";
import { failing, hanging, repeating, shifting, slow } from "../../src/testing/index.ts";
import {
  Collecting,
  controlledSource,
  exported,
  exporterOf,
  failing as failureOf,
  jsonAt,
  noteDataset,
  notes,
  request,
} from "../support/exporting.ts";

const source = (count?: number) => controlledSource(notes(50), count === undefined ? {} : { count });

describe("a source that a test makes fail", () => {
  it("is failing some times, after some pages: an export reads on and loses nothing", async () => {
    const { source: sound, seen } = source(50);
    const flaky = failing(sound, { afterPages: 1, times: 3 });
    const { report, entries } = await exported([noteDataset("a", flaky)], { pageRecords: 10 });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 3, records: { read: 50, expected: 50 } });
    expect(jsonAt(entries, "data/a.json")).toEqual(notes(50));
    expect([seen.opened, seen.closed]).toEqual([4, 4]);
  });

  it("is failing for good, with an error of the test's own", async () => {
    const error = new PortmanteauError("SOURCE_FAILED", "There is no such table.");
    const { exporter } = exporterOf([noteDataset("a", failing(source().source, { error }))]);
    expect(await failureOf(exporter.export(request, { to: new Collecting() }))).toMatchObject({
      code: "SOURCE_FAILED",
    });
  });

  it("is slow: an export waits for every page, and an abort ends the wait and the read", async () => {
    const { source: sound, seen } = source();
    const { report } = await exported([noteDataset("a", slow(sound, 1))]);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete" });

    const stop = new AbortController();
    const { exporter } = exporterOf([noteDataset("a", slow(sound, 2 ** 31 - 1))]);
    const exporting = failureOf(exporter.export(request, { to: new Collecting(), signal: stop.signal }));
    setTimeout(() => stop.abort(), 20);
    expect(await exporting).toMatchObject({ code: "ABORTED" });
    expect(seen.opened - seen.closed).toBe(0);
  });

  it("is repeating a page: an export refuses the cursor that comes twice", async () => {
    const { exporter } = exporterOf([noteDataset("a", repeating(source().source, { page: 2 }))], { pageRecords: 10 });
    const error = await failureOf(exporter.export(request, { to: new Collecting() }));
    expect(error).toMatchObject({ code: "SOURCE_CONTRACT" });
  });

  it("is shifting: an export that counts is not complete", async () => {
    const shifted = shifting(source(50).source, { records: 1 });
    const { report } = await exported([noteDataset("a", shifted)], { pageRecords: 10, onFailure: "deliver-partial" });
    expect(report.datasets[0]).toMatchObject({ outcome: "partial", records: { read: 46, expected: 50 } });
  });

  it("is hanging: an export gives up when a page takes too long, and closes it", async () => {
    const { source: sound, seen } = source();
    const { exporter } = exporterOf([noteDataset("a", hanging(sound, { afterPages: 1 }))], {
      pageRecords: 10,
      pageTimeoutMs: 50,
      retry: { attempts: 1 },
    });
    const error = await failureOf(exporter.export(request, { to: new Collecting() }));
    expect(error).toMatchObject({ code: "SOURCE_TIMEOUT" });
    expect([seen.opened, seen.closed]).toEqual([1, 1]);
  });
});
