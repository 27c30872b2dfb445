import { setTimeout as delay } from "node:timers/promises";
import type { PortmanteauError } from "../model/errors.ts";
import type { CompiledConfig } from "./config.ts";
import { abortedError } from "./read-pages.ts";

export interface RetryContext {
  readonly limits: CompiledConfig["retry"];
  readonly signal: AbortSignal;
  /** Makes what was thrown an error of this package; it throws what may not be tried again at all. */
  readonly judge: (thrown: unknown) => PortmanteauError;
  readonly onRetry: (retry: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: PortmanteauError;
  }) => void;
}

/** One thing that is tried again after retryable errors, as long as it makes progress between them. */
export class Retry {
  /** How often it was tried again, in all. */
  total = 0;
  readonly #context: RetryContext;
  #failures = 0;

  constructor(context: RetryContext) {
    this.#context = context;
  }

  /** Something was achieved: earlier failures count no more. */
  progress(): void {
    this.#failures = 0;
  }

  /** Gives the error that ended it; nothing when it succeeded. `restart` runs before each further attempt. */
  async run(attempt: () => Promise<void>, restart?: () => Promise<void>): Promise<PortmanteauError | undefined> {
    const { limits, signal, judge, onRetry } = this.#context;
    for (;;) {
      try {
        await attempt();
        return undefined;
      } catch (thrown) {
        const error = judge(thrown);
        this.#failures++;
        const isSpent = error.context.attempts !== undefined; // it was tried again where it comes from
        if (!error.retryable || isSpent || this.#failures >= limits.attempts) return error;
        this.total++;
        await restart?.();
        const delayMs = backoff(this.#failures, limits);
        onRetry({ attempt: this.#failures, delayMs, error });
        await delay(delayMs, undefined, { signal }).catch(() => {
          throw abortedError();
        });
      }
    }
  }
}

/** Exponential, with full jitter on the upper half. */
function backoff(failures: number, { baseDelayMs, maxDelayMs }: CompiledConfig["retry"]): number {
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}
