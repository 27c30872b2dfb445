import { verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, exportedDurably, spoolKey, TestSpool } from "../support/durable.ts";
import { everyKind, mixed, mixedFacts } from "../support/durable-datasets.ts";
import {
  Collecting,
  controlledSource,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  refused,
  request,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

const pseudonymKey = Buffer.alloc(32, 7);

describe("an export with a durable spool", () => {
  it("checks the spool as well as the sources", async () => {
    const down = new Error("no");
    const checks = [undefined, async () => {}, () => Promise.reject(down)];
    const results = await Promise.all(
      checks.map(async (check) => {
        const spool = Object.assign(new TestSpool(), check === undefined ? {} : { check });
        const results = await durableExporterOf([noteDataset("a", controlledSource([]).source)], spool).check();
        return results.map(({ dataset, status, error }) => [dataset, status, error?.code, error?.cause]);
      }),
    );
    expect(results.map((each) => each.at(-1))).toEqual([
      [null, "unchecked", undefined, undefined],
      [null, "ok", undefined, undefined],
      [null, "failed", "SPOOL_FAILED", down],
    ]);
    expect(results.map((each) => each[0]?.[0])).toEqual(["a", "a", "a"]);
  });

  it("gives the bundle of a streaming export, to the byte", async () => {
    const { zip, report } = await exportedDurably(durableExporterOf(everyKind(), new TestSpool(), { pseudonymKey }));
    const streamed = await exported(everyKind(), { pseudonymKey });
    expect(zip.equals(streamed.zip)).toBe(true);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual([
      "complete",
      "empty",
      "complete",
      "complete",
      "complete",
    ]);
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
  });

  it("gives the identical bundle again, and reads nothing for it", async () => {
    const spool = new TestSpool();
    const first = await exportedDurably(durableExporterOf(everyKind(), spool));
    const { source, seen } = controlledSource(mixed(41), { count: 41 });
    const [, ...others] = everyKind();
    const again = durableExporterOf([noteDataset("a", source, mixedFacts), ...others], spool);
    const { zip } = await exportedDurably(again, { clock: () => 0, bundleId: fixed.bundleId.replace("7c1f", "7c1e") });
    expect(zip.equals(first.zip)).toBe(true);
    expect(seen.opened).toBe(0);
  });

  it("resumes by the id alone, and gives the bundle that the export would have given", async () => {
    const whole = await exportedDurably(durableExporterOf(everyKind(), new TestSpool()));
    const exporter = durableExporterOf(everyKind(), new TestSpool());
    const { parts } = await exporter.begin(request, fixed);
    const [first] = parts;
    await exporter.collectPart(request.id, { dataset: first?.dataset ?? "" });
    const to = new Collecting();
    const report = await exporter.resume(request.id, { to });
    expect(report).toMatchObject({ status: "delivered", requestId: request.id, bundleId: fixed.bundleId });
    expect(to.bytes.equals(whole.zip)).toBe(true);
  });

  it("resumes nothing that is unknown, and reports of what it resumed and failed", async () => {
    const { source } = controlledSource(mixed(3), { before: () => Promise.reject(new Error("no")) });
    const exporter = durableExporterOf([noteDataset("a", source, mixedFacts)], new TestSpool());
    const unknown = await failing(exporter.resume(request.id, { to: new Collecting() }));
    expect([unknown.code, unknown.report]).toEqual(["REQUEST_UNKNOWN", undefined]);
    await exporter.begin(request, fixed);
    const stopped = await failing(exporter.resume(request.id, { to: new Collecting() }));
    expect(stopped).toMatchObject({ code: "SOURCE_FAILED", report: { status: "failed", bundleId: fixed.bundleId } });
  });

  it("is had of an exporter without, by withDurable, which refuses what is no spool or key", async () => {
    const whole = await exportedDurably(durableExporterOf(everyKind(), new TestSpool(), { pseudonymKey }));
    const { exporter } = exporterOf(everyKind(), { pseudonymKey });
    const { zip } = await exportedDurably(exporter.withDurable({ spool: new TestSpool(), key: spoolKey }));
    expect(zip.equals(whole.zip)).toBe(true);
    const noKey = { spool: new TestSpool(), key: Buffer.alloc(16) };
    expect(refused(() => exporter.withDurable(noKey))).toMatchObject({ code: "CONFIG_INVALID" });
  });
});
