import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { CollectOptions } from "../collect.ts";
import { type Collected, concludeDataset, sum } from "../conclude-dataset.ts";
import type { Gathering } from "../export.ts";
import { joinParts } from "../join.ts";
import type { CollectedDataset } from "../plan.ts";
import { Snapshots } from "../snapshots.ts";
import { askedWith, placeOf } from "./collect-step.ts";
import { countedAgain } from "./count.ts";
import { storedError } from "./documents.ts";
import { partOf } from "./receipt.ts";
import type { StoredRequest } from "./request.ts";

/** Gives the datasets of a request from the parts that were collected before, as often as wanted: they stay where they are. */
export class StoredParts implements Gathering {
  readonly #stored: StoredRequest;
  readonly #receipts: readonly Receipt[];
  readonly #collected: readonly CollectedDataset[];
  readonly #options: CollectOptions;
  readonly #results = new Map<number, Promise<Collected>>();

  /** @param receipts of all parts of the request, in their order */
  constructor(
    stored: StoredRequest,
    receipts: readonly Receipt[],
    collected: readonly CollectedDataset[],
    options: CollectOptions,
  ) {
    this.#stored = { ...stored, vault: stored.vault.watching(options.signal) };
    this.#receipts = receipts;
    this.#collected = collected;
    this.#options = options;
  }

  async run(): Promise<void> {}

  result(index: number): Promise<Collected> {
    const result = this.#results.get(index) ?? this.#conclude(this.#collected[index] as CollectedDataset);
    this.#results.set(index, result);
    return result;
  }

  async release(): Promise<void> {}

  keep(): void {}

  async #conclude(planned: CollectedDataset): Promise<Collected> {
    const { begun, config, parts } = this.#stored;
    const { name } = planned.dataset;
    const of = begun.datasets.findIndex((dataset) => dataset.name === name);
    const { expected, retries } = begun.datasets[of] as (typeof begun.datasets)[number];
    const stored = parts.filter((part) => part.of === of);
    const receipts = stored.map(({ index }) => this.#receipts[index] as Receipt);
    for (const { code, dataset, message } of receipts.flatMap(({ findings }) => findings))
      this.#options.find(code as Parameters<CollectOptions["find"]>[0], dataset ?? name, message);
    const collected = await Promise.all(
      stored.map((part, at) => partOf(receipts[at] as Receipt, placeOf(this.#stored, part), this.#options)),
    );
    const given = {
      parts: collected,
      error: undefined,
      expected,
      countAgain: async () => {
        const { signal, emit } = this.#options;
        const snapshots = new Snapshots();
        try {
          const context = () => askedWith(this.#stored, planned, snapshots, signal);
          const options = { signal, emit, waitsForBetter: config.onFailure === "fail" };
          const count = await countedAgain(this.#stored, of, planned, context, options);
          return count.error === null
            ? { error: undefined, expected: count.expected }
            : { error: storedError(count.error, name), expected };
        } finally {
          await snapshots.close((message) => this.#options.find("CLEANUP_FAILED", name, message));
        }
      },
      joined: async () => (collected.length > 1 ? joinParts(planned, collected, this.#options) : collected[0]?.part),
      retries: () => retries,
      durationMs: () => Math.round(sum(receipts.map(({ durationMs }) => durationMs)) * 10) / 10,
    };
    return concludeDataset(planned, given, this.#options);
  }
}
