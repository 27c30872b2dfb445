import { PortmanteauError } from "../../model/errors.ts";
import { aborted, settlesSoon, Turns, untilAborted } from "../sql/waiting.ts";
import { connect, type MysqlPool, type MysqlStatement, type Result, serverName } from "./connection.ts";
import { connectionSurvives, failure, serverError } from "./failure.ts";
import type { MysqlField } from "./values.ts";

/** A read-only transaction that sees one moment of the database. */
export interface Transaction {
  /**
   * Runs one statement.
   *
   * @param what The statement, as the subject of a sentence, for the error
   * @throws {PortmanteauError} every error of the driver translated; `ABORTED` as soon as the signal says so
   */
  query(what: string, statement: MysqlStatement, signal: AbortSignal): Promise<Result>;
  /** Runs one statement whose rows come in pages; the time limit is one of each page. */
  pages(what: string, statement: MysqlStatement, limit: number, signal: AbortSignal): AsyncGenerator<Result>;
  /** Plans one statement and does not run it; gives the columns of its result. */
  plan(what: string, statement: MysqlStatement, signal: AbortSignal): Promise<readonly MysqlField[]>;
  /** Ends it, stops what still runs and gives the connection back, on every path. Never rejects; a second call does nothing more. */
  end(): Promise<void>;
}

