import type { DurableSpool } from "../model/durable.ts";
import { durableRules } from "./durable-rules/index.ts";
import { type ContractOptions, declareRules, type Fixture } from "./runner.ts";
import { Trial } from "./trial.ts";

export interface DurableSpoolFixture extends Fixture {
  /** Makes a spool over one place, which is empty at first. Called several times: each stands for another worker. */
  readonly spool: () => DurableSpool;
  /** Everything that is in the place at this moment: the bytes of each file or object, unfinished ones too, and one for each folder. */
  stored?(): Promise<readonly Uint8Array[]>;
  /** Begins to store an object and stops in the middle, as a process that is killed: it leaves behind what such a one leaves. */
  interrupt?(path: string, bytes: Uint8Array): Promise<unknown>;
  /** Makes a spool over a place that can be neither read nor written: a folder that is not there, a store that refuses. */
  readonly unreadable?: () => DurableSpool;
}

/**
 * Declares the tests that every durable spool must pass. An error says which rule is broken and how to mend the adapter.
 *
 * @param name The adapter's name, for the tests'
 * @param setup Makes an empty place; called once, and once more for each rule that needs one to itself
 * @param options The runner's functions (its globals when left out), and `patienceMs`
 * @throws {TypeError} when there is no test runner
 * @example
 * ```ts
 * durableSpoolContract("memory", () => { const spool = memorySpool(); return { spool: () => spool }; }, { describe, it, after });
 * ```
 */
export function durableSpoolContract(
  name: string,
  setup: () => DurableSpoolFixture | Promise<DurableSpoolFixture>,
  options: ContractOptions = {},
): void {
  const { patienceMs = 10_000 } = options;
  declareRules(
    `durable spool ${name} keeps the contract`,
    durableRules,
    setup,
    (fixture) => new Trial<DurableSpoolFixture>(fixture, patienceMs),
    options,
  );
}
