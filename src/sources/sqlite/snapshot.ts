import type { Snapshot } from "../../model/source.ts";
import { aborted } from "../sql/waiting.ts";
import { type Connection, connect, type SqliteDatabase } from "./connection.ts";

/** One moment of one database, for every source that names it. */
export interface SqliteSnapshot extends Snapshot {
  /** Where the sources must read. */
  readonly database: () => SqliteDatabase;
}

/** What `open` hands to the reads of one export. */
export class SnapshotToken {
  readonly database: () => SqliteDatabase;
  readonly connection: Connection;

  constructor(database: () => SqliteDatabase, connection: Connection) {
    this.database = database;
    this.connection = connection;
  }
}

/**
 * A view of the database at one moment, shared by all sources over `database` that name it: their datasets and counts agree with each
 * other whatever is written meanwhile. It is one connection and one read transaction for the length of the export. In WAL mode others
 * write meanwhile; in other journal modes they wait.
 *
 * @throws {PortmanteauError} from `open`: `SOURCE_UNAVAILABLE`, `SOURCE_FAILED`, `ABORTED`
 * @example
 * ```ts
 * const database = () => new Database("app.db", { readonly: true });
 * const snapshot = sqliteSnapshot(database);
 * const invoices = sqliteSource({ database, snapshot, query: invoicesQuery, cursor: "id" });
 * const tickets = sqliteSource({ database, snapshot, query: ticketsQuery, cursor: "id" });
 * ```
 */
export function sqliteSnapshot(database: () => SqliteDatabase): SqliteSnapshot {
  return {
    database,
    open: async (signal) => {
      if (signal.aborted) throw aborted(signal);
      const connection = connect(database);
      try {
        // The moment is that of the transaction's first reading.
        connection.all("Beginning a transaction", { text: "SELECT count(*) AS n FROM sqlite_master" });
      } catch (error) {
        connection.end();
        throw error;
      }
      return { token: new SnapshotToken(database, connection), close: async () => connection.end() };
    },
  };
}
