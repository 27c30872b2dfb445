/** `duckdb.mjs N FILE`: DuckDB copies a table, which is loaded from FILE.csv before the clock starts, to CSV and JSON; zip -6 packs both. */
import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { measured } from "../measured.mjs";

const [count, file] = [Number(process.argv[2]), process.argv[3]];
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(`CREATE TABLE orders AS SELECT * FROM read_csv('${file}.csv', header = true)`);
const outputs = [`${file}-duckdb.csv`, `${file}-duckdb.json`];
const zip = `${file}-duckdb.zip`;
rmSync(zip, { force: true });

await measured(async () => {
  const { rowsChanged } = await connection.run(`COPY orders TO '${outputs[0]}' (FORMAT csv, HEADER true)`);
  await connection.run(`COPY orders TO '${outputs[1]}' (FORMAT json, ARRAY true)`);
  execFileSync("zip", ["-6", "-q", "-j", zip, ...outputs]);
  if (rowsChanged !== count) throw new Error(`DuckDB copied ${rowsChanged} rows.`);
  return { bytes: statSync(zip).size };
});
