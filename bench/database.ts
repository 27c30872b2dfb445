import pg from "pg";
import { notRun } from "./measure.ts";
import { createOrders } from "./orders.mjs";

const name = "portmanteau_bench";

/**
 * Runs a bench against a database of its own with a table of orders, and drops it afterwards. Child processes and psql find it by the
 * `PG…` variables. Where no server answers it says so and gives nothing.
 */
export async function* withOrders<T>(bench: string, count: number, use: () => AsyncIterable<T>): AsyncGenerator<T> {
  process.env["PGHOST"] ??= "127.0.0.1";
  process.env["PGUSER"] ??= "postgres";
  const admin = new pg.Client({ database: "postgres", connectionTimeoutMillis: 2_000 });
  try {
    await admin.connect();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return notRun(bench, `no PostgreSQL answers at ${process.env["PGHOST"]} (${code ?? message})`);
  }
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    process.env["PGDATABASE"] = name;
    const client = new pg.Client();
    await client.connect();
    await client.query(createOrders(count));
    await client.query("VACUUM (ANALYZE) orders");
    await client.query("CHECKPOINT");
    await client.end();
    yield* use();
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  }
}
