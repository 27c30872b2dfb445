import type { Spool } from "../model/ports.ts";
import { type ContractOptions, declareRules, type Fixture } from "./runner.ts";
import { spoolRules } from "./spool-rules.ts";
import { Trial } from "./trial.ts";

export interface SpoolFixture extends Fixture {
  /** Makes a spool, as an export does. Called several times. */
  readonly spool: () => Spool;
  /** Everything that is stored outside of this process at this moment: the bytes of its files or objects. */
  stored?(): Promise<readonly Uint8Array[]>;
  /** Makes a spool over a place that cannot be written: a folder that is not there, a store that refuses. */
  readonly refused?: () => Spool;
}

/**
 * Declares the tests that every spool must pass. An error says which rule is broken and how to mend the adapter.
 *
 * @param name The adapter's name, for the tests'
 * @param setup Makes what spools are made in; called once
 * @param options The runner's functions (its globals when left out), and `patienceMs`
 * @throws {TypeError} when there is no test runner
 * @example
 * ```ts
 * spoolContract("local", () => ({ spool: localSpool({ memoryBytes: 0 }) }), { describe, it, after });
 * ```
 */
export function spoolContract(
  name: string,
  setup: () => SpoolFixture | Promise<SpoolFixture>,
  options: ContractOptions = {},
): void {
  const { patienceMs = 10_000 } = options;
  declareRules(
    `spool ${name} keeps the contract`,
    spoolRules,
    setup,
    (fixture) => new Trial<SpoolFixture>(fixture, patienceMs),
    options,
  );
}
