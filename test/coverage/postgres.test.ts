import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalogue, TracedQuery } from "../../src/coverage/catalogue.ts";
import { postgresCatalogue } from "../../src/coverage/postgres/index.ts";
import { PortmanteauError } from "../../src/index.ts";
import { type PostgresDatabase, postgresEngines } from "../support/postgres.ts";

const signal = new AbortController().signal;

/** Whatever a relation or a name can be. */
const zoo = `
create table people (id bigint primary key, email text not null, name text, born date, is_admin boolean, tags text[], doc jsonb);
create table orders (id bigint primary key, person_id bigint references people, total numeric, placed_at timestamptz, note text);
create view recent_orders as select o.id, o.person_id, o.total * 2 as double_total from orders o where o.placed_at > '2020-01-01';
create view recent_people as select p.*, r.double_total from people p join recent_orders r on r.person_id = p.id;
create materialized view order_totals as select person_id, sum(total) as total from orders group by person_id;
create table events (id bigint, person_id bigint, at timestamptz not null, body text) partition by range (at);
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01') partition by list (person_id);
create table events_2026_rest partition of events_2026 default;
create table animals (id bigint, name text);
create table dogs (breed text) inherits (animals);
create table cats () inherits (animals);
create table generated (id bigint generated always as identity, a int, twice int generated always as (a * 2) stored);
create table dropped (id bigint, gone text, stays text);
alter table dropped drop column gone;
create table "Order" ("select" text, "Mixed Case" text, "naïve.dot" text, "quo""te" text, "{(\\brace})" text, ":colon" text);
create schema "other.schema";
create table "other.schema".people (id bigint, secret text);
create table empty ();
create temporary table passing (id bigint);
create sequence numbers;
create function orders_of(bigint) returns setof orders language plpgsql as
  'begin return query select * from orders where person_id = $1; end';
`;

