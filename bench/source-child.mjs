/**
 * Reads the orders and does nothing with them: `source-child.mjs N keyset|cursor|pglite|bare|raw [PAGE]`. `bare` is a loop over a cursor
 * with pg's own parsers, `raw` the same without any parsing; `pglite` is our source over a PGlite that is filled before the clock starts.
 */
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { postgresSource } from "portmanteau/sources/postgres";
import { measuredWarm } from "./measured.mjs";
import { createOrders, pageOfOrders, tenColumns } from "./orders.mjs";

const [count, way, page] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4] ?? 500)];
const whole = `SELECT ${tenColumns} FROM orders WHERE account = $1 ORDER BY id`;

async function ours(pool, cursor) {
  const query = cursor ? pageOfOrders(tenColumns) : ({ subject }) => ({ text: whole, values: [subject.id] });
  const source = postgresSource({ pool, query, ...(cursor ? { cursor: "id" } : {}) });
  const { signal } = new AbortController();
  let rows = 0;
  for await (const { records } of source.read({
    subject: { id: "acc_1" },
    requestType: "access",
    pageRecords: page,
    signal,
  }))
    rows += records.length;
  return rows;
}

async function loop(pool, types) {
  const client = await pool.connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query(`DECLARE orders_cursor NO SCROLL CURSOR FOR ${whole}`, ["acc_1"]);
  let rows = 0;
  for (;;) {
    const { length } = (await client.query({ text: "FETCH 2000 FROM orders_cursor", ...types })).rows;
    rows += length;
    if (length < 2000) break;
  }
  await client.query("COMMIT");
  client.release();
  return rows;
}

const pool = way === "pglite" ? await PGlite.create() : new pg.Pool();
if (way === "pglite") await pool.exec(createOrders(count));
else (await pool.connect()).release();

await measuredWarm(async () => {
  const unparsed = { types: { getTypeParser: () => (text) => text } };
  const rows =
    way === "bare" || way === "raw"
      ? await loop(pool, way === "raw" ? unparsed : {})
      : await ours(pool, way !== "cursor");
  if (rows !== count) throw new Error(`Read ${rows} rows.`);
  return { rows };
});
await (way === "pglite" ? pool.close() : pool.end());
