import type { Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { called, mapped } from "../sql/callbacks.ts";
import { cursorColumns, refuseTwins, requireColumns, wholeCount } from "../sql/contract.ts";
import { keysetPages } from "../sql/keyset.ts";
import { aborted } from "../sql/waiting.ts";
import {
  type Connection,
  connect,
  type SqliteConnections,
  type SqliteRow,
  type SqliteStatement,
} from "./connection.ts";
import { failure } from "./failure.ts";
import { SnapshotToken, type SqliteSnapshot } from "./snapshot.ts";
import { readKey, type SqliteValue } from "./values.ts";

/** What a query is asked for. */
export interface SqliteQueryContext {
  /** Whose rows. */
  readonly subject: SourceSubject;
  /** The cursor column's value in the last row of the page before, as SQLite has it, or an array of them; `null` on the first page. */
  readonly after: SqliteValue | readonly SqliteValue[] | null;
  /** How many rows to give at most. */
  readonly limit: number;
}

/** The query that reads one person from SQLite, and how it is paged. */
export interface SqliteSourceOptions<R = SqliteRow> {
  /**
   * A function that opens a connection: each read has its own, inside one read transaction, and closes it. Or an open connection that
   * others use too: then a page is a statement, nothing stays open between two, and `cursor` is needed.
   */
  readonly database: SqliteConnections;
  /**
   * One SELECT, with everything that varies as a value for a `?`. `check` and `portmanteau coverage` call it too, with an empty
   * subject id.
   *
   * With `cursor` it gives the `limit` rows after `after`, ordered by the cursor columns, which are unique together. Without, it has no
   * LIMIT, and its rows are read as they are needed.
   */
  readonly query: (context: SqliteQueryContext) => SqliteStatement;
  /** The result's column or columns to continue after: `"id"`. Absent: one statement for all rows, and no resuming. */
  readonly cursor?: string | readonly string[];
  /** Counts the rows independently: one row with one column. */
  readonly count?: (context: Pick<SqliteQueryContext, "subject">) => SqliteStatement;
  /** Makes a record of a row. Default: the row is the record. */
  map?(row: SqliteRow): R;
  /** From `sqliteSnapshot(database)`: all sources that share it see the database at one moment. */
  readonly snapshot?: SqliteSnapshot;
}

/**
 * Reads a dataset from SQLite, over better-sqlite3 or node:sqlite. Values are mapped without loss, whatever the connection's options
 * are: see the module.
 *
 * SQLite works inside the process and holds up its event loop for as long as a page takes, and no timeout or abort can stop it there: an
 * abort is seen between two pages. An index on the subject and the cursor columns keeps that short.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options contradict each other, and from reads when a value cannot be given to
 *   SQLite. From `read`, `count` and `check`: `SOURCE_UNAVAILABLE` (the database is locked; retryable), `SOURCE_FAILED` (everything
 *   else, with SQLite's result code), `SOURCE_CONTRACT` (the cursor is missing, NULL or does not advance, more rows than `limit`, a
 *   count that is none), `ABORTED`
 * @example
 * ```ts
 * const source = sqliteSource({
 *   database: () => new Database("app.db", { readonly: true }), // better-sqlite3; or new DatabaseSync("app.db", { readOnly: true })
 *   query: ({ subject, after, limit }) => ({
 *     text: "SELECT id, total, issued_at FROM invoices WHERE customer_id = ? AND id > coalesce(?, 0) ORDER BY id LIMIT ?",
 *     values: [subject.id, after, limit],
 *   }),
 *   cursor: "id",
 *   count: ({ subject }) => ({ text: "SELECT count(*) FROM invoices WHERE customer_id = ?", values: [subject.id] }),
 * });
 * ```
 */
export function sqliteSource<R = SqliteRow>(options: SqliteSourceOptions<R>): Source<R> {
  const { database, query, cursor, count, snapshot } = options;
  const columns = cursorColumns(cursor);
  if (columns === undefined && typeof database !== "function")
    throw invalid(
      "A connection that others use cannot hold a statement open. Name a `cursor`, or give a function that opens one.",
    );
  if (snapshot !== undefined && snapshot.database !== database)
    throw invalid("The snapshot is over another database than the source. Make both over the same function.");

  /** Whatever a reader does with its connection, in the end it is given back. */
  function begin(signal: AbortSignal, token?: unknown): Connection {
    if (signal.aborted) throw aborted(signal);
    if (token === undefined) return connect(database);
    if (!(token instanceof SnapshotToken) || token.database !== database)
      throw contract("The snapshot's token is not one that `sqliteSnapshot` gave for this database.");
    return { ...token.connection, end: () => undefined };
  }

  function keyset(connection: Connection, keys: readonly string[], context: ReadContext) {
    const { subject, after: start, pageRecords: limit, signal } = context;
    return keysetPages<SqliteRow, SqliteValue>({
      columns: keys,
      limit,
      start,
      readKey,
      async *run(after) {
        if (signal.aborted) throw aborted(signal);
        const result = connection.all(
          "The query",
          called("query", () => query({ subject, after, limit }), failure),
        );
        refuseTwins(result.names);
        yield result;
      },
    });
  }

  function* whole(connection: Connection, context: ReadContext) {
    const { subject, after, pageRecords: limit, signal } = context;
    if (after !== undefined) throw contract("A source without `cursor` cannot continue after one.");
    const statement = called("query", () => query({ subject, after: null, limit }), failure);
    for (const { rows, names, mapValues } of connection.pages("The query", statement, limit)) {
      refuseTwins(names);
      mapValues?.();
      yield { rows };
      if (signal.aborted) throw aborted(signal);
    }
  }

  return {
    name: "sqlite",
    capabilities: {
      resume: columns === undefined ? "none" : "cursor",
      partitions: false,
      count: count !== undefined,
      attachments: false,
    },
    consistency: typeof database === "function" ? "dataset" : "none",
    ...(snapshot === undefined ? {} : { snapshot }),
    async *read(context): AsyncGenerator<Page<R>> {
      const connection = begin(context.signal, context.snapshot);
      try {
        const pages = columns === undefined ? whole(connection, context) : keyset(connection, columns, context);
        for await (const { rows, ...cursor } of pages) yield { records: mapped(rows, options, failure), ...cursor };
      } finally {
        connection.end();
      }
    },
    ...(count === undefined
      ? {}
      : {
          async count({ subject, signal, snapshot: token }: ReadContext) {
            const connection = begin(signal, token);
            try {
              return wholeCount(
                connection.all(
                  "The count",
                  called("count", () => count({ subject }), failure),
                ).rows,
              );
            } finally {
              connection.end();
            }
          },
        }),
    /** Compiles `query` and `count`, over a connection like that of a read, and runs neither. */
    async check(signal) {
      const connection = begin(signal);
      const subject = { id: "" };
      try {
        const statement = called("query", () => query({ subject, after: null, limit: 1 }), failure);
        const names = connection.compile("The query", statement);
        refuseTwins(names);
        requireColumns(columns ?? [], names);
        if (count !== undefined)
          connection.compile(
            "The count",
            called("count", () => count({ subject }), failure),
          );
      } finally {
        connection.end();
      }
    },
    query() {
      const { text } = called("query", () => query({ subject: { id: "" }, after: null, limit: 1 }), failure);
      return { dialect: "sqlite", text, client: database };
    },
  };
}
