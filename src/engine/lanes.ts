import type { OpenSnapshot, Snapshot } from "../model/source.ts";
import { type Collected, type CollectOptions, collectDataset } from "./collect.ts";
import type { CompiledConfig } from "./config.ts";
import type { CollectedDataset } from "./plan.ts";
import { abortedError } from "./read-pages.ts";

/**
 * Collects datasets in parallel, in plan order, never more than twice as many ahead as there are lanes: a slow destination keeps the
 * next sources waiting.
 */
export class Lanes {
  readonly #collected: readonly CollectedDataset[];
  readonly #config: CompiledConfig;
  readonly #options: Omit<CollectOptions, "snapshot">;
  readonly #snapshots: ReadonlyMap<Snapshot, OpenSnapshot>;
  readonly #results: {
    promise: Promise<Collected>;
    resolve: (result: Collected) => void;
    reject: (error: unknown) => void;
  }[];
  #next = 0;
  #released = 0;
  #wake: (() => void)[] = [];

  constructor(
    collected: readonly CollectedDataset[],
    config: CompiledConfig,
    options: Omit<CollectOptions, "snapshot">,
    snapshots: ReadonlyMap<Snapshot, OpenSnapshot>,
  ) {
    this.#collected = collected;
    this.#config = config;
    this.#options = options;
    this.#snapshots = snapshots;
    this.#results = collected.map(() => {
      let resolve: (result: Collected) => void = () => {};
      let reject: (error: unknown) => void = () => {};
      const promise = new Promise<Collected>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      promise.catch(() => {}); // the assembler may have stopped before it asks
      return { promise, resolve, reject };
    });
    this.#options.signal.addEventListener("abort", () => this.#wakeAll(), { once: true });
  }

  /** Runs until every dataset is collected or the export stops. */
  async run(fail: (error: unknown) => void): Promise<void> {
    await Promise.all(
      Array.from({ length: Math.min(this.#config.lanes, this.#collected.length) }, () => this.#lane(fail)),
    );
    if (!this.#options.signal.aborted) return;
    for (const { reject } of this.#results) reject(abortedError()); // those that were never begun; a settled one stays as it is
  }

  async result(index: number): Promise<Collected> {
    return (this.#results[index] as { promise: Promise<Collected> }).promise;
  }

  /** The part is in the zip: its data streams are not needed any more. A quarantine is, until the end. */
  async release(index: number): Promise<void> {
    const { part } = await this.result(index);
    await part?.json.spooled.discard();
    await part?.csv.spooled.discard();
    this.keep();
  }

  /** The next part waits with its data streams for what comes later; the lanes may read on. */
  keep(): void {
    this.#released++;
    this.#wakeAll();
  }

  async #lane(fail: (error: unknown) => void): Promise<void> {
    const { signal } = this.#options;
    for (let index = this.#next++; index < this.#collected.length; index = this.#next++) {
      while (index >= this.#released + 2 * this.#config.lanes && !signal.aborted)
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      if (signal.aborted) return;
      const planned = this.#collected[index] as CollectedDataset;
      const { source } = planned.dataset;
      const snapshot = source.snapshot === undefined ? undefined : this.#snapshots.get(source.snapshot)?.token;
      try {
        this.#results[index]?.resolve(await collectDataset(planned, this.#config, { ...this.#options, snapshot }));
      } catch (error) {
        fail(error);
        this.#results[index]?.reject(error);
        return;
      }
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
