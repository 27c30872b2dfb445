import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ExportQueueOptions } from "../../src/queues/flow/options.ts";
import type { ExportQueue } from "../../src/queues/flow/queue.ts";
import { emptyFolder } from "../support/exporting.ts";
import { program } from "../support/program.ts";
import { type Shared, sharedSteps } from "./shared-steps.ts";
import { startWorker, type Worker } from "./start-worker.ts";
import type { Place } from "./suite.ts";
import type { WorkerTask } from "./worker.ts";

/** A real server that processes reach. */
export interface ProcessServer {
  readonly kind: WorkerTask["kind"];
  readonly connection: object;
  queue<A>(options: ExportQueueOptions<A> & { readonly name: string }): ExportQueue<A>;
  /** Takes the server down, and up again with what it had. */
  restart(): Promise<void>;
  drop(): Promise<void>;
}

/** What every queue must do over workers that are processes, and die. */
export function processSuite(
  title: string,
  { notRun, required = false }: Place,
  open: () => Promise<ProcessServer>,
): void {
  it.runIf(required)(`${title}: is there`, () => {
    expect.fail(notRun);
  });
  describe.skipIf(notRun !== undefined)(title, () => {
    let server: ProcessServer;
    const closing: (() => unknown)[] = [];
    beforeAll(async () => {
      server = await open();
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });
    afterAll(() => server?.drop());

    function shared(more: Partial<Shared>, options: Partial<ExportQueueOptions<unknown>> = {}) {
      const all: Shared = {
        folder: emptyFolder(),
        datasets: { notes: { source: "postgres", partitions: 1 } },
        pages: 10,
        pageMs: 50,
        ...more,
      };
      const { exporter, lines } = sharedSteps(all);
      const settings = { name: `p${randomUUID().slice(0, 8)}`, leaseMs: 1_000, backoffMs: 1, ...options };
      const queue = server.queue({ ...settings, exporter });
      closing.push(() => queue.close());
      const worker = async (concurrency = 4): Promise<Worker> => {
        const { kind, connection } = server;
        const task: WorkerTask = { kind, connection, shared: all, options: settings, concurrency };
        const started = await startWorker(task, program("test/queues/worker.ts"));
        closing.push(() => started.kill());
        return started;
      };
      return { queue, worker, lines };
    }
    const submit = async (queue: ExportQueue<{ readonly to: string }>) => {
      const id = randomUUID();
      await queue.submit({ id, type: "access", subject: { id: "u1" } });
      return id;
    };
    const until = async (queue: ExportQueue<{ readonly to: string }>, id: string, state: string) => {
      for (;;) {
        const progress = await queue.progress(id).catch(() => undefined); // the server may be down
        if (progress?.state === state) return progress;
        await delay(50);
      }
    };
    /** `pid part page` → the pages of each part, as they were read, and by whom. */
    const read = (lines: readonly string[]) => lines.map((line) => line.split(" ") as [string, string, string]);

    it("goes on with the part of a worker that was killed, where that was, and delivers once", async () => {
      const { queue, worker, lines } = shared({});
      const id = await submit(queue);
      const first = await worker();
      while ((await lines("pages")).length < 4) await delay(10);
      await first.kill();
      await worker();
      await until(queue, id, "delivered");
      const pages = read(await lines("pages"));
      expect(pages.map(([, , page]) => Number(page))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(new Set(pages.map(([pid]) => pid)).size).toBe(2);
      expect(await lines("bundles")).toEqual([id]);
    });

    it("gives up what kills every worker, and saying so", async () => {
      const { queue, worker } = shared(
        { datasets: { poison: { source: "files", partitions: 1 } }, poisonPage: 2 },
        { attempts: 2 },
      );
      const id = await submit(queue);
      let isOver = false;
      const replacing = (async () => {
        while (!isOver) await (await worker()).ended; // as a supervisor does
      })();
      await until(queue, id, "failed");
      isOver = true;
      expect(await queue.deadLetters()).toMatchObject([
        { requestId: id, dataset: "poison", partition: 0, code: "JOB_ABANDONED", attempts: 2 },
      ]);
      for (const close of closing.splice(1)) await close();
      await replacing;
    });

    it("spreads the partitions of one dataset over workers, and holds a limit over them", async () => {
      const { queue, worker, lines } = shared(
        {
          datasets: { logs: { source: "files", partitions: 8 }, notes: { source: "postgres", partitions: 2 } },
          pages: 5,
        },
        { limits: { files: { concurrency: 3 } } },
      );
      await Promise.all([worker(2), worker(2)]);
      const id = await submit(queue);
      await until(queue, id, "delivered");
      const most = Math.max(...(await lines("most.logs")).map(Number));
      expect(most).toBe(3);
      const workers = new Set(
        read(await lines("pages")).flatMap(([pid, part]) => (part.includes("logs") ? [pid] : [])),
      );
      expect(workers.size).toBe(2);
      expect(await lines("bundles")).toEqual([id]);
    });

    it("stops what another process reads when the request is cancelled", async () => {
      const { queue, worker, lines } = shared({ pages: 1_000 });
      const id = await submit(queue);
      const { events } = await worker();
      while ((await lines("pages")).length < 2) await delay(10);
      await queue.cancel(id);
      const { length } = await lines("pages");
      await delay(300);
      expect(await lines("pages")).toHaveLength(length);
      expect(events.map(({ type }) => type)).toContain("jobCancelled");
      expect(await queue.progress(id)).toMatchObject({ state: "cancelled" });
    });

    it("closes at SIGTERM: the part is given back, and the next worker goes on at once", async () => {
      const { queue, worker, lines } = shared({ pages: 30 });
      const id = await submit(queue);
      const first = await worker();
      while ((await lines("pages")).length < 3) await delay(10);
      await first.end();
      expect(first.events.map(({ type }) => type)).toContain("jobGivenBack");
      await worker();
      await until(queue, id, "delivered");
      expect(read(await lines("pages")).map(([, , page]) => Number(page))).toEqual(
        Array.from({ length: 30 }, (_, page) => page),
      );
    });

    it("finishes what it was at when the server goes down and comes back", async () => {
      const { queue, worker, lines } = shared({ datasets: { logs: { source: "files", partitions: 6 } }, pages: 15 });
      const id = await submit(queue);
      await Promise.all([worker(), worker()]);
      while ((await lines("pages")).length < 10) await delay(10);
      await server.restart();
      await until(queue, id, "delivered");
      expect(new Set(read(await lines("pages")).map(([, part, page]) => `${part} ${page}`)).size).toBe(90);
      expect(new Set(await lines("bundles"))).toEqual(new Set([id]));
    });
  });
}
