/**
 * Reads the rows of a table and does nothing with them: `sql-child.mjs N mysql|sqlite DATABASE keyset|whole|bare|pages [PAGE]`. `bare` is a loop
 * over mysql2's stream, or over better-sqlite3's `iterate`, with the driver's own types: mysql2 rounds some DOUBLEs and numbers in JSON, and
 * guesses a time zone. `pages` is a loop of the driver over the statements that our source sends by key.
 */
import Database from "better-sqlite3";
import mysql from "mysql2/promise";
import { mysqlSource } from "portmanteau/sources/mysql";
import { sqliteSource } from "portmanteau/sources/sqlite";
import { measuredWarm } from "./measured.mjs";

const [count, system, database, way, page] = [Number(process.argv[2]), ...process.argv.slice(3, 6), process.argv[6]];
const columns = "id, event, made_at, quantity, total, weight, paid, note, details, city";
const whole = `SELECT ${columns} FROM orders WHERE account = ? ORDER BY id`;
const query =
  way === "whole"
    ? ({ subject }) => ({ text: whole, values: [subject.id] })
    : ({ subject, after, limit }) => ({
        text: `SELECT ${columns} FROM orders WHERE account = ? AND id > coalesce(?, 0) ORDER BY id LIMIT ?`,
        values: [subject.id, after, limit],
      });
const cursor = way === "keyset" ? { cursor: "id" } : {};

async function ours(source) {
  const { signal } = new AbortController();
  let rows = 0;
  const context = { subject: { id: "acc_1" }, requestType: "access", pageRecords: Number(page ?? 500), signal };
  for await (const { records } of source.read(context)) rows += records.length;
  return rows;
}

async function counted(rows) {
  let number = 0;
  for await (const _ of rows) number++;
  return number;
}

async function readMysql() {
  const pool = mysql.createPool({ host: "127.0.0.1", user: "root", database });
  (await pool.getConnection()).release();
  await measuredWarm(async () => ({
    rows: checked(
      await (way === "bare" ? bare() : way === "pages" ? pages() : ours(mysqlSource({ pool, query, ...cursor }))),
    ),
  }));
  await pool.end();

  async function bare() {
    const connection = await pool.getConnection();
    const rows = await counted(connection.connection.query(whole, ["acc_1"]).stream());
    connection.release();
    return rows;
  }

  async function pages() {
    let rows = 0;
    for (let after = null, more = true; more; ) {
      const { text, values } = query({ subject: { id: "acc_1" }, after, limit: 500 });
      const [found] = await pool.query(text, values);
      rows += found.length;
      after = found.at(-1)?.id;
      more = found.length === 500;
    }
    return rows;
  }
}

async function readSqlite() {
  const open = () => new Database(database, { readonly: true });
  await measuredWarm(async () => {
    if (way === "pages") return { rows: checked(pagesOfSqlite(open())) };
    if (way !== "bare") return { rows: checked(await ours(sqliteSource({ database: open, query, ...cursor }))) };
    const connection = open();
    let rows = 0;
    for (const _ of connection.prepare(whole).iterate("acc_1")) rows++;
    connection.close();
    return { rows: checked(rows) };
  });
}

function pagesOfSqlite(connection) {
  const statement = connection.prepare(query({ subject: {} }).text);
  let rows = 0;
  for (let after = null, more = true; more; ) {
    const found = statement.all("acc_1", after, 500);
    rows += found.length;
    after = found.at(-1)?.id;
    more = found.length === 500;
  }
  connection.close();
  return rows;
}

function checked(rows) {
  if (rows !== count) throw new Error(`Read ${rows} rows.`);
  return rows;
}

await (system === "mysql" ? readMysql() : readSqlite());