export interface TransactionOptions {
  readonly statementTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** What the values, and how many there are, depend on; and what suits a reader that reads to the end, at its consumer's pace. */
const settings: Readonly<Record<string, string>> = {
  time_zone: "'+00:00'",
  character_set_results: "utf8mb4",
  character_set_connection: "utf8mb4", // of our literals: they must meet those of the statement without strife
  sql_select_limit: "18446744073709551615",
  net_write_timeout: "86400",
  wait_timeout: "86400",
  idle_transaction_timeout: "0", // MariaDB's, like the next one
  idle_readonly_transaction_timeout: "0",
};
/** The time limit of MariaDB in seconds, and of MySQL in milliseconds. */
const timeLimits = { max_statement_time: 1000, max_execution_time: 1 } as const;
/** What must be as it was when the connection goes back; `collation_connection` sets its character set as well. */
const kept = [...Object.keys(settings), ...Object.keys(timeLimits), "collation_connection"].filter(
  (name) => name !== "character_set_connection",
);

export async function openTransaction(
  pool: MysqlPool,
  { statementTimeoutMs, signal }: TransactionOptions,
): Promise<Transaction> {
  if (signal.aborted) throw aborted(signal);
  const connection = await connect(pool, signal).catch((cause: unknown) => {
    throw failure(cause, "Connecting");
  });
  let running: Promise<unknown> | undefined;
  let broken = false;
  let restore: string | undefined;
  let server: string | undefined;
  let timeLimit: keyof typeof timeLimits | undefined;
  let ended: Promise<void> | undefined;

  /** Waits for something that the connection does; while it does, the connection is not given back. */
  async function run<T>(what: string, doing: () => Promise<T>, signal: AbortSignal, timeoutMs = 0): Promise<T> {
    if (signal.aborted) throw aborted(signal);
    const answer = doing();
    const settled = answer.then(done, done);
    function done(): void {
      if (running === settled) running = undefined;
    }
    running = settled;
    try {
      return await untilAborted(withinTime(answer, what, timeoutMs), signal);
    } catch (cause) {
      if (signal.aborted) throw aborted(signal);
      if (!PortmanteauError.is(cause) && !connectionSurvives(cause)) broken = true;
      throw failure(cause, what);
    }
  }

  const query = (what: string, statement: MysqlStatement, signal: AbortSignal) =>
    run(what, () => connection.send(statement), signal);

  async function* pages(
    what: string,
    statement: MysqlStatement,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<Result> {
    // The server's limit is one of the whole statement, its consumer's pace included.
    await limitTime(0);
    let finished = false;
    try {
      let rows: ReturnType<typeof connection.start> | undefined;
      for (;;) {
        const page = await run(
          what,
          async () => (rows ??= connection.start(statement, limit)).next(),
          signal,
          statementTimeoutMs,
        );
        finished = page.rows.length < limit;
        if (page.rows.length > 0) yield page;
        if (finished) return;
      }
    } finally {
      // The server is in the middle of its answer, which nothing but the end of the connection stops.
      if (!finished) broken = true;
    }
  }

  async function limitTime(timeoutMs: number): Promise<void> {
    if (timeLimit === undefined) return;
    const text = `SET SESSION ${timeLimit} = ${timeoutMs / timeLimits[timeLimit]}`;
    await query("Setting the time limit", { text }, signal);
  }

  async function finish(): Promise<void> {
    if (running !== undefined) broken = true;
    const reset = async () => {
      await connection.send({ text: "COMMIT" });
      if (restore !== undefined) await connection.send({ text: restore });
    };
    const isClean = !broken && (await settlesSoon(reset()));
    connection.close(!isClean);
    if (!isClean && server !== undefined) await settlesSoon(connection.stop(server));
  }
  const end = () => (ended ??= finish());

  try {
    const what = "Beginning a transaction";
    const known = await query(
      what,
      { text: `SHOW SESSION VARIABLES WHERE Variable_name IN (?)`, values: [kept] },
      signal,
    );
    const before = known.rows.map(({ Variable_name, Value }) => [String(Variable_name), String(Value)] as const);
    timeLimit = (["max_statement_time", "max_execution_time"] as const).find((limit) =>
      before.some(([n]) => n === limit),
    );
    const names = await query(what, { text: `SELECT ${serverName} AS name` }, signal);
    server = String(names.rows[0]?.["name"]);
    // Fails inside of a transaction, where START would end another's.
    await query(what, { text: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" }, signal);
    restore = assignments(before.map(([name, value]) => [name, settingText(value)]));
    const ours = Object.entries(settings).filter(([name]) => !kept.includes(name) || before.some(([n]) => n === name));
    await query(what, { text: assignments(ours) }, signal);
    await limitTime(statementTimeoutMs);
    await query(what, { text: "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" }, signal);
  } catch (error) {
    const inTransaction = PortmanteauError.is(error) && serverError(error.cause) === 1568;
    if (inTransaction) broken = true;
    await end();
    if (!inTransaction) throw error;
    throw new PortmanteauError(
      "SOURCE_FAILED",
      "The pool gave a connection that is inside a transaction. Find who releases it without COMMIT or ROLLBACK.",
      { cause: error.cause },
    );
  }
  return {
    query,
    pages,
    plan: (what, statement, signal) => run(what, () => connection.prepare(statement), signal),
    end,
  };
}

function assignments(settings: readonly (readonly [variable: string, value: string])[]): string {
  return `SET ${settings.map(([variable, value]) => `SESSION ${variable} = ${value}`).join(", ")}`;
}

/** The value of a variable as the server showed it: a number is not written as text, and no character set is NULL. */
function settingText(value: string): string {
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return value;
  return value === "" ? "NULL" : `'${value}'`;
}

async function withinTime<T>(answer: Promise<T>, what: string, timeoutMs: number): Promise<T> {
  if (timeoutMs === 0) return answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `${what} gave no page within ${timeoutMs} ms.`;
      reject(new PortmanteauError("SOURCE_TIMEOUT", message, { retryable: true }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface SharedTransaction {
  /** The transaction as one read sees it. */
  forRead(): Transaction;
  end(): Promise<void>;
}

/** Lets several reads use one transaction, a statement at a time. */
export function shareTransaction(whole: Transaction): SharedTransaction {
  const turns = new Turns(1);
  const never = new AbortController().signal;
  let ending = false;

  async function inTurn<T>(doing: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const pass = await turns.take(signal);
    if (ending || signal.aborted) {
      pass();
      throw signal.aborted ? aborted(signal) : gone();
    }
    // The turn passes when the statement has ended, also after its reader left.
    return untilAborted(doing().finally(pass), signal);
  }

  return {
    forRead: () => ({
      query: (what, statement, signal) => inTurn(() => whole.query(what, statement, never), signal),
      plan: (what, statement, signal) => inTurn(() => whole.plan(what, statement, never), signal),
      pages: () => {
        throw gone();
      },
      end: async () => undefined,
    }),
    end: () => {
      ending = true;
      return whole.end();
    },
  };
}

function gone(): PortmanteauError {
  return new PortmanteauError("SOURCE_UNAVAILABLE", "The snapshot is gone. Export again.");
}
