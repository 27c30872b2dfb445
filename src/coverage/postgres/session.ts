import { PortmanteauError } from "../../model/errors.ts";

/** The part of pg's Client we call. */
export interface PostgresCoverageClient {
  query(config: { text: string }): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  getTransactionStatus?(): string | null;
}

/** The part of pg's Pool we call. */
export interface PostgresCoveragePool {
  connect(): Promise<PostgresCoverageClient & { release(destroy?: boolean): void }>;
  readonly totalCount: number;
}

/** The part of PGlite we call. */
export interface PGliteCoverage {
  transaction<T>(callback: (transaction: PGliteCoverageTransaction) => Promise<T>): Promise<T>;
}

/** The part of a PGlite transaction we call. */
export interface PGliteCoverageTransaction {
  exec(text: string, options: object): Promise<readonly unknown[]>;
}

/** Runs SQL and gives the first column of what the last statement gave, as text. */
export type Ask = (text: string) => Promise<readonly string[]>;

/** Lends one connection inside a transaction that is always rolled back. */
export async function inTransaction<T>(
  pool: PostgresCoveragePool | PostgresCoverageClient | PGliteCoverage,
  use: (ask: Ask) => Promise<T>,
): Promise<T> {
  if ("transaction" in pool) return overPGlite(pool, use);
  if (!("totalCount" in pool)) return overClient(pool, use);
  const client = await pool.connect();
  let isBroken = true;
  try {
    const result = await overClient(client, use);
    isBroken = false;
    return result;
  } finally {
    client.release(isBroken);
  }
}

/** What a transaction ends with so that PGlite rolls it back. */
const undone = Symbol("undone");

async function overPGlite<T>(database: PGliteCoverage, use: (ask: Ask) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await database
    .transaction(async (transaction) => {
      result = await use(async (text) => firstColumn((await transaction.exec(text, {})).at(-1)));
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return result as T;
}

async function overClient<T>(client: PostgresCoverageClient, use: (ask: Ask) => Promise<T>): Promise<T> {
  const status = client.getTransactionStatus?.();
  if (status === "T" || status === "E")
    throw new PortmanteauError(
      "CONFIG_INVALID",
      "Coverage: the connection is inside a transaction. Give the catalogue a pool, or a client of its own.",
    );
  const ask: Ask = async (text) => {
    const result = await client.query({ text });
    return firstColumn(Array.isArray(result) ? result.at(-1) : result);
  };
  // A server that ends the connection makes the client emit `error`, which would end the process; the next query tells.
  const ignore = () => undefined;
  client.on("error", ignore);
  try {
    await ask("BEGIN");
    const result = await use(ask).catch(async (error: unknown) => {
      await ask("ROLLBACK").catch(() => undefined); // a connection that broke says so again
      throw error;
    });
    await ask("ROLLBACK");
    return result;
  } finally {
    client.off("error", ignore);
  }
}

function firstColumn(result: unknown): string[] {
  const { rows } = result as { readonly rows: readonly Record<string, unknown>[] };
  return rows.map((row) => String(Object.values(row)[0]));
}
