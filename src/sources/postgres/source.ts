import { PortmanteauError } from "../../model/errors.ts";
import type { Page, Partition, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { called, mapped } from "../sql/callbacks.ts";
import { cursorColumns, refuseTwins, requireColumns, wholeCount } from "../sql/contract.ts";
import { keysetPages } from "../sql/keyset.ts";
import { settlesSoon } from "../sql/waiting.ts";
import type { PostgresConnections, PostgresRow, PostgresStatement } from "./connection.ts";
import { failure, sqlState } from "./failure.ts";
import { keyed, readKey } from "./keyset.ts";
import { divisionOf, type KeyRange, keyRangeOf, keyRanges, type PostgresPartitionsOptions } from "./partitions.ts";
import { type PostgresSnapshot, SnapshotToken } from "./snapshot.ts";
import { openTransaction, type Transaction } from "./transaction.ts";

/** What a query is asked for. */
export interface PostgresQueryContext {
  /** Whose rows. */
  readonly subject: SourceSubject;
  /** The cursor column's value in the last row of the page before, as text, or an array of them; `null` on the first page. */
  readonly after: string | readonly string[] | null;
  /** The last row to give, as `after` names it, when the source has `partitions`; `null` when there is no last one. */
  readonly until: string | readonly string[] | null;
  /** How many rows to give at most. */
  readonly limit: number;
}

/** The query that reads one person from PostgreSQL, and how it is paged. */
export interface PostgresSourceOptions<R = PostgresRow> {
  /**
   * A pg `Pool`; a connected pg `Client` or a `PGlite` count as a pool of one. A client inside its owner's transaction is refused where it
   * says so, which pg's does from 8.21 on; an older one must be in none: the source would end it.
   */
  readonly pool: PostgresConnections;
  /**
   * One SELECT, with everything that varies as a parameter. `check` and `portmanteau coverage` call it too, with an empty subject id.
   *
   * With `cursor` it gives the `limit` rows after `after`, and up to `until` when there are `partitions`, ordered by the cursor columns,
   * which are unique together. Without, it has no LIMIT and is read through a server-side cursor.
   */
  readonly query: (context: PostgresQueryContext) => PostgresStatement;
  /** The result's column or columns to continue after: `"id"`. Absent: a server-side cursor, and no resuming. */
  readonly cursor?: string | readonly string[];
  /**
   * Reads the rows side by side, in ranges of the cursor columns, each over a connection of its own. The query must then keep to `until`:
   * `AND ($4::bigint IS NULL OR id <= $4)`. Its keys are walked once more to find the ranges; rows that are written meanwhile are in one.
   * With `snapshot` all ranges show one moment. Over a single connection they would only wait for each other: leave it out there.
   */
  readonly partitions?: PostgresPartitionsOptions;
  /** Counts the rows independently: one row with one column. */
  readonly count?: (context: Pick<PostgresQueryContext, "subject">) => PostgresStatement;
  /** Makes a record of a row. Default: the row is the record. */
  map?(row: PostgresRow): R;
  /** From `postgresSnapshot(pool)`: all sources that share it see the database at one moment. */
  readonly snapshot?: PostgresSnapshot;
  /** How long one statement may run, in milliseconds; 0 is for ever. PGlite has no such limit. Default 60,000. */
  readonly statementTimeoutMs?: number;
}

let cursors = 0;
const wholeRange: KeyRange = { after: null, until: null };

/**
 * Reads a dataset from PostgreSQL: one connection and one read-only, repeatable-read transaction per read, so the dataset is as it
 * was at one moment. Values are mapped without loss, by a table of this package and not by the client's own parsers: see the module.
 *
 * COPY would save 0.7 µs of CPU per row of 7 columns (1.8 by key, 1.6 by cursor, 1.1 by COPY), next to some 13 that the export of a row
 * takes. It is not used: it takes no parameters, so that the subject's id would have to be written into the SQL, and nothing can go on after it.
 *
 * An abort ends the read at once and stops the statement on the server: the connection that runs it is destroyed, and another one of
 * the pool cancels it. Over a single connection nobody can stop the statement; it is left to end, at the latest by
 * `statementTimeoutMs`, and later reads over the connection wait for that.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options contradict each other. From `read`, `count`, `partitions` and `check`:
 *   `SOURCE_UNAVAILABLE` (connection refused or lost, serialization failure, deadlock; retryable), `SOURCE_TIMEOUT` (retryable),
 *   `SOURCE_FAILED` (everything else, with the SQLSTATE), `SOURCE_CONTRACT` (the cursor is missing, NULL or does not advance, more
 *   rows than `limit`, a query that does not keep to `until`, a count that is none), `ABORTED`
 * @example
 * ```ts
 * const source = postgresSource({
 *   pool,
 *   query: ({ subject, after, limit }) => ({
 *     text: "SELECT id, total, issued_at FROM invoices WHERE customer_id = $1 AND ($2::bigint IS NULL OR id > $2) ORDER BY id LIMIT $3",
 *     values: [subject.id, after, limit],
 *   }),
 *   cursor: "id",
 *   count: ({ subject }) => ({ text: "SELECT count(*) FROM invoices WHERE customer_id = $1", values: [subject.id] }),
 * });
 * ```
 */
export function postgresSource<R = PostgresRow>(options: PostgresSourceOptions<R>): Source<R> {
  const { pool, query, cursor, count, partitions, snapshot, statementTimeoutMs = 60_000 } = options;
  const columns = cursorColumns(cursor);
  const division = partitions === undefined ? undefined : divisionOf(partitions, columns);
  if (!Number.isInteger(statementTimeoutMs) || statementTimeoutMs < 0 || statementTimeoutMs > 2 ** 31 - 1)
    throw invalid("`statementTimeoutMs` is no whole number of milliseconds between 0 and 2^31-1.");
  if (snapshot !== undefined && snapshot.pool !== pool)
    throw invalid("The snapshot is over another pool than the source. Make both over the same object.");

  async function begin(signal: AbortSignal, token?: unknown): Promise<Transaction> {
    if (token === undefined) return openTransaction(pool, { statementTimeoutMs, signal });
    if (!(token instanceof SnapshotToken) || token.pool !== pool)
      throw contract("The snapshot's token is not one that `postgresSnapshot` gave for this pool.");
    if (typeof token.view !== "string") return token.view.forRead(statementTimeoutMs);
    try {
      return await openTransaction(pool, { statementTimeoutMs, signal, snapshotId: token.view });
    } catch (error) {
      if (!PortmanteauError.is(error) || !/^(?:22023|42704)$/.test(sqlState(error.cause) ?? "")) throw error;
      throw new PortmanteauError("SOURCE_UNAVAILABLE", "The snapshot is gone: its connection ended. Export again.", {
        cause: error.cause,
      });
    }
  }

  async function inTransaction<T>(
    signal: AbortSignal,
    token: unknown,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const transaction = await begin(signal, token);
    try {
      return await work(transaction);
    } finally {
      await transaction.end();
    }
  }

  async function* byKey(
    transaction: Transaction,
    keys: readonly string[],
    { subject, after: start, partition, pageRecords: limit, signal }: ReadContext,
  ): AsyncGenerator<Page<R>> {
    const { after: from, until } = partition === undefined ? wholeRange : keyRangeOf(partition, keys.length);
    const pages = keysetPages<PostgresRow, string>({
      columns: keys,
      limit,
      start: start === undefined ? (from ?? undefined) : start,
      readKey,
      async *run(after) {
        const statement = called("query", () => query({ subject, after, until, limit }), failure);
        yield keyed(await transaction.query("The query", statement, signal));
      },
    });
    for await (const { rows, cursor } of pages) yield { records: mapped(rows, options, failure), cursor };
  }

  async function* serverCursorPages(transaction: Transaction, context: ReadContext): AsyncGenerator<Page<R>> {
    const { subject, pageRecords: limit, signal, after, partition } = context;
    if (after !== undefined || partition !== undefined)
      throw contract("A source without `cursor` cannot continue after one, and has no partitions.");
    const name = `portmanteau_${++cursors}`;
    const statement = called("query", () => query({ subject, ...wholeRange, limit }), failure);
    await transaction.query("The query", declare(name, statement), signal);
    try {
      for (;;) {
        const result = await transaction.query("The query", { text: `FETCH ${limit} FROM ${name}` }, signal);
        const { length } = result.rows;
        if (length > 0) yield { records: mapped(keyed(result).rows, options, failure) };
        if (length < limit) return;
      }
    } finally {
      // Other reads go on in a shared transaction. If it cannot be closed now, that transaction's end closes it.
      if (transaction.shared)
        void settlesSoon(
          transaction.query("Closing the cursor", { text: `CLOSE ${name}` }, new AbortController().signal),
        );
    }
  }

  /** Plans the statement as a read would, and fetches nothing. */
  async function plan(transaction: Transaction, what: string, statement: PostgresStatement, signal: AbortSignal) {
    const name = `portmanteau_${++cursors}`;
    // NULL is a value of every type, so the statement is planned whatever a subject's id looks like.
    const values = (statement.values ?? []).map(() => null);
    await transaction.query(what, declare(name, { text: statement.text, values }), signal);
    return transaction.query(what, { text: `FETCH 0 FROM ${name}` }, signal);
  }

  return {
    name: "postgres",
    capabilities: {
      resume: columns === undefined ? "none" : "cursor",
      partitions: division !== undefined,
      count: count !== undefined,
      attachments: false,
    },
    consistency: "dataset",
    ...(snapshot === undefined ? {} : { snapshot }),
    async *read(context) {
      const transaction = await begin(context.signal, context.snapshot);
      try {
        if (columns === undefined) yield* serverCursorPages(transaction, context);
        else yield* byKey(transaction, columns, context);
      } finally {
        await transaction.end();
      }
    },
    ...(count === undefined
      ? {}
      : {
          count: ({ subject, signal, snapshot: token }: ReadContext) =>
            inTransaction(signal, token, async (transaction) => {
              const statement = called("count", () => count({ subject }), failure);
              return wholeCount(keyed(await transaction.query("The count", statement, signal)).rows);
            }),
        }),
    ...(division === undefined
      ? {}
      : {
          partitions: ({ subject, signal, snapshot: token }: ReadContext): Promise<readonly Partition[]> =>
            inTransaction(signal, token, (transaction) =>
              keyRanges(
                (range, limit) => called("query", () => query({ subject, ...range, limit }), failure),
                division,
                (statement) => transaction.query("The query for the partitions", statement, signal),
              ),
            ),
        }),
    /** Plans `query` and `count` with every parameter NULL, in the transaction a read would use, and fetches no row. */
    check: (signal) =>
      inTransaction(signal, undefined, async (transaction) => {
        const subject = { id: "" };
        const statement = called("query", () => query({ subject, ...wholeRange, limit: 1 }), failure);
        const { fields } = await plan(transaction, "The query", statement, signal);
        const names = fields.map(({ name }) => name);
        refuseTwins(names);
        requireColumns(columns ?? [], names);
        if (count !== undefined) {
          const counting = called("count", () => count({ subject }), failure);
          await plan(transaction, "The count", counting, signal);
        }
      }),
    query() {
      const { text } = called(
        "query",
        () => query({ subject: { id: "" }, after: null, until: null, limit: 1 }),
        failure,
      );
      return { dialect: "postgres", text, client: pool };
    },
  };
}

function declare(name: string, { text, values }: PostgresStatement): PostgresStatement {
  return { text: `DECLARE ${name} NO SCROLL CURSOR FOR ${text}`, values: values ?? [] };
}
