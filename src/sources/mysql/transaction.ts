import { PortmanteauError } from "../../model/errors.ts";
import { aborted, settlesSoon, Turns, untilAborted } from "../sql/waiting.ts";
import {
  connect,
  type MysqlPool,
  type MysqlStatement,
  type Protocol,
  type Result,
  type RunningRows,
  serverName,
} from "./connection.ts";
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
  query(what: string, statement: MysqlStatement, signal: AbortSignal, protocol?: Protocol): Promise<Result>;
  /** Runs one statement whose rows come in pages of `limit`; the time limit is one of each page. */
  pages(statement: MysqlStatement, limit: number, signal: AbortSignal, protocol: Protocol): AsyncGenerator<Result>;
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
  net_write_timeout: "86400",
  wait_timeout: "86400",
  idle_transaction_timeout: "0", // MariaDB's, like the next one
  idle_readonly_transaction_timeout: "0",
};
/** The time limit of MariaDB in seconds, and of MySQL in milliseconds. */
const timeLimits = { max_statement_time: 1000, max_execution_time: 1 } as const;
/** What must be as it was when the connection goes back, if the server knows it; `collation_connection` stands for its character set too. */
const kept = Object.keys(settings).map((name) => (name === "character_set_connection" ? "collation_connection" : name));

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
  let limitedTo: number | undefined;
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

  const query = (what: string, statement: MysqlStatement, signal: AbortSignal, protocol?: Protocol) =>
    run(what, () => connection.send(statement, protocol), signal);

  async function* pages(
    statement: MysqlStatement,
    limit: number,
    signal: AbortSignal,
    protocol: Protocol,
  ): AsyncGenerator<Result> {
    // The server's limit is one of the whole statement, its consumer's pace included.
    await limitTime(0);
    let rows: RunningRows | undefined;
    try {
      for (;;) {
        const next = async () => (rows ??= connection.start(statement, limit, protocol)).next();
        const page = await run("The query", next, signal, statementTimeoutMs);
        if (page.rows.length > 0) yield page;
        if (page.rows.length < limit) return;
      }
    } finally {
      // The server is in the middle of its answer, which nothing but the end of the connection stops.
      if (rows?.hasEnded() === false) broken = true;
    }
  }

  async function limitTime(timeoutMs: number): Promise<void> {
    if (timeLimit === undefined || timeoutMs === limitedTo) return;
    limitedTo = timeoutMs;
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
    const begun = await query(
      what,
      { text: `SELECT ${serverName} AS name, @@session.sql_select_limit AS most` },
      signal,
    );
    server = String(begun.rows[0]?.["name"]);
    // First of all, for it limits what is shown of the others too.
    restore = assignments([["sql_select_limit", String(begun.rows[0]?.["most"])]]);
    await query(what, { text: "SET SESSION sql_select_limit = DEFAULT" }, signal);
    const text = "SHOW SESSION VARIABLES WHERE Variable_name IN (?)";
    const { rows } = await query(what, { text, values: [[...kept, ...Object.keys(timeLimits)]] }, signal);
    const before = new Map(rows.map(({ Variable_name, Value }) => [String(Variable_name), settingText(String(Value))]));
    timeLimit = (["max_statement_time", "max_execution_time"] as const).find((name) => before.has(name));
    restore += `, ${assignments([...before]).slice("SET ".length)}`;
    // Fails inside of a transaction, where START would end another's.
    await query(what, { text: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" }, signal);
    const ours = Object.entries(settings).filter(([name]) => before.has(name) || name === "character_set_connection");
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

/** Variables and their values, both as they stand in SQL. */
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
  const gone = new AbortController();

  async function inTurn<T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const pass = await turns.take(signal);
    if (gone.signal.aborted || signal.aborted) {
      pass();
      throw signal.aborted ? aborted(signal) : goneError();
    }
    const answer = run(gone.signal).catch((error: PortmanteauError) => {
      if (error.code === "SOURCE_UNAVAILABLE" && !connectionSurvives(error.cause)) gone.abort();
      throw error;
    });
    // The turn passes when the statement has ended, also after its reader left.
    return untilAborted(answer.finally(pass), signal);
  }

  return {
    forRead: () => ({
      query: (what, statement, signal, protocol) =>
        inTurn((gone) => whole.query(what, statement, gone, protocol), signal),
      plan: (what, statement, signal) => inTurn((gone) => whole.plan(what, statement, gone), signal),
      pages: () => {
        throw goneError();
      },
      end: async () => undefined,
    }),
    end: () => {
      gone.abort();
      return whole.end();
    },
  };
}

function goneError(): PortmanteauError {
  return new PortmanteauError(
    "SOURCE_UNAVAILABLE",
    "The snapshot is gone: it was closed, or its connection ended. Export again.",
  );
}
