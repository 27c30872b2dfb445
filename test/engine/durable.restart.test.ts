import { describe, expect, it } from "vitest";
import { PortmanteauError } from "../../src/index.ts";
import { durableExporterOf, exportedDurably, TestSpool } from "../support/durable.ts";
import { mixed, mixedFacts } from "../support/durable-datasets.ts";
import { Collecting, controlledSource, noteDataset, notes, request } from "../support/notes.ts";

const { id } = request;
const dataset = (more = {}) =>
  noteDataset("a", controlledSource(mixed(25), { count: 25 }).source, { ...mixedFacts, ...more });
const other = noteDataset("b", controlledSource(notes(12)).source);
const older = (spool: TestSpool) => durableExporterOf([dataset(), other], spool);
const newer = (spool: TestSpool) => durableExporterOf([dataset({ title: "Other" }), other], spool);
const first = {
  clock: () => Date.UTC(2026, 0, 31),
  bundleId: `urn:uuid:${"1".repeat(8)}-1111-4111-8111-${"1".repeat(12)}`,
};
const asked = (({ receivedAt: _received, dueAt: _due, ...rest }) => rest)(request);

/** Half collected by the older version. */
async function halfCollected(): Promise<TestSpool> {
  const spool = new TestSpool();
  await older(spool).begin(asked, first);
  await older(spool).collectPart(id, { dataset: "a" });
  return spool;
}

describe("a request of an older configuration", () => {
  it("is begun anew by its id alone: under another id, due when it was due, and without what was collected", async () => {
    const spool = await halfCollected();
    const before = await older(spool).progress(id);
    const chunks = [...spool.objects.keys()];
    const anew = await newer(spool).restart(id);
    expect(anew).toMatchObject({ firstBegunAt: before?.createdAt, dueAt: before?.dueAt });
    expect(anew.bundleId).not.toBe(before?.bundleId);
    expect(await newer(spool).progress(id)).toMatchObject({ parts: [{ state: "waiting" }, { state: "waiting" }] });
    const left = chunks.filter((path) => spool.objects.has(path)).map((path) => path.slice(65));
    expect(chunks.length).toBeGreaterThan(left.length);
    expect(left.sort()).toEqual(["parts/0-checkpoint", "parts/0-receipt", "request"]);
    const { report } = await exportedDurably(newer(spool), { request: asked });
    expect(report).toMatchObject({ bundleId: anew.bundleId, completeness: "complete" });
    expect(await newer(spool).progress(id)).toMatchObject({ dueAt: before?.dueAt });
  });

  it("keeps its due date as well when it is begun anew by whoever has the request", async () => {
    const spool = await halfCollected();
    const before = await older(spool).progress(id);
    const anew = await newer(spool).begin(asked, { onChange: "restart" });
    expect(anew).toMatchObject({ firstBegunAt: before?.createdAt, dueAt: before?.dueAt });
  });

  it("stays as it is when it was begun with this configuration, later than asked for, or was delivered", async () => {
    const spool = await halfCollected();
    const { bundleId, createdAt = "" } = (await older(spool).progress(id)) ?? {};
    expect(await older(spool).restart(id)).toMatchObject({ bundleId });
    expect(await newer(spool).restart(id, { begunBefore: createdAt })).toMatchObject({ bundleId });
    await exportedDurably(older(spool), { request: asked });
    expect(await newer(spool).restart(id)).toMatchObject({ bundleId });
    await expect(newer(new TestSpool()).restart(id)).rejects.toMatchObject({ code: "REQUEST_UNKNOWN" });
  });

  it("is never lost on the way: after a failure at any call to the spool it is there, and is begun anew the next time", async () => {
    for (let at = 0, isOver = false; !isOver; at++) {
      const { objects } = await halfCollected();
      isOver = true;
      const failing = new TestSpool(objects, {
        before(call) {
          if (call !== at) return;
          isOver = false;
          throw new Error("gone");
        },
      });
      await newer(failing)
        .restart(id)
        .catch(() => {});
      const spool = new TestSpool(objects);
      expect(await newer(spool).progress(id), `call ${at}`).toBeDefined();
      await newer(spool).restart(id);
      const { report } = await exportedDurably(newer(spool), { request: asked });
      expect(report.completeness, `call ${at}`).toBe("complete");
    }
  });

  it("says to whoever is at work on it that the step is to be done again: collecting a sealed part, and assembling", async () => {
    const spool = await halfCollected();
    await older(spool).collectPart(id, { dataset: "b" });
    const replacing = (once = true) =>
      new TestSpool(spool.objects, {
        async before(_call, what) {
          if (!once || !/^get .*\/parts\//.test(what) || what.endsWith("receipt")) return;
          once = false;
          await newer(new TestSpool(spool.objects)).restart(id);
        },
      });
    const copy = new Map(spool.objects);
    const again = { code: "REQUEST_UNKNOWN", retryable: true };
    await expect(older(replacing()).collectPart(id, { dataset: "a" })).rejects.toMatchObject(again);
    spool.objects.clear();
    for (const [path, bytes] of copy) spool.objects.set(path, bytes);
    const to = new Collecting();
    const error = await older(replacing())
      .assemble(id, { to })
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(PortmanteauError.is(error) && error).toMatchObject(again);
    expect(await newer(spool).progress(id)).toMatchObject({ delivered: null });
  });
});
