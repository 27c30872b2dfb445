import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { SourceLimit } from "../flow/options.ts";
import type { LaneOptions, StopReason, Verdict } from "../flow/transport.ts";
import type { PgBossClient } from "./client.ts";
import type { Tables, Taken } from "./tables.ts";

export interface LaneContext extends Pick<LaneOptions, "run" | "onTrouble"> {
  readonly boss: PgBossClient;
  readonly tables: Tables;
  readonly queue: string;
  /** Most jobs at a time, in this worker. */
  readonly lanes: number;
  readonly limit: SourceLimit;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly settle: (job: Taken, verdict: Verdict) => Promise<void>;
}

/** How often a worker says of a job that it lives, and asks whether it is still wanted. */
const beatMs = 500;

/** Takes the jobs of one queue, and runs them. */
export class Lane {
  readonly #context: LaneContext;
  readonly #closing = new AbortController();
  readonly #atWork = new Map<Promise<void>, AbortController>();
  readonly #loop: Promise<void>;

  constructor(context: LaneContext) {
    this.#context = context;
    this.#loop = this.#take();
  }

  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    const grace = setTimeout(() => {
      for (const stopping of this.#atWork.values()) stopping.abort("closing" satisfies StopReason);
    }, graceMs);
    await Promise.all(this.#atWork.keys());
    clearTimeout(grace);
  }

  async #take(): Promise<void> {
    const { boss, tables, queue, lanes, limit, leaseMs, onTrouble } = this.#context;
    while (!this.#closing.signal.aborted) {
      const holder = randomUUID();
      try {
        if (this.#atWork.size >= lanes) {
          await Promise.race([...this.#atWork.keys(), this.#pause()]);
          continue;
        }
        const isFree =
          limit.concurrency === undefined || (await tables.takeSlot(queue, limit.concurrency, holder, leaseMs));
        const [job] = isFree ? await boss.fetch<object>(queue, { includeMetadata: true, batchSize: 1 }) : [];
        if (job !== undefined) {
          const stopping = new AbortController();
          const running: Promise<void> = this.#work(job, holder, stopping)
            .catch(onTrouble) // what was not settled is taken again when its lease is over
            .finally(() => this.#atWork.delete(running));
          this.#atWork.set(running, stopping);
          continue;
        }
        if (isFree) await this.#freeSlot(holder);
      } catch (error) {
        onTrouble(error);
      }
      await this.#pause();
    }
  }

  async #work(job: Taken & { readonly data: object }, holder: string, stopping: AbortController): Promise<void> {
    const { tables, queue, run, settle, limit, leaseMs, onTrouble } = this.#context;
    let lastBeat = Date.now();
    const beat = async () => {
      try {
        const state = await tables.touch(job);
        if (state !== "ours") stopping.abort(state satisfies StopReason);
        if (limit.concurrency !== undefined) await tables.holdSlot(queue, holder, leaseMs);
        lastBeat = Date.now();
      } catch (error) {
        onTrouble(error);
        if (Date.now() - lastBeat > leaseMs) stopping.abort("lost" satisfies StopReason);
      }
    };
    const beats = setInterval(beat, beatMs);
    try {
      await this.#awaitTurn(holder, stopping.signal);
      const verdict = await run({ payload: job.data, attempt: job.retryCount + 1, signal: stopping.signal });
      await settle(job, verdict);
    } finally {
      clearInterval(beats);
      await this.#freeSlot(holder);
    }
  }

  /** `perSecond`: whoever takes the one slot of the rate holds it for its part of a second. */
  async #awaitTurn(holder: string, signal: AbortSignal): Promise<void> {
    const { tables, queue, limit } = this.#context;
    if (limit.perSecond === undefined) return;
    const holdMs = 1_000 / limit.perSecond;
    while (!signal.aborted && !(await tables.takeSlot(`${queue}:rate`, 1, holder, holdMs)))
      await delay(holdMs, undefined, { signal }).catch(() => {});
  }

  async #freeSlot(holder: string): Promise<void> {
    const { tables, queue, limit, onTrouble } = this.#context;
    if (limit.concurrency !== undefined) await tables.holdSlot(queue, holder, 0).catch(onTrouble); // else it frees itself
  }

  async #pause(): Promise<void> {
    await delay(this.#context.pollMs, undefined, { signal: this.#closing.signal }).catch(() => {});
  }
}
