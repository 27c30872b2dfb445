import { PortmanteauError } from "../../../src/model/errors.ts";
import type { Cursor, Page, ReadContext, Source } from "../../../src/model/source.ts";
import {
  type Connection,
  dividedSource,
  keyOf,
  type Note,
  type NotesSystem,
  notesSource,
  readNotes,
  wrapped,
} from "../notes-system.ts";

export interface SourceMutant {
  readonly mistake: string;
  /**
   * The rules that must fail for it, and no other: `"count"`, or `"count: answers"` where the error names another
   * rule than the test. `"…"` at the end: and all others that read to the end.
   */
  readonly breaks: readonly string[];
  readonly source: (system: NotesSystem) => Source;
}

type Read = (system: NotesSystem, context: ReadContext) => AsyncIterable<Page>;

/** The right source, but for `read`. */
const reading =
  (read: Read) =>
  (system: NotesSystem): Source => ({ ...notesSource(system), read: (context) => read(system, context) });

/** The right source, but for what becomes of its pages. */
const paging = (change: (page: Page<Note>, context: ReadContext) => Page | undefined) =>
  reading(async function* (system, context) {
    for await (const page of readNotes(system, context)) {
      const changed = change(page, context);
      if (changed !== undefined) yield changed;
    }
  });

/** The right source, but for what its errors become. */
const erring = (change: (error: unknown, context: ReadContext) => unknown) =>
  reading(async function* (system, context) {
    try {
      yield* readNotes(system, context);
    } catch (error) {
      throw change(error, context);
    }
  });

/** The loop of the right source, with a connection that the caller opens and closes. */
async function* pagesOver(connection: Connection, { subject, after, pageRecords, signal }: ReadContext) {
  let key = keyOf(after);
  for (;;) {
    const question = { owner: subject.id, limit: pageRecords, signal };
    const records = await connection.select(key === undefined ? question : { ...question, after: key });
    const last = records.at(-1);
    if (last !== undefined) yield { records, cursor: (key = last.key) };
    if (records.length < pageRecords) return;
  }
}

type Range = readonly [after: number | null, until: number | null];

/** The right source, but for its partitions. */
const dividing =
  (change: (partitions: readonly Range[]) => readonly Range[]) =>
  (system: NotesSystem): Source => {
    const source = dividedSource(system);
    return {
      ...source,
      partitions: async (context) => change((await source.partitions?.(context)) as readonly Range[]),
    };
  };

const isAbort = (error: unknown, { signal }: ReadContext) => signal.aborted && error === signal.reason;

/** A source over the connection of a caller that forgets something. */
const connecting = (read: (connection: Connection, context: ReadContext) => AsyncIterable<Page>) =>
  reading(async function* (system, context) {
    try {
      yield* read(await system.connect(context.signal), context);
    } catch (error) {
      throw wrapped(error, context.signal);
    }
  });

