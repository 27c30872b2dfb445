import { PortmanteauError } from "../model/errors.ts";
import type { Page, Partition, ReadContext, Source } from "../model/source.ts";

/** Why a signal is aborted when its work has ended. Made once: each one would hold a picture of the stack. */
export const endedReason = new DOMException("The work that this signal belonged to has ended.", "AbortError");

/** How long a source may take to close after it is no longer wanted, in milliseconds. */
const closeTimeoutMs = 5_000;

export interface ReadPagesOptions {
  readonly dataset: string;
  readonly pageTimeoutMs: number;
  /** Called when a source did not close in time: a connection may be left with it. */
  readonly onCloseTimeout: () => void;
}

/**
 * Reads a source page by page. Every wait ends on abort and on the time limit, and the iteration is ended on every path; the source's
 * own signal is aborted with it, so that a query that hangs is told to stop.
 */
export async function* readPages(
  source: Source,
  context: ReadContext,
  { dataset, pageTimeoutMs, onCloseTimeout }: ReadPagesOptions,
): AsyncGenerator<Page> {
  const own = ownSignal(context.signal);
  let iterator: AsyncIterator<Page> | undefined;
  let ended = false;
  try {
    iterator = source.read({ ...context, signal: own.signal })[Symbol.asyncIterator]();
    for (;;) {
      const step = await within(iterator.next(), { timeoutMs: pageTimeoutMs, signal: context.signal, dataset });
      if (step.done) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    throw typedError(error, dataset, source.name);
  } finally {
    own.end();
    if (!ended && iterator !== undefined) {
      const opened = iterator;
      if (!(await closedInTime((async () => opened.return?.())()))) onCloseTimeout();
    }
  }
}

/** Calls the source's own count, under the same limits. */
export async function countRecords(
  source: Source,
  context: ReadContext,
  pageTimeoutMs: number,
  dataset: string,
): Promise<number | null> {
  if (source.count === undefined) return null;
  return ask(
    source,
    context,
    pageTimeoutMs,
    dataset,
    (own) => source.count?.(own),
    (expected) => {
      if (!Number.isSafeInteger(expected) || (expected as number) < 0)
        throw new PortmanteauError("SOURCE_CONTRACT", `The count of source "${source.name}" is not a whole number.`);
      return expected as number;
    },
  );
}

/** Each has streams of its own in the spool, and records for the page. */
const mostPartitions = 256;

/** Asks a source how it divides its records, under the same limits; each partition as it is after a journey as JSON. */
export async function partitionsOf(
  source: Source,
  context: ReadContext,
  pageTimeoutMs: number,
  dataset: string,
): Promise<readonly Partition[]> {
  return ask(
    source,
    context,
    pageTimeoutMs,
    dataset,
    (own) => source.partitions?.(own),
    (given) => {
      const texts = Array.isArray(given) ? given.map(jsonOf) : [];
      if (texts.length < 1 || texts.length > mostPartitions || texts.includes(undefined))
        throw new PortmanteauError(
          "SOURCE_CONTRACT",
          `The partitions of source "${source.name}" are not a list of 1 to ${mostPartitions} JSON values.`,
        );
      if (new Set(texts).size < texts.length)
        throw new PortmanteauError("SOURCE_CONTRACT", `Source "${source.name}" gave the same partition twice.`);
      return texts.map((text) => JSON.parse(text as string) as Partition);
    },
  );
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a BigInt, a circle
  }
}

/** One question to a source that is no reading, and what its answer comes to. */
async function ask<T>(
  source: Source,
  context: ReadContext,
  timeoutMs: number,
  dataset: string,
  question: (context: ReadContext) => unknown,
  judge: (answer: unknown) => T,
): Promise<T> {
  const own = ownSignal(context.signal);
  try {
    const answer = (async () => question({ ...context, signal: own.signal }))();
    return judge(await within(answer, { timeoutMs, signal: context.signal, dataset }));
  } catch (error) {
    throw typedError(error, dataset, source.name);
  } finally {
    own.end();
  }
}

/** A signal for one reading: aborted with the export's, and when the reading ends. Cheaper than `AbortSignal.any`. */
export function ownSignal(whole: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const own = new AbortController();
  const onAbort = () => own.abort(whole.reason);
  if (whole.aborted) onAbort();
  else whole.addEventListener("abort", onAbort);
  return {
    signal: own.signal,
    end() {
      whole.removeEventListener("abort", onAbort);
      own.abort(endedReason);
    },
  };
}

/** Whether something closed within the time it has. What it throws must not hide why it was closed. */
export async function closedInTime(closing: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), closeTimeoutMs);
  });
  const closed = closing.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([closed, late]);
  clearTimeout(timer);
  return inTime;
}

interface WithinOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly dataset: string;
  /** What is waited for. */
  readonly what?: string;
}

/** The promise's result, unless the signal or the clock is first. */
export function within<T>(
  promise: Promise<T>,
  { timeoutMs, signal, dataset, what = "page" }: WithinOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => finish(() => reject(abortedError()));
    const timer = setTimeout(() => {
      const message = `Dataset "${dataset}" gave no ${what} within ${timeoutMs} ms.`;
      finish(() => reject(new PortmanteauError("SOURCE_TIMEOUT", message, { retryable: true, context: { dataset } })));
    }, timeoutMs);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    promise.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}

export function abortedError(): PortmanteauError {
  return new PortmanteauError("ABORTED", "The export was aborted. Nothing was delivered.");
}

const transientCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Whether a foreign error tells of a connection that may be there again later. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && "code" in error && transientCodes.has(String(error.code));
}

/** Makes any thrown thing an error of this package that names the dataset. */
export function typedError(error: unknown, dataset: string, sourceName: string): PortmanteauError {
  if (PortmanteauError.is(error)) {
    const { code, message, retryable, context, cause } = error;
    return context.dataset === undefined
      ? new PortmanteauError(code, message, {
          retryable,
          context: { ...context, dataset },
          ...(cause === undefined ? {} : { cause }),
        })
      : error;
  }
  if (isTransient(error)) {
    const { code } = error as NodeJS.ErrnoException;
    return new PortmanteauError(
      "SOURCE_UNAVAILABLE",
      `Source "${sourceName}" of dataset "${dataset}" is not reachable (${code}).`,
      { retryable: true, context: { dataset }, cause: error },
    );
  }
  return new PortmanteauError(
    "SOURCE_FAILED",
    `Source "${sourceName}" of dataset "${dataset}" threw an error; its own words are in the cause.`,
    { context: { dataset }, cause: error },
  );
}
