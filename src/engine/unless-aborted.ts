import { abortedError, closedInTime } from "./read-pages.ts";

/** What was opened, unless the signal is first: what is opened too late is closed again, and given some time for it. */
export async function unlessAborted<T>(
  opening: Promise<T>,
  signal: AbortSignal,
  close: (late: T) => Promise<unknown>,
): Promise<T> {
  const opened = await Promise.race([opening, aborted(signal)]);
  if (!signal.aborted) return opened as T;
  await closedInTime(opening.then(close));
  throw abortedError();
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
