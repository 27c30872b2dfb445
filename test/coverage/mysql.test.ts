import Database from "better-sqlite3";
import mysqlCallback from "mysql2";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCoverage } from "../../src/coverage/check.ts";
import { mysqlCatalogue } from "../../src/coverage/mysql.ts";
import { sqliteCatalogue } from "../../src/coverage/sqlite.ts";
import { mysqlSource } from "../../src/sources/mysql/index.ts";
import { noteDataset } from "../support/exporting.ts";
import { type MysqlDatabase, mysqlEngine } from "../support/mysql.ts";

const signal = new AbortController().signal;
const engine = await mysqlEngine();

const zoo = `
create table people (id bigint primary key, email varchar(255), hidden int invisible default 0,
  twice bigint as (id * 2) stored, \`Odd \`\`na.me\` int, doc json);
create table \`odd.table\` (\`select\` int);
create table \`naïve "Q"\` (id int);
create view visible as select id, email from people;
create table events (id int, at date) partition by range (year(at)) (partition p0 values less than (2026), partition p1 values less than maxvalue);
create temporary table passing (id int);
`;

if (engine.required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(engine.title));

describe.skipIf(engine.notRun !== undefined)(`mysqlCatalogue on ${engine.title}`, () => {
  let database: MysqlDatabase;
  beforeAll(async () => {
    database = await engine.open();
    await database.sql(zoo);
  });
  afterAll(() => database?.drop());

  it("lists tables and their columns, invisible and generated ones too, and says why the rest needs no decision", async () => {
    const pool = mysql.createPool(database.config);
    try {
      const { tables, skipped, schemasNotLookedAt, database: name } = await mysqlCatalogue({ pool }).read([], signal);
      expect(name).toBe(database.config.database);
      expect(tables).toEqual([
        { table: "events", kind: "table", columns: ["id", "at"] },
        { table: '"naïve ""Q"""', kind: "table", columns: ["id"] },
        { table: '"odd.table"', kind: "table", columns: ["select"] },
        { table: "people", kind: "table", columns: ["id", "email", "hidden", "twice", "Odd `na.me", "doc"] },
      ]);
      expect(skipped).toEqual([{ table: "visible", why: "a view: it holds nothing itself" }]);
      expect(schemasNotLookedAt).not.toContain(database.config.database);
      expect(schemasNotLookedAt).not.toContain("information_schema");
    } finally {
      await pool.end();
    }
  });

  it("tells MariaDB's own kinds of tables apart", async ({ skip }) => {
    const [{ version }] = (await database.sql("select version() as version")) as unknown as [{ version: string }];
    if (!version.includes("MariaDB")) skip(`not run: MariaDB's own kinds of tables (this is MySQL ${version})`);
    await database.sql("create table prices (id int, price int) with system versioning; create sequence numbers;");
    const pool = mysql.createPool(database.config);
    try {
      const { tables, skipped } = await mysqlCatalogue({ pool }).read([], signal);
      expect(tables).toContainEqual({ table: "prices", kind: "system-versioned table", columns: ["id", "price"] });
      expect(skipped).toContainEqual({ table: "numbers", why: "no table (SEQUENCE)" });
    } finally {
      await pool.end();
      await database.sql("drop table prices; drop sequence numbers;");
    }
  });

  it("takes pools and connections of both flavours, whatever their options make of values", async () => {
    const { config } = database;
    const options = { ...config, typeCast: () => "cast", nestTables: true as const };
    const callbackPool = mysqlCallback.createPool(options);
    const callbackConnection = mysqlCallback.createConnection(options);
    const promisePool = mysql.createPool(options);
    const promiseConnection = await mysql.createConnection(options);
    try {
      for (const pool of [callbackPool, callbackConnection, promisePool, promiseConnection]) {
        const { tables } = await mysqlCatalogue({ pool }).read([], signal);
        expect(tables.map(({ table }) => table)).toEqual(["events", '"naïve ""Q"""', '"odd.table"', "people"]);
      }
    } finally {
      callbackPool.end();
      callbackConnection.end();
      await promisePool.end();
      await promiseConnection.end();
    }
  });

  it("leaves what a source reads to decisions, and finds that nobody looks at its database", async () => {
    const pool = mysql.createPool(database.config);
    const sqlite = new Database(":memory:");
    sqlite.exec("create table other (id int)");
    const source = mysqlSource({ pool, query: ({ subject }) => ({ text: "select ? as owner", values: [subject.id] }) });
    const datasets = [noteDataset("notes", source)];
    try {
      const looked = await checkCoverage({ datasets }, [{ catalogue: mysqlCatalogue({ pool }) }]);
      expect(looked.untraced).toEqual(["notes"]);
      const elsewhere = await checkCoverage({ datasets }, [{ catalogue: sqliteCatalogue({ database: sqlite }) }]);
      expect(elsewhere.findings).toMatchObject([
        { code: "TABLE_UNACCOUNTED", table: "other" },
        { code: "DATABASE_UNCOVERED", dataset: "notes" },
      ]);
    } finally {
      sqlite.close();
      await pool.end();
    }
  });

  it("looks at other databases by name, and needs one", async () => {
    const { database: name = "", ...config } = database.config;
    const pool = mysql.createPool(config);
    try {
      await expect(mysqlCatalogue({ pool }).read([], signal)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringContaining("no database of its own"),
      });
      await expect(mysqlCatalogue({ pool, schemas: ["no_such"] }).read([], signal)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringContaining('no schema "no_such"'),
      });
      const { tables } = await mysqlCatalogue({ pool, schemas: [name] }).read([], signal);
      expect(tables.map(({ table }) => table)).toContain(`${name}.people`);
    } finally {
      await pool.end();
    }
  });

  it("is no success when the server is gone", async () => {
    const pool = mysql.createPool({ ...database.config, port: 1 });
    await expect(mysqlCatalogue({ pool }).read([], signal)).rejects.toMatchObject({
      code: "SOURCE_FAILED",
      message: "Coverage: MySQL's information_schema could not be read. (ECONNREFUSED)",
    });
    await pool.end();
  });
});
