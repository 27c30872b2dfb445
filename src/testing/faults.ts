import { PortmanteauError } from "../model/errors.ts";
import type { Page, ReadContext, Source } from "../model/source.ts";

type Read<R> = (context: ReadContext) => AsyncIterable<Page<R>>;

/** When and how often `failing` fails, and with what. */
export interface FailingOptions {
  /** How many pages each failing read gives before its error. Default 0. */
  readonly afterPages?: number;
  /** How many reads fail; later ones are as the source's own. Default: all. */
  readonly times?: number;
  /** What is thrown. Default `SOURCE_UNAVAILABLE`, retryable. */
  readonly error?: unknown;
}

/**
 * A source whose reads break off, as they do when a network fails.
 *
 * @example
 * ```ts
 * const flaky = failing(source, { afterPages: 2, times: 3 }); // an export reads on after each of the three
 * ```
 */
export function failing<R>(source: Source<R>, { afterPages = 0, times, error }: FailingOptions = {}): Source<R> {
  let failed = 0;
  return reading(source, async function* (context) {
    if (failed >= (times ?? Number.POSITIVE_INFINITY)) return yield* source.read(context);
    failed++;
    let pages = 0;
    if (afterPages > 0)
      for await (const page of source.read(context)) {
        yield page;
        if (++pages >= afterPages) break;
      }
    throw (
      error ??
      new PortmanteauError("SOURCE_UNAVAILABLE", `The read broke off after ${pages} pages.`, { retryable: true })
    );
  });
}

/** A source that waits before every page, in milliseconds; an abort ends the wait. */
export function slow<R>(source: Source<R>, delayMs: number): Source<R> {
  return reading(source, async function* (context) {
    const pages = source.read(context)[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        await delay(delayMs, context.signal);
        const step = await pages.next();
        ended = step.done === true;
        if (step.done) return;
        yield step.value;
      }
    } finally {
      if (!ended) await pages.return?.();
    }
  });
}

/** A source that gives a page twice: the page of this number, from 1. It breaks its contract. */
export function repeating<R>(source: Source<R>, { page }: { readonly page: number }): Source<R> {
  return reading(source, async function* (context) {
    let number = 0;
    for await (const given of source.read(context)) {
      yield given;
      if (++number === page) yield given;
    }
  });
}

/**
 * A source that leaves out the first records of every page but the first, as paging by an offset does when rows before it are deleted. It
 * breaks its contract; its `count` still tells.
 */
export function shifting<R>(source: Source<R>, { records }: { readonly records: number }): Source<R> {
  return reading(source, async function* (context) {
    let first = context.after === undefined;
    for await (const page of source.read(context)) {
      yield first ? page : { ...page, records: page.records.slice(records) };
      first = false;
    }
  });
}

/** A source that gives some pages and then never answers until it is aborted, as a system does whose packets are dropped. */
export function hanging<R>(source: Source<R>, { afterPages = 0 }: { readonly afterPages?: number } = {}): Source<R> {
  return reading(source, async function* (context) {
    let pages = 0;
    if (afterPages > 0)
      for await (const page of source.read(context)) {
        yield page;
        if (++pages >= afterPages) break;
      }
    await delay(undefined, context.signal);
  });
}

function reading<R>(source: Source<R>, read: Read<R>): Source<R> {
  return { ...source, read };
}

/** Resolves after so many milliseconds, or never; rejects with the signal's reason. */
function delay(delayMs: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = delayMs === undefined ? undefined : setTimeout(() => finish(resolve), delayMs);
    const onAbort = () => finish(() => reject(signal.reason));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}
