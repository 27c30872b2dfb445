import type { Rule } from "./rule.ts";

/**
 * The part of a test runner we call: vitest, `node:test`, mocha, jest. Pass the functions that the runner exports; without them its
 * globals are taken.
 */
export interface ContractOptions {
  /** The runner's `describe`. */
  readonly describe?: (name: string, body: () => void) => unknown;
  /** The runner's `it`. */
  readonly it?: (name: string, body: (...given: unknown[]) => Promise<void>) => unknown;
  /** Runs when all tests are done: vitest's and jest's name for it. */
  readonly afterAll?: (body: () => Promise<void>) => unknown;
  /** The same by the name of `node:test` and mocha. */
  readonly after?: (body: () => Promise<void>) => unknown;
  /** How long the adapter may keep a test waiting before that counts as no answer, in milliseconds. Default 10,000. */
  readonly patienceMs?: number;
}

/** What every fixture has in common. */
export interface Fixture {
  /** Gives up what the setup made: tables, servers, folders. Called once. */
  teardown?(): unknown;
  /** How many connections, cursors, files or responses are in use at this moment. */
  handles?(): number | Promise<number>;
}

/** Declares one test per rule. A fixture is made when the first test needs it, and one more for each rule that changes what it holds. */
export function declareRules<F extends Fixture, T>(
  title: string,
  rules: readonly Rule<F, T>[],
  setup: () => F | Promise<F>,
  trialOf: (fixture: F) => T,
  options: ContractOptions,
): void {
  const globals = globalThis as ContractOptions;
  const { describe = globals.describe, it = globals.it } = options;
  const after = options.afterAll ?? options.after ?? globals.afterAll ?? globals.after;
  if (describe === undefined || it === undefined || after === undefined)
    throw new TypeError(
      `${title}: no test runner was found. Pass its functions: { describe, it, afterAll } of vitest, { describe, it, after } of node:test.`,
    );
  describe(title, () => {
    let shared: Promise<F> | undefined;
    after(async () => {
      await (await shared?.catch(() => undefined))?.teardown?.();
    });
    for (const rule of rules) {
      // No parameter is named: a runner takes the first one for a callback (mocha) or for a fixture to make (vitest).
      it(rule.title, async function (this: unknown, ...given: unknown[]): Promise<void> {
        const fixture = await (shared ??= (async () => setup())());
        const reason = rule.unless?.(fixture);
        if (reason !== undefined) return skip([given[0], this], rule.title, reason);
        if (rule.ownFixture === undefined) return rule.check(trialOf(fixture));
        const own = await setup();
        try {
          await rule.check(trialOf(own));
        } finally {
          await own.teardown?.();
        }
      });
    }
  });
}

/** Marks the running test as skipped, with the reason, in the way of its runner; where it has none, on the console. */
function skip(contexts: readonly unknown[], title: string, reason: string): void {
  for (const context of contexts as readonly { readonly skip?: unknown }[])
    if (typeof context?.skip === "function") {
      context.skip(reason);
      return;
    }
  console.warn(`not checked: ${title}: ${reason}`);
}
