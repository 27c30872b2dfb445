import { PortmanteauError } from "../model/errors.ts";
import { ContractBroken } from "./broken.ts";
import type { Fixture } from "./runner.ts";
import { eventually, settled } from "./waiting.ts";

/** What the rules of a contract try an adapter with: waits that always end, and say why in the adapter developer's words. */
export class Trial<F extends Fixture> {
  readonly fixture: F;
  readonly patienceMs: number;

  constructor(fixture: F, patienceMs: number) {
    this.fixture = fixture;
    this.patienceMs = patienceMs;
  }

  /** The promise's result; that it is late or fails, where nothing is wrong, breaks the contract. */
  async answer<T>(promise: Promise<T>, what: string): Promise<T> {
    const outcome = await this.outcome(promise, what);
    if ("error" in outcome)
      throw new ContractBroken(
        "works",
        `Of ${what} came an error: ${wordsOf(outcome.error)}`,
        "Nothing is wrong in this test: do it without throwing. The error is the cause of this one.",
        outcome.error,
      );
    return outcome.value;
  }

  /** How the promise ended. Never to end is no way to. */
  async outcome<T>(promise: Promise<T>, what: string): Promise<{ readonly value: T } | { readonly error: unknown }> {
    const attempt = promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const outcome = await settled(attempt, this.patienceMs);
    if (outcome === undefined)
      throw new ContractBroken(
        "answers",
        `Nothing came within ${this.patienceMs} ms: ${what}.`,
        "Settle every promise: with a page, the end or an error; after an abort at once. Was a connection of a pool not given back?",
      );
    return outcome.value;
  }

  /** The error that a promise must end in, typed and fit to be logged. */
  async failure(promise: Promise<unknown>, what: string): Promise<PortmanteauError> {
    const outcome = await this.outcome(promise, what);
    if ("value" in outcome)
      throw new ContractBroken(
        "errors",
        `No error came of ${what}.`,
        "Throw what goes wrong, also in the middle: to end without an error says that everything is there.",
      );
    return this.typed(outcome.error, what);
  }

  /** Judges an error that is due. */
  typed(error: unknown, what: string): PortmanteauError {
    if (PortmanteauError.is(error)) return error;
    throw new ContractBroken(
      "errors",
      `Of ${what} came ${wordsOf(error)}`,
      "Wrap it: throw new PortmanteauError(code, what failed and where, { retryable, cause: error }).",
      error,
    );
  }

  async handles(): Promise<number> {
    return (await this.fixture.handles?.()) ?? 0;
  }

  /** Waits until no more handles are open than `before`. Closing may take a few turns. */
  async closed(rule: string, before: number, when: string): Promise<void> {
    let open = before;
    const closed = await eventually(async () => (open = await this.handles()) <= before, this.patienceMs);
    if (!closed)
      throw new ContractBroken(
        rule,
        `${open - before} handles stay open ${when}.`,
        "Close what was opened in a `finally`: a generator's runs on every path, also when its consumer leaves early.",
      );
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `a thrown ${typeof error}, which is no Error`;
}
