import type { Snapshot } from "../../model/source.ts";
import { callbackPool, type MysqlPool } from "./connection.ts";
import { openTransaction, type SharedTransaction, shareTransaction } from "./transaction.ts";

/** One moment of one database, for every source that names it. */
export interface MysqlSnapshot extends Snapshot {
  /** Where the sources must read. */
  readonly pool: MysqlPool;
}

/** What `open` hands to the reads of one export. */
export class SnapshotToken {
  readonly pool: MysqlPool;
  readonly transaction: SharedTransaction;

  constructor(pool: MysqlPool, transaction: SharedTransaction) {
    this.pool = pool;
    this.transaction = transaction;
  }
}

/**
 * A view of the database at one moment, shared by all sources over `pool` that name it: their datasets and counts agree with each other
 * whatever is written meanwhile. It holds for tables with transactions (InnoDB).
 *
 * The server has no way to show one moment to several connections. So all reads run in one transaction over one connection, which the
 * snapshot holds for the length of the export, a page at a time: lanes share it, and its sources need a `cursor`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when `pool` is none; from `open`: `SOURCE_UNAVAILABLE`, `SOURCE_FAILED`, `ABORTED`
 * @example
 * ```ts
 * const snapshot = mysqlSnapshot(pool);
 * const invoices = mysqlSource({ pool, snapshot, query: invoicesQuery, cursor: "id" });
 * const tickets = mysqlSource({ pool, snapshot, query: ticketsQuery, cursor: "id" });
 * ```
 */
export function mysqlSnapshot(
  pool: MysqlPool,
  {
    statementTimeoutMs = 60_000,
  }: {
    /** How long one statement of any of its sources may run, in milliseconds; 0 is for ever. Default 60,000. */
    readonly statementTimeoutMs?: number;
  } = {},
): MysqlSnapshot {
  callbackPool(pool);
  return {
    pool,
    open: async (signal) => {
      const transaction = shareTransaction(await openTransaction(pool, { statementTimeoutMs, signal }));
      return { token: new SnapshotToken(pool, transaction), close: transaction.end };
    },
  };
}
