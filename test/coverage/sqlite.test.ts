import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCoverage } from "../../src/coverage/check.ts";
import { sqliteCatalogue } from "../../src/coverage/sqlite.ts";
import { sqliteSource } from "../../src/sources/sqlite/index.ts";
import { noteDataset } from "../support/exporting.ts";

const signal = new AbortController().signal;

const zoo = `
create table people (id integer primary key, email text, name text, twice int generated always as (id * 2) virtual,
  thrice int generated always as (id * 3) stored);
create table bare (a int primary key, b) without rowid;
create table strictly (id int) strict;
create table "Odd.table" ("se""lect" int, "naïve" text);
create view visible as select id, email as address from people;
create view above as select address from visible;
create virtual table posts using fts5(title, body);
create temporary table passing (id int);
create table counted (id integer primary key autoincrement);
attach ':memory:' as archive;
create table archive.people (id int, old_email text);
`;

describe("sqliteCatalogue", () => {
  let database: Database.Database;
  beforeAll(() => {
    database = new Database(":memory:");
    database.exec(zoo);
  });
  afterAll(() => database?.close());

  it("lists tables and their columns, and says why the rest needs no decision", async () => {
    const { tables, skipped, database: name } = await sqliteCatalogue({ database }).read([], signal);
    expect(name).toBe("in memory");
    expect(tables).toEqual([
      { table: "archive.people", kind: "table", columns: ["id", "old_email"] },
      { table: '"Odd.table"', kind: "table", columns: ['se"lect', "naïve"] },
      { table: "bare", kind: "table", columns: ["a", "b"] },
      { table: "counted", kind: "table", columns: ["id"] },
      { table: "people", kind: "table", columns: ["id", "email", "name", "twice", "thrice"] },
      { table: "posts", kind: "virtual table", columns: ["title", "body"] },
      { table: "strictly", kind: "table", columns: ["id"] },
    ]);
    expect(skipped).toEqual([
      { table: "above", why: "a view: it holds nothing itself" },
      ...["posts_config", "posts_content", "posts_data", "posts_docsize", "posts_idx"].map((table) => ({
        table,
        why: "a virtual table keeps its content in it",
      })),
      { table: "visible", why: "a view: it holds nothing itself" },
    ]);
  });

  it("looks at the schemas that are asked for, and names the others", async () => {
    const { tables, schemasNotLookedAt } = await sqliteCatalogue({ database, schemas: ["archive"] }).read([], signal);
    expect(tables.map(({ table }) => table)).toEqual(["archive.people"]);
    expect(schemasNotLookedAt).toEqual(["main"]);
    await expect(sqliteCatalogue({ database, schemas: ["old"] }).read([], signal)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  it("follows plain columns through views and subqueries, and no other expression", async () => {
    const queries = {
      plain: 'select id as theId, p."email" from people p where id = ? and name is not null',
      views: "select address, x.name from above join (select name, email from people) x on x.email = address",
      expressions: "select lower(email) as a, name || '' as b, (select a from bare) as c, count(*) as d from people",
      two: "select p.email, a.old_email from people p join archive.people a using (id)",
      bad: "select nothing from people",
    };
    const { traced } = await sqliteCatalogue({ database }).read(
      Object.entries(queries).map(([dataset, text]) => ({ dataset, text })),
      signal,
    );
    const fieldsOf = (dataset: string) => {
      const query = traced.get(dataset);
      if (query === undefined || query instanceof Error) throw query;
      expect(query.mentions).toBeUndefined();
      return query.fields.map(
        ({ name, columns }) => `${name}: ${columns.map(({ table, column }) => `${table}.${column}`).join(" ")}`,
      );
    };
    expect(fieldsOf("plain")).toEqual(["theId: people.id", "email: people.email"]);
    expect(fieldsOf("views")).toEqual(["address: people.email", "name: people.name"]);
    expect(fieldsOf("expressions")).toEqual(["a: ", "b: ", "c: bare.a", "d: "]);
    expect(fieldsOf("two")).toEqual(["email: people.email", "old_email: archive.people.old_email"]);
    expect(traced.get("bad")).toMatchObject({
      code: "SOURCE_FAILED",
      message: "SQLite refuses the query (SQLITE_ERROR)",
    });
  });

  it("accounts for what a source reads, when both open the file by one function", async () => {
    const folder = mkdtempSync(join(tmpdir(), "portmanteau-coverage-"));
    const open = () => new Database(join(folder, "app.db"));
    try {
      const made = open();
      made.exec("create table notes (id int, owner text, text text, mood text)");
      made.close();
      const source = sqliteSource({
        database: open,
        query: ({ subject, after, limit }) => ({
          text: "select id, owner, text, upper(mood) as mood from notes where owner = ? and id > coalesce(?, 0) order by id limit ?",
          values: [subject.id, after, limit],
        }),
        cursor: "id",
      });
      const datasets = [noteDataset("notes", source)];
      const { findings, untraced } = await checkCoverage({ datasets }, [
        { catalogue: sqliteCatalogue({ database: open }) },
      ]);
      expect(untraced).toEqual([]);
      expect(findings).toMatchObject([{ code: "COLUMN_UNACCOUNTED", table: "notes", column: "mood" }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("opens a file by the function it is given, and closes it, also when it cannot be read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "portmanteau-coverage-"));
    const file = join(folder, "app.db");
    const made = new Database(file);
    made.exec("create table t (id int)");
    made.close();
    const opened: Database.Database[] = [];
    const open = () => {
      opened.push(new Database(file, { readonly: true }));
      return opened.at(-1) as Database.Database;
    };
    try {
      const catalogue = await sqliteCatalogue({ database: open }).read([], signal);
      expect(catalogue).toMatchObject({ database: "app.db", tables: [{ table: "t" }] });
      await expect(sqliteCatalogue({ database: open, schemas: ["x"] }).read([], signal)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
      });
      expect(opened.map(({ open: isOpen }) => isOpen)).toEqual([false, false]);
      const nowhere = () => new Database(join(folder, "missing", "app.db"));
      await expect(sqliteCatalogue({ database: nowhere }).read([], signal)).rejects.toMatchObject({
        code: "SOURCE_FAILED",
        message: "Coverage: SQLite's catalogue could not be read.",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
