import Database from "better-sqlite3";
import mysql from "mysql2/promise";
import {
  type BenchLine,
  child,
  counted,
  inFolder,
  interleaved,
  judged,
  medianOf,
  notRun,
  ratio,
  rounded,
  scaled,
} from "./measure.ts";

const columns = {
  mysql:
    "id bigint PRIMARY KEY, account varchar(20), event char(36), made_at timestamp(6), quantity int, total decimal(12, 2), weight double, paid tinyint(1), note text, details json, city varchar(40)",
  sqlite:
    "id INTEGER PRIMARY KEY, account TEXT, event TEXT, made_at TEXT, quantity INTEGER, total TEXT, weight REAL, paid INTEGER, note TEXT, details TEXT, city TEXT",
};
const batch = 1_000;

/** Our MySQL and SQLite sources against bare loops of their drivers. */
export async function* sqlSources(): AsyncGenerator<BenchLine> {
  const count = Math.ceil(scaled(200_000) / batch) * batch;
  yield* inMysql(count);
  yield* inFolder(async function* (file) {
    const path = file("orders.db");
    const database = new Database(path);
    database.exec(`CREATE TABLE orders (${columns.sqlite}); BEGIN`);
    const insert = database.prepare(`INSERT INTO orders VALUES (${"?, ".repeat(10)}?)`);
    for (let id = 1; id <= count; id++) insert.run(...order(id));
    database.exec("COMMIT");
    database.close();
    yield* measure("sqlite", path, count);
  });
}

async function* inMysql(count: number): AsyncGenerator<BenchLine> {
  const database = "portmanteau_bench";
  const connection = await mysql
    .createConnection({ host: "127.0.0.1", user: "root", connectTimeout: 2_000, multipleStatements: true })
    .catch((error: Error & { code?: string }) => {
      notRun("sql-sources", `no MySQL or MariaDB answers at 127.0.0.1 (${error.code ?? error.message})`);
    });
  if (connection === undefined) return;
  try {
    await connection.query(
      `DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database} CHARACTER SET utf8mb4; USE ${database}; CREATE TABLE orders (${columns.mysql})`,
    );
    for (let from = 1; from <= count; from += batch)
      await connection.query("INSERT INTO orders VALUES ?", [
        Array.from({ length: batch }, (_, at) => order(from + at)),
      ]);
    yield* measure("mysql", database, count);
  } finally {
    await connection.query(`DROP DATABASE IF EXISTS ${database}`);
    await connection.end();
  }
}

function* measure(system: "mysql" | "sqlite", database: string, count: number): Generator<BenchLine> {
  const read = (way: string) => child("sql-child.mjs", [count, system, database, way]);
  const runs = interleaved({
    bare: () => read("bare"),
    pages: () => read("pages"),
    keyset: () => read("keyset"),
    whole: () => read("whole"),
  });
  const rows = `${counted(count)} rows of 10 columns from ${system === "mysql" ? "MySQL or MariaDB" : "SQLite"}`;
  for (const [way, work] of [
    ["bare", `a loop over the driver's own rows, ${rows}`],
    ["pages", `a loop over the driver's own pages of 500 by key, ${rows}`],
    ["keyset", `our source by key in pages of 500, ${rows}`],
    ["whole", `our source by one statement in pages of 500, ${rows}`],
  ] as const) {
    const value = medianOf(runs[way], ({ wallMs }) => count / wallMs);
    yield { name: `${system}.${way}`, work, value, unit: "k/s" };
    if (way === "bare") continue;
    const name = `${system}.${way}-to-bare`;
    const against = rounded(ratio(runs.bare, runs[way]), 3);
    const line = { name, work: "rows per second of it against the bare loop", value: against, unit: "ratio" };
    yield way === "pages" ? line : judged(line, ">=", 0.9);
  }
}

function order(id: number): (string | number | null)[] {
  return [
    id,
    "acc_1",
    `a0eebc99-9c0b-4ef8-bb6d-${String(id).padStart(12, "0")}`,
    new Date(Date.UTC(2024, 0, 1) + id * 977).toISOString().replace("T", " ").replace("Z", ""),
    (id * 7919) % 65_536,
    ((id * 104_729) % 9_999_999) / 100,
    (id * 15_485_863) / 977,
    id % 2,
    id % 3 > 0 ? `To be left with the neighbour on floor ${id % 17}, ring twice` : null,
    JSON.stringify({ colour: ["red", "green", "blue"][id % 3], pieces: id % 11 }),
    ["Zürich", "Berlin", "Paris", "Madrid", "København"][id % 5] as string,
  ];
}
