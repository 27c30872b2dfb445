import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ExportEvent, PortmanteauError } from "../../src/index.ts";
import type { ExportRequest } from "../../src/model/request.ts";
import type { ExportQueueOptions } from "../../src/queues/flow/options.ts";
import type { ExportQueue, ExportWorker, WorkOptions } from "../../src/queues/flow/queue.ts";
import type { QueueEvent } from "../../src/queues/flow/run.ts";
import { deploymentRules } from "./deployment.ts";
import { type Given, type Script, scriptedSteps } from "./steps.ts";

/** A real server, for one test file. */
export interface QueueServer {
  /** A queue on the same server; those of one name meet. */
  queue<A>(options: ExportQueueOptions<A> & { readonly name: string }): ExportQueue<A>;
  /** Puts a payload into the queue of a source as a stranger would. */
  put(name: string, source: string, payload: object): Promise<void>;
  /** Everything that the server keeps, as text; without its own log of late events when that is left out. */
  dump(options?: { readonly log: boolean }): Promise<string>;
  drop(): Promise<void>;
}

/** Whether the server can be had here. */
export interface Place {
  readonly notRun?: string;
  /** Whether not running is a failure. */
  readonly required?: boolean;
}

type Event = ExportEvent | QueueEvent;

/** What every queue must do, over steps that do as the test says. */
export function queueSuite(title: string, { notRun, required = false }: Place, open: () => Promise<QueueServer>): void {
  it.runIf(required)(`${title}: is there`, () => {
    expect.fail(notRun);
  });
  describe.skipIf(notRun !== undefined)(title, () => {
    let server: QueueServer;
    const closing: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await open();
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });
    afterAll(() => server?.drop());

    function open_(script: Script = {}, options: Partial<ExportQueueOptions<Given>> = {}) {
      const steps = scriptedSteps(script);
      const name = `q${randomUUID().slice(0, 8)}`;
      const another = () => {
        const queue = server.queue({ exporter: steps.exporter, name, backoffMs: 1, leaseMs: 1_000, ...options });
        closing.push(() => queue.close());
        return queue;
      };
      const events: Event[] = [];
      const work = async (queue: ExportQueue<Given>, more: Partial<WorkOptions<Given>> = {}): Promise<ExportWorker> => {
        const worker = await queue.work({
          deliver: ({ requestId }) => ({ to: requestId }),
          onEvent: (event) => events.push(event),
          ...more,
        });
        closing.push(() => worker.close({ graceMs: 0 }));
        return worker;
      };
      return { ...steps, name, queue: another(), another, work, events };
    }
    const request = (more: Partial<ExportRequest> = {}): ExportRequest => ({
      id: randomUUID(),
      type: "access",
      subject: { id: "u1" },
      ...more,
    });
    const until = async (queue: ExportQueue<Given>, id: string, state: string) => {
      for (;;) {
        const progress = await queue.progress(id);
        if (progress?.state === state) return progress;
        await delay(30);
      }
    };

    it("collects every part, then assembles, and delivers once", async () => {
      const order: string[] = [];
      const { queue, work, deliveriesOf, events, name } = open_({
        datasets: { notes: { source: "postgres" }, logs: { source: "map(files)", partitions: 3 } },
        collect: ({ dataset, partition = "" }) => order.push(`${dataset}${partition}`),
        assemble: () => order.push("bundle"),
      });
      const asked = request();
      expect(await queue.submit(asked)).toMatchObject({ requestId: asked.id, state: "queued" });
      await work(queue);
      const { parts, delivered } = await until(queue, asked.id, "delivered");
      expect(delivered).toMatchObject({ completeness: "complete" });
      expect(parts.map(({ state }) => state)).toEqual(["sealed", "sealed", "sealed", "sealed"]);
      expect(order.slice(0, 4).sort()).toEqual(["logs0", "logs1", "logs2", "notes"]);
      expect(order.slice(4)).toEqual(["bundle"]);
      expect(deliveriesOf(asked.id)).toEqual([asked.id]);
      const done = events.flatMap((event) => (event.type === "jobDone" ? [event.step] : []));
      expect(done.filter((step) => step === "collect")).toHaveLength(4);
      expect(name).toBeDefined();
    });

    it("leaves a request that is there as it is: submitted twice, at the same moment, and after it was delivered", async () => {
      const { queue, another, work, attemptsAt, deliveriesOf } = open_();
      const asked = request();
      await Promise.all([queue.submit(asked), another().submit(asked)]);
      await work(queue);
      await until(queue, asked.id, "delivered");
      expect(await queue.submit(asked)).toMatchObject({ state: "delivered" });
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(1);
      expect(deliveriesOf(asked.id)).toHaveLength(1);
    });

    it("delivers what has no parts", async () => {
      const { queue, work, deliveriesOf } = open_({ datasets: {} });
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "delivered");
      expect(deliveriesOf(asked.id)).toHaveLength(1);
    });

    it("tries again after an error that may pass, in collecting and in assembling", async () => {
      const passing = () => new PortmanteauError("SOURCE_UNAVAILABLE", "It is down.", { retryable: true });
      const { queue, work, attemptsAt, deliveriesOf, events } = open_({
        collect: (_part, attempt) => {
          if (attempt < 3) throw passing();
        },
        assemble: (_id, attempt) => {
          if (attempt < 2) throw passing();
        },
      });
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "delivered");
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(3);
      expect(deliveriesOf(asked.id)).toHaveLength(1);
      const retried = events.flatMap((event) => (event.type === "jobRetried" ? [event] : []));
      expect(retried.map(({ step, attempts, code }) => [step, attempts, code])).toEqual([
        ["collect", 1, "SOURCE_UNAVAILABLE"],
        ["collect", 2, "SOURCE_UNAVAILABLE"],
        ["assemble", 1, "SOURCE_UNAVAILABLE"],
      ]);
    });

    it("gives up at once what no other try mends, as a letter that a person can read; retried, it goes on", async () => {
      let isBroken = true;
      const { queue, work, attemptsAt, deliveriesOf, events } = open_({
        datasets: { notes: { source: "postgres" }, logs: { source: "files", partitions: 2 } },
        collect: ({ partition }) => {
          if (isBroken && partition === 1) throw new PortmanteauError("SOURCE_FAILED", "The query names no table.");
        },
      });
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      const { parts } = await until(queue, asked.id, "failed");
      expect(parts[2]).toMatchObject({ dataset: "logs", partition: 1, job: "failed", state: "waiting" });
      const letters = await queue.deadLetters();
      expect(letters).toEqual([
        {
          requestId: asked.id,
          step: "collect",
          dataset: "logs",
          partition: 1,
          code: "SOURCE_FAILED",
          message: "The query names no table.",
          attempts: 1,
          at: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ]);
      expect(events).toContainEqual(expect.objectContaining({ type: "jobFailed", code: "SOURCE_FAILED" }));
      expect(attemptsAt(asked.id, { dataset: "logs", partition: 1 })).toBe(1);
      expect(await queue.submit(asked)).toMatchObject({ state: "failed" });

      isBroken = false;
      expect(await queue.retry(asked.id)).toBe(1);
      await until(queue, asked.id, "delivered");
      expect(await queue.deadLetters()).toEqual([]);
      expect(deliveriesOf(asked.id)).toHaveLength(1);
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(1);
      expect(await queue.retry(asked.id)).toBe(0);
    });

    it("gives up when the attempts are spent; retried, it has all of them again", async () => {
      const { queue, work, attemptsAt, deliveriesOf } = open_(
        {
          assemble: (_id, attempt) => {
            if (attempt < 6) throw new PortmanteauError("DELIVERY_FAILED", "No space.", { retryable: true });
          },
        },
        { attempts: 3 },
      );
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "failed");
      expect(await queue.deadLetters()).toMatchObject([
        { requestId: asked.id, step: "assemble", dataset: null, partition: null, code: "DELIVERY_FAILED", attempts: 3 },
      ]);
      expect(await queue.retry(asked.id)).toBe(1);
      await until(queue, asked.id, "delivered");
      expect(deliveriesOf(asked.id)).toHaveLength(1);
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(1);
    });

    it("says `final` in the last attempt when what there is shall be delivered, and at once for what no try mends", async () => {
      const finals: boolean[] = [];
      const { queue, work, sealedFinally } = open_(
        {
          datasets: { notes: { source: "postgres" }, logs: { source: "files" } },
          collect: ({ dataset }, _attempt, { final }) => {
            if (dataset === "notes") finals.push(final === true);
            const retryable = dataset === "notes";
            throw new PortmanteauError("SOURCE_FAILED", "It is down.", { retryable });
          },
        },
        { attempts: 2, onFailure: "deliver-partial" },
      );
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "delivered");
      expect(finals).toEqual([false, true]);
      expect(sealedFinally(asked.id, { dataset: "logs" })).toBe(true);
      expect(await queue.deadLetters()).toEqual([]);
    });

    it("puts nothing of a person into the queue, and nothing of what foreign errors say", async () => {
      const secrets = ["u-7788-subject", "ada@example.org", "what the record said", "s3cret-password"];
      const [id = "", email = "", value, password] = secrets;
      const { queue, work, name } = open_(
        {
          datasets: { notes: { source: "postgres" }, logs: { source: "files" } },
          collect: ({ dataset }) => {
            if (dataset === "logs")
              throw new PortmanteauError("SOURCE_FAILED", "It failed.", { cause: new Error(value) });
            throw Object.assign(new Error(`duplicate key (${id}) = ${value}`), { code: "23505", detail: password });
          },
        },
        { attempts: 2 },
      );
      const asked = request({ subject: { id, identities: [{ identity_type: "email", identity_value: email }] } });
      await queue.submit(asked);
      const queued = await server.dump();
      await work(queue);
      await until(queue, asked.id, "failed");
      for (let letters = 0; letters < 2; await delay(30)) letters = (await queue.deadLetters()).length;
      const failed = await server.dump();
      expect(queued).toContain(asked.id);
      expect(failed).toContain("JOB_FAILED");
      expect(failed).toContain(name);
      for (const secret of secrets) expect(queued + failed).not.toContain(secret);
      expect((await queue.deadLetters()).find(({ dataset }) => dataset === "notes")).toMatchObject({
        code: "JOB_FAILED",
        message: "A step threw an error that is none of this package's (Error 23505).",
      });
    });

    it("gives up a job that it does not know, and one of a later version, saying so", async () => {
      const { queue, work, name, deliveriesOf } = open_();
      await queue.deadLetters();
      await server.put(name, "postgres", { hello: "world" });
      await server.put(name, "postgres", { version: 2, step: "collect", requestId: randomUUID(), dataset: "notes" });
      await server.put(name, "postgres", { version: 1, step: "collect", requestId: randomUUID(), dataset: "notes" });
      const asked = request();
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "delivered"); // they are in nobody's way
      expect(deliveriesOf(asked.id)).toHaveLength(1);
      for (let letters = 0; letters < 3; await delay(30)) letters = (await queue.deadLetters()).length;
      const letters = await queue.deadLetters();
      expect(letters.map(({ code }) => code).sort()).toEqual(["JOB_INVALID", "JOB_INVALID", "REQUEST_UNKNOWN"]);
      const said = letters.map(({ message }) => message).join("\n");
      expect(said).toContain("The job is none that this queue puts in");
      expect(said).toContain("is of version 2, and this worker reads version 1");
    });

    it("takes the request that is due first", async () => {
      const order: string[] = [];
      const { queue, work } = open_({ collect: ({ requestId }) => order.push(requestId) });
      const dueDays = ["2026-05-01", "2026-03-01", "2026-04-01", "2026-02-01"];
      const requests = dueDays.map((day) => request({ dueAt: `${day}T00:00:00.000Z` }));
      for (const asked of requests) await queue.submit(asked);
      await work(queue, { concurrency: 1 });
      for (const { id } of requests) await until(queue, id, "delivered");
      expect(order).toEqual([3, 1, 2, 0].map((index) => requests[index]?.id));
    });

    it("cancels: what waits is taken out, what is at work elsewhere is stopped; submitted again, it goes on", async () => {
      let isHanging = true;
      const stopped: unknown[] = [];
      const { queue, another, work, attemptsAt, deliveriesOf, events } = open_({
        datasets: { notes: { source: "postgres" }, logs: { source: "files", partitions: 3 } },
        collect: async ({ dataset }, _attempt, { signal }) => {
          if (dataset === "logs" && isHanging)
            await delay(60_000, undefined, { signal }).catch((error: unknown) => {
              stopped.push(signal?.reason);
              throw error;
            });
        },
      });
      const asked = request();
      await queue.submit(asked);
      await work(another(), { concurrency: 1 });
      const begun = () => [0, 1, 2].filter((partition) => attemptsAt(asked.id, { dataset: "logs", partition }) > 0);
      while (begun().length === 0 || attemptsAt(asked.id, { dataset: "notes" }) === 0) await delay(30);
      expect(await queue.progress(asked.id)).toMatchObject({ state: "collecting" });
      await queue.cancel(asked.id);
      expect(stopped).toEqual(["cancelled"]);
      expect(events).toContainEqual(expect.objectContaining({ type: "jobCancelled", dataset: "logs" }));
      expect(await queue.progress(asked.id)).toMatchObject({ state: "cancelled" });
      expect(begun()).toHaveLength(1);
      expect(await queue.deadLetters()).toEqual([]);
      expect(await queue.retry(asked.id)).toBe(0);
      await queue.cancel(asked.id); // again

      isHanging = false;
      await queue.submit(asked);
      await until(queue, asked.id, "delivered");
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(1);
      expect(deliveriesOf(asked.id)).toHaveLength(1);
      await queue.cancel(asked.id); // too late: it is delivered
      expect(await queue.progress(asked.id)).toMatchObject({ state: "delivered" });
    });

    it("purges a request wherever it is: nothing of it is left, in the queue or in the journal", async () => {
      const { queue, work, isKept } = open_({
        datasets: { notes: { source: "postgres" }, logs: { source: "files" } },
        collect: async ({ dataset }, _attempt, { signal }) => {
          if (dataset === "logs") throw new PortmanteauError("SOURCE_FAILED", "It is broken.");
          await delay(60_000, undefined, { signal });
        },
      });
      const [failing, waiting] = [request(), request()];
      await queue.submit(failing);
      await work(queue);
      await until(queue, failing.id, "failed");
      await queue.submit(waiting);
      for (const { id } of [failing, waiting]) {
        await queue.purge(id);
        expect(isKept(id)).toBe(false);
        expect(await queue.progress(id)).toBeUndefined();
        const left = await server.dump({ log: false });
        expect(
          left.includes(id),
          left.split("\n").find((line) => line.includes(id)),
        ).toBe(false);
        await queue.purge(id); // again
      }
    });

    it("closes: what is at work is given back at a checkpoint, and another worker goes on; that is no attempt", async () => {
      const { queue, another, work, attemptsAt, deliveriesOf, events } = open_(
        {
          collect: async (_part, attempt, { signal }) => {
            if (attempt <= 3) await delay(60_000, undefined, { signal });
          },
        },
        { attempts: 1 },
      );
      const asked = request();
      await queue.submit(asked);
      for (const attempt of [1, 2, 3]) {
        const stopping = new AbortController();
        const worker = await work(another(), attempt === 1 ? { signal: stopping.signal } : {});
        while (attemptsAt(asked.id, { dataset: "notes" }) < attempt) await delay(30);
        if (attempt === 1) stopping.abort();
        await worker.close({ graceMs: 10 });
      }
      expect(events.filter(({ type }) => type === "jobGivenBack")).toHaveLength(3);
      await work(queue);
      await until(queue, asked.id, "delivered");
      expect(attemptsAt(asked.id, { dataset: "notes" })).toBe(4);
      expect(deliveriesOf(asked.id)).toHaveLength(1);
    });

    it("closes: what ends within the grace is done, and nothing more is taken", async () => {
      const { queue, another, work, attemptsAt, events } = open_({
        datasets: { logs: { source: "files", partitions: 2 } },
        collect: () => delay(300),
      });
      const asked = request();
      await queue.submit(asked);
      const worker = await work(another(), { concurrency: 1 });
      while (
        attemptsAt(asked.id, { dataset: "logs", partition: 0 }) +
          attemptsAt(asked.id, { dataset: "logs", partition: 1 }) ===
        0
      )
        await delay(30);
      await worker.close();
      expect(events.map(({ type }) => type)).toEqual(["jobDone"]);
      await work(queue);
      await until(queue, asked.id, "delivered");
    });

    it("holds a source's limit over all workers, and keeps sources apart", async () => {
      let [now, most, other] = [0, 0, 0];
      const { queue, another, work } = open_(
        {
          datasets: { logs: { source: "files", partitions: 12 }, notes: { source: "postgres", partitions: 6 } },
          collect: async ({ dataset }) => {
            if (dataset === "notes") {
              other++;
              return;
            }
            most = Math.max(most, ++now);
            await delay(60);
            now--;
          },
        },
        { limits: { files: { concurrency: 2 } } },
      );
      const asked = request();
      await queue.submit(asked);
      await Promise.all([work(queue), work(another()), work(another())]);
      await until(queue, asked.id, "delivered");
      expect(most).toBe(2);
      expect(other).toBe(6);
    });

    it("begins no more parts of a source in a second than its limit says, over all workers", async () => {
      const begun: number[] = [];
      const { queue, another, work } = open_(
        {
          datasets: { logs: { source: "files", partitions: 9 } },
          collect: () => begun.push(Date.now()),
        },
        { limits: { files: { perSecond: 4 } } },
      );
      const asked = request();
      await queue.submit(asked);
      await Promise.all([work(queue), work(another())]);
      await until(queue, asked.id, "delivered");
      // Nine parts at four a second are three windows at least, so two whole ones lie between the first and the last.
      expect((begun.at(-1) ?? 0) - (begun[0] ?? 0)).toBeGreaterThan(1_000);
    });

    it("works on when an observer throws, and when `deliver` does for a while", async () => {
      let asked_ = 0;
      const { queue, work, deliveriesOf } = open_();
      const asked = request();
      await queue.submit(asked);
      await work(queue, {
        deliver: ({ requestId, requestType }) => {
          if (asked_++ < 2) throw new Error("the address book is down");
          return { to: `${requestType}/${requestId}` };
        },
        onEvent: () => {
          throw new Error("an observer");
        },
      });
      await until(queue, asked.id, "delivered");
      expect(deliveriesOf(asked.id)).toEqual([`access/${asked.id}`]);
    });

    it("says of a request that is not there that it is unknown, and of one that is in no queue that it must be submitted", async () => {
      const { queue, exporter, work } = open_();
      const asked = request();
      expect(await queue.progress(asked.id)).toBeUndefined();
      await expect(queue.cancel(asked.id)).rejects.toMatchObject({ code: "REQUEST_UNKNOWN" });
      await expect(queue.retry(asked.id)).rejects.toMatchObject({ code: "REQUEST_UNKNOWN" });
      await exporter.begin(asked);
      expect(await queue.progress(asked.id)).toMatchObject({ state: "unqueued" });
      await queue.submit(asked);
      await work(queue);
      await until(queue, asked.id, "delivered");
    });

    it("refuses options that cannot be", () => {
      const { exporter } = scriptedSteps();
      const bad: Partial<ExportQueueOptions<Given>>[] = [
        { name: "a:b" },
        { attempts: 0 },
        { backoffMs: 0.5 },
        { leaseMs: 10 },
        { limits: { mysql: { concurrency: 1 } } },
        { limits: { postgres: { concurrency: 0 } } },
        { limits: { postgres: { perSecond: 1.5 } } },
      ];
      for (const options of bad)
        expect(() => server.queue({ exporter, name: "q", ...options }), JSON.stringify(options)).toThrow(
          expect.objectContaining({ code: "CONFIG_INVALID" }),
        );
    });

    deploymentRules(() => server, closing);
  });
}
