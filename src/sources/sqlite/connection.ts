import { invalid } from "../../model/source-error.ts";
import type { Row, Rows } from "../sql/keyset.ts";
import { failure } from "./failure.ts";
import { bound, keyOf, type RawRow, recordOf } from "./values.ts";

/** SQL text and the values of its `?`, in order: text, numbers, booleans, bytes, null. */
export interface SqliteStatement {
  /** The SQL, with a `?` for each value. */
  readonly text: string;
  /** The values, in their order. */
  readonly values?: readonly unknown[];
}

/** A row as it is read, each value mapped without loss. */
export type SqliteRow = Row;

/** The part of a prepared statement of better-sqlite3 or node:sqlite we call. */
export interface SqlitePrepared {
  /** All rows at once. */
  all(...values: unknown[]): unknown[];
  /** The rows, one by one. */
  iterate(...values: unknown[]): Iterable<unknown>;
  /** The columns of the result. */
  columns(): readonly { readonly name: string }[];
  /** better-sqlite3's, like the next one. */
  safeIntegers?(on: boolean): unknown;
  /** Rows as arrays, of better-sqlite3. */
  raw?(on: boolean): unknown;
  /** node:sqlite's, like the next one. */
  setReadBigInts?(on: boolean): void;
  /** Rows as arrays, of node:sqlite. */
  setReturnArrays?(on: boolean): void;
}

/** The part of better-sqlite3's Database and of node:sqlite's DatabaseSync we call. */
export interface SqliteDatabase {
  /** Prepares a statement. */
  prepare(sql: string): SqlitePrepared;
  /** Runs statements without values. */
  exec(sql: string): unknown;
  /** Closes the connection. */
  close(): unknown;
}

/** A function that opens a connection for one read, which closes it; or an open one, which stays its owner's. */
export type SqliteConnections = (() => SqliteDatabase) | SqliteDatabase;

export type Result = Rows<SqliteRow>;

/** A connection for the length of a read. */
export interface Connection {
  all(what: string, statement: SqliteStatement): Result;
  /** Rows in pages of `limit`, taken as they are asked for. */
  pages(what: string, statement: SqliteStatement, limit: number): Generator<Result>;
  /** Compiles the statement and does not run it; gives the names of its columns. */
  compile(what: string, statement: SqliteStatement): readonly string[];
  /** Ends what was begun. Never throws; a second call does nothing more. */
  end(): void;
}

/** A connection of the reader's own is a read transaction from its first statement to its end. */
export function connect(database: SqliteConnections): Connection {
  if (typeof database !== "function") return connectionOf(database, () => undefined);
  let opened: SqliteDatabase | undefined;
  try {
    opened = database();
    opened.exec("PRAGMA query_only = ON; BEGIN");
  } catch (cause) {
    opened?.close();
    throw failure(cause, "Opening the database");
  }
  return connectionOf(opened, closing(opened));
}

function closing(database: SqliteDatabase): () => void {
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    database.close(); // rolls back; nothing was written
  };
}

function connectionOf(database: SqliteDatabase, end: () => void): Connection {
  /** What `all` ran last: the pages of a read by key are one statement. */
  let latest: { readonly text: string; readonly prepared: SqlitePrepared } | undefined;

  const prepare = (what: string, text: string) => attempt(what, () => database.prepare(text));

  return {
    all(what, { text, values = [] }) {
      const prepared = latest?.text === text ? latest.prepared : prepare(what, text);
      latest = { text, prepared };
      const rows = attempt(what, () => inArrays(prepared).all(...values.map(bound)) as RawRow[]);
      return resultOf(rows, namesOf(what, prepared));
    },
    *pages(what, { text, values = [] }, limit) {
      const prepared = prepare(what, text);
      const names = namesOf(what, prepared);
      const rows = attempt(what, () =>
        (inArrays(prepared).iterate(...values.map(bound)) as Iterable<RawRow>)[Symbol.iterator](),
      );
      try {
        for (;;) {
          const page = attempt(what, () => take(rows, limit));
          if (page.length > 0) yield resultOf(page, names);
          if (page.length < limit) return;
        }
      } finally {
        rows.return?.();
      }
    },
    compile(what, { text, values = [] }) {
      const explained = prepare(what, `EXPLAIN ${text}`);
      attempt(what, () => explained.all(...values.map(bound)));
      return namesOf(what, prepare(what, text));
    },
    end,
  };
}

/**
 * Has the statement give each row as an array, INTEGERs as BigInt. The objects that the drivers make are slow: with our own, made of
 * arrays with BigInts, a loop over better-sqlite3 takes 0.85 of the time.
 */
function inArrays(prepared: SqlitePrepared): SqlitePrepared {
  if (prepared.raw === undefined && prepared.setReturnArrays === undefined)
    throw invalid("`database` gives no rows as arrays. Use better-sqlite3, or node:sqlite of Node.js 22.16 or newer.");
  prepared.safeIntegers?.(true);
  prepared.raw?.(true);
  prepared.setReadBigInts?.(true);
  prepared.setReturnArrays?.(true);
  return prepared;
}

function namesOf(what: string, prepared: SqlitePrepared): readonly string[] {
  return attempt(what, () => prepared.columns().map(({ name }) => name));
}

function attempt<T>(what: string, doing: () => T): T {
  try {
    return doing();
  } catch (cause) {
    throw failure(cause, what);
  }
}

function take(rows: Iterator<RawRow>, limit: number): RawRow[] {
  const page: RawRow[] = [];
  while (page.length < limit) {
    const { done, value } = rows.next();
    if (done) break;
    page.push(value);
  }
  return page;
}

/** Rows are arrays until `mapValues` puts records in their places. */
function resultOf(raw: RawRow[], names: readonly string[]): Result {
  const rows = raw as unknown[] as SqliteRow[];
  return {
    rows,
    names,
    // As it was read: what is a string in the record was TEXT, an INTEGER or a BLOB.
    keyOf: (row, column) => keyOf((row as unknown as RawRow)[names.indexOf(column)]),
    mapValues: () => {
      for (let at = 0; at < raw.length; at++) rows[at] = recordOf(raw[at] as RawRow, names);
    },
  };
}
