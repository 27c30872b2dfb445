import { inspect } from "node:util";
import type { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { losslessJson } from "../../src/codec/lossless-json.ts";
import type { ErrorCode } from "../../src/model/errors.ts";
import type { OpenSnapshot, Page } from "../../src/model/source.ts";
import { failure } from "../../src/sources/postgres/failure.ts";
import {
  type PostgresConnections,
  type PostgresSourceOptions,
  postgresSnapshot,
  postgresSource,
} from "../../src/sources/postgres/index.ts";
import { typeTable } from "../../src/sources/postgres/values.ts";
import { openPGlite, type PostgresDatabase, postgresEngines } from "../support/postgres.ts";
import { eventually, expectFailure, failureOf, readingAs } from "../support/reading.ts";
import { postgresValues } from "../support/sql-values.ts";

const total = 1203;
const schema = `
  CREATE TABLE visit (id bigint PRIMARY KEY, subject text NOT NULL, at timestamptz NOT NULL, note text);
  INSERT INTO visit SELECT n, CASE WHEN n % 3 = 0 THEN 'other' ELSE 'ada' END,
    '2024-01-01T00:00:00Z'::timestamptz + (n / 4) * interval '1 microsecond', 'note ' || n FROM generate_series(1, ${(total * 3) / 2 + 2}) n;
  DELETE FROM visit WHERE subject = 'ada' AND id > (SELECT id FROM visit WHERE subject = 'ada' ORDER BY id OFFSET ${total - 1} LIMIT 1);
  CREATE TABLE ticket (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), subject text NOT NULL);
  INSERT INTO ticket (subject) SELECT 'ada' FROM generate_series(1, 10);
  CREATE TABLE typed (id int PRIMARY KEY, owner uuid NOT NULL);
`;

const visits = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = $1 AND ($2::bigint IS NULL OR id > $2) ORDER BY id LIMIT $3",
    values: [subject.id, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM visit WHERE subject = $1", values: [subject.id] }),
} satisfies Omit<PostgresSourceOptions, "pool">;
const tickets = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id FROM ticket WHERE subject = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
    values: [subject.id, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM ticket WHERE subject = $1", values: [subject.id] }),
} satisfies Omit<PostgresSourceOptions, "pool">;
/** The same rows through a server-side cursor. */
const visitsWhole = {
  query: ({ subject }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = $1 ORDER BY id",
    values: [subject.id],
  }),
} satisfies Omit<PostgresSourceOptions, "pool">;
const sleeping = {
  query: ({ subject }) => ({ text: "SELECT $1::text AS subject, pg_sleep(300)::text", values: [subject.id] }),
} satisfies Omit<PostgresSourceOptions, "pool">;

const { context, pagesOf, recordsOf } = readingAs("ada", 500);

const expectedIds = Array.from({ length: total * 2 }, (_, index) => index + 1)
  .filter((id) => id % 3 !== 0)
  .slice(0, total)
  .map(String);

const engines = await postgresEngines();

