import { PortmanteauError } from "../../model/errors.ts";
import { abortedError } from "../read-pages.ts";

/**
 * One call of a durable spool: what it throws is an error of this package, and an abort ends the wait for it.
 *
 * @throws {PortmanteauError} `SPOOL_FAILED`, which may pass, `ABORTED`
 */
export async function calling<T>(
  spool: string,
  what: string,
  step: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    return await unlessAborted(step, signal);
  } catch (cause) {
    throw PortmanteauError.is(cause)
      ? cause
      : new PortmanteauError("SPOOL_FAILED", `The durable spool "${spool}" could not ${what}.`, {
          retryable: true,
          cause,
        });
  }
}

function unlessAborted<T>(step: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return step();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortedError());
    const settled = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    (async () => step())().then(resolve, reject).finally(settled);
  });
}
