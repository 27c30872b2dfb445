import { PortmanteauError } from "../../model/errors.ts";

/** How long an end waits for the server, at most, before it goes on without. */
const settleMs = 2_000;

export function aborted(signal: AbortSignal): PortmanteauError {
  return new PortmanteauError("ABORTED", "Reading from the database was aborted.", { cause: signal.reason });
}

/**
 * What `promise` gives, or `ABORTED` as soon as the signal says so; then `late` takes what comes after all, for nobody else will.
 */
export async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  let stop!: () => void;
  const stopped = new Promise<"stopped">((resolve) => {
    stop = () => resolve("stopped");
  });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), stopped]);
    if (first !== "stopped") return first.value;
    promise.then(late, () => undefined);
    throw aborted(signal);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits for `promise`, at most `settleMs`; false when it failed or is not there by then. */
export async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), settleMs);
  });
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => false,
      ),
      over,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets so many in at a time, in the order they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Waits for a turn, or for the abort. Gives the function that passes the turn on; calling it again does nothing. */
  take(signal: AbortSignal): Promise<() => void> {
    const turn = new Promise<() => void>((resolve) => {
      const enter = () => {
        let passed = false;
        resolve(() => {
          if (!passed) this.#next();
          passed = true;
        });
      };
      if (this.#free > 0) {
        this.#free--;
        enter();
      } else this.#waiting.push(enter);
    });
    return untilAborted(turn, signal, (pass) => pass());
  }

  #next(): void {
    const enter = this.#waiting.shift();
    if (enter === undefined) this.#free++;
    else enter();
  }
}
