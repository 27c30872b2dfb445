import { aborted, settlesSoon, Turns, untilAborted } from "../sql/waiting.ts";
import { connect, type PostgresConnections, type PostgresStatement, type Result } from "./connection.ts";
import { connectionSurvives, failure } from "./failure.ts";

/** A read-only, repeatable-read transaction. */
export interface Transaction {
  /** The snapshot's name, when the transaction exports it. */
  readonly snapshotId?: string;
  /** Whether other reads go on in it after this one's end. */
  readonly shared: boolean;
  /**
   * Runs one statement.
   *
   * @param what The statement, as the subject of a sentence, for the error
   * @throws {PortmanteauError} every error of the driver translated; `ABORTED` as soon as the signal says so
   */
  query(what: string, statement: PostgresStatement, signal: AbortSignal): Promise<Result>;
  /** Ends it and gives the connection back, on every path. Never rejects; a second call does nothing more. */
  end(): Promise<void>;
}

export interface TransactionOptions {
  readonly statementTimeoutMs: number;
  readonly signal: AbortSignal;
  /** See what the transaction sees that exported this snapshot. */
  readonly snapshotId?: string;
  readonly exportSnapshot?: boolean;
}

export async function openTransaction(
  pool: PostgresConnections,
  { statementTimeoutMs, signal, snapshotId, exportSnapshot = false }: TransactionOptions,
): Promise<Transaction> {
  if (signal.aborted) throw aborted(signal);
  const connection = await connect(pool, signal).catch((cause: unknown) => {
    throw failure(cause, "Connecting");
  });
  let backend: number | undefined;
  let running: Promise<unknown> | undefined;
  let broken = false;
  let ended: Promise<void> | undefined;

  async function query(what: string, statement: PostgresStatement, signal: AbortSignal): Promise<Result> {
    if (signal.aborted) throw aborted(signal);
    const answer = connection.send(statement);
    const settled = answer.then(done, done);
    function done(): void {
      if (running === settled) running = undefined;
    }
    running = settled;
    try {
      return await untilAborted(answer, signal);
    } catch (cause) {
      if (signal.aborted) throw aborted(signal);
      if (!connectionSurvives(cause)) broken = true;
      throw failure(cause, what);
    }
  }

  async function finish(): Promise<void> {
    if (running === undefined) return connection.close(broken);
    if (connection.stop === undefined) {
      // Nobody else can stop it: the connection is given back when the statement ends, and nobody waits for that.
      void running.then(() => connection.close(broken));
      return;
    }
    await connection.close(true);
    if (backend !== undefined) await connection.stop(backend);
  }
  const end = () => (ended ??= finish());

  try {
    const text = [
      `${connection.begin} ISOLATION LEVEL REPEATABLE READ READ ONLY`,
      ...(snapshotId === undefined ? [] : [`SET TRANSACTION SNAPSHOT '${snapshotId}'`]),
      ...settings,
      `SET LOCAL statement_timeout = ${statementTimeoutMs}`,
      `SELECT pg_backend_pid() AS backend${exportSnapshot ? ", pg_export_snapshot() AS snapshot" : ""}`,
    ].join("; ");
    const { rows } = await query("Beginning a transaction", { text }, signal);
    backend = Number(rows[0]?.["backend"]);
    return { query, end, shared: false, ...(exportSnapshot ? { snapshotId: String(rows[0]?.["snapshot"]) } : {}) };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Everything that the text of a value depends on; and what suits a reader that reads to the end, at its consumer's pace. */
const settings = [
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL IntervalStyle = 'iso_8601'",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL extra_float_digits = 3", // the shortest text that reads back as the same float; before PostgreSQL 12, 17 digits
  "SET LOCAL cursor_tuple_fraction = 1",
  "SET LOCAL idle_in_transaction_session_timeout = 0",
];

export interface SharedTransaction {
  /** The transaction as one read sees it. */
  forRead(statementTimeoutMs: number): Transaction;
  end(): Promise<void>;
}

/** Lets several reads use one transaction, a statement at a time. A statement that fails undoes only itself. */
export function shareTransaction(whole: Transaction): SharedTransaction {
  const turns = new Turns(1);
  const never = new AbortController().signal;
  let ending = false;

  async function run(what: string, statement: PostgresStatement, statementTimeoutMs: number): Promise<Result> {
    const text = `SAVEPOINT portmanteau; SET LOCAL statement_timeout = ${statementTimeoutMs}`;
    await whole.query(what, { text }, never);
    let undo = "ROLLBACK TO SAVEPOINT portmanteau; ";
    try {
      const result = await whole.query(what, statement, never);
      undo = "";
      return result;
    } finally {
      await settlesSoon(whole.query(what, { text: `${undo}RELEASE SAVEPOINT portmanteau` }, never));
    }
  }

  return {
    forRead: (statementTimeoutMs) => ({
      shared: true,
      async query(what, statement, signal) {
        const pass = await turns.take(signal);
        if (ending || signal.aborted) {
          pass();
          throw signal.aborted ? aborted(signal) : failure(undefined, what);
        }
        // The turn passes when the statement has ended, also after its reader left.
        return untilAborted(run(what, statement, statementTimeoutMs).finally(pass), signal);
      },
      end: async () => undefined,
    }),
    end: async () => {
      const last = turns.take(never).then(() => {
        ending = true;
        return whole.end();
      });
      await settlesSoon(last);
    },
  };
}
