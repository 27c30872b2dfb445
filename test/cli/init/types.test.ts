import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import Database from "better-sqlite3";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { guessDatasets } from "../../../src/cli/init/datasets.ts";
import type { DatabaseFacts, Table } from "../../../src/cli/init/facts.ts";
import { mysqlFacts } from "../../../src/cli/init/mysql.ts";
import { postgresFacts } from "../../../src/cli/init/postgres.ts";
import { sqliteFacts } from "../../../src/cli/init/sqlite.ts";
import type { JsonValue } from "../../../src/model/json.ts";
import type { Source } from "../../../src/model/source.ts";
import { mysqlSource } from "../../../src/sources/mysql/index.ts";
import { typeTable as mysqlTypes } from "../../../src/sources/mysql/types.ts";
import { postgresSource } from "../../../src/sources/postgres/index.ts";
import { typeTable as postgresTypes } from "../../../src/sources/postgres/values.ts";
import { sqliteSource } from "../../../src/sources/sqlite/index.ts";
import { type MysqlDatabase, mysqlEngine } from "../../support/mysql.ts";
import { type PostgresDatabase, postgresEngines } from "../../support/postgres.ts";
import { readingAs } from "../../support/reading.ts";
import { mysqlValues, postgresValues as portableValues } from "../../support/sql-values.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const ajv = new Ajv2020({ allowUnionTypes: true, strict: false });
addFormats.default(ajv, { mode: "full" });

/** Values without a form of RFC 3339, and numbers that JSON has not: a record with one is quarantined, and says so. */
const formless = /^-?(?:infinity|\d{5,}-.*|.* BC|\d{4}-00-.*|0000-.*)$/;
const isFormless = (value: unknown) =>
  typeof value === "string" ? formless.test(value) : typeof value === "number" && !Number.isFinite(value);

/** What the dataset of the one table `typed` gives, one record a page, and what its schema says of each field. */
async function guessed(facts: DatabaseFacts, sourceOf: (page: string, count: string, cursor: string[]) => Source) {
  const subject = facts.tables.find(({ table }) => table === "typed") as Table;
  const key = subject.columns.find(({ name }) => name === "person");
  if (key === undefined) throw new Error("The table has no column person.");
  const [dataset] = guessDatasets(facts, { table: subject, key, why: "", others: [] }, 100).datasets;
  if (dataset === undefined) throw new Error("No dataset was guessed.");
  const { page, count, cursor } = dataset.query;
  const source = sourceOf(page.join("\n"), count.join("\n"), [...cursor]);
  const { context, recordsOf } = readingAs("7", 1);
  const records = await recordsOf(source, { pageRecords: 1 });
  expect(await source.count?.(context())).toBe(records.length);
  const schema = { required: dataset.fields.map(({ name }) => name) };
  const properties = Object.fromEntries(
    dataset.fields.map(({ name, schema: { "x-privacy": _, ...its } }) => [name, its]),
  );
  const refused = records.flatMap((record) =>
    ajv.validate({ ...schema, properties }, record)
      ? []
      : [`${JSON.stringify(record)}: ${ajv.errorsText()} ${JSON.stringify(properties["v"])}`],
  );
  return { records, refused, cursor };
}

const afterOf = (after: JsonValue | undefined, count: number) =>
  count === 1
    ? [after ?? null]
    : Array.from({ length: count }, (_, at) => (after as JsonValue[] | undefined)?.[at] ?? null);

/** PGlite has no XML, a server has. */
const postgresValues: typeof portableValues = [...portableValues, ["xml", "'<a/>'", "<a/>"]];

const engines = await postgresEngines();
const server = engines.find(({ name, notRun }) => name === "server" && notRun === undefined) ?? engines[1];
const mysqlServer = await mysqlEngine();
for (const { required, title } of [...engines, mysqlServer])
  if (required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(title));

