import { setTimeout as delay } from "node:timers/promises";
import type { Failures } from "./failure.ts";

export interface GateOptions {
  /** Requests per second, over all reads of the source. Absent: no limit. */
  readonly requestsPerSecond?: number | undefined;
  /** Requests at a time, over all reads of the source; a response that is read as a stream counts until its end. Absent: no limit. */
  readonly maxConcurrent?: number | undefined;
  /** Longest `Retry-After` that is waited for, in milliseconds. */
  readonly maxRetryAfterMs: number;
}

/** What all requests of a source pass, whoever sends them: so many at a time, so many per second, none before the server wants them. */
export class Gate {
  readonly #options: GateOptions;
  readonly #failures: Failures;
  #inside = 0;
  readonly #waiting = new Set<() => void>();
  /** When the next request may start, and when the server takes requests again; on the clock of `performance.now()`. */
  #nextStart = 0;
  #closedUntil = 0;

  constructor(options: GateOptions, failures: Failures) {
    this.#options = options;
    this.#failures = failures;
  }

  /** Waits for a place; gives the function that leaves it. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const { maxConcurrent = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#inside >= maxConcurrent) await this.#untilSomebodyLeaves(signal);
    if (signal.aborted) throw this.#failures.aborted(signal);
    this.#inside++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside--;
      for (const wake of this.#waiting) wake();
    };
  }

  /** Waits until the next request may be sent. */
  async pace(signal: AbortSignal): Promise<void> {
    const { requestsPerSecond, maxRetryAfterMs } = this.#options;
    if (requestsPerSecond !== undefined) {
      const start = Math.max(performance.now(), this.#nextStart);
      this.#nextStart = start + 1_000 / requestsPerSecond;
      await this.#until(start, signal);
    }
    for (let waitMs: number; (waitMs = this.#closedUntil - performance.now()) > 0; ) {
      if (waitMs > maxRetryAfterMs)
        throw this.#failures.unavailable(
          `it asks to wait ${Math.ceil(waitMs / 1_000)} s, more than maxRetryAfterMs, ${maxRetryAfterMs}. Export again later, or raise it.`,
        );
      await this.#until(this.#closedUntil, signal);
    }
    if (signal.aborted) throw this.#failures.aborted(signal);
  }

  /** The server wants no request for so long. */
  close(forMs: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, performance.now() + forMs);
  }

  async #until(time: number, signal: AbortSignal): Promise<void> {
    // Again, for a timer may be early by a millisecond.
    for (let waitMs: number; (waitMs = Math.ceil(time - performance.now())) > 0; )
      await delay(waitMs, undefined, { signal }).catch(() => {
        throw this.#failures.aborted(signal);
      });
  }

  #untilSomebodyLeaves(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = () => {
        this.#waiting.delete(wake);
        reject(this.#failures.aborted(signal));
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
    });
  }
}

/** The milliseconds of a `Retry-After`: seconds or a date. Nothing when it is neither. */
export function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