for (const engine of engines) {
  if (engine.required) it(`has every service, as PORTMANTEAU_SERVICES=required says`, () => expect.fail(engine.title));

  describe.skipIf(engine.notRun !== undefined)(`postgresSource on ${engine.title}`, () => {
    let database: PostgresDatabase;
    /** What a user gives: a pool on a server, the database itself in process. */
    let pool: PostgresConnections;

    beforeAll(async () => {
      database = await engine.open();
      pool = database.pglite ?? new pg.Pool({ ...database.config, max: 4 });
      await database.sql(schema);
    });
    afterEach(async () => {
      if (pool instanceof pg.Pool) await expectHealthy(pool);
    });
    afterAll(async () => {
      if (pool instanceof pg.Pool) await pool.end();
      await database?.drop();
    });

    describe("reading", () => {
      it.each([1, 2, 500, total, total + 1])("gives every row once in pages of %d", async (pageRecords) => {
        const pages = await pagesOf(postgresSource({ pool, ...visits }), { pageRecords });
        expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
        expect(pages.slice(0, -1).every(({ records }) => records.length === pageRecords)).toBe(true);
        expect(pages.every(({ records, cursor }) => cursor === records.at(-1)?.id)).toBe(true);
      });

      it("resumes after every cursor without losing or repeating a row", async () => {
        const source = postgresSource({ pool, ...visits });
        const pages = await pagesOf(source, { pageRecords: 100 });
        expect(pages).toHaveLength(13);
        let before = 0;
        for (const { records, cursor } of pages) {
          before += records.length;
          const rest = await recordsOf(source, { pageRecords: 100, after: cursor ?? null });
          expect(rest.map(({ id }) => id)).toEqual(expectedIds.slice(before));
        }
      });

      it("continues after several columns, one of them a timestamp with microseconds", async () => {
        const source = postgresSource({
          pool,
          query: ({ subject, after, limit }) => ({
            text: `SELECT at, id FROM visit WHERE subject = $1 AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::bigint)) ORDER BY at, id LIMIT $4`,
            values: [subject.id, after?.[0] ?? null, after?.[1] ?? null, limit],
          }),
          cursor: ["at", "id"],
        });
        const pages = await pagesOf(source, { pageRecords: 7 });
        expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
        expect(pages[0]?.cursor).toEqual(["2024-01-01T00:00:00.000002Z", "10"]);
      });

      it.each(["bytea", "float8", "numeric", "bool", "date", "timestamp", "interval"])(
        "continues after a cursor of type %s",
        async (type) => {
          const literals = {
            bytea: ["'\\x00'", "'\\x0001'", "'\\xff'"],
            float8: ["'-Infinity'", "0.1", "0.1::float8 + 0.2::float8", "'Infinity'", "'NaN'"],
            numeric: ["-1", "0.00000000000000000000000000001", "12345678901234567890"],
            bool: ["false", "true"],
            date: ["'-infinity'", "'0044-03-15 BC'", "'2024-02-29'", "'10000-01-01'", "'infinity'"],
            timestamp: ["'0044-03-15 01:02:03.000004 BC'", "'2024-02-29 12:00'", "'2024-02-29 12:00:00.000001'"],
            interval: ["'-1 day'", "'1 microsecond'", "'1 year 2 mons 3 days 04:05:06.789'"],
          }[type] as string[];
          const rows = literals.map((literal) => `(${literal}::${type})`).join(", ");
          const source = postgresSource({
            pool,
            query: ({ after, limit }) => ({
              text: `SELECT v FROM (VALUES ${rows}) t(v) WHERE $1::${type} IS NULL OR v > $1::${type} ORDER BY v LIMIT $2`,
              values: [after, limit],
            }),
            cursor: "v",
          });
          expect(await recordsOf(source, { pageRecords: 1 })).toHaveLength(literals.length);
        },
      );

      it("reads through a server-side cursor when there is no cursor column", async () => {
        const source = postgresSource({ pool, ...visitsWhole });
        expect(source.capabilities.resume).toBe("none");
        for (const pageRecords of [100, total, 5000]) {
          const pages = await pagesOf(source, { pageRecords });
          expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
          expect(pages[0]?.records).toHaveLength(Math.min(pageRecords, total));
          expect(pages[0]).not.toHaveProperty("cursor");
        }
        await expectFailure(recordsOf(source, { after: "7" }), "SOURCE_CONTRACT");
      });

      it("counts, and gives nothing for a subject without rows", async () => {
        const source = postgresSource({ pool, ...visits });
        expect(await source.count?.(context())).toBe(total);
        expect(await source.count?.(context({ subject: { id: "nobody" } }))).toBe(0);
        expect(await pagesOf(source, { subject: { id: "nobody" } })).toEqual([]);
        expect(await pagesOf(postgresSource({ pool, ...visitsWhole }), { subject: { id: "nobody" } })).toEqual([]);
      });

      it("makes records with `map`", async () => {
        const source = postgresSource({ pool, ...visits, map: ({ id }) => ({ number: Number(id) }) });
        expect((await recordsOf(source, { pageRecords: 2 })).at(-1)).toEqual({ number: Number(expectedIds.at(-1)) });
      });

      it("takes a subject's id as a value, whatever it says", async () => {
        const id = "'; DROP TABLE visit; --";
        await database.sql("INSERT INTO ticket (subject) VALUES ($1)", [id]);
        expect(await recordsOf(postgresSource({ pool, ...tickets }), { subject: { id } })).toHaveLength(1);
        expect(await recordsOf(postgresSource({ pool, ...visits }), { subject: { id } })).toEqual([]);
        expect(await postgresSource({ pool, ...visits }).count?.(context())).toBe(total);
      });

      it("cannot write", async () => {
        const text = "WITH w AS (DELETE FROM visit RETURNING id) SELECT id FROM w";
        const error = await expectFailure(
          recordsOf(postgresSource({ pool, query: () => ({ text }), cursor: "id" })),
          "SOURCE_FAILED",
        );
        expect(error.message).toContain("25006");
      });
    });

    describe("refusing", () => {
      it("refuses a query that does not go on after the cursor", async () => {
        const order = (text: string) =>
          postgresSource({ pool, cursor: "id", query: ({ limit, after }) => ({ text, values: [limit, after] }) });
        const same = order("SELECT id FROM visit WHERE $2::text IS NULL OR true ORDER BY id LIMIT $1");
        const again = order("SELECT id FROM visit WHERE $2::bigint IS NULL OR id >= $2 ORDER BY id LIMIT $1");
        for (const source of [same, again]) {
          const error = await expectFailure(recordsOf(source, { pageRecords: 10 }), "SOURCE_CONTRACT");
          expect(error.message).toMatch(/order by id and give only rows beyond/);
        }
      });

      it("refuses a cursor that is missing, NULL or no scalar, and more rows than asked for", async () => {
        const of = (text: string) =>
          recordsOf(postgresSource({ pool, cursor: "id", query: () => ({ text }) }), { pageRecords: 2 });
        expect((await expectFailure(of("SELECT 1 AS number"), "SOURCE_CONTRACT")).message).toMatch(/no column id/);
        for (const value of ["NULL::int", "ARRAY[1]", `'"a"'::jsonb`])
          expect((await expectFailure(of(`SELECT ${value} AS id`), "SOURCE_CONTRACT")).message).toMatch(
            /unique and NOT NULL/,
          );
        expect((await expectFailure(of("VALUES (1), (2), (3)"), "SOURCE_CONTRACT")).message).toMatch(/LIMIT/);
      });

      it("refuses a result with two columns of one name, when it reads and when it checks", async () => {
        const twins = postgresSource({ pool, query: () => ({ text: "SELECT 1 AS id, 2 AS id" }) });
        expect((await expectFailure(recordsOf(twins), "SOURCE_CONTRACT")).message).toContain("two columns named id");
        await expectFailure(twins.check?.(context().signal) ?? Promise.resolve(), "SOURCE_CONTRACT");
      });

      it("refuses a cursor that it did not make", async () => {
        for (const after of [7, ["1", "2"], { id: 1 }, null])
          await expectFailure(recordsOf(postgresSource({ pool, ...visits }), { after }), "SOURCE_CONTRACT");
      });

      it("refuses a count that is none", async () => {
        for (const text of [
          "SELECT 1, 2",
          "SELECT 1 WHERE false",
          "SELECT 1.5",
          "SELECT -1",
          "SELECT NULL",
          "VALUES (1), (2)",
        ]) {
          const source = postgresSource({ pool, ...visits, count: () => ({ text }) });
          await expectFailure(source.count?.(context()) ?? Promise.resolve(), "SOURCE_CONTRACT");
        }
      });

      it("refuses options that contradict each other", () => {
        const other = { ...pool } as PostgresConnections;
        for (const wrong of [
          { cursor: [] },
          { statementTimeoutMs: -1 },
          { statementTimeoutMs: 0.5 },
          { snapshot: postgresSnapshot(other) },
        ])
          expect(() => postgresSource({ pool, ...visits, ...wrong })).toThrow(
            expect.objectContaining({ code: "CONFIG_INVALID" }),
          );
      });

      it("says the SQLSTATE and no value when the server refuses the query", async () => {
        const secret = "secret-4711";
        const query = () => ({ text: "SELECT $1::text::int AS id", values: [secret] });
        for (const source of [postgresSource({ pool, query, cursor: "id" }), postgresSource({ pool, query })]) {
          const error = await expectFailure(recordsOf(source), "SOURCE_FAILED");
          expect(error.message).toContain("22P02");
          expect(String((error.cause as Error).message)).toContain(secret);
          for (const said of [error.message, error.stack, JSON.stringify(error), inspect(error)])
            expect(said).not.toContain(secret);
        }
      });

      it("wraps what the caller's own functions throw", async () => {
        const boom = () => {
          throw new Error("boom");
        };
        await expectFailure(recordsOf(postgresSource({ pool, ...visits, map: boom })), "SOURCE_FAILED");
        await expectFailure(recordsOf(postgresSource({ pool, query: boom })), "SOURCE_FAILED");
      });
    });

    describe("check", () => {
      it("passes for a sound query, also when the subject's id is a uuid", async () => {
        const query = ({ subject }: { subject: { id: string } }) => ({
          text: "SELECT id FROM typed WHERE owner = $1",
          values: [subject.id],
        });
        const signal = context().signal;
        await postgresSource({ pool, ...visits }).check?.(signal);
        await postgresSource({ pool, query, cursor: "id" }).check?.(signal);
        await postgresSource({ pool, query, count: query }).check?.(signal);
      });

      it("names what is wrong", async () => {
        const check = (options: Partial<PostgresSourceOptions>) =>
          postgresSource({ pool, ...visits, ...options }).check?.(context().signal) ?? Promise.resolve();
        const missing = () => ({ text: "SELECT id FROM nowhere" });
        expect((await expectFailure(check({ query: missing }), "SOURCE_FAILED")).message).toContain("42P01");
        expect((await expectFailure(check({ count: missing }), "SOURCE_FAILED")).message).toContain("The count");
        expect((await expectFailure(check({ cursor: "number" }), "SOURCE_CONTRACT")).message).toContain(
          "no column number",
        );
      });
    });

    describe("mapping", () => {
      for (const [type, literal, expected] of postgresValues) {
        it(`gives ${literal.slice(0, 60)}::${type} as ${JSON.stringify(expected).slice(0, 60)}, NULL as null, in arrays too`, async () => {
          const text = `SELECT ${literal}::${type} AS v, NULL::${type} AS n, ARRAY[${literal}, NULL]::${type}[] AS list,
            ARRAY[[${literal}], [${literal}]]::${type}[] AS nested, ARRAY[]::${type}[] AS none`;
          const [record] = await recordsOf(postgresSource({ pool, query: () => ({ text }) }));
          expect(record).toEqual({
            v: expected,
            n: null,
            list: [expected, null],
            nested: [[expected], [expected]],
            none: [],
          });
        });
      }

      it("gives what it does not know as the server's text", async () => {
        await database.sql("CREATE TYPE mood AS ENUM ('good', 'so so'); CREATE DOMAIN tiny AS int CHECK (value < 10)");
        await database.pglite?.refreshArrayTypes();
        const text =
          "SELECT 'so so'::mood AS mood, ARRAY['so so', NULL]::mood[] AS moods, 7::tiny AS tiny, '(1,2)'::point AS point, ROW(1, 'a b') AS row";
        expect(await recordsOf(postgresSource({ pool, query: () => ({ text }) }))).toEqual([
          { mood: "so so", moods: '{"so so",NULL}', tiny: 7, point: "(1,2)", row: '(1,"a b")' },
        ]);
      });

      it("knows the OID of every type in its table, and of its array", async () => {
        const known = await database.sql(
          `SELECT typname, oid::text, typarray::text FROM pg_type WHERE oid = ANY ('{${typeTable.map(([, oid]) => oid)}}')`,
        );
        const byOid = new Map(known.map(({ oid, typname, typarray }) => [Number(oid), [typname, Number(typarray)]]));
        for (const [name, oid, arrayOid] of typeTable) expect([name, byOid.get(oid)]).toEqual([name, [name, arrayOid]]);
      });

      it("gives back arrays of any text", async () => {
        const nasty = [
          "",
          "NULL",
          "null",
          "{}",
          "{a}",
          "a,b",
          '"',
          "\\",
          '\\"',
          'a\\\\"b',
          " ",
          "\n\t",
          "ä€😀",
          "[0:1]={}",
        ];
        const element = fc.oneof(
          fc.constantFrom(...nasty),
          fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", "")),
          fc.constant(null),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(element, { maxLength: 8 }), async (list) => {
            const source = postgresSource({
              pool,
              query: () => ({ text: "SELECT $1::text[] AS list", values: [list] }),
            });
            expect(await recordsOf(source)).toEqual([{ list }]);
          }),
          { numRuns: 60, examples: [[nasty], [[...nasty, null]], [[]]] },
        );
      });

      it("keeps exactly the JSON numbers that PostgreSQL finds equal to JavaScript's", async () => {
        const digits = (max: number) =>
          fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: max });
        const token = fc
          .tuple(
            fc.constantFrom("", "-"),
            digits(22),
            fc.option(digits(25)),
            fc.option(fc.integer({ min: -340, max: 330 })),
          )
          .map(
            ([sign, whole, fraction, exponent]) =>
              `${sign}${whole.replace(/^0+(?=\d)/, "")}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`,
          );
        const tokens = [
          "0.1",
          "9007199254740992",
          "9007199254740993",
          "0.1000000000000000055511151231257827",
          "1e400",
          "1e-400",
          "-0",
          "-0.0e5",
          "1.50",
          "1E3",
          "100000000000000000000000",
          ...fc.sample(token, 400),
        ];
        const rows = tokens
          .map((t) => ({ t, n: Number(t) }))
          .filter(({ n }) => Number.isFinite(n) && !Object.is(n, -0));
        const equal = await database.sql(
          `SELECT t FROM json_to_recordset('${JSON.stringify(rows.map(({ t, n }) => ({ t, n: String(n) })))}') AS r(t text, n text) WHERE t::numeric = n::numeric`,
        );
        const kept = new Set(equal.map(({ t }) => t));
        for (const t of tokens) {
          const expected = kept.has(t) ? Number(t) : t;
          for (const [json, place] of [
            [t, (v: unknown) => v],
            [`{"s":"1e400, ${t}\\"",\n"v": [ 1, ${t}]}`, (v: unknown) => (v as { v: unknown[] }).v[1]],
          ] as const)
            expect(place(losslessJson(json)), json).toBe(expected);
        }
      });
    });

    describe("a snapshot", () => {
      let open: OpenSnapshot | undefined;
      afterEach(async () => {
        await open?.close();
        open = undefined;
      });

      it("shows one moment to all its sources while others write", async () => {
        const snapshot = postgresSnapshot(pool);
        const [first, second] = [
          postgresSource({ pool, snapshot, ...visits }),
          postgresSource({ pool, snapshot, ...tickets }),
        ];
        expect(first.snapshot).toBe(snapshot);
        const before = Number((await database.sql("SELECT count(*) AS n FROM ticket WHERE subject = 'ada'"))[0]?.["n"]);
        open = await snapshot.open(context().signal);
        const { token } = open;
        const reading = first.read(context({ pageRecords: 400, snapshot: token }))[Symbol.asyncIterator]();
        const ids = ((await reading.next()).value as Page<{ id: string }>).records.map(({ id }) => id);
        let written = false;
        const writing = database
          .sql(
            "INSERT INTO ticket (subject) VALUES ('ada'); DELETE FROM visit WHERE id = 1; INSERT INTO visit VALUES (1000000, 'ada', now(), 'late')",
          )
          .then(() => {
            written = true;
          });
        if (database.pglite === undefined) await writing;
        expect(await recordsOf(second, { snapshot: token, pageRecords: 3 })).toHaveLength(before);
        expect(await second.count?.(context({ snapshot: token }))).toBe(before);
        for (let step = await reading.next(); !step.done; step = await reading.next())
          ids.push(...(step.value as Page<{ id: string }>).records.map(({ id }) => id));
        expect(ids).toEqual(expectedIds);
        expect(await first.count?.(context({ snapshot: token }))).toBe(total);
        // In one connection the writer waits outside of our transaction.
        expect(written).toBe(database.pglite === undefined);
        await open.close();
        await open.close();
        await writing;
        expect(await second.count?.(context())).toBe(before + 1);
        await database.sql(
          "DELETE FROM visit WHERE id = 1000000; INSERT INTO visit VALUES (1, 'ada', '2024-01-01T00:00:00Z', 'note 1')",
        );
      });

      it("reads several server-side cursors at once, beside sources that fail, and closes them", async () => {
        const snapshot = postgresSnapshot(pool);
        const source = postgresSource({ pool, snapshot, ...visitsWhole });
        const broken = postgresSource({ pool, snapshot, query: () => ({ text: "SELECT 1 / 0 AS id" }), cursor: "id" });
        const opened = postgresSource({
          pool,
          snapshot,
          query: () => ({ text: "SELECT name AS id FROM pg_cursors LIMIT 1" }),
          cursor: "id",
        });
        open = await snapshot.open(context().signal);
        const { token } = open;
        const failing = Array.from({ length: 6 }, () => failureOf(recordsOf(broken, { snapshot: token })));
        const reads = await Promise.all(
          [20, 50, 100].map((pageRecords) => recordsOf(source, { snapshot: token, pageRecords })),
        );
        for (const records of reads) expect(records.map(({ id }) => id)).toEqual(expectedIds);
        expect(new Set((await Promise.all(failing)).map(({ code }) => code))).toEqual(new Set(["SOURCE_FAILED"]));
        expect(await recordsOf(opened, { snapshot: token })).toEqual([]);
      });

      it("survives a source that fails, and one that is left early", async () => {
        const snapshot = postgresSnapshot(pool);
        const broken = postgresSource({ pool, snapshot, query: () => ({ text: "SELECT 1 / 0 AS id" }), cursor: "id" });
        const whole = postgresSource({ pool, snapshot, ...visitsWhole });
        open = await snapshot.open(context().signal);
        const { token } = open;
        const reading = whole.read(context({ pageRecords: 400, snapshot: token }))[Symbol.asyncIterator]();
        await reading.next();
        await expectFailure(recordsOf(broken, { snapshot: token }), "SOURCE_FAILED");
        for await (const _ of whole.read(context({ snapshot: token, pageRecords: 1 }))) break;
        expect((await reading.next()).value.records).toHaveLength(400);
        await reading.return?.();
        expect(await recordsOf(whole, { snapshot: token })).toHaveLength(total);
      });

      it("is refused when it was opened over another pool", async () => {
        const source = postgresSource({ pool, snapshot: postgresSnapshot(pool), ...visits });
        await expectFailure(
          recordsOf(source, { snapshot: "00000003-0000001B-1'; DROP TABLE visit" }),
          "SOURCE_CONTRACT",
        );
      });
    });

    it("throws ABORTED at once when it was aborted before", async () => {
      const signal = AbortSignal.abort();
      const source = postgresSource({ pool, ...visits });
      await expectFailure(recordsOf(source, { signal }), "ABORTED");
      await expectFailure(source.count?.(context({ signal })) ?? Promise.resolve(), "ABORTED");
      await expectFailure(source.check?.(signal) ?? Promise.resolve(), "ABORTED");
      await expectFailure(postgresSnapshot(pool).open(signal), "ABORTED");
    });

    it("stops between two pages when it is aborted there, and gives back what it holds", async () => {
      for (const options of [visits, visitsWhole]) {
        const abort = new AbortController();
        const reading = postgresSource({ pool, ...options })
          .read(context({ pageRecords: 10, signal: abort.signal }))
          [Symbol.asyncIterator]();
        await reading.next();
        abort.abort();
        await expectFailure(reading.next(), "ABORTED");
        expect(await recordsOf(postgresSource({ pool, ...options }))).toHaveLength(total);
      }
    });

    it("stops waiting behind another read when it is aborted, and lets the next one in", async () => {
      const only = pool instanceof pg.Pool ? new pg.Client(database.config) : pool;
      if (only instanceof pg.Client) await only.connect();
      const source = postgresSource({ pool: only, ...visits });
      const first = source.read(context({ pageRecords: 1 }))[Symbol.asyncIterator]();
      await first.next();
      const abort = new AbortController();
      const second = failureOf(recordsOf(source, { signal: abort.signal }));
      const third = recordsOf(source);
      await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort();
      expect((await second).code).toBe("ABORTED");
      await first.return?.();
      expect(await third).toHaveLength(total);
      if (only instanceof pg.Client) await only.end();
    });

    it("gives back what it holds when its consumer stops early", async () => {
      for (const options of [visits, visitsWhole])
        for await (const { records } of postgresSource({ pool, ...options }).read(context({ pageRecords: 10 }))) {
          expect(records).toHaveLength(10);
          break;
        }
      expect(await database.sql("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });

    if (engine.name !== "pglite")
      serverTests(() => ({ database, pool: pool as pg.Pool, config: database.config ?? {} }));
  });
}

/** A pool nobody holds a connection of, and whose connections are outside of any transaction. */
async function expectHealthy(pool: pg.Pool): Promise<void> {
  await eventually(() => pool.totalCount === pool.idleCount && pool.waitingCount === 0);
  const { rowCount } = await pool.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
  );
  expect(rowCount).toBe(0);
  await eventually(() => pool.totalCount === pool.idleCount);
}

