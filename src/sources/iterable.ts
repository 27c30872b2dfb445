import type { Attachment } from "../model/attachment.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Page, ReadContext, Source } from "../model/source.ts";

/** What is iterated, and how it is counted, checked and continued. */
export interface IterableSourceOptions<R> {
  /** The records: an iterable, or a function that gives one (or a promise of one) for the subject. A function is called once per read. */
  readonly records: Records<R> | ((context: ReadContext) => Records<R> | Promise<Records<R>>);
  /** The file of a record, or `null`: for records that come with files. */
  readonly attachment?: (record: R) => Attachment | null;
  /** Counted independently, when it can be. */
  readonly count?: (context: ReadContext) => number | Promise<number>;
}
type Records<R> = Iterable<R> | AsyncIterable<R>;

/**
 * A source over anything that can be iterated: an array, a generator, an ORM's stream. The iterator is closed on every path.
 *
 * It cannot continue in the middle: after a retryable error a function is called again, and reading starts over. A bare iterator
 * (which can be walked once only) is therefore refused on the second read.
 *
 * @throws {PortmanteauError} `SOURCE_CONTRACT` when what it is given cannot be iterated
 * @example
 * ```ts
 * const source = iterableSource({ records: ({ subject }) => allTickets.filter((ticket) => ticket.accountId === subject.id) });
 * ```
 */
export function iterableSource<R>({ records, attachment, count }: IterableSourceOptions<R>): Source<R> {
  const used = new WeakSet<object>();
  const pageOf = (page: readonly R[]): Page<R> =>
    attachment === undefined ? { records: page } : { records: page, attachments: page.map((each) => attachment(each)) };
  return {
    name: "iterable",
    capabilities: {
      resume: "none",
      partitions: false,
      count: count !== undefined,
      attachments: attachment !== undefined,
    },
    async *read(context) {
      const given = typeof records === "function" ? await records(context) : records;
      const iterator = iteratorOf(given);
      if (iterator === (given as unknown)) {
        if (used.has(iterator))
          throw new PortmanteauError(
            "SOURCE_CONTRACT",
            "The iterator was walked before. Give a function that makes a new one.",
          );
        used.add(iterator);
      }
      let page: R[] = [];
      let ended = false;
      try {
        while (!context.signal.aborted) {
          const next = iterator.next();
          const step = "then" in next ? await next : next; // an await per record costs more than the record
          if (step.done) {
            ended = true;
            break;
          }
          if (page.push(step.value) < context.pageRecords) continue;
          yield pageOf(page);
          page = [];
        }
        if (page.length > 0) yield pageOf(page);
      } finally {
        if (!ended) await iterator.return?.();
      }
    },
    ...(count === undefined ? {} : { count: async (context: ReadContext) => count(context) }),
  };
}

function iteratorOf<R>(records: Records<R>): Iterator<R> | AsyncIterator<R> {
  if (typeof records === "object" && records !== null) {
    if (Symbol.asyncIterator in records) return records[Symbol.asyncIterator]();
    if (Symbol.iterator in records) return records[Symbol.iterator]();
  }
  throw new PortmanteauError("SOURCE_CONTRACT", "records is neither an iterable nor a function that gives one.");
}
