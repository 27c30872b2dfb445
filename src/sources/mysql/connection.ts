import { invalid } from "../../model/source-error.ts";
import type { Row, Rows } from "../sql/keyset.ts";
import { untilAborted } from "../sql/waiting.ts";
import { bind } from "./literals.ts";
import {
  keyOf,
  type MysqlField,
  type MysqlRawRow,
  type MysqlValue,
  mapRows,
  readBinary,
  readOptions,
  readText,
} from "./values.ts";

/** SQL text and the values of its `?`, in order: text, numbers, booleans, dates, bytes, null, or a list of them for `IN (?)`. */
export interface MysqlStatement {
  /** The SQL, with a `?` for each value. */
  readonly text: string;
  /** The values, in their order. */
  readonly values?: readonly unknown[];
}

/** A row as it is read, each value mapped without loss. */
export type MysqlRow = Row;

/** How we ask mysql2 to run a statement: every option that a pool may have set otherwise. */
export interface MysqlQueryOptions {
  sql: string;
  rowsAsArray: boolean;
  nestTables: boolean;
  dateStrings: boolean;
  supportBigNumbers: boolean;
  bigNumberStrings: boolean;
  /** Maps a value before the driver does. */
  typeCast(value: MysqlValue, next: () => unknown): unknown;
}

type MysqlCallback = (error: Error | null, rows: unknown, fields: unknown) => void;

/** The part of mysql2's running query we use. */
export interface MysqlRunning {
  /** Listens to columns, rows, errors and the end. */
  on(event: "fields" | "result" | "error" | "end", listener: (value: unknown) => void): unknown;
}

