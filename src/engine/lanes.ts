import type { CollectOptions } from "./collect.ts";
import { collectDataset } from "./collect-dataset.ts";
import type { Collected } from "./conclude-dataset.ts";
import type { CompiledConfig } from "./config.ts";
import type { CollectedDataset } from "./plan.ts";
import { abortedError } from "./read-pages.ts";
import { Slots } from "./slots.ts";
import type { Snapshots } from "./snapshots.ts";

/**
 * Collects datasets in parallel, and the partitions of each, in plan order, never more than twice as many ahead as there are lanes: a slow
 * destination keeps the next sources waiting.
 */
export class Lanes {
  readonly #collected: readonly CollectedDataset[];
  readonly #config: CompiledConfig;
  readonly #options: CollectOptions;
  readonly #snapshots: Snapshots;
  readonly #results: {
    promise: Promise<Collected>;
    resolve: (result: Collected) => void;
    reject: (error: unknown) => void;
  }[];
  readonly #slots: Slots;
  #released = 0;
  #wake: (() => void)[] = [];

  constructor(
    collected: readonly CollectedDataset[],
    config: CompiledConfig,
    options: CollectOptions,
    snapshots: Snapshots,
  ) {
    this.#collected = collected;
    this.#config = config;
    this.#options = options;
    this.#snapshots = snapshots;
    this.#slots = new Slots(config.lanes);
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
    await Promise.all(this.#collected.map((planned, index) => this.#collect(planned, index, fail)));
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

  async #collect(planned: CollectedDataset, index: number, fail: (error: unknown) => void): Promise<void> {
    const { signal } = this.#options;
    while (index >= this.#released + 2 * this.#config.lanes && !signal.aborted)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    if (signal.aborted) return;
    const { pageRecords } = this.#config;
    const context = this.#snapshots.context(planned, { ...this.#options, pageRecords });
    const inLane = <T>(work: () => Promise<T>): Promise<T> =>
      this.#slots.run(index, async () => {
        try {
          if (signal.aborted) throw abortedError();
          return await work();
        } catch (error) {
          fail(error); // at once: other partitions of the dataset may be what it waits for
          throw error;
        }
      });
    try {
      const options = { ...this.#options, context, inLane };
      this.#results[index]?.resolve(await collectDataset(planned, this.#config, options));
    } catch (error) {
      fail(error);
      this.#results[index]?.reject(error);
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
