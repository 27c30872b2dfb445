import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { AssembleOptions, Dataset, ExportEvent, ExportRequest } from "../../src/index.ts";
import type { ExportQueue, WorkOptions } from "../../src/queues/flow/queue.ts";
import type { QueueEvent } from "../../src/queues/flow/run.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import {
  Collecting,
  type ControlledOptions,
  controlledSource,
  entriesOf,
  jsonAt,
  noteDataset,
  notes,
} from "../support/notes.ts";
import type { QueueServer } from "./suite.ts";

type Queue = ExportQueue<AssembleOptions>;

/** What becomes of open requests when the service is deployed with another configuration. */
export function deploymentRules(server: () => QueueServer, closing: (() => Promise<void>)[]): void {
  describe("a deployment", () => {
    const source = (name: string, before?: ControlledOptions["before"]) => ({
      ...controlledSource(notes(25), { count: 25, ...(before && { before }) }).source,
      name,
    });
    const hanging: ControlledOptions["before"] = (_page, { signal }) => delay(60_000, undefined, { signal });

    function service() {
      const [spool, name] = [new TestSpool(), `q${randomUUID().slice(0, 8)}`];
      const bundles: Collecting[] = [];
      const events: (ExportEvent | QueueEvent)[] = [];
      const version = (datasets: readonly Dataset[]) => {
        const exporter = durableExporterOf(datasets, spool);
        const queue = server().queue({ exporter, name, backoffMs: 20, leaseMs: 10_000, attempts: 12 });
        closing.push(() => queue.close());
        return { exporter, queue };
      };
      const work = async (queue: Queue, more: Partial<WorkOptions<AssembleOptions>> = {}) => {
        const deliver = () => {
          const to = new Collecting();
          bundles.push(to);
          return { to };
        };
        const worker = await queue.work({ deliver, onEvent: (event) => events.push(event), ...more });
        closing.push(() => worker.close({ graceMs: 0 }));
        return worker;
      };
      const asked: ExportRequest = { id: randomUUID(), type: "access", subject: { id: "u1" } };
      /** What was delivered; one that was broken off, or never begun, is not. */
      const delivered = () => bundles.filter(({ ended }) => ended);
      return { version, work, delivered, events, asked };
    }
    const until = async (queue: Queue, id: string, state: string) => {
      for (;;) {
        const progress = await queue.progress(id);
        if (progress?.state === state) return progress;
        await delay(30);
      }
    };
    const sealed = async (queue: Queue, id: string, dataset: string) => {
      for (let parts: readonly { dataset: string; state: string }[] = []; ; await delay(30)) {
        parts = (await queue.progress(id))?.parts ?? [];
        if (parts.some((part) => part.dataset === dataset && part.state === "sealed")) return;
      }
    };
    const namesIn = (bundle: Collecting | undefined) =>
      (jsonAt(entriesOf(bundle?.bytes as Buffer), "manifest.json").datasets as { name: string; title: string }[]).map(
        ({ name, title }) => `${name}: ${title}`,
      );
    const older = () => [
      noteDataset("a", source("one")),
      noteDataset("b", source("two", hanging)),
      noteDataset("c", source("gone", hanging)),
    ];
    const newer = () => [
      noteDataset("a", source("one"), { title: "A anew" }),
      noteDataset("b", source("two")),
      noteDataset("d", source("come")),
    ];

    it("finishes with the new configuration what was half collected: parts that changed, went and came", async () => {
      const { version, work, delivered, asked } = service();
      const [before, after] = [version(older()), version(newer())];
      const { dueAt } = await before.queue.submit(asked);
      const worker = await work(before.queue);
      await sealed(before.queue, asked.id, "a");
      await worker.close({ graceMs: 0 });
      await work(after.queue, { onChange: "restart" });
      const { parts, ...rest } = await until(after.queue, asked.id, "delivered");
      expect(rest).toMatchObject({ dueAt, delivered: { completeness: "complete" } });
      expect(parts.map(({ dataset }) => dataset)).toEqual(["a", "b", "d"]);
      expect(delivered().map(namesIn)).toEqual([["a: A anew", "b: Notes b", "d: Notes d"]]);
      expect(await after.queue.deadLetters()).toEqual([]);
    });

    it("leaves dead letters that name what differs, when nothing else is asked for; submitted with `restart` it is begun anew", async () => {
      const { version, work, delivered, asked } = service();
      const [before, after] = [version(older()), version(newer())];
      await before.queue.submit(asked);
      await work(after.queue);
      await until(after.queue, asked.id, "failed");
      for (let letters = 0; letters < 2; await delay(30)) letters = (await after.queue.deadLetters()).length;
      for (const { code, message } of await after.queue.deadLetters()) {
        expect(code).toBe("RESUME_REFUSED");
        expect(message).toContain("/datasets/a/title");
      }
      await expect(after.queue.submit(asked)).rejects.toMatchObject({ code: "RESUME_REFUSED" });
      await after.queue.submit(asked, { onChange: "restart" });
      await until(after.queue, asked.id, "delivered");
      expect(delivered().map(namesIn)).toEqual([["a: A anew", "b: Notes b", "d: Notes d"]]);
      expect(await after.queue.deadLetters()).toEqual([]);
    });

    it("with both versions at work begins a request anew once, and one that was assembled by then as well", async () => {
      const { version, work, delivered, events, asked } = service();
      const full = () => {
        throw new Error("the destination is full");
      };
      const [before, after] = [version([noteDataset("a", source("one"))]), version(newer())];
      await before.queue.submit(asked);
      await work(before.queue, { onChange: "restart", deliver: full });
      await sealed(before.queue, asked.id, "a");
      await work(after.queue, { onChange: "restart" });
      await until(after.queue, asked.id, "delivered");
      expect(events.filter(({ type }) => type === "begun")).toHaveLength(1);
      expect(delivered().map(namesIn)).toEqual([["a: A anew", "b: Notes b", "d: Notes d"]]);
      await work(before.queue, { onChange: "restart" }); // later, but there is nothing to be done any more
      await delay(300);
      expect(await after.queue.progress(asked.id)).toMatchObject({ state: "delivered" });
      expect(delivered()).toHaveLength(1);
    }, 180_000);

    it("puts in again what whoever began it anew could not: they died in between", async () => {
      const { version, work, delivered, asked } = service();
      const [before, after] = [version(older()), version(newer())];
      await before.queue.submit(asked);
      const worker = await work(before.queue);
      await sealed(before.queue, asked.id, "a");
      await worker.close({ graceMs: 0 });
      await after.exporter.restart(asked.id);
      await work(after.queue, { onChange: "restart" });
      await until(after.queue, asked.id, "delivered");
      expect(delivered()).toHaveLength(1);
    }, 180_000);
  });
}