export const sourceMutants: readonly SourceMutant[] = [
  {
    mistake: "gives the records of a page in no order",
    breaks: ["order", "resume", "disconnect"],
    source: paging(({ records, ...page }) => ({ ...page, records: [...records].reverse() })),
  },
  {
    mistake: "repeats the last record when it continues",
    breaks: ["resume", "disconnect"],
    source: reading((system, { after, ...context }) =>
      readNotes(system, after === undefined ? context : { ...context, after: (keyOf(after) as number) - 1 }),
    ),
  },
  {
    mistake: "drops the last page unless it is full",
    breaks: ["order", "subject", "resume"],
    source: paging((page, { pageRecords }) => (page.records.length < pageRecords ? undefined : page)),
  },
  {
    mistake: "gives a cursor that is no JSON",
    breaks: ["cursor", "resume: cursor", "disconnect: cursor", "writes-between: cursor"],
    source: paging((page) => ({ ...page, cursor: new Date(page.cursor as number) as unknown as Cursor })),
  },
  {
    mistake: "gives a cursor that cannot even be written",
    breaks: ["cursor", "resume: cursor", "disconnect: cursor", "writes-between: cursor"],
    source: paging((page) => ({ ...page, cursor: BigInt(page.cursor as number) as unknown as Cursor })),
  },
  {
    mistake: "gives the last page without a cursor",
    breaks: ["cursor", "resume: cursor"],
    source: paging(({ cursor, ...page }, { pageRecords }) =>
      page.records.length < pageRecords || cursor === undefined ? page : { ...page, cursor },
    ),
  },
  {
    mistake: "gives the cursor of the page before",
    breaks: ["resume", "disconnect", "writes-between"],
    source: reading(async function* (system, context) {
      let before: Cursor = context.after ?? 0;
      for await (const page of readNotes(system, context)) {
        yield { ...page, cursor: before };
        before = page.cursor ?? 0;
      }
    }),
  },
  {
    mistake: "gives the number of the page as its cursor",
    breaks: ["resume", "disconnect", "writes-between"],
    source: reading(async function* (system, { after, ...context }) {
      let number = keyOf(after) ?? 0;
      const skipped = number;
      let seen = 0;
      for await (const { records } of readNotes(system, context))
        if (++seen > skipped) yield { records, cursor: ++number };
    }),
  },
  {
    mistake: "starts again when it does not understand a cursor",
    breaks: ["foreign-cursor"],
    source: reading((system, { after, ...context }) =>
      readNotes(system, typeof after === "number" ? { ...context, after } : context),
    ),
  },
  {
    mistake: "says that it counts and cannot",
    breaks: ["capabilities"],
    source: (system) => {
      const { count: _, ...source } = notesSource(system);
      return source;
    },
  },
  {
    mistake: "counts by reading",
    breaks: ["count-apart"],
    source: (system) => ({
      ...notesSource(system),
      async count(context) {
        let count = 0;
        for await (const { records } of readNotes(system, context)) count += records.length;
        return count;
      },
    }),
  },
  {
    mistake: "counts everybody's rows",
    breaks: ["nobody", "count"],
    source: (system) => {
      const source = notesSource(system);
      return { ...source, count: async (context) => source.count?.(context).then(() => system.rows.length) ?? 0 };
    },
  },
  {
    mistake: "counts in text",
    breaks: ["nobody", "count"],
    source: (system) => {
      const source = notesSource(system);
      return { ...source, count: async (context) => String(await source.count?.(context)) as unknown as number };
    },
  },
  {
    mistake: "never looks at the signal",
    breaks: ["abort-before", "abort-between", "abort-within", "abort-hanging: answers"],
    source: reading((system, context) => readNotes(system, { ...context, signal: new AbortController().signal })),
  },
  {
    mistake: "gives a page although it was aborted before",
    breaks: ["abort-before", "abort-hanging: answers"],
    source: reading(async function* (system, context) {
      const { signal } = new AbortController();
      let pages = 0;
      for await (const page of readNotes(system, { ...context, signal })) {
        if (pages++ > 0) context.signal.throwIfAborted();
        yield page;
      }
    }),
  },
  {
    mistake: "does not pass the signal to the question that hangs",
    breaks: ["abort-hanging: answers"],
    source: reading(async function* (system, context) {
      const { signal } = new AbortController();
      context.signal.throwIfAborted();
      for await (const page of readNotes(system, { ...context, signal })) {
        yield page;
        context.signal.throwIfAborted();
      }
    }),
  },
  {
    mistake: "takes an abort for a failure",
    breaks: ["abort-before", "abort-between", "abort-within", "abort-hanging"],
    source: erring((error, context) => (isAbort(error, context) ? new TypeError("undefined is no row") : error)),
  },
  {
    mistake: "keeps its connection when it has given everything",
    breaks: [
      "abort-between",
      "abort-within",
      "abort-hanging",
      "closes-at-end",
      "closes-on-return",
      "closes-on-throw",
      "closes-on-abort",
      "refused",
      "disconnect",
    ],
    source: connecting(pagesOver),
  },
  {
    mistake: "keeps its connection when the consumer leaves",
    breaks: ["closes-on-return"],
    source: connecting(async function* (connection, context) {
      try {
        yield* pagesOver(connection, context);
        connection.release();
      } catch (error) {
        connection.release();
        throw error;
      }
    }),
  },
  {
    mistake: "keeps its connection when it is aborted",
    breaks: ["abort-between", "abort-within", "abort-hanging", "closes-on-abort"],
    source: connecting(async function* (connection, context) {
      try {
        yield* pagesOver(connection, context);
      } finally {
        if (!context.signal.aborted) connection.release();
      }
    }),
  },
  {
    mistake: "keeps its connection when an error is thrown into it",
    breaks: ["closes-on-throw"],
    source: (system) => ({
      ...notesSource(system),
      read(context) {
        const pages = readNotes(system, context);
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => pages.next(),
            return: () => pages.return(undefined),
            throw: (error: unknown) => Promise.reject(error),
          }),
        };
      },
    }),
  },
  {
    mistake: "ends quietly when something fails",
    breaks: ["foreign-cursor", "unreachable: errors", "refused: errors", "disconnect"],
    source: reading(async function* (system, context) {
      try {
        yield* readNotes(system, context);
      } catch {}
    }),
  },
  {
    mistake: "throws a text",
    breaks: ["foreign-cursor: errors", "unreachable: errors", "refused: errors", "disconnect: errors"],
    source: erring((error, context) => (isAbort(error, context) ? error : "it did not work")),
  },
  {
    mistake: "throws the driver's own error",
    breaks: ["unreachable: errors", "refused: errors", "disconnect: errors"],
    source: erring((error) => (error instanceof PortmanteauError && error.cause !== undefined ? error.cause : error)),
  },
  {
    mistake: "calls every error one to retry",
    breaks: ["refused"],
    source: erring((error, context) =>
      isAbort(error, context)
        ? error
        : new PortmanteauError("SOURCE_UNAVAILABLE", "It did not work.", { retryable: true, cause: error }),
    ),
  },
  {
    mistake: "calls no error one to retry",
    breaks: ["unreachable", "disconnect"],
    source: erring((error, context) =>
      isAbort(error, context) ? error : new PortmanteauError("SOURCE_FAILED", "It did not work.", { cause: error }),
    ),
  },
  {
    mistake: "names the subject in its errors",
    breaks: ["foreign-cursor: quiet", "unreachable: quiet", "refused: quiet", "disconnect: quiet"],
    source: erring((error, { subject }) =>
      error instanceof PortmanteauError
        ? new PortmanteauError(error.code, `The notes of ${subject.id} failed.`, { retryable: error.retryable })
        : error,
    ),
  },
  {
    mistake: "quotes a record in its errors",
    breaks: ["foreign-cursor: quiet", "unreachable: quiet", "refused: quiet", "disconnect: quiet"],
    source: erring((error) =>
      error instanceof PortmanteauError
        ? new PortmanteauError(error.code, "The row (ada-17 wrote note 3) failed.", { retryable: error.retryable })
        : error,
    ),
  },
  {
    mistake: "gives another person's record among its own",
    breaks: ["order", "page-size", "subject", "resume", "abort-beside", "disconnect"],
    source: reading(async function* (system, context) {
      const foreign = system.rows.find(({ owner }) => owner !== context.subject.id);
      let first = context.after === undefined && context.subject.id !== "eve-31";
      for await (const { records, cursor } of readNotes(system, context)) {
        yield { records: first && foreign !== undefined ? [...records, foreign] : records, cursor: cursor ?? 0 };
        first = false;
      }
    }),
  },
  {
    mistake: "gives everybody's records for a pattern",
    breaks: ["hostile-subject"],
    source: reading((system, context) => {
      const { id } = context.subject;
      return readNotes(system, id === "%" ? { ...context, subject: { id: "bob-23" } } : context);
    }),
  },
  {
    mistake: "fails for somebody who is not known",
    breaks: ["nobody: works"],
    source: (system) => {
      const source = notesSource(system);
      return {
        ...source,
        async count(context) {
          if (!system.rows.some(({ owner }) => owner === context.subject.id))
            throw new PortmanteauError("SOURCE_FAILED", "There is no such person.");
          return (await source.count?.(context)) ?? 0;
        },
      };
    },
  },
  {
    mistake: "pages by an offset",
    breaks: ["writes-during", "writes-between"],
    source: reading(async function* (system, { subject, after, pageRecords, signal }) {
      let skip = keyOf(after) ?? 0;
      let connection: Connection | undefined;
      try {
        connection = await system.connect(signal);
        for (;;) {
          const records = await connection.select({ owner: subject.id, skip, limit: pageRecords, signal });
          skip += records.length;
          if (records.length > 0) yield { records, cursor: skip };
          if (records.length < pageRecords) return;
        }
      } catch (error) {
        throw wrapped(error, signal);
      } finally {
        connection?.release();
      }
    }),
  },
  {
    mistake: "fetches everything before the first page",
    breaks: ["back-pressure"],
    source: reading(async function* (system, context) {
      const { pageRecords } = context;
      const all: Note[] = [];
      for await (const { records } of readNotes(system, { ...context, pageRecords: 1_000 })) all.push(...records);
      for (let at = 0; at < all.length; at += pageRecords) {
        context.signal.throwIfAborted();
        const records = all.slice(at, at + pageRecords);
        yield { records, cursor: records.at(-1)?.key ?? 0 };
      }
    }),
  },
  {
    mistake: "fetches on while its consumer works",
    breaks: ["back-pressure"],
    source: reading(async function* (system, context) {
      const ready: Promise<IteratorResult<Page<Note>>>[] = [];
      const pages = readNotes(system, context);
      for (let ahead = 0; ahead < 6; ahead++) ready.push(pages.next());
      try {
        for (let next = await ready.shift(); next !== undefined && !next.done; next = await ready.shift()) {
          context.signal.throwIfAborted();
          ready.push(pages.next());
          yield next.value;
        }
      } finally {
        for (const page of ready) page.catch(() => undefined);
        await pages.return(undefined);
      }
    }),
  },
  {
    mistake: "keeps all pages that it gave",
    breaks: ["memory"],
    source: (system) => {
      const given: Page[] = [];
      return paging((page) => {
        given.push(page);
        return page;
      })(system);
    },
  },
  {
    mistake: "fills the page that it gave before",
    breaks: ["order", "own-page", "subject", "cursor", "resume", "disconnect", "writes-during", "writes-between"],
    source: reading(async function* (system, context) {
      const page: { records: Note[]; cursor?: Cursor } = { records: [] };
      for await (const { records, cursor } of readNotes(system, context)) {
        page.records = records as Note[];
        if (cursor !== undefined) page.cursor = cursor;
        yield page as Page;
      }
    }),
  },
  {
    mistake: "empties the page that it gave before",
    breaks: ["order", "own-page", "subject", "resume", "abort-beside", "disconnect", "writes-during", "writes-between"],
    source: reading(async function* (system, context) {
      for await (const { records, cursor } of readNotes(system, context)) {
        const own = [...records];
        yield { records: own, cursor: cursor ?? 0 };
        own.length = 0;
      }
    }),
  },
  ...[
    ["dates", (at: string) => new Date(at)],
    ["bytes", (at: string) => Buffer.from(at)],
    ["big integers", (at: string) => BigInt(Date.parse(at))],
    ["undefined", () => undefined],
    ["infinities", () => Number.POSITIVE_INFINITY],
  ].map(
    ([what, value]): SourceMutant => ({
      mistake: `gives ${what} in its records`,
      breaks:
        what === "dates"
          ? ["plain"]
          : ["order", "plain", "subject", "resume", "disconnect", "writes-during", "writes-between"],
      source: paging(({ records, ...page }) => ({
        ...page,
        records: records.map((record) => ({ ...record, at: (value as (at: string) => unknown)(record.at) })),
      })),
    }),
  ),
  {
    mistake: "gives empty pages for ever",
    breaks: ["again: ends", "order: ends", "…"],
    source: reading(async function* (system, context) {
      let last: Cursor = 0;
      for await (const page of readNotes(system, context)) {
        last = page.cursor ?? 0;
        yield page;
      }
      for (;;) {
        context.signal.throwIfAborted();
        yield { records: [], cursor: last };
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  },
  {
    mistake: "does as it likes about the size of a page",
    breaks: ["page-size", "back-pressure"],
    source: reading((system, context) => readNotes(system, { ...context, pageRecords: 7 })),
  },
  {
    mistake: "gives the rows instead of a page",
    breaks: ["again: shape", "order: shape", "…"],
    source: paging(({ records }) => records as unknown as Page),
  },
  {
    mistake: "keeps its place in the source",
    breaks: ["again", "order", "subject", "foreign-cursor", "abort-beside"],
    source: (system) => {
      let place: number | undefined;
      return reading(async function* (_system, context) {
        const { after: _, ...rest } = context;
        for await (const page of readNotes(system, place === undefined ? context : { ...rest, after: place })) {
          place = page.cursor as number;
          yield page;
        }
      })(system);
    },
  },
  {
    mistake: "shares its place among reads",
    breaks: ["side-by-side"],
    source: (system) => {
      let place: number | undefined;
      return reading(async function* (_system, { after, ...context }) {
        place = keyOf(after);
        let records = 1;
        while (records > 0) {
          const here = place === undefined ? context : { ...context, after: place };
          records = 0;
          for await (const page of readNotes(system, here)) {
            records = page.records.length;
            place = page.cursor as number;
            yield page;
            break;
          }
        }
      })(system);
    },
  },
  {
    mistake: "has one signal for all reads",
    breaks: ["abort-beside: works"],
    source: (system) => {
      let open = 0;
      let shared = new AbortController();
      return reading(async function* (_system, context) {
        if (open++ === 0) shared = new AbortController();
        const { signal } = shared;
        const onAbort = () => shared.abort(context.signal.reason);
        context.signal.addEventListener("abort", onAbort);
        if (context.signal.aborted) onAbort();
        try {
          yield* readNotes(system, { ...context, signal });
        } finally {
          open--;
        }
      })(system);
    },
  },
  {
    mistake: "gives a broken connection back to be lent again",
    breaks: ["disconnect: works"],
    source: reading(async function* (system, context) {
      const connection = await system.connect(context.signal).catch((error: unknown) => {
        throw wrapped(error, context.signal);
      });
      try {
        yield* pagesOver(connection, context);
      } catch (error) {
        if (connection.ended) system.broken.push(connection);
        throw wrapped(error, context.signal);
      } finally {
        connection.release();
      }
    }),
  },
  {
    mistake: "ends as if it were done when its connection breaks",
    breaks: ["disconnect"],
    source: reading(async function* (system, context) {
      let pages = 0;
      try {
        for await (const page of readNotes(system, context)) {
          pages++;
          yield page;
        }
      } catch (error) {
        if (pages === 0 || isAbort(error, context)) throw error;
      }
    }),
  },
  {
    mistake: "says that it is divided and is not",
    breaks: ["capabilities"],
    source: (system) => {
      const { partitions: _, ...source } = dividedSource(system);
      return source;
    },
  },
  {
    mistake: "has partitions that overlap",
    breaks: ["partitions", "partitions-written"],
    source: dividing((partitions) => partitions.map(([after, until]) => [after === null ? null : after - 1, until])),
  },
  {
    mistake: "has a gap between its partitions",
    breaks: ["partitions", "partitions-written"],
    source: dividing((partitions) => partitions.map(([after, until]) => [after === null ? null : after + 2, until])),
  },
  {
    mistake: "gives its partitions out of order",
    breaks: ["partitions"],
    source: dividing((partitions) => [...partitions].reverse()),
  },
  {
    mistake: "ends its partitions at the keys that are there",
    breaks: ["partitions-written"],
    source: dividing((partitions) => partitions.map(([after, until]) => [after ?? 99, until])),
  },
  {
    mistake: "divides itself into nothing",
    breaks: ["partition-values", "partitions", "partitions-written"],
    source: dividing(() => []),
  },
  {
    mistake: "divides itself in another way each time",
    breaks: ["partition-values"],
    source: (system) => {
      let times = 0;
      return dividing((partitions) => (times++ % 2 === 0 ? partitions : [[null, null]]))(system);
    },
  },
  {
    mistake: "makes partitions that cannot travel",
    breaks: [
      "partition-values",
      "partitions: partition-values",
      "partitions-resumed: partition-values",
      "partitions-written: partition-values",
    ],
    source: dividing((partitions) => partitions.map((range) => new Map([["range", range]])) as never),
  },
  {
    mistake: "forgets the partition when it continues",
    breaks: ["partitions-resumed"],
    source: (system) => ({
      ...dividedSource(system),
      read: ({ partition, ...context }) =>
        readNotes(system, partition === undefined || context.after !== undefined ? context : { ...context, partition }),
    }),
  },
  {
    mistake: "finds something wrong where nothing is",
    breaks: ["check: works"],
    source: (system) => ({
      ...notesSource(system),
      async check() {
        throw new PortmanteauError(
          system.state === "unreachable" ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED",
          "There is no table.",
          { retryable: system.state === "unreachable" },
        );
      },
    }),
  },
  {
    mistake: "checks nothing when it is checked",
    breaks: ["unreachable: errors", "refused: errors"],
    source: (system) => ({ ...notesSource(system), check: async () => undefined }),
  },
];
