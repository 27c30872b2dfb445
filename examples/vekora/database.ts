import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { type PostgresConnections, type PostgresSnapshot, postgresSnapshot } from "portmanteau/sources/postgres";
import { type SeedOptions, seed } from "./seed.ts";

/** Vekora's database, open and full of sample data. */
export interface Database {
  /** In words: `"PGlite, in this process"`. */
  readonly description: string;
  readonly pool: PostgresConnections;
  /** Where its tables are. */
  readonly schema: string;
  /** One moment of the whole database for every export. */
  readonly snapshot: PostgresSnapshot;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions extends SeedOptions {
  /** A PostgreSQL server. Default: the environment's `DATABASE_URL`, or else PGlite, which is PostgreSQL inside this process. */
  readonly url?: string | undefined;
}

/** The schema on a real server: everything is made inside it, and whatever it held before is dropped. */
const schemaName = "vekora_demo";

/**
 * Makes the tables, fills them and opens them for export.
 *
 * On a real server it touches nothing outside the schema `vekora_demo`, which it **drops and makes anew**.
 */
export async function openDatabase({
  url = process.env["DATABASE_URL"],
  ...options
}: OpenDatabaseOptions = {}): Promise<Database> {
  const tables = await readFile(new URL("./schema.sql", import.meta.url), "utf8");
  if (url === undefined || url === "") {
    const database = new PGlite();
    await database.exec(tables);
    await seed((sql, values) => database.query(sql, values), options);
    return {
      description: "PGlite, in this process (set DATABASE_URL to use a server)",
      pool: database,
      schema: "public",
      snapshot: postgresSnapshot(database),
      close: () => database.close(),
    };
  }

  const pool = new Pool({ connectionString: url, options: `-c search_path=${schemaName}`, max: 4 });
  // A server that ends an idle connection is no reason to end this process; the next query tells.
  pool.on("error", () => undefined);
  try {
    await pool.query(`drop schema if exists ${schemaName} cascade; create schema ${schemaName}; ${tables}`);
    await seed((sql, values) => pool.query(sql, values), options);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    description: `PostgreSQL, schema "${schemaName}"`,
    pool,
    schema: schemaName,
    snapshot: postgresSnapshot(pool),
    close: () => pool.end(),
  };
}
