import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { SqliteCoverageDatabase } from "../../coverage/sqlite.ts";
import { UsageError } from "../arguments.ts";
import type { DatabaseFacts } from "./facts.ts";
import { mysqlFacts } from "./mysql.ts";
import { postgresFacts } from "./postgres.ts";
import { sqliteFacts } from "./sqlite.ts";

/** A database that was named, and how a configuration opens it. */
export interface DatabaseAt {
  readonly dialect: DatabaseFacts["dialect"];
  /** What stands in the configuration where the environment names no other: without a password. */
  readonly address: string;
  /** Of SQLite: the package that opens it. */
  readonly driver?: "better-sqlite3" | "node:sqlite";
  facts(schemas: readonly string[] | undefined, signal: AbortSignal): Promise<DatabaseFacts>;
}

/**
 * Finds out what an address names: a URL of PostgreSQL, MySQL or MariaDB, or a file of SQLite.
 *
 * @throws {UsageError} when it names nothing that is known, or its client is not installed
 */
export async function databaseAt(address: string): Promise<DatabaseAt> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase();
  switch (scheme) {
    case "postgres":
    case "postgresql":
      return postgresAt(address);
    case "mysql":
    case "mariadb":
      return mysqlAt(address.replace(/^mariadb:/i, "mysql:"));
    case "sqlite":
    case "file":
      return sqliteAt(decodeURIComponent(address.replace(/^[a-z]+:(?:\/\/)?/i, "").replace(/\?.*$/, "")));
    case undefined:
      return sqliteAt(address);
    default:
      throw new UsageError(
        `A database at "${scheme}:" is none that is known: give postgres://…, mysql://… or a file of SQLite.`,
      );
  }
}

async function postgresAt(address: string): Promise<DatabaseAt> {
  const url = withoutSecrets(address);
  const { default: pg } = await client("pg", () => import("pg"));
  return {
    dialect: "postgres",
    address: url,
    async facts(schemas, signal) {
      const pool = new pg.Pool({ connectionString: address, max: 1 });
      pool.on("error", () => undefined); // a server that ends an idle connection: the next query tells
      try {
        return await postgresFacts(pool, schemas, signal);
      } finally {
        await pool.end();
      }
    },
  };
}

async function mysqlAt(address: string): Promise<DatabaseAt> {
  const url = withoutSecrets(address);
  const { createPool } = await client("mysql2", () => import("mysql2/promise"));
  return {
    dialect: "mysql",
    address: url,
    async facts(schemas, signal) {
      const pool = createPool(address);
      try {
        return await mysqlFacts(pool, schemas, signal);
      } finally {
        await pool.end();
      }
    },
  };
}

async function sqliteAt(file: string): Promise<DatabaseAt> {
  // A file that is not there would be made.
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  const path = resolve(file);
  const { open, driver } = await sqliteDriver();
  return {
    dialect: "sqlite",
    address: file,
    driver,
    facts: (schemas, signal) => sqliteFacts(() => open(path), schemas, signal),
  };
}

async function sqliteDriver(): Promise<{
  readonly driver: "better-sqlite3" | "node:sqlite";
  open(path: string): SqliteCoverageDatabase;
}> {
  // Its types are there in every version of Node.js; and it is what most have.
  const better = await import("better-sqlite3").catch(() => undefined);
  if (better !== undefined)
    return { driver: "better-sqlite3", open: (path) => new better.default(path, { readonly: true }) };
  const builtIn = process.getBuiltinModule?.("node:sqlite") as
    | { DatabaseSync: new (path: string, options: object) => SqliteCoverageDatabase }
    | undefined;
  if (builtIn === undefined)
    throw new UsageError("This needs a driver of SQLite: npm install better-sqlite3, or Node.js 22.16 or newer.");
  return { driver: "node:sqlite", open: (path) => new builtIn.DatabaseSync(path, { readOnly: true }) };
}

/** Loads a client, an optional peer. @throws {UsageError} that says how to install it */
async function client<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /MODULE_NOT_FOUND/.test(String(error.code)))) throw error;
    throw new UsageError(`This needs the package ${name}: npm install ${name}.`);
  }
}

/** The address without its password, to be written down. @throws {UsageError} */
function withoutSecrets(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new UsageError("The address of the database is no URL: postgres://user:password@host:5432/name.");
  }
  url.password = "";
  for (const name of [...url.searchParams.keys()])
    if (/pass|secret|token|key|auth/i.test(name)) url.searchParams.delete(name);
  return url.href;
}