describe.skipIf(server?.notRun !== undefined)(`a schema that init writes, of PostgreSQL, ${server?.title}`, () => {
  let database: PostgresDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = (await server?.open()) as PostgresDatabase;
    pool = new pg.Pool({ ...database.config, max: 1 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const read = async () =>
    guessed(await postgresFacts(pool, undefined, new AbortController().signal), (text, count, cursor) =>
      postgresSource({
        pool,
        query: ({ subject, after, limit }) => ({
          text,
          values: cursor.length === 0 ? [subject.id] : [subject.id, ...afterOf(after, cursor.length), limit],
        }),
        ...(cursor.length > 0 && { cursor }),
        count: ({ subject }) => ({ text: count, values: [subject.id] }),
      }),
    );

  it("is of every type that the source knows", () => {
    const name = (type: string) => type.replace(/"|\(.*/g, "").replace(/^char$/, "bpchar");
    const tried = new Set(postgresValues.map(([type]) => (type === '"char"' ? "char" : name(type))));
    expect(postgresTypes.map(([type]) => type).filter((type) => !tried.has(type))).toEqual([]);
  });

  it.each([...new Set(postgresValues.map(([type]) => type))])(
    "accepts the values of %s, and of its arrays",
    async (type) => {
      const values = postgresValues.filter(([its, , value]) => its === type && !isFormless(value));
      await database.sql(
        `drop table if exists typed; create table typed (person int not null, id char(9) primary key, v ${type}, list ${type}[], nested ${type}[][])`,
      );
      for (const [at, [, literal]] of values.entries())
        await database.sql(
          `insert into typed values (7, 'k${at}', ${literal}, array[${literal}, null]::${type}[], array[[${literal}], [null]]::${type}[]), (7, 'n${at}', null, null, null)`,
        );
      const { records, refused } = await read();
      expect(refused).toEqual([]);
      expect(records).toHaveLength(values.length * 2);
    },
  );

  it("accepts what is of no type that the source knows: enumerations, vectors, composites, domains", async () => {
    await database.sql(`drop table if exists typed; drop type if exists mood, pair; drop domain if exists few, several;
      create type mood as enum ('so so', 'it''s "good"'); create type pair as (a text, b int); create domain few as int;
      create domain several as int[];
      create table typed (person int not null, a mood, b mood[], c int2vector, d pair, e few, f few[], g several, h point, i box, j tsvector, k xid8, l int4multirange);
      insert into typed values (7, 'so so', '{so so}', '1 2', '(x,1)', 3, '{3}', '{4}', '(1,2)', '((0,0),(1,1))', 'a b', '7', '{[1,2)}')`);
    const { records, refused } = await read();
    expect([records.length, refused]).toEqual([1, []]);
  });

  it("calls a document's text JSON, and not that of an array of documents", async () => {
    await database.sql("drop table if exists typed; create table typed (person int not null, v jsonb, list jsonb[])");
    const { tables } = await postgresFacts(pool, undefined, new AbortController().signal);
    const schemas = tables.find(({ table }) => table === "typed")?.columns.map(({ schema }) => schema.contentMediaType);
    expect(schemas).toEqual([undefined, "application/json", undefined]);
  });

  it.each(["char(5)", "bit(3)", "varbit", "varchar(5)", "uuid", "bytea", "numeric", "timestamptz", "date", "inet"])(
    "belongs to a query that goes on after a key of %s, alone and as a second column",
    async (type) => {
      const literals: Record<string, string[]> = {
        "char(5)": ["'ab'", "'abc'", "'abd'"],
        "bit(3)": ["b'100'", "b'101'", "b'111'"],
        varbit: ["b'10'", "b'100'", "b'101'"],
        uuid: ["'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"],
        bytea: ["'\\x00'", "'\\x00ff'"],
        numeric: ["1.10", "1.2"],
        timestamptz: ["'2024-01-01 00:00:00.000001+00'", "'2024-01-01 00:00:00.000002+00'"],
        date: ["'2024-01-01'", "'2024-01-02'"],
        inet: ["'10.0.0.1'", "'10.0.0.2'"],
        "varchar(5)": ["'ab'", "'abc'"],
      };
      for (const key of ["v", "one, v"]) {
        const rows = (literals[type] ?? []).map((literal) => `(7, ${literal}, 1)`);
        await database.sql(
          `drop table if exists typed; create table typed (person int not null, v ${type} not null, one int not null, primary key (${key})); insert into typed values ${rows.join(", ")}`,
        );
        const { records, cursor } = await read();
        expect(cursor).toEqual(key.split(", "));
        expect(records).toHaveLength(rows.length);
      }
    },
  );
});

describe.skipIf(mysqlServer.notRun !== undefined)(`a schema that init writes, of MySQL, ${mysqlServer.title}`, () => {
  let database: MysqlDatabase;
  let pool: mysql.Pool;
  beforeAll(async () => {
    database = await mysqlServer.open();
    await database.sql("set sql_mode = '', time_zone = '+00:00'");
    pool = mysql.createPool({ ...database.config, connectionLimit: 2 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  const more: typeof mysqlValues = [
    ...["tinytext", "mediumtext"].map((type) => [type, "'a'", "a"] as const),
    ...["tinyblob", "mediumblob"].map((type) => [type, "x'00'", "AA=="] as const),
    ...["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"].map(
      (type) => [type, "null", null] as const,
    ),
    ["uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    ["inet4", "'10.0.0.1'", "10.0.0.1"],
    ["inet6", "'2001:db8::1'", "2001:db8::1"],
  ];
  const values = [...mysqlValues, ...more];

  it("is of every type that the source knows", () => {
    const tried = new Set(values.map(([type]) => type.replace(/[( ].*/, "")));
    // MariaDB 10 has no VECTOR; the other is MySQL's name of GEOMETRYCOLLECTION.
    const other = ["vector", "geomcollection"];
    expect(mysqlTypes.map(([type]) => type).filter((type) => !tried.has(type) && !other.includes(type))).toEqual([]);
  });

  it.each([...new Set(values.map(([type]) => type))])("accepts the values of %s", async (type) => {
    const rows = values.filter(([its, , value]) => its === type && !isFormless(value));
    const isNull = type.includes("null") ? "" : " null";
    await database.sql(
      `create or replace table typed (person int not null, id varchar(9) primary key, v ${type}${isNull}); insert into typed values ${rows
        .map(([, literal], at) => `(7, 'k${at}', ${literal}), (7, 'n${at}', null)`)
        .join(", ")}`,
    );
    const facts = await mysqlFacts(pool, undefined, new AbortController().signal);
    const { records, refused } = await guessed(facts, (text, count, cursor) =>
      mysqlSource({
        pool: pool.pool as never,
        cursor,
        query: ({ subject, after, limit }) => ({ text, values: [subject.id, after, after, limit] }),
        count: ({ subject }) => ({ text: count, values: [subject.id] }),
      }),
    );
    expect(refused).toEqual([]);
    expect(records).toHaveLength(rows.length * 2);
  });

  const failingWith = (error: Error): mysql.Pool =>
    ({
      query: (options: { sql: string }) =>
        options.sql.includes("information_schema.keywords") ? Promise.reject(error) : pool.query(options as never),
    }) as never;
  const facts = (error: Error) => mysqlFacts(failingWith(error), undefined, new AbortController().signal);

  it("quotes every name where the server does not tell its keywords", async () => {
    await database.sql("create or replace table typed (person int primary key)");
    const { tables } = await facts(Object.assign(new Error("Unknown table"), { errno: 1109 }));
    expect(tables.find(({ table }) => table === "typed")?.columns[0]?.sql).toBe("`person`");
  });

  it.each([
    ["a right that is missing", { errno: 1142, code: "ER_TABLEACCESS_DENIED_ERROR" }],
    ["a connection that broke", { errno: -104, code: "ECONNRESET" }],
  ])("is not written where %s hides the keywords", async (_, error) => {
    await expect(facts(Object.assign(new Error("no"), error))).rejects.toMatchObject({ code: "SOURCE_FAILED" });
  });
});

describe("a schema that init writes, of SQLite", () => {
  it.each([
    ["integer", ["1", "-9007199254740991", "null"]],
    ["bigint", ["1", "9223372036854775807"]],
    ["unsigned big int", ["9007199254740993"]],
    ["int8", ["9007199254740993"]],
    ["text", ["'a'", "'1'", "x'00'"].slice(0, 2)],
    ["varchar(9)", ["'a'"]],
    ["blob", ["x'00ff'"]],
    ["real", ["1", "1.5"]],
    ["numeric", ["1", "1.5"]],
    ["decimal(10,2)", ["1.50"]],
    ["boolean", ["true", "0"]],
    ["date", ["'2024-01-01'", "1700000000"]],
    ["datetime", ["'2024-01-01 00:00:00'", "1700000000.5"]],
    ["", ["1", "'a'", "1.5", "x'00'", "9007199254740993"]],
    ["any_thing", ["1", "'a'"]],
  ])("accepts the values of a column that is declared %j", async (type, literals) => {
    const open = () => database;
    const database = new Database(":memory:");
    const close = database.close.bind(database);
    database.close = () => database;
    database.exec(
      `create table typed (person int not null, id text not null primary key, v ${type}); insert into typed values ${literals
        .map((literal, at) => `(7, 'k${at}', ${literal})`)
        .join(", ")}`,
    );
    const { records, refused } = await guessed(
      await sqliteFacts(open, undefined, new AbortController().signal),
      (text, count, cursor) =>
        sqliteSource({
          database,
          cursor,
          query: ({ subject, after, limit }) => ({ text, values: [Number(subject.id), after, after, limit] }),
          count: ({ subject }) => ({ text: count, values: [Number(subject.id)] }),
        }),
    );
    expect(refused).toEqual([]);
    expect(records).toHaveLength(literals.length);
    close();
  });
});