/** The part of mysql2's PoolConnection we call. */
export interface MysqlConnection {
  /** What the server knows the connection by: to stop its statement. */
  readonly threadId: number | null;
  /** Runs a statement. */
  query(options: MysqlQueryOptions, callback?: MysqlCallback): MysqlRunning;
  /** Runs a prepared statement. */
  execute(options: MysqlQueryOptions, callback?: MysqlCallback): MysqlRunning;
  /** Prepares a statement. */
  prepare(sql: string, callback: (error: Error | null, statement: unknown) => void): unknown;
  /** Forgets a prepared statement. */
  unprepare(sql: string | MysqlQueryOptions): unknown;
  /** Stops the rows from coming. */
  pause(): void;
  /** Lets the rows come again. */
  resume(): void;
  /** Gives the connection back. */
  release(): void;
  /** Closes the connection at once. */
  destroy(): void;
  /** Listens to errors of the connection. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Listens no more. */
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** The part of mysql2's Pool we call. */
export interface MysqlCallbackPool {
  /** Takes a connection. */
  getConnection(callback: (error: Error | null, connection: MysqlConnection) => void): void;
}

/** Where connections come from: a Pool of `mysql2`, or of `mysql2/promise`. */
export type MysqlPool = MysqlCallbackPool | { readonly pool: MysqlCallbackPool };

export type Result = Rows<MysqlRow>;

/** How a result comes: see `needsBinary`. */
export type Protocol = "text" | "binary";

/** One connection, ours until `close`. */
export interface Connection {
  /** Runs one statement to its end. */
  send(statement: MysqlStatement, protocol?: Protocol): Promise<Result>;
  /** Starts one statement, whose rows are taken page by page, as they come. */
  start(statement: MysqlStatement, limit: number, protocol?: Protocol): RunningRows;
  /** Lets the server plan the statement, without running it; gives the columns of its result. */
  prepare(statement: MysqlStatement): Promise<readonly MysqlField[]>;
  /** Gives the connection back, or closes it when it is `broken`. */
  close(broken: boolean): void;
  /** After `close(true)`: stops what the server still runs over it. */
  stop(server: string): Promise<void>;
}

export interface RunningRows {
  /** The next rows, `limit` of them but for the last. The server waits between two calls. */
  next(): Promise<Result>;
  /** Whether the server has nothing more to say of it. */
  hasEnded(): boolean;
}

/** Waits for a connection; the wait ends with the signal, and a connection that comes too late goes back. */
export async function connect(pool: MysqlPool, signal: AbortSignal): Promise<Connection> {
  const connection = await untilAborted(take(pool), signal, (late) => late.release());
  // A connection that the server ends emits `error`, which would end the process; what we ask next tells.
  const ignore = () => undefined;
  connection.on("error", ignore);

  return {
    send: (statement, protocol) =>
      new Promise((resolve, reject) => {
        run(connection, bound(statement), protocol, (error, rows, fields) => {
          if (error === null) resolve(resultOf(rows as MysqlRawRow[], fields as MysqlField[] | undefined));
          else reject(error);
        });
      }),
    start: (statement, limit, protocol) => {
      const sql = bound(statement); // what is wrong with it is said before anything listens
      return startRows(connection, () => run(connection, sql, protocol), limit);
    },
    prepare: (statement) =>
      new Promise((resolve, reject) => {
        const sql = bound(statement);
        connection.prepare(sql, (error, prepared) => {
          if (error !== null) return reject(error);
          connection.unprepare(sql);
          resolve((prepared as { readonly columns: readonly MysqlField[] }).columns);
        });
      }),
    close: (broken) => {
      if (broken) return connection.destroy(); // it keeps `ignore`: the socket can fail after this
      connection.release();
      connection.off("error", ignore);
    },
    stop: (server) => kill(pool, connection.threadId, server),
  };
}

function bound({ text, values = [] }: MysqlStatement): string {
  return bind(text, values);
}

function run(
  connection: MysqlConnection,
  sql: string,
  protocol: Protocol = "text",
  callback?: MysqlCallback,
): MysqlRunning {
  const typeCast = protocol === "text" ? readText : readBinary;
  const options = { sql, typeCast, ...readOptions };
  if (protocol === "text") return connection.query(options, callback);
  const running = connection.execute(options, callback);
  running.on("end", () => connection.unprepare(options));
  return running;
}

/** Selects which server it is. */
export const serverName = "CONCAT_WS('/', @@hostname, @@port, @@server_id)";

/** @throws {PortmanteauError} `CONFIG_INVALID` when it is no pool */
export function callbackPool(pool: MysqlPool): MysqlCallbackPool {
  const own = "pool" in pool ? pool.pool : pool;
  if (typeof own?.getConnection === "function") return own;
  throw invalid(
    "`pool` is no Pool of mysql2 or mysql2/promise. A single connection cannot be one: another one stops its statements.",
  );
}

function take(pool: MysqlPool): Promise<MysqlConnection> {
  return new Promise((resolve, reject) => {
    callbackPool(pool).getConnection((error, connection) => {
      if (error === null) resolve(connection);
      else reject(error);
    });
  });
}

/**
 * A server does not notice that a client is gone while it works; so another connection tells it. Behind one address there can be
 * several servers, which number their connections alike: only the same one may be told.
 */
async function kill(pool: MysqlPool, threadId: number | null, server: string): Promise<void> {
  if (threadId === null) return;
  const connection = await take(pool);
  const send = (statement: MysqlStatement) =>
    new Promise<readonly MysqlRow[]>((resolve) => {
      // An error says that it is gone already, or that this connection is of no use.
      run(connection, bound(statement), "text", (_, rows) => resolve((rows as MysqlRow[] | undefined) ?? []));
    });
  const [found] = await send({ text: `SELECT ${serverName} AS name` });
  if (found?.["name"] === server) await send({ text: "KILL ?", values: [threadId] });
  connection.release();
}

function resultOf(rows: MysqlRawRow[], fields: readonly MysqlField[] = []): Result {
  const names = fields.map(({ name }) => name);
  return {
    rows,
    names,
    keyOf: (row, column) => keyOf((row as MysqlRawRow)[column], fields[names.indexOf(column)] as MysqlField),
    mapValues: () => mapRows(rows, fields),
  };
}

function startRows(connection: MysqlConnection, start: () => MysqlRunning, limit: number): RunningRows {
  let fields: readonly MysqlField[] = [];
  let rows: MysqlRawRow[] = [];
  let ended = false;
  let failed: unknown;
  let wake: () => void = () => undefined;

  const fail = (error: unknown) => {
    failed ??= error;
    wake();
  };
  // A connection that breaks off, or that is gone already, tells the query only when it has a callback.
  connection.on("error", fail);
  const running = start();
  running.on("fields", (received) => {
    fields = received as readonly MysqlField[];
  });
  running.on("result", (row) => {
    rows.push(row as MysqlRawRow);
    if (rows.length !== limit) return;
    wake();
    // Only after all that arrived with this row, 64 KiB at most: when paused in the middle of it, mysql2 copies every packet to keep it.
    queueMicrotask(() => {
      if (rows.length >= limit && !ended) connection.pause();
    });
  });
  const end = () => {
    ended = true;
    connection.off("error", fail);
    wake();
  };
  running.on("error", (error) => {
    failed ??= error;
    end();
  });
  running.on("end", end);

  return {
    async next() {
      if (rows.length < limit && !ended && failed === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
          connection.resume();
        });
      if (failed !== undefined) throw failed;
      const page = rows.slice(0, limit);
      rows = rows.slice(limit); // a new one: an array that lives long keeps the dead rows until a full collection
      return resultOf(page, fields);
    },
    hasEnded: () => ended,
  };
}
