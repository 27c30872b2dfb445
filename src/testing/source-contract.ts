import { type ContractOptions, declareRules } from "./runner.ts";
import type { SourceFixture } from "./source-fixture.ts";
import { sourceRules } from "./source-rules/index.ts";
import { SourceTrial } from "./source-trial.ts";

/**
 * Declares the tests that every source must pass, chosen by its `capabilities` and by what the fixture offers. An error says which rule
 * is broken and how to mend the adapter.
 *
 * @param name The adapter's name, for the tests'
 * @param setup Makes a source over fresh data. It is called several times: rules that write get a fixture of their own
 * @param options The runner's functions (its globals when left out), and `patienceMs`
 * @throws {TypeError} when there is no test runner
 * @example
 * ```ts
 * import { after, describe, it } from "node:test";
 * import { sourceContract } from "portmanteau/testing";
 *
 * sourceContract("notes", async () => {
 *   const { notes, close } = await openNotes();
 *   return {
 *     source: notesSource(notes),
 *     subject: { id: "ada" },
 *     expected: await notes.insert("ada", 20),
 *     other: { subject: { id: "bob" }, expected: await notes.insert("bob", 5) },
 *     handles: () => notes.openCursors,
 *     teardown: close,
 *   };
 * }, { describe, it, after });
 * ```
 */
export function sourceContract<R>(
  name: string,
  setup: () => SourceFixture<R> | Promise<SourceFixture<R>>,
  options: ContractOptions = {},
): void {
  const { patienceMs = 10_000 } = options;
  // A fixture's hooks take what the fixture itself gave, so the type of a record is of no matter from here on.
  const make = setup as () => SourceFixture | Promise<SourceFixture>;
  declareRules(
    `source ${name} keeps the contract`,
    sourceRules,
    make,
    (fixture) => new SourceTrial(fixture, patienceMs),
    options,
  );
}