/** What needs a server with several connections; on PGlite a statement runs inside the process, and nothing can stop it. */
function serverTests(given: () => { database: PostgresDatabase; pool: pg.Pool; config: pg.PoolConfig }): void {
  const pools: pg.Pool[] = [];
  function newPool(config: pg.PoolConfig): pg.Pool {
    const made = new pg.Pool({ ...given().config, ...config });
    pools.push(made);
    return made;
  }
  afterEach(async () => {
    for (const made of pools.splice(0)) {
      await expectHealthy(made);
      await made.end();
    }
  });

  async function sleepers(): Promise<number> {
    const rows = await given().database.sql(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'",
    );
    return Number(rows[0]?.["n"]);
  }

  /** The backends that run our transactions. */
  async function terminateReaders(): Promise<void> {
    const rows = await given().database.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'reader' AND xact_start IS NOT NULL",
    );
    expect(rows.length).toBeGreaterThan(0);
  }

  describe("with several connections", () => {
    it.each([
      { max: 4, reads: 1 },
      { max: 1, reads: 1 },
      { max: 2, reads: 3 },
    ])(
      "stops the statement on the server when it is aborted ($reads reads, $max connections)",
      async ({ max, reads }) => {
        const pool = newPool({ max });
        const abort = new AbortController();
        const source = postgresSource({ pool, ...sleeping });
        const failures = Array.from({ length: reads }, () => failureOf(recordsOf(source, { signal: abort.signal })));
        await eventually(async () => (await sleepers()) === Math.min(max, reads));
        abort.abort(new Error("no longer wanted"));
        for (const error of await Promise.all(failures))
          expect(error).toMatchObject({ code: "ABORTED", cause: { message: "no longer wanted" } });
        await eventually(async () => (await sleepers()) === 0);
      },
    );

    it("stops waiting for a connection when it is aborted, and gives back the one that comes after", async () => {
      const pool = newPool({ max: 1 });
      const held = await pool.connect();
      const abort = new AbortController();
      const failing = failureOf(recordsOf(postgresSource({ pool, ...visits }), { signal: abort.signal }));
      await eventually(() => pool.waitingCount === 1);
      abort.abort();
      expect((await failing).code).toBe("ABORTED");
      held.release();
      await expectHealthy(pool);
      expect(pool.totalCount).toBe(1);
      expect(await recordsOf(postgresSource({ pool, ...visits }))).toHaveLength(total);
    });

    it("keeps its connection after the end, an early stop and a refused query", async () => {
      const pool = newPool({ max: 1 });
      const backend = async () => (await pool.query("SELECT pg_backend_pid() AS pid")).rows[0].pid as number;
      const pid = await backend();
      await recordsOf(postgresSource({ pool, ...visits }));
      for await (const _ of postgresSource({ pool, ...visits }).read(context({ pageRecords: 1 }))) break;
      await expectFailure(
        recordsOf(postgresSource({ pool, query: () => ({ text: "SELECT nonsense" }) })),
        "SOURCE_FAILED",
      );
      expect(await backend()).toBe(pid);
    });

    it("ends a statement that takes longer than statementTimeoutMs, retryable", async () => {
      const pool = newPool({ max: 1 });
      const error = await expectFailure(
        recordsOf(postgresSource({ pool, ...sleeping, statementTimeoutMs: 100 })),
        "SOURCE_TIMEOUT",
        true,
      );
      expect(error.message).toContain("57014");
      expect((await pool.query("SHOW statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
    });

    it.each(["between two pages", "in the middle of a statement"])(
      "takes a killed connection %s as unavailable, and reads on after the last cursor",
      async (when) => {
        const pool = newPool({ application_name: "reader" });
        const source = postgresSource({
          pool,
          ...visits,
          query: (asked) => {
            const { text, values } = visits.query(asked);
            const slow = when !== "between two pages" && asked.after !== null && !killed;
            return { text: slow ? text.replace("SELECT", "SELECT pg_sleep(300)::text,") : text, values };
          },
        });
        let killed = false;
        const pages: Page<{ id?: unknown }>[] = [];
        const reading = source.read(context({ pageRecords: 100 }))[Symbol.asyncIterator]();
        pages.push((await reading.next()).value);
        if (when === "between two pages") {
          await terminateReaders();
          await new Promise((resolve) => setTimeout(resolve, 200));
          await expectFailure(reading.next(), "SOURCE_UNAVAILABLE", true);
        } else {
          const failing = failureOf(reading.next());
          await eventually(async () => (await sleepers()) === 1);
          await terminateReaders();
          expect(await failing).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
        }
        killed = true;
        pages.push(...(await pagesOf(source, { after: pages[0]?.cursor ?? null })));
        expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
      },
    );

    it("says that a server which is not there is unavailable", async () => {
      const pool = newPool({ host: "127.0.0.1", port: 1 });
      const error = await expectFailure(
        postgresSource({ pool, ...visits }).check?.(context().signal) ?? Promise.resolve(),
        "SOURCE_UNAVAILABLE",
        true,
      );
      expect(error.message).toMatch(/\((ECONNREFUSED|ENETUNREACH)\)/);
      pools.splice(pools.indexOf(pool), 1);
      await pool.end();
    });

    it("maps the same whatever the server's settings and the client's parsers are", async () => {
      const options =
        "-c DateStyle=SQL,DMY -c TimeZone=Asia/Kathmandu -c IntervalStyle=postgres_verbose -c bytea_output=escape -c extra_float_digits=-10";
      const types = { getTypeParser: () => () => "the client's parser" };
      const text = `SELECT '2024-02-03 04:05:06.000007+00'::timestamptz AS a, '2024-02-03'::date AS b, '1 day'::interval AS c, '\\x00ff'::bytea AS d, 0.1::float8 + 0.2::float8 AS e, 7::int AS f`;
      const source = postgresSource({ pool: newPool({ options, types: types as never }), query: () => ({ text }) });
      expect(await recordsOf(source)).toEqual([
        { a: "2024-02-03T04:05:06.000007Z", b: "2024-02-03", c: "P1D", d: "AP8=", e: 0.30000000000000004, f: 7 },
      ]);
    });

    it("refuses binary results, which it cannot map", async () => {
      const source = postgresSource({ pool: newPool({ binary: true } as pg.PoolConfig), ...visits });
      await expectFailure(recordsOf(source), "CONFIG_INVALID");
    });

    it("refuses a snapshot over a pool of one connection", () => {
      expect(() => postgresSnapshot(newPool({ max: 1 }))).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    });

    it("finishes more exports at once than the pool has connections", async () => {
      const pool = newPool({ max: 2 });
      const exports = Array.from({ length: 5 }, async () => {
        const snapshot = postgresSnapshot(pool);
        const open = await snapshot.open(context().signal);
        try {
          return (await recordsOf(postgresSource({ pool, snapshot, ...visits }), { snapshot: open.token })).length;
        } finally {
          await open.close();
        }
      });
      expect(await Promise.all(exports)).toEqual([total, total, total, total, total]);
    });

    it("says that a snapshot is gone when its connection was killed", async () => {
      const pool = newPool({ application_name: "reader" });
      const snapshot = postgresSnapshot(pool);
      const open = await snapshot.open(context().signal);
      await terminateReaders();
      const source = postgresSource({ pool, snapshot, ...visits });
      const error = await expectFailure(recordsOf(source, { snapshot: open.token }), "SOURCE_UNAVAILABLE");
      expect(error.message).toContain("snapshot is gone");
      await open.close();
    });
  });

  describe("over a Client of its own", () => {
    let client: pg.Client;
    beforeAll(async () => {
      client = new pg.Client(given().config);
      await client.connect();
    });
    afterAll(() => client.end());

    it("reads one after the other, each in its own transaction", async () => {
      const source = postgresSource({ pool: client, ...visits });
      const reads = await Promise.all([
        recordsOf(source, { pageRecords: 100 }),
        recordsOf(source),
        source.count?.(context()),
      ]);
      expect(reads.map((read) => (typeof read === "number" ? read : read?.length))).toEqual([total, total, total]);
      expect(client.listenerCount("error")).toBe(0);
    });

    it("shows one moment to all reads of a snapshot, in one transaction", async () => {
      const snapshot = postgresSnapshot(client);
      const source = postgresSource({ pool: client, snapshot, ...visitsWhole });
      const open = await snapshot.open(context().signal);
      const reading = source.read(context({ snapshot: open.token, pageRecords: 600 }))[Symbol.asyncIterator]();
      await reading.next();
      await given().database.sql("UPDATE visit SET note = 'changed' WHERE subject = 'ada'");
      const [other, failed] = await Promise.all([
        recordsOf(source, { snapshot: open.token, pageRecords: 50 }),
        failureOf(
          recordsOf(postgresSource({ pool: client, snapshot, ...sleeping, statementTimeoutMs: 50 }), {
            snapshot: open.token,
          }),
        ),
      ]);
      expect(failed.code).toBe("SOURCE_TIMEOUT");
      expect((await reading.next()).value.records).toHaveLength(600);
      expect(new Set(other.map(({ note }) => note)).has("changed")).toBe(false);
      await open.close();
      expect((await client.query("SELECT note FROM visit WHERE id = 1")).rows).toEqual([{ note: "changed" }]);
      expect(client.listenerCount("error")).toBe(0);
    });

    it("throws at once on an abort, and leaves the client usable when the statement has ended", async () => {
      const abort = new AbortController();
      const failing = failureOf(
        recordsOf(postgresSource({ pool: client, ...sleeping, statementTimeoutMs: 1_500 }), { signal: abort.signal }),
      );
      await eventually(async () => (await sleepers()) === 1);
      abort.abort();
      expect((await failing).code).toBe("ABORTED");
      expect(await sleepers()).toBe(1); // the statement goes on, and nobody waits for it
      expect(await recordsOf(postgresSource({ pool: client, ...visits }))).toHaveLength(total);
    });

    it("refuses a client that is inside its owner's transaction, and leaves that alone", async () => {
      await client.query("BEGIN; CREATE TEMP TABLE mine (id int)");
      await expectFailure(recordsOf(postgresSource({ pool: client, ...visits })), "SOURCE_FAILED");
      await client.query("SELECT * FROM mine; ROLLBACK");
      expect(await recordsOf(postgresSource({ pool: client, ...visits }))).toHaveLength(total);
    });
  });
}

describe("the failures of a connection", () => {
  const withCode = (code: string) => Object.assign(new Error("the driver's words"), { code });
  it.each<[cause: unknown, code: ErrorCode, retryable: boolean]>([
    ...["08006", "57P01", "57P02", "57P03", "53300", "40001", "40P01", "55P03"].map(
      (state) => [withCode(state), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean],
    ),
    ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"].map(
      (code) => [withCode(code), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean],
    ),
    [new Error("Connection terminated unexpectedly"), "SOURCE_UNAVAILABLE", true],
    [new Error("Client has encountered a connection error and is not queryable"), "SOURCE_UNAVAILABLE", true],
    [new Error("timeout exceeded when trying to connect"), "SOURCE_UNAVAILABLE", true],
    [withCode("57014"), "SOURCE_TIMEOUT", true],
    [withCode("25P03"), "SOURCE_TIMEOUT", true],
    [withCode("25P04"), "SOURCE_TIMEOUT", true],
    [new Error("Query read timeout"), "SOURCE_TIMEOUT", true],
    [withCode("42P01"), "SOURCE_FAILED", false],
    [withCode("28P01"), "SOURCE_FAILED", false],
    [withCode("XX000"), "SOURCE_FAILED", false],
    ["no error at all", "SOURCE_FAILED", false],
  ])("takes %o as %s, retryable: %s", (cause, code, retryable) => {
    const error = failure(cause, "The query");
    expect(error).toMatchObject({ code, retryable, cause });
    expect(error.message).not.toContain("the driver's words");
  });
});

describe("postgresSource on pglite, with parsers of its owner", () => {
  it("does not use them, and leaves them as they are", async () => {
    const wrong = { 20: () => "wrong", 1016: () => "wrong", 25: () => "wrong", 600: () => "wrong" };
    const database = await openPGlite({ parsers: wrong });
    const pool: PGlite = database.pglite;
    await pool.exec("SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Kathmandu'");
    const text =
      "SELECT 1::bigint AS a, ARRAY[2]::bigint[] AS b, 'c'::text AS c, '(1,2)'::point AS d, '2024-02-03T00:00Z'::timestamptz AS e";
    expect(await recordsOf(postgresSource({ pool, query: () => ({ text }) }))).toEqual([
      { a: "1", b: ["2"], c: "c", d: "(1,2)", e: "2024-02-03T00:00:00.000Z" },
    ]);
    expect((await pool.query("SELECT 1::bigint AS a")).rows).toEqual([{ a: "wrong" }]);
    await database.drop();
  });
});