for (const engine of await postgresEngines()) {
  if (engine.required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(engine.title));

  describe.skipIf(engine.notRun !== undefined)(`postgresCatalogue on ${engine.title}`, () => {
    let database: PostgresDatabase;
    let pool: pg.Pool | NonNullable<PostgresDatabase["pglite"]>;
    beforeAll(async () => {
      database = await engine.open();
      await database.sql(zoo);
      pool = database.pglite ?? new pg.Pool({ ...database.config, max: 2 });
    });
    afterAll(async () => {
      if (pool instanceof pg.Pool) await pool.end();
      await database?.drop();
    });

    const read = (queries: Record<string, string> = {}, schemas?: string[]): Promise<Catalogue> =>
      postgresCatalogue({ pool, ...(schemas === undefined ? {} : { schemas }) }).read(
        Object.entries(queries).map(([dataset, text]) => ({ dataset, text })),
        signal,
      );
    /** `field: table.column …` of each field. */
    const lineage = async (text: string): Promise<string[]> => {
      const traced = (await read({ it: text })).traced.get("it") as TracedQuery;
      if (traced instanceof Error) throw traced;
      return traced.fields.map(({ name, columns }) =>
        `${name}: ${columns.map(({ table, column }) => `${table}.${column}`).join(" ")}`.trim(),
      );
    };

    it("lists what holds data, and says why the rest needs no decision", async () => {
      const { tables, skipped, schemasNotLookedAt } = await read();
      expect(tables.map(({ table, kind, columns }) => [table, kind, columns.join(" ")])).toEqual([
        ['"other.schema".people', "table", "id secret"],
        ["Order", "table", 'select Mixed Case naïve.dot quo"te {(\\brace}) :colon'],
        ["animals", "table", "id name"],
        ["dogs", "table", "breed"],
        ["dropped", "table", "id stays"],
        ["empty", "table", ""],
        ["events", "partitioned table", "id person_id at body"],
        ["generated", "table", "id a twice"],
        ["order_totals", "materialized view", "person_id total"],
        ["orders", "table", "id person_id total placed_at note"],
        ["people", "table", "id email name born is_admin tags doc"],
      ]);
      expect(skipped).toEqual([
        { table: "cats", why: "has the columns of animals, from which it inherits" },
        { table: "events_2025", why: "a partition of events" },
        { table: "events_2026", why: "a partition of events" },
        { table: "events_2026_rest", why: "a partition of events_2026" },
        { table: "recent_orders", why: "a view: it holds nothing itself" },
        { table: "recent_people", why: "a view: it holds nothing itself" },
      ]);
      expect(schemasNotLookedAt).toEqual([]);
    });

    it("looks at the schemas that are asked for, and names the others", async () => {
      const { tables, schemasNotLookedAt } = await read({}, ["other.schema"]);
      expect(tables.map(({ table }) => table)).toEqual(['"other.schema".people']);
      expect(schemasNotLookedAt).toEqual(["public"]);
      await expect(read({}, ["otherschema"])).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message:
          'Coverage: there is no schema "otherschema" in the database. Mend `schemas`; there are: other.schema, public.',
      });
    });

    it.each<[what: string, text: string, fields: string[]]>([
      [
        "plain columns, renamed",
        'select id as "theId", email from people where id = $1 limit $2',
        ["theId: people.id", "email: people.email"],
      ],
      [
        "a star",
        "select * from people p join orders using (id) where p.id = $1",
        [
          "id: people.id",
          "email: people.email",
          "name: people.name",
          "born: people.born",
          "is_admin: people.is_admin",
          "tags: people.tags",
          "doc: people.doc",
          "person_id: orders.person_id",
          "total: orders.total",
          "placed_at: orders.placed_at",
          "note: orders.note",
        ],
      ],
      [
        "a column merged by a full join",
        "select id from people full join orders using (id)",
        ["id: people.id orders.id"],
      ],
      [
        "expressions and casts",
        "select upper(name) || email as a, total::float8 as b, coalesce(note, name) as c, doc || '{}' as d from people, orders",
        ["a: people.name people.email", "b: orders.total", "c: orders.note people.name", "d: people.doc"],
      ],
      [
        "no part of a document or of an array: what else is in it is not given",
        `select doc->'x' as a, doc->>'x' as b, doc #>> '{x,y}' as c, doc['x'] as d, tags[1] as e, jsonb_typeof(doc) as f,
          jsonb_path_query_first(doc, '$.x') as g, r.x, doc as whole
          from people, lateral jsonb_to_record(doc) r(x text)`,
        ["a:", "b:", "c:", "d:", "e:", "f:", "g:", "x:", "whole: people.doc"],
      ],
      [
        "what is built as JSON, with the order of its elements left out",
        "select json_build_object('n', p.name, 'o', (select json_agg(o.total order by o.placed_at) from orders o where o.person_id = p.id)) as j from people p",
        ["j: people.name orders.total"],
      ],
      [
        "subqueries, also lateral ones, and what they leave out",
        "select q.a, l.t from (select name as a, email as b from people) q, lateral (select total as t from orders where note = q.b) l",
        ["a: people.name", "t: orders.total"],
      ],
      [
        "a CTE, used twice and from below",
        "with c as (select id, name as n from people) select (select x.n from c x limit 1) as one, y.n as two from c y",
        ["one: people.name", "two: people.name"],
      ],
      [
        "a CTE inside of a subquery that looks outside",
        "select (with c as (select p.name as n, note from orders) select n || note from c limit 1) as a from people p",
        ["a: people.name orders.note"],
      ],
      [
        "a CTE that looks outside, used from further inside",
        "select (with c as (select p.name as n, note from orders) select (select n || note from c limit 1)) as a from people p",
        ["a: people.name orders.note"],
      ],
      [
        "a recursive CTE",
        "with recursive c as (select id, person_id from orders union all select c.person_id, o.id from c join orders o on o.id = c.id) select id from c",
        ["id: orders.id orders.person_id"],
      ],
      [
        "every arm of a union",
        "select name as n from people union all (select note from orders except select body from events)",
        ["n: people.name orders.note events.body"],
      ],
      [
        "values, and functions in FROM",
        "select v.x, e.value as y, u.t as z from people p, lateral (values (p.name), (p.email)) v(x), lateral jsonb_each(p.doc) e, lateral unnest(p.tags) u(t)",
        ["x: people.name people.email", "y: people.doc", "z: people.tags"],
      ],
      [
        "groups and aggregates",
        "select born, max(email) as m, count(name) as n, string_agg(name, ',' order by email) filter (where is_admin) as s from people group by born",
        ["born: people.born", "m: people.email", "n:", "s: people.name"],
      ],
      [
        "windows",
        "select lag(total) over (partition by person_id order by placed_at) as t, count(note) over () as c, row_number() over (order by id) as r from orders",
        ["t: orders.total", "c:", "r:"],
      ],
      [
        "no condition: it does not give what it looks at",
        "select case when is_admin then name else 'x' end as a, born is null as b, email = 'x' as c, exists (select note from orders) as d, id in (select person_id from orders) as e, nullif(name, email) as f from people where born > '1990-01-01'",
        ["a: people.name", "b:", "c:", "d:", "e:", "f: people.name"],
      ],
      [
        "a boolean column, which is a value",
        "select is_admin, coalesce(is_admin, false) as b from people",
        ["is_admin: people.is_admin", "b: people.is_admin"],
      ],
      [
        "views through views",
        "select name, double_total from recent_people",
        ["name: people.name", "double_total: orders.total"],
      ],
      [
        "no whole row: it would have the columns to come",
        "select to_jsonb(p) as j, p as r, (select json_agg(o) from orders o) as o from people p",
        ["j:", "r:", "o:"],
      ],
      [
        "a partitioned table, and not one partition alone",
        "select e.body, x.body as one from events e, events_2025 x",
        ["body: events.body", "one: events_2025.body"],
      ],
      [
        "a parent, and not ONLY the parent",
        "select a.name, b.name as only_name, d.breed from animals a, only animals b, only dogs d",
        ["name: animals.name", "only_name:", "breed: dogs.breed"],
      ],
      [
        "odd names",
        'select "select", "Mixed Case" as ":a b\\", "naïve.dot" as "a{(}", "quo""te", "{(\\brace})", ":colon" from "Order"',
        [
          "select: Order.select",
          ":a b\\: Order.Mixed Case",
          "a{(}: Order.naïve.dot",
          'quo"te: Order.quo"te',
          "{(\\brace}): Order.{(\\brace})",
          ":colon: Order.:colon",
        ],
      ],
      [
        "the table of the schema that is meant",
        'select a.id, b.id as "otherId" from people a, "other.schema".people b',
        ["id: people.id", 'otherId: "other.schema".people.id'],
      ],
      ["columns after one that was dropped", "select stays from dropped", ["stays: dropped.stays"]],
      ["the system's own tables as nothing", "select relname, ctid::text as c from pg_class", ["relname:", "c:"]],
      [
        "constants of every kind",
        "select 'it''s {(\\ }' as a, E'\\\\x' as b, 1.5 as c, '\\x00ff'::bytea as d, array[1, null] as e, null as f, $1::int as g",
        ["a:", "b:", "c:", "d:", "e:", "f:", "g:"],
      ],
      [
        "a query with comments and a semicolon at its end",
        "select /* $1 */ name from people where id = $1; -- the end",
        ["name: people.name"],
      ],
    ])("follows %s", async (_, text, fields) => {
      expect(await lineage(text)).toEqual(fields);
    });

    it("follows the JSON functions of PostgreSQL 17 no further", async ({ skip }) => {
      const [row] = await database.sql("show server_version_num");
      if (Number(row?.["server_version_num"]) < 170_000) skip("not run: JSON_TABLE needs PostgreSQL 17");
      expect(
        await lineage(
          "select t.x, json_value(doc, '$.y') as y, json_query(doc, '$.z') as z, json_object('n': name) as o from people, json_table(doc, '$' columns (x text path '$.x')) t",
        ),
      ).toEqual(["x:", "y:", "z:", "o: people.name"]);
    });

    it("knows every column that a query speaks of, conditions and whole rows included", async () => {
      const mentions = async (text: string) => {
        const traced = (await read({ it: text })).traced.get("it") as TracedQuery;
        return traced.mentions?.map(({ table, column }) => `${table}.${column}`).sort();
      };
      expect(
        await mentions("select p.name from people p join orders o on o.person_id = p.id where o.note = $1"),
      ).toEqual(["orders.note", "orders.person_id", "people.id", "people.name"]);
      expect(await mentions("select to_jsonb(o) from orders o")).toEqual([
        "orders.id",
        "orders.note",
        "orders.person_id",
        "orders.placed_at",
        "orders.total",
      ]);
      expect(await mentions("select double_total from recent_orders")).toEqual([
        "orders.id",
        "orders.person_id",
        "orders.placed_at",
        "orders.total",
      ]);
      expect(await mentions("select id from people full join orders using (id)")).toEqual(["orders.id", "people.id"]);
      expect(await mentions("select f.total, p.id from people p, orders_of(p.id) f")).toBeUndefined();
    });

    it("tells of a query that the server refuses, and goes on with the next", async () => {
      const { traced } = await read({
        bad: "select nothing from people",
        good: "select id from people",
        many: "select 1 from nowhere",
      });
      expect(traced.get("bad")).toMatchObject({
        code: "SOURCE_FAILED",
        message: "PostgreSQL refuses the query (42703)",
      });
      expect(traced.get("many")).toMatchObject({ message: "PostgreSQL refuses the query (42P01)" });
      expect(traced.get("good")).toMatchObject({
        fields: [{ name: "id", columns: [{ table: "people", column: "id" }] }],
      });
    });

    it("leaves nothing behind, and gives the connection back", async () => {
      await read({ a: "select id from people where id = $1", b: "select broken" });
      const left = `select (select count(*) from pg_prepared_statements)::int as prepared,
        (select count(*) from pg_proc where proname like 'portmanteau%')::int as functions`;
      const result = await (pool as pg.Pool).query(left);
      expect(result.rows).toEqual([{ prepared: 0, functions: 0 }]);
      if (pool instanceof pg.Pool) expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    });

    it("stops when it is aborted", async () => {
      const abort = new AbortController();
      abort.abort();
      await expect(postgresCatalogue({ pool }).read([], abort.signal)).rejects.toMatchObject({ code: "ABORTED" });
    });

    describe.skipIf(engine.name === "pglite")("over several connections, which PGlite does not have", () => {
      it("takes a client of its own, and refuses one inside a transaction", async () => {
        const client = new pg.Client(database.config);
        await client.connect();
        try {
          const catalogue = postgresCatalogue({ pool: client });
          expect((await catalogue.read([], signal)).tables).toHaveLength(11);
          await client.query("begin");
          if (client.getTransactionStatus !== undefined)
            await expect(catalogue.read([], signal)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
          await client.query("rollback");
        } finally {
          await client.end();
        }
      });

      it("looks at queries also where transactions only read by default", async () => {
        const reading = new pg.Pool({ ...database.config, options: "-c default_transaction_read_only=on" });
        try {
          const { traced } = await postgresCatalogue({ pool: reading }).read(
            [{ dataset: "a", text: "select id from people" }],
            signal,
          );
          expect(traced.get("a")).toMatchObject({ fields: [{ name: "id" }] });
        } finally {
          await reading.end();
        }
      });

      it("says what it needs where no temporary function may be made", async () => {
        const role = `cover_${Math.random().toString(36).slice(2)}`;
        const name = String(database.config?.database);
        await database.sql(`create role ${role} login; revoke temporary on database ${name} from public`);
        const limited = new pg.Pool({ ...database.config, user: role });
        try {
          const catalogue = postgresCatalogue({ pool: limited });
          expect((await catalogue.read([], signal)).tables).toHaveLength(11);
          await expect(catalogue.read([{ dataset: "a", text: "select 1" }], signal)).rejects.toMatchObject({
            code: "SOURCE_FAILED",
            message: expect.stringContaining("a role with the right TEMPORARY on the database. (42501)"),
          });
        } finally {
          await limited.end();
          await database.sql(`grant temporary on database ${name} to public; drop role ${role}`);
        }
      });

      it("is no success when the server is gone", async () => {
        const nowhere = new pg.Pool({ ...database.config, host: "127.0.0.1", port: 1 });
        const error = await postgresCatalogue({ pool: nowhere })
          .read([], signal)
          .catch((thrown: unknown) => thrown);
        await nowhere.end();
        expect(PortmanteauError.is(error)).toBe(true);
        expect(error).toMatchObject({
          code: "SOURCE_FAILED",
          message: "Coverage: PostgreSQL's catalogue could not be read. (ECONNREFUSED)",
        });
      });
    });
  });
}
