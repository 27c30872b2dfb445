import type { Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { called, mapped } from "../sql/callbacks.ts";
import { cursorColumns, refuseTwins, requireColumns, wholeCount } from "../sql/contract.ts";
import { keysetPages } from "../sql/keyset.ts";
import { callbackPool, type MysqlPool, type MysqlRow, type MysqlStatement, type Protocol } from "./connection.ts";
import { failure } from "./failure.ts";
import type { MysqlKey } from "./literals.ts";
import { type MysqlSnapshot, SnapshotToken } from "./snapshot.ts";
import { openTransaction, type Transaction } from "./transaction.ts";
import { needsBinary, readKey } from "./values.ts";

/** What a query is asked for. */
export interface MysqlQueryContext {
  /** Whose rows. */
  readonly subject: SourceSubject;
  /** The cursor column's value in the last row of the page before, or an array of them, to be given as values; `null` on the first page. */
  readonly after: MysqlKey | readonly MysqlKey[] | null;
  /** How many rows to give at most. */
  readonly limit: number;
}

/** Rows are taken page by page while the server gives them; one statement for each page takes twice as long. */
const pagesPerStatement = 64;

/** The query that reads one person from MySQL or MariaDB, and how it is paged. */
export interface MysqlSourceOptions<R = MysqlRow> {
  /** A Pool of `mysql2` or of `mysql2/promise`. None of its options changes what is read. */
  readonly pool: MysqlPool;
  /**
   * One SELECT, with everything that varies as a value for a `?`. `check` and `portmanteau coverage` call it too, with an empty
   * subject id.
   *
   * With `cursor` it gives the `limit` rows after `after`, ordered by the cursor columns, which are unique together. Without, it has no
   * LIMIT, and its rows are read as they come.
   */
  readonly query: (context: MysqlQueryContext) => MysqlStatement;
  /** The result's column or columns to continue after: `"id"`. Absent: one statement for all rows, and no resuming. */
  readonly cursor?: string | readonly string[];
  /** Counts the rows independently: one row with one column. */
  readonly count?: (context: Pick<MysqlQueryContext, "subject">) => MysqlStatement;
  /** Makes a record of a row. Default: the row is the record. */
  map?(row: MysqlRow): R;
  /** From `mysqlSnapshot(pool)`: all sources that share it see the database at one moment. It needs a `cursor`. */
  readonly snapshot?: MysqlSnapshot;
  /**
   * How long the server may take for one page, in milliseconds; 0 is for ever. With `snapshot` its own limit stands instead. Default
   * 60,000.
   */
  readonly statementTimeoutMs?: number;
}

/**
 * Reads a dataset from MySQL or MariaDB: one connection and one read-only transaction with a consistent snapshot per read, so the
 * dataset is as it was at one moment (in tables with transactions: InnoDB). Values are mapped without loss, by a table of this package
 * and not by the pool's options: see the module. Session variables that it sets are set back when the connection returns to the pool.
 *
 * An abort ends the read at once and stops the statement on the server: the connection that runs it is closed, and another one of the
 * pool sends `KILL`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options contradict each other, and from reads when `?` and values do not match.
 *   From `read`, `count` and `check`: `SOURCE_UNAVAILABLE` (connection refused or lost, too many connections, deadlock, lock wait;
 *   retryable), `SOURCE_TIMEOUT` (retryable), `SOURCE_FAILED` (everything else, with the server's error number), `SOURCE_CONTRACT` (the
 *   cursor is missing, NULL or does not advance, more rows than `limit`, a count that is none), `ABORTED`
 * @example
 * ```ts
 * const source = mysqlSource({
 *   pool,
 *   query: ({ subject, after, limit }) => ({
 *     text: "SELECT id, total, issued_at FROM invoices WHERE customer_id = ? AND (? IS NULL OR id > ?) ORDER BY id LIMIT ?",
 *     values: [subject.id, after, after, limit],
 *   }),
 *   cursor: "id",
 *   count: ({ subject }) => ({ text: "SELECT count(*) FROM invoices WHERE customer_id = ?", values: [subject.id] }),
 * });
 * ```
 */
export function mysqlSource<R = MysqlRow>(options: MysqlSourceOptions<R>): Source<R> {
  const { pool, query, cursor, count, snapshot, statementTimeoutMs = 60_000 } = options;
  const columns = cursorColumns(cursor);
  callbackPool(pool);
  if (!Number.isInteger(statementTimeoutMs) || statementTimeoutMs < 0 || statementTimeoutMs > 2 ** 31 - 1)
    throw invalid("`statementTimeoutMs` is no whole number of milliseconds between 0 and 2^31-1.");
  if (snapshot !== undefined && snapshot.pool !== pool)
    throw invalid("The snapshot is over another pool than the source. Make both over the same object.");
  if (snapshot !== undefined && columns === undefined)
    throw invalid("Sources that share a snapshot share its connection, page by page. Name a `cursor`.");

  async function begin(signal: AbortSignal, token?: unknown): Promise<Transaction> {
    if (token === undefined) return openTransaction(pool, { statementTimeoutMs, signal });
    if (!(token instanceof SnapshotToken) || token.pool !== pool)
      throw contract("The snapshot's token is not one that `mysqlSnapshot` gave for this pool.");
    return token.transaction.forRead();
  }

  /** Lets the server plan the query before anything is read, and says how its rows have to come. */
  async function plan(transaction: Transaction, statement: MysqlStatement, signal: AbortSignal): Promise<Protocol> {
    const fields = await transaction.plan("The query", statement, signal);
    const names = fields.map(({ name }) => name);
    refuseTwins(names);
    requireColumns(columns ?? [], names);
    return needsBinary(fields) ? "binary" : "text";
  }

  async function* keyset(transaction: Transaction, keys: readonly string[], context: ReadContext) {
    const { subject, after: start, pageRecords, signal, snapshot: token } = context;
    // Over a shared connection nobody may be in the middle of an answer.
    const limit = token === undefined ? pageRecords * pagesPerStatement : pageRecords;
    let protocol: Protocol | undefined;
    const pages = keysetPages<MysqlRow, MysqlKey>({
      columns: keys,
      limit,
      start,
      readKey,
      async *run(after) {
        const statement = called("query", () => query({ subject, after, limit }), failure);
        protocol ??= await plan(transaction, statement, signal);
        if (token === undefined) yield* transaction.pages(statement, pageRecords, signal, protocol);
        else yield await transaction.query("The query", statement, signal, protocol);
      },
    });
    for await (const { rows, cursor } of pages) yield { records: mapped(rows, options, failure), cursor };
  }

  async function* whole(transaction: Transaction, context: ReadContext): AsyncGenerator<Page<R>> {
    const { subject, after, pageRecords: limit, signal } = context;
    if (after !== undefined) throw contract("A source without `cursor` cannot continue after one.");
    const statement = called("query", () => query({ subject, after: null, limit }), failure);
    const protocol = await plan(transaction, statement, signal);
    for await (const page of transaction.pages(statement, limit, signal, protocol)) {
      page.mapValues?.();
      yield { records: mapped(page.rows, options, failure) };
    }
  }

  return {
    name: "mysql",
    capabilities: {
      resume: columns === undefined ? "none" : "cursor",
      partitions: false,
      count: count !== undefined,
      attachments: false,
    },
    consistency: "dataset",
    ...(snapshot === undefined ? {} : { snapshot }),
    async *read(context) {
      const transaction = await begin(context.signal, context.snapshot);
      try {
        if (columns === undefined) yield* whole(transaction, context);
        else yield* keyset(transaction, columns, context);
      } finally {
        await transaction.end();
      }
    },
    ...(count === undefined
      ? {}
      : {
          async count({ subject, signal, snapshot: token }: ReadContext) {
            const transaction = await begin(signal, token);
            try {
              const statement = called("count", () => count({ subject }), failure);
              return wholeCount((await transaction.query("The count", statement, signal)).rows);
            } finally {
              await transaction.end();
            }
          },
        }),
    /** Lets the server plan `query` and `count`, in the transaction a read would use, and runs neither. */
    async check(signal) {
      const transaction = await begin(signal);
      const subject = { id: "" };
      try {
        const statement = called("query", () => query({ subject, after: null, limit: 1 }), failure);
        await plan(transaction, statement, signal);
        if (count === undefined) return;
        const counting = called("count", () => count({ subject }), failure);
        await transaction.plan("The count", counting, signal);
      } finally {
        await transaction.end();
      }
    },
    query() {
      const { text } = called("query", () => query({ subject: { id: "" }, after: null, limit: 1 }), failure);
      return { dialect: "mysql", text, client: pool };
    },
  };
}
