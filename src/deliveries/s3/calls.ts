import { setTimeout as delay } from "node:timers/promises";
import { PortmanteauError } from "../../model/errors.ts";
import { failure } from "./failure.ts";

export interface Limits {
  readonly attempts: number;
  readonly timeoutMs: number;
}

const baseDelayMs = 200;
const maxDelayMs = 5_000;

export interface Ends {
  /** Ends the trying. */
  readonly stop: AbortSignal;
  /** Ends a request that is under way. Default: `stop`. */
  readonly cut?: AbortSignal;
}

/** Asks the store, again when that may help, each time for `timeoutMs` at most. It settles when it is cut, whatever the client does. */
export async function asked<T>(
  what: string,
  { stop, cut = stop }: Ends,
  { attempts, timeoutMs }: Limits,
  call: (abortSignal: AbortSignal) => Promise<T>,
  onFailure: (error: PortmanteauError) => void = () => {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (stop.aborted) throw failure(stop.reason, what, stop);
      return await once(what, cut, timeoutMs, call);
    } catch (cause) {
      const error = failure(cause, what, cut);
      onFailure(error);
      if (!error.retryable || attempt >= attempts) throw error;
      const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
      await delay(ceiling * (0.5 + Math.random() / 2), undefined, { signal: stop }).catch(() => {});
    }
  }
}

/** Never ends: what is removed is removed also after an abort. */
export const endless: Ends = { stop: new AbortController().signal };

async function once<T>(
  what: string,
  stop: AbortSignal,
  timeoutMs: number,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const cut = (reason: unknown) => own.abort(reason);
  const onStop = () => cut(stop.reason);
  const timer = setTimeout(
    () =>
      cut(
        new PortmanteauError("DELIVERY_FAILED", `S3 did not answer ${what} within ${timeoutMs} ms.`, {
          retryable: true,
        }),
      ),
    timeoutMs,
  );
  stop.addEventListener("abort", onStop);
  if (stop.aborted) onStop();
  try {
    return await new Promise<T>((resolve, reject) => {
      own.signal.addEventListener("abort", () => reject(own.signal.reason));
      if (own.signal.aborted) reject(own.signal.reason);
      else call(own.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", onStop);
  }
}
