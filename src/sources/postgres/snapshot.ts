import type { OpenSnapshot, Snapshot } from "../../model/source.ts";
import { invalid } from "../../model/source-error.ts";
import { Turns } from "../sql/waiting.ts";
import { isPool, type PostgresConnections } from "./connection.ts";
import { openTransaction, type SharedTransaction, shareTransaction } from "./transaction.ts";

/** One moment of one database, for every source that names it. */
export interface PostgresSnapshot extends Snapshot {
  /** Where the sources must read. */
  readonly pool: PostgresConnections;
}

/** What `open` hands to the reads of one export. */
export class SnapshotToken {
  readonly pool: PostgresConnections;
  /** The name under which other connections find the snapshot, or the one transaction that all reads share. */
  readonly view: string | SharedTransaction;

  constructor(pool: PostgresConnections, view: string | SharedTransaction) {
    this.pool = pool;
    this.view = view;
  }
}

const snapshotTurns = new WeakMap<PostgresConnections, Turns>();
const statementTimeoutMs = 60_000;

/**
 * A view of the database at one moment, shared by all sources over `pool` that name it: their datasets and counts agree with each other
 * whatever is written meanwhile.
 *
 * Over a `Pool` it holds one connection for the length of the export (idle in a transaction, which keeps VACUUM from removing rows
 * deleted since), and every read uses another; so the pool needs two connections or more, and at most one less than it has are
 * ever held for snapshots: further exports wait. Over a single connection all reads run inside one transaction, statement by statement.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the pool has one connection; from `open`: `SOURCE_UNAVAILABLE`, `SOURCE_FAILED`, `ABORTED`
 * @example
 * ```ts
 * const snapshot = postgresSnapshot(pool);
 * const invoices = postgresSource({ pool, snapshot, query: invoicesQuery, cursor: "id" });
 * const tickets = postgresSource({ pool, snapshot, query: ticketsQuery, cursor: "id" });
 * ```
 */
export function postgresSnapshot(pool: PostgresConnections): PostgresSnapshot {
  const size = isPool(pool) ? (pool.options?.max ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  if (size < 2)
    throw invalid(
      "A snapshot holds one connection while the sources read over others, and this pool has one. Set `max` to 2 or more.",
    );
  let turns = snapshotTurns.get(pool);
  if (turns === undefined) snapshotTurns.set(pool, (turns = new Turns(size - 1)));
  return {
    pool,
    open: async (signal) => {
      const pass = await turns.take(signal);
      try {
        const opened = await (isPool(pool) ? openExported(pool, signal) : openShared(pool, signal));
        return { token: opened.token, close: () => opened.close().finally(pass) };
      } catch (error) {
        pass();
        throw error;
      }
    },
  };
}

async function openExported(pool: PostgresConnections, signal: AbortSignal): Promise<OpenSnapshot> {
  const transaction = await openTransaction(pool, { statementTimeoutMs, signal, exportSnapshot: true });
  return { token: new SnapshotToken(pool, transaction.snapshotId ?? ""), close: transaction.end };
}

async function openShared(pool: PostgresConnections, signal: AbortSignal): Promise<OpenSnapshot> {
  const transaction = shareTransaction(await openTransaction(pool, { statementTimeoutMs, signal }));
  return { token: new SnapshotToken(pool, transaction), close: transaction.end };
}
