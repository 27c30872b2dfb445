import { createContext, Script } from "node:vm";
import { PortmanteauError } from "../model/errors.ts";

const sandbox: { step: () => unknown } = createContext({ step: () => undefined }) as never;
const script = new Script("step()");

/** What a slow machine may take for checks, in ms per byte: half a second per MiB. */
const msPerByte = 500 / 2 ** 20;

/**
 * The time that all checks of a verification may take together: a bundle brings its own schemas, and a regular expression or a list of
 * unique objects in one can take a year. Every byte that is read earns a little more, so a large bundle is no slow one.
 */
export class TimeLimit {
  readonly #maxCheckMs: number;
  #earnedMs = 0;
  #spentMs = 0;

  constructor(maxCheckMs: number) {
    this.#maxCheckMs = maxCheckMs;
  }

  /** Notes that bytes were read. */
  earn(bytes: number): void {
    this.#earnedMs += bytes * msPerByte;
  }

  /**
   * Runs a synchronous step, and stops it when the time is spent. V8 ends the step wherever it is, inside a regular expression too; what it
   * was working on is lost. It costs about 0.1 ms a call, so a step is some hundred records.
   *
   * @throws {PortmanteauError} `LIMIT_EXCEEDED`, and what the step throws
   */
  run<T>(step: () => T): T {
    const leftMs = Math.floor(this.#maxCheckMs + this.#earnedMs - this.#spentMs);
    if (leftMs < 1) throw this.#spent();
    const begun = performance.now();
    sandbox.step = step;
    try {
      return script.runInContext(sandbox as never, { timeout: leftMs }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      this.#spentMs += Math.max(0, begun + leftMs - performance.now()); // V8's timer can be early
      throw this.#spent();
    } finally {
      sandbox.step = () => undefined; // nothing is kept alive by it
      this.#spentMs += performance.now() - begun;
    }
  }

  #spent(): PortmanteauError {
    return new PortmanteauError(
      "LIMIT_EXCEEDED",
      `The checks took longer than maxCheckMs, ${this.#maxCheckMs} ms, beyond what so many bytes may take.`,
    );
  }
}
