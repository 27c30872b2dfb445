import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import mysql, { type Pool, type PoolOptions } from "mysql2";
import mysqlPromise from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ticketsInMysql } from "../../examples/sql-sources.ts";
import type { ErrorCode } from "../../src/model/errors.ts";
import type { OpenSnapshot, Page } from "../../src/model/source.ts";
import { connect, serverName } from "../../src/sources/mysql/connection.ts";
import { failure } from "../../src/sources/mysql/failure.ts";
import { type MysqlSourceOptions, mysqlSnapshot, mysqlSource } from "../../src/sources/mysql/index.ts";
import { bind } from "../../src/sources/mysql/literals.ts";
import { Collecting, entriesOf, exporterOf, jsonAt, noteDataset, request } from "../support/exporting.ts";
import { type MysqlDatabase, mysqlEngine } from "../support/mysql.ts";
import { eventually, expectFailure, failureOf, readingAs } from "../support/reading.ts";
import { mysqlValues } from "../support/sql-values.ts";

const total = 1203;
const schema = `
  CREATE TABLE visit (id bigint PRIMARY KEY, subject varchar(40) NOT NULL, at timestamp(6) NOT NULL, note text);
  SET max_recursive_iterations = 10000;
  INSERT INTO visit WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < ${total * 2})
    SELECT 9007199254740992 + n, IF(n % 3 = 0, 'other', 'ada'),
      '2024-01-01 00:00:00' + INTERVAL n DIV 4 MICROSECOND, concat('note ', n) FROM s;
  CREATE TABLE ticket (id binary(16) PRIMARY KEY, subject varchar(40) NOT NULL);
  INSERT INTO ticket SELECT unhex(md5(note)), 'ada' FROM visit LIMIT 10;
`;

const visits = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = ? AND (? IS NULL OR id > ?) ORDER BY id LIMIT ?",
    values: [subject.id, after, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM visit WHERE subject = ?", values: [subject.id] }),
} satisfies Omit<MysqlSourceOptions, "pool">;
const tickets = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id FROM ticket WHERE subject = ? AND (? IS NULL OR id > ?) ORDER BY id LIMIT ?",
    values: [subject.id, after, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM ticket WHERE subject = ?", values: [subject.id] }),
} satisfies Omit<MysqlSourceOptions, "pool">;
/** The same rows by one statement. */
const visitsWhole = {
  query: ({ subject }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = ? ORDER BY id",
    values: [subject.id],
  }),
} satisfies Omit<MysqlSourceOptions, "pool">;
const sleeping = {
  query: ({ subject }) => ({ text: "SELECT ? AS subject, sleep(300) AS id", values: [subject.id] }),
} satisfies Omit<MysqlSourceOptions, "pool">;

const { context, pagesOf, recordsOf } = readingAs("ada", 500);

/** What mysql2 keeps of its connections; it has no public count of them. */
interface Counted {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}
const counted = (pool: Pool) => pool as unknown as Counted;
const isIdle = (pool: Pool) =>
  counted(pool)._allConnections.length === counted(pool)._freeConnections.length &&
  counted(pool)._connectionQueue.length === 0;

// Beyond 2^53, so that a comparison through a double would show.
const expectedIds = Array.from({ length: total * 2 }, (_, index) => index + 1)
  .filter((n) => n % 3 !== 0)
  .map((n) => String(9007199254740992n + BigInt(n)));
expect(expectedIds.length).toBe((total * 4) / 3);

const engine = await mysqlEngine();
if (engine.required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(engine.title));

describe.skipIf(engine.notRun !== undefined)(`mysqlSource on ${engine.title}`, () => {
  let database: MysqlDatabase;
  let pool: Pool;
  const pools: Pool[] = [];

  function newPool(config: PoolOptions = {}): Pool {
    const made = mysql.createPool({ ...database.config, ...config });
    pools.push(made);
    return made;
  }
  /** A pool nobody holds a connection of, and no transaction in the database. The server needs a moment to end what was killed. */
  async function expectHealthy(pool: Pool): Promise<void> {
    await eventually(() => isIdle(pool));
    const text =
      "SELECT trx_id FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = trx_mysql_thread_id WHERE db = DATABASE() AND id <> CONNECTION_ID()";
    await eventually(async () => (await database.sql(text)).length === 0);
  }
  /** Statements of ours that the server runs. */
  async function runningNow(pattern: string): Promise<number> {
    const [row] = await database.sql(
      "SELECT count(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE ?",
      [pattern],
    );
    return Number(row?.["n"]);
  }

  beforeAll(async () => {
    database = await engine.open();
    await database.sql(schema);
    pool = mysql.createPool({ ...database.config, connectionLimit: 4 });
  });
  afterEach(async () => {
    await expectHealthy(pool);
    for (const made of pools.splice(0)) {
      await expectHealthy(made);
      await made.promise().end();
    }
  });
  afterAll(async () => {
    await pool?.promise().end();
    await database?.drop();
  });

  describe("reading", () => {
    it.each([1, 2, 500, 1604, 1605])("gives every row once in pages of %d", async (pageRecords) => {
      const pages = await pagesOf(mysqlSource({ pool, ...visits }), { pageRecords });
      expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
      expect(pages.slice(0, -1).every(({ records }) => records.length === pageRecords)).toBe(true);
    });

    it("resumes after every cursor without losing or repeating a row", async () => {
      const source = mysqlSource({ pool, ...visits });
      const pages = await pagesOf(source, { pageRecords: 200 });
      expect(pages).toHaveLength(9);
      let before = 0;
      for (const { records, cursor } of pages) {
        before += records.length;
        const after = JSON.parse(JSON.stringify(cursor));
        const rest = await recordsOf(source, { pageRecords: 200, after });
        expect(rest.map(({ id }) => id)).toEqual(expectedIds.slice(before));
      }
    });

    it.each(["REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED"])(
      "shows one moment to a read while others write, in a session that is set to %s",
      async (level) => {
        const pool = newPool({ connectionLimit: 1 });
        await pool.promise().query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`);
        for (const options of [visits, visitsWhole]) {
          const ids: unknown[] = [];
          for await (const { records } of mysqlSource({ pool, ...options }).read(context({ pageRecords: 400 }))) {
            if (ids.length === 0)
              await database.sql(
                "UPDATE visit SET subject = 'moved' WHERE id % 7 = 1 AND subject = 'ada'; INSERT INTO visit VALUES (9007199254999999, 'ada', now(), '')",
              );
            ids.push(...records.map(({ id }) => id));
          }
          expect(ids).toEqual(expectedIds);
          await database.sql(
            "UPDATE visit SET subject = 'ada' WHERE subject = 'moved'; DELETE FROM visit WHERE id = 9007199254999999",
          );
        }
        expect(mysqlSource({ pool, ...visits }).consistency).toBe("dataset");
      },
    );

    it("continues after several columns, one of them a timestamp with microseconds", async () => {
      for (const beyond of ["(at > ? OR (at = ? AND id > ?))", "(at, id) > (?, ?)"]) {
        const source = mysqlSource({
          pool,
          query: ({ subject, after, limit }) => {
            const [at, id] = Array.isArray(after) ? after : [null, null];
            const keys = beyond.startsWith("(at,") ? [at, id] : [at, at, id];
            return {
              text: `SELECT at, id FROM visit WHERE subject = ? AND (? IS NULL OR ${beyond}) ORDER BY at, id LIMIT ?`,
              values: [subject.id, at, ...keys, limit],
            };
          },
          cursor: ["at", "id"],
        });
        const pages = await pagesOf(source, { pageRecords: 70 });
        expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
        expect(pages[0]?.cursor).toEqual(["s:2024-01-01 00:00:00.000026", "n:9007199254741096"]);
      }
    });

    it.each<[type: string, literals: string[]]>([
      ["bigint unsigned", ["0", "9223372036854775808", "18446744073709551614", "18446744073709551615"]],
      ["decimal(40,20)", ["-1", "0.00000000000000000001", "1234567890123456789.1", "1234567890123456789.2"]],
      ["double", ["-1e300", "0.1e0", "0.1e0 + 0.2e0", "1e21", "1e300"]],
      ["binary(2)", ["X'0000'", "X'0001'", "X'27ff'", "X'ffff'"]],
      ["varchar(10)", ["''", "'''; --'", "'\\\\'", "'ä'", "'😀'"]],
      ["varchar(10) character set latin1", ["'a'", "'é'"]],
      ["varchar(10) collate utf8mb4_general_ci", ["'a'", "'B'", "'c'"]],
      ["date", ["'0000-00-00'", "'2024-00-00'", "'2024-02-29'", "'9999-12-31'"]],
      ["datetime(6)", ["'0000-00-00 00:00:00'", "'2024-02-29 12:00:00'", "'2024-02-29 12:00:00.000001'"]],
      ["timestamp(6) null", ["'2024-10-27 00:30:00'", "'2024-10-27 01:30:00.000001'"]],
      ["time(3)", ["'-838:59:59'", "'-00:00:00.001'", "'00:00:00'", "'101:00:00'"]],
      ["year", ["1901", "2024"]],
      ["bit(64)", ["0", "5", "18446744073709551614", "18446744073709551615"]],
    ])("continues after a cursor of type %s", async (type, literals) => {
      await database.sql(
        `SET sql_mode = ''; CREATE OR REPLACE TABLE keyed (v ${type}); INSERT INTO keyed VALUES ${literals.map((l) => `(${l})`)}`,
      );
      const source = mysqlSource({
        pool,
        query: ({ after, limit }) => ({
          text: "SELECT v FROM keyed WHERE ? IS NULL OR v > ? ORDER BY v LIMIT ?",
          values: [after, after, limit],
        }),
        cursor: "v",
      });
      expect(await recordsOf(source, { pageRecords: 1 })).toHaveLength(literals.length);
    });

    it("reads the rows of one statement as they come when there is no cursor column", async () => {
      const source = mysqlSource({ pool, ...visitsWhole });
      expect(source.capabilities.resume).toBe("none");
      for (const pageRecords of [1, 100, 1604, 5000]) {
        const pages = await pagesOf(source, { pageRecords });
        expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
        expect(pages[0]?.records).toHaveLength(Math.min(pageRecords, 1604));
        expect(pages[0]).not.toHaveProperty("cursor");
      }
      await expectFailure(recordsOf(source, { after: "n:7" }), "SOURCE_CONTRACT");
    });

    it("lets the server wait while its consumer does", async () => {
      const source = mysqlSource({
        pool,
        query: () => ({
          text: "SELECT a.id, repeat('x', 2000) AS text FROM visit a JOIN visit b ON b.id < 9007199254741092",
        }),
      });
      const reading = source.read(context({ pageRecords: 10 }))[Symbol.asyncIterator]();
      await reading.next();
      await eventually(async () => (await runningNow("SELECT a.id%")) === 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await runningNow("SELECT a.id%")).toBe(1); // 400 MB of rows: it would have ended or fill this process
      expect((await reading.next()).value.records).toHaveLength(10);
      await reading.return?.();
      await eventually(async () => (await runningNow("SELECT a.id%")) === 0);
    });

    it("counts, and gives nothing for a subject without rows", async () => {
      const source = mysqlSource({ pool, ...visits });
      expect(await source.count?.(context())).toBe(expectedIds.length);
      expect(await source.count?.(context({ subject: { id: "nobody" } }))).toBe(0);
      expect(await pagesOf(source, { subject: { id: "nobody" } })).toEqual([]);
      expect(await pagesOf(mysqlSource({ pool, ...visitsWhole }), { subject: { id: "nobody" } })).toEqual([]);
    });

    it("makes records with `map`", async () => {
      const source = mysqlSource({ pool, ...visits, map: ({ id }) => ({ number: BigInt(String(id)) }) });
      expect((await recordsOf(source, { pageRecords: 2 })).at(-1)).toEqual({ number: BigInt(expectedIds.at(-1) ?? 0) });
    });

    it("takes a subject's id as a value, whatever it says and however the server reads strings", async () => {
      const ids = ["'; DROP TABLE visit; -- ", "\\' OR 1=1 -- ", "\\", "?", "é😀"];
      for (const id of ids) await database.sql("INSERT INTO ticket VALUES (unhex(md5(?)), ?)", [id, id]);
      for (const mode of ["", "NO_BACKSLASH_ESCAPES", "ANSI"])
        for (const charset of ["utf8mb4", "latin1", "gbk"]) {
          const pool = newPool({ charset, connectionLimit: 1 });
          await pool.promise().query(`SET sql_mode = '${mode}'`);
          for (const id of ids) {
            expect(await recordsOf(mysqlSource({ pool, ...tickets }), { subject: { id } })).toHaveLength(1);
            expect(await recordsOf(mysqlSource({ pool, ...visits }), { subject: { id } })).toEqual([]);
          }
        }
      await database.sql("DELETE FROM ticket WHERE subject <> 'ada'");
    });

    it("gives values that meet the statement's own text, whatever the session's collation is", async () => {
      for (const collation of ["utf8mb4_unicode_ci", "utf8mb4_bin", "latin1_swedish_ci"]) {
        const pool = newPool({ connectionLimit: 1 });
        await pool.promise().query(`SET collation_connection = ${collation}`);
        const text = "SELECT ? = 'a' AS same, coalesce(?, 'b') AS first, concat('ä', ?) AS joined, ? + 1 AS number";
        const source = mysqlSource({ pool, query: () => ({ text, values: ["a", null, "😀", "41"] }) });
        expect(await recordsOf(source)).toEqual([{ same: 1, first: "b", joined: "ä😀", number: 42 }]);
      }
    });

    it("cannot write", async () => {
      await database.sql(
        "CREATE TABLE written (id int); CREATE FUNCTION writing() RETURNS int BEGIN INSERT INTO written VALUES (1); RETURN 1; END",
      );
      const text = "SELECT writing() AS id";
      const error = await expectFailure(recordsOf(mysqlSource({ pool, query: () => ({ text }) })), "SOURCE_FAILED");
      expect(error.message).toContain("1792");
      expect(await database.sql("SELECT * FROM written")).toEqual([]);
    });

    it("reads as the example does", async () => {
      await database.sql(
        "CREATE TABLE tickets (id bigint PRIMARY KEY, customer_id varchar(9), subject text, opened_at timestamp); INSERT INTO tickets VALUES (1, 'ada', 'a', now()), (2, 'bob', 'b', now()), (3, 'ada', 'c', now())",
      );
      const source = ticketsInMysql(pool);
      expect((await recordsOf(source, { pageRecords: 1 })).map(({ id }) => id)).toEqual(["1", "3"]);
      expect(await source.count?.(context())).toBe(2);
      await source.check?.(context().signal);
    });

    it("reads over a pool of `mysql2/promise`", async () => {
      const pool = mysqlPromise.createPool({ ...database.config, connectionLimit: 2 });
      const source = mysqlSource({ pool, ...visits });
      expect(await recordsOf(source)).toHaveLength(expectedIds.length);
      await source.check?.(context().signal);
      expect(await recordsOf(mysqlSource({ pool, ...visitsWhole }))).toHaveLength(expectedIds.length);
      await pool.end();
    });
  });

  describe("refusing", () => {
    it("refuses a query that does not go on after the cursor", async () => {
      const order = (text: string) =>
        mysqlSource({ pool, cursor: "id", query: ({ limit, after }) => ({ text, values: [after, after, limit] }) });
      const same = order("SELECT id FROM visit WHERE ? IS NULL OR ? IS NOT NULL ORDER BY id LIMIT ?");
      const again = order("SELECT id FROM visit WHERE ? IS NULL OR id >= ? ORDER BY id LIMIT ?");
      for (const source of [same, again]) {
        const error = await expectFailure(recordsOf(source, { pageRecords: 10 }), "SOURCE_CONTRACT");
        expect(error.message).toMatch(/order by id and give only rows beyond/);
      }
    });

    it("refuses a cursor that is missing, NULL or does not compare as it sorts, and more rows than asked for", async () => {
      await database.sql(
        "CREATE TABLE odd (e enum('z','a') NOT NULL, f float NOT NULL, j json NOT NULL); INSERT INTO odd VALUES ('z', 0.1, '1')",
      );
      const of = (text: string) =>
        recordsOf(mysqlSource({ pool, cursor: "id", query: () => ({ text }) }), { pageRecords: 2 });
      expect((await expectFailure(of("SELECT 1 AS number"), "SOURCE_CONTRACT")).message).toMatch(/no column id/);
      for (const text of [
        "SELECT NULL AS id",
        "SELECT e AS id FROM odd",
        "SELECT f AS id FROM odd",
        "SELECT j AS id FROM odd",
      ])
        expect((await expectFailure(of(text), "SOURCE_CONTRACT")).message).toMatch(/compare as they sort/);
      expect((await expectFailure(of("SELECT id FROM visit ORDER BY id"), "SOURCE_CONTRACT")).message).toMatch(/LIMIT/);
    });

    it("refuses a result with two columns of one name, when it reads and when it checks", async () => {
      for (const cursor of [{}, { cursor: "id" }]) {
        const twins = mysqlSource({ pool, query: () => ({ text: "SELECT 1 AS id, 2 AS id" }), ...cursor });
        expect((await expectFailure(recordsOf(twins), "SOURCE_CONTRACT")).message).toContain("two columns named id");
        await expectFailure(twins.check?.(context().signal), "SOURCE_CONTRACT");
      }
    });

    it("refuses a cursor that it did not make", async () => {
      for (const after of [7, "7", "n:1; DROP TABLE visit", "n:", ["n:1", "n:2"], { id: 1 }, null])
        await expectFailure(recordsOf(mysqlSource({ pool, ...visits }), { after }), "SOURCE_CONTRACT");
    });

    it("refuses a count that is none", async () => {
      for (const text of [
        "SELECT 1, 2",
        "SELECT 1 WHERE false",
        "SELECT 1.5",
        "SELECT -1",
        "SELECT NULL",
        "SELECT 1 UNION SELECT 2",
      ])
        await expectFailure(
          mysqlSource({ pool, ...visits, count: () => ({ text }) }).count?.(context()),
          "SOURCE_CONTRACT",
        );
    });

    it("refuses options that contradict each other", () => {
      const other = Object.create(pool) as Pool;
      for (const wrong of [
        { cursor: [] },
        { statementTimeoutMs: -1 },
        { statementTimeoutMs: 0.5 },
        { snapshot: mysqlSnapshot(other) },
      ])
        expect(() => mysqlSource({ pool, ...visits, ...wrong })).toThrow(
          expect.objectContaining({ code: "CONFIG_INVALID" }),
        );
      for (const none of [{}, { pool: undefined }, { query: () => undefined }] as unknown as Pool[])
        for (const make of [() => mysqlSource({ pool: none, ...visits }), () => mysqlSnapshot(none)])
          expect(make).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
      expect(() => mysqlSource({ pool, ...visitsWhole, snapshot: mysqlSnapshot(pool) })).toThrow(/Name a `cursor`/);
    });

    it("says the server's number and no value when it refuses the query", async () => {
      const secret = "secret-4711";
      const query = () => ({
        text: "SELECT ST_GeomFromText(?) AS id, extractvalue(?, 'a[') AS x",
        values: [secret, secret],
      });
      for (const source of [mysqlSource({ pool, query, cursor: "id" }), mysqlSource({ pool, query })]) {
        const error = await expectFailure(recordsOf(source), "SOURCE_FAILED");
        expect(error.message).toMatch(/refused by the server \(error 1\d\d\d, SQLSTATE \w{5}\)/);
        for (const said of [error.message, error.stack, JSON.stringify(error), inspect(error)])
          expect(said).not.toContain(secret);
      }
    });

    it("wraps what the caller's own functions throw", async () => {
      const boom = () => {
        throw new Error("boom");
      };
      await expectFailure(recordsOf(mysqlSource({ pool, ...visits, map: boom })), "SOURCE_FAILED");
      await expectFailure(recordsOf(mysqlSource({ pool, query: boom })), "SOURCE_FAILED");
    });

    it("refuses a connection that is inside a transaction", async () => {
      const pool = newPool({ connectionLimit: 1 });
      await pool.promise().query("START TRANSACTION");
      const error = await expectFailure(recordsOf(mysqlSource({ pool, ...visits })), "SOURCE_FAILED");
      expect(error.message).toContain("inside a transaction");
      expect(await recordsOf(mysqlSource({ pool, ...visits }))).toHaveLength(expectedIds.length);
    });
  });

  describe("check", () => {
    it("passes for a sound query, and runs nothing", async () => {
      await mysqlSource({ pool, ...visits }).check?.(context().signal);
      await mysqlSource({ pool, ...visitsWhole }).check?.(context().signal);
      await mysqlSource({ pool, ...sleeping }).check?.(context().signal);
    });

    it("leaves no prepared statement on the connection, nor does a read", async () => {
      const pool = newPool({ connectionLimit: 1 });
      const float = () => ({ text: "SELECT 1 AS id, CAST(1 AS FLOAT) AS f" });
      const sources = [visits, visitsWhole, { query: float }, { query: float, cursor: "id" }].map((options) =>
        mysqlSource({ pool, ...options }),
      );
      for (const source of sources) {
        await source.check?.(context().signal);
        await recordsOf(source);
      }
      const status = (await pool.promise().query("SHOW SESSION STATUS LIKE 'Com_stmt_%'"))[0] as mysql.RowDataPacket[];
      const counts = new Map(status.map(({ Variable_name, Value }) => [Variable_name, Number(Value)]));
      expect(counts.get("Com_stmt_prepare")).toBeGreaterThan(8);
      expect(counts.get("Com_stmt_close")).toBe(counts.get("Com_stmt_prepare"));
    });

    it("names what is wrong", async () => {
      const check = (options: Partial<MysqlSourceOptions>) =>
        mysqlSource({ pool, ...visits, ...options }).check?.(context().signal);
      const missing = () => ({ text: "SELECT id FROM nowhere" });
      expect((await expectFailure(check({ query: missing }), "SOURCE_FAILED")).message).toContain("1146");
      expect((await expectFailure(check({ count: missing }), "SOURCE_FAILED")).message).toContain("The count");
      expect((await expectFailure(check({ cursor: "number" }), "SOURCE_CONTRACT")).message).toContain(
        "no column number",
      );
      const few = () => ({ text: "SELECT id FROM visit WHERE id = ? AND note = ?", values: [1] });
      expect((await expectFailure(check({ query: few }), "CONFIG_INVALID")).message).toContain("2 placeholders");
    });

    it("says that access is denied, for good", async () => {
      const pool = newPool({ user: "nobody_of_this_name", password: "secret-4711" });
      const error = await expectFailure(mysqlSource({ pool, ...visits }).check?.(context().signal), "SOURCE_FAILED");
      expect(error.message).toMatch(/Connecting was refused by the server \(error 1[06]\d\d/);
    });
  });

  describe("mapping", () => {
    it.each(mysqlValues)(
      "gives a %s of %s as it is, NULL as null, by page and as a whole",
      async (type, literal, expected) => {
        await database.sql(
          `SET sql_mode = ''; CREATE OR REPLACE TABLE typed (id int PRIMARY KEY, v ${type}); SET time_zone = '+00:00'; INSERT INTO typed VALUES (1, ${literal}), (2, NULL)`,
        );
        const text = "SELECT id, v FROM typed ORDER BY id";
        const rows = [
          { id: 1, v: expected },
          { id: 2, v: null },
        ];
        expect(await recordsOf(mysqlSource({ pool, query: () => ({ text }) }))).toEqual(rows);
        expect(await recordsOf(mysqlSource({ pool, query: () => ({ text }), cursor: "id" }))).toEqual(rows);
      },
    );

    it("maps the same whatever the pool's options and the session's settings are", async () => {
      await database.sql(
        "SET time_zone = '+00:00'; CREATE TABLE many (a bigint, b decimal(5,2), c timestamp(6) null, d datetime, e date, f json, g varchar(9), h blob, i point, j tinyint(1), k time); INSERT INTO many VALUES (9007199254740993, 1.10, '2024-02-03 04:05:06.000007', '2024-02-03 04:05:06', '2024-02-03', '{\"n\": 9007199254740993}', 'é😀', X'00ff', POINT(1, 2), 1, '-01:02:03')",
      );
      const options: PoolOptions[] = [
        { typeCast: () => "the client's own", rowsAsArray: true },
        { nestTables: true, dateStrings: true, supportBigNumbers: true },
        { supportBigNumbers: true, bigNumberStrings: true, decimalNumbers: true, jsonStrings: true, nestTables: "_" },
        { timezone: "+05:45", charset: "latin1", typeCast: false },
        { disableEval: true, namedPlaceholders: true, stringifyObjects: true, dateStrings: ["DATE"] },
        { queryFormat: (sql: string, values: unknown) => (values === undefined ? "SELECT 1" : sql) } as PoolOptions,
      ];
      for (const config of options) {
        const pool = newPool({ ...config, connectionLimit: 1 });
        const session = "SET time_zone = 'Asia/Kathmandu', character_set_results = latin1, sql_select_limit = 1";
        await pool.promise().query(session.replace("Asia/Kathmandu", "+05:45"));
        for (const cursor of [{}, { cursor: "a" }]) {
          const query = () => ({ text: "SELECT * FROM many WHERE a = ? LIMIT 1", values: [9007199254740993n] });
          expect(await recordsOf(mysqlSource({ pool, query, ...cursor }))).toEqual([
            {
              a: "9007199254740993",
              b: "1.10",
              c: "2024-02-03T04:05:06.000007Z",
              d: "2024-02-03T04:05:06.000",
              e: "2024-02-03",
              f: { n: "9007199254740993" },
              g: "é😀",
              h: "AP8=",
              i: "AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA==",
              j: 1,
              k: "-01:02:03",
            },
          ]);
        }
        expect(await recordsOf(mysqlSource({ pool, ...visits }))).toHaveLength(expectedIds.length);
      }
    });

    it("sets the session's variables back", async () => {
      const pool = newPool({ connectionLimit: 1, rowsAsArray: true });
      const limit =
        (await database.sql("SHOW VARIABLES LIKE 'max_statement_time'")).length > 0
          ? "max_statement_time"
          : "max_execution_time";
      await pool
        .promise()
        .query(
          `SET time_zone = '+05:45', collation_connection = latin1_swedish_ci, ${limit} = 77, wait_timeout = 123, sql_select_limit = 5`,
        );
      const shown = async () => (await pool.promise().query("SHOW SESSION VARIABLES"))[0];
      const before = await shown();
      for (const options of [visits, visitsWhole]) {
        await recordsOf(mysqlSource({ pool, ...options }));
        const changed = ((await shown()) as [string, string][]).filter(
          (row, at) => row[1] !== (before as [string, string][])[at]?.[1],
        );
        expect(changed.filter(([name]) => !/^(?:timestamp|pseudo|last|warning|in_trans)/.test(name))).toEqual([]);
      }
    });

    it("gives back any text that it was given", async () => {
      const text = fc.oneof(fc.constantFrom("", "'", "\\", "?", "\0", "\u2028", "ä€😀"), fc.string({ unit: "binary" }));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 6, minLength: 1 }), async (texts) => {
          const columns = texts.map((_, at) => `? AS c${at}`).join(", ");
          const source = mysqlSource({ pool, query: () => ({ text: `SELECT ${columns}`, values: texts }) });
          expect(Object.values((await recordsOf(source))[0] ?? {})).toEqual(texts);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe("a snapshot", () => {
    let open: OpenSnapshot | undefined;
    afterEach(async () => {
      await open?.close();
      open = undefined;
    });

    it("shows one moment to all its sources while others write", async () => {
      const snapshot = mysqlSnapshot(pool);
      const [first, second] = [mysqlSource({ pool, snapshot, ...visits }), mysqlSource({ pool, snapshot, ...tickets })];
      expect(first.snapshot).toBe(snapshot);
      open = await snapshot.open(context().signal);
      const { token } = open;
      const reading = first.read(context({ pageRecords: 400, snapshot: token }))[Symbol.asyncIterator]();
      const ids = ((await reading.next()).value as Page<{ id: string }>).records.map(({ id }) => id);
      await database.sql(
        "INSERT INTO ticket VALUES (unhex(md5('late')), 'ada'); UPDATE visit SET subject = 'moved' WHERE subject = 'ada'",
      );
      expect(await recordsOf(second, { snapshot: token, pageRecords: 3 })).toHaveLength(10);
      expect(await second.count?.(context({ snapshot: token }))).toBe(10);
      for (let step = await reading.next(); !step.done; step = await reading.next())
        ids.push(...(step.value as Page<{ id: string }>).records.map(({ id }) => id));
      expect(ids).toEqual(expectedIds);
      await open.close();
      await open.close();
      expect(await second.count?.(context())).toBe(11);
      await database.sql(
        "DELETE FROM ticket WHERE id = unhex(md5('late')); UPDATE visit SET subject = 'ada' WHERE subject = 'moved'",
      );
    });

    it("serves several reads at once, beside one that fails, one that is left and one that is aborted", async () => {
      const snapshot = mysqlSnapshot(pool);
      const source = mysqlSource({ pool, snapshot, ...visits });
      const broken = mysqlSource({ pool, snapshot, query: () => ({ text: "SELECT nonsense AS id" }), cursor: "id" });
      const unbound = mysqlSource({ pool, snapshot, query: () => ({ text: "SELECT ? AS id" }), cursor: "id" });
      open = await snapshot.open(context().signal);
      const { token } = open;
      const abort = new AbortController();
      const aborted = failureOf(recordsOf(source, { snapshot: token, pageRecords: 1, signal: abort.signal }));
      const failing = Array.from({ length: 4 }, () => failureOf(recordsOf(broken, { snapshot: token })));
      failing.push(failureOf(recordsOf(unbound, { snapshot: token })));
      for await (const _ of source.read(context({ snapshot: token, pageRecords: 1 }))) break;
      const reading = Promise.all(
        [50, 100, 300].map((pageRecords) => recordsOf(source, { snapshot: token, pageRecords })),
      );
      abort.abort();
      for (const records of await reading) expect(records.map(({ id }) => id)).toEqual(expectedIds);
      expect((await aborted).code).toBe("ABORTED");
      expect(new Set((await Promise.all(failing)).map(({ code }) => code))).toEqual(
        new Set(["SOURCE_FAILED", "CONFIG_INVALID"]),
      );
    });

    it("stops what still runs when it is closed, and says that it is gone", async () => {
      const snapshot = mysqlSnapshot(pool);
      const source = mysqlSource({ pool, snapshot, ...sleeping, cursor: "id" });
      open = await snapshot.open(context().signal);
      const abort = new AbortController();
      const failing = failureOf(recordsOf(source, { snapshot: open.token, signal: abort.signal }));
      await eventually(async () => (await runningNow("%sleep(300)%")) === 1);
      abort.abort();
      expect((await failing).code).toBe("ABORTED");
      await open.close();
      await eventually(async () => (await runningNow("%sleep(300)%")) === 0);
      const error = await expectFailure(recordsOf(source, { snapshot: open.token }), "SOURCE_UNAVAILABLE");
      expect(error.message).toContain("snapshot is gone");
    });

    it("says that it is gone when its connection was killed", async () => {
      const snapshot = mysqlSnapshot(newPool({ connectionLimit: 1 }));
      const source = mysqlSource({ pool: snapshot.pool, snapshot, ...visits });
      open = await snapshot.open(context().signal);
      const [row] = await database.sql(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() ORDER BY id DESC LIMIT 1",
      );
      await database.sql(`KILL ${row?.["id"]}`);
      await expectFailure(recordsOf(source, { snapshot: open.token }), "SOURCE_UNAVAILABLE", true);
      const error = await expectFailure(recordsOf(source, { snapshot: open.token }), "SOURCE_UNAVAILABLE", false);
      expect(error.message).toContain("snapshot is gone");
    });

    it("serves an export of several lanes over a pool of one connection", async () => {
      await database.sql(
        "CREATE TABLE jotting (id int PRIMARY KEY, owner varchar(9), text varchar(40)); INSERT INTO jotting SELECT id - 9007199254740992, 'u1', note FROM visit WHERE id < 9007199254741090",
      );
      const pool = newPool({ connectionLimit: 1 });
      const snapshot = mysqlSnapshot(pool);
      const jottings = (direction: "<" | ">", order: "DESC" | "ASC") =>
        mysqlSource({
          pool,
          snapshot,
          cursor: "id",
          query: ({ subject, after, limit }) => ({
            text: `SELECT * FROM jotting WHERE owner = ? AND (? IS NULL OR id ${direction} ?) ORDER BY id ${order} LIMIT ?`,
            values: [subject.id, after, after, limit],
          }),
          count: ({ subject }) => ({ text: "SELECT count(*) FROM jotting WHERE owner = ?", values: [subject.id] }),
        });
      const datasets = [
        noteDataset("up", jottings(">", "ASC")),
        noteDataset("down", jottings("<", "DESC")),
        noteDataset("again", jottings(">", "ASC")),
      ];
      const { exporter } = exporterOf(datasets, { lanes: 3 });
      const to = new Collecting();
      const report = await exporter.export(request, { to });
      expect(report).toMatchObject({ consistency: "snapshot" });
      expect(report.datasets.map(({ outcome, records }) => [outcome, records.written])).toEqual(
        Array.from({ length: 3 }, () => ["complete", 97]),
      );
      expect(jsonAt(entriesOf(to.bytes), "data/down.json")[0]).toEqual({ id: 97, owner: "u1", text: "note 97" });
    });

    it("is refused when it was opened over another pool", async () => {
      const source = mysqlSource({ pool, snapshot: mysqlSnapshot(pool), ...visits });
      await expectFailure(recordsOf(source, { snapshot: "another" }), "SOURCE_CONTRACT");
    });
  });

  describe("ending", () => {
    it("throws ABORTED at once when it was aborted before", async () => {
      const signal = AbortSignal.abort();
      const source = mysqlSource({ pool, ...visits });
      await expectFailure(recordsOf(source, { signal }), "ABORTED");
      await expectFailure(source.count?.(context({ signal })), "ABORTED");
      await expectFailure(source.check?.(signal), "ABORTED");
      await expectFailure(mysqlSnapshot(pool).open(signal), "ABORTED");
    });

    it("stops between two pages when it is aborted there, and gives back what it holds", async () => {
      for (const options of [visits, visitsWhole]) {
        const abort = new AbortController();
        const reading = mysqlSource({ pool, ...options })
          .read(context({ pageRecords: 10, signal: abort.signal }))
          [Symbol.asyncIterator]();
        await reading.next();
        abort.abort();
        await expectFailure(reading.next(), "ABORTED");
        expect(await recordsOf(mysqlSource({ pool, ...options }))).toHaveLength(expectedIds.length);
      }
    });

    it.each([
      { connectionLimit: 4, reads: 1, options: { ...sleeping, cursor: "id" } },
      { connectionLimit: 1, reads: 1, options: sleeping },
      { connectionLimit: 2, reads: 3, options: sleeping },
    ])(
      "stops the statement on the server when it is aborted ($reads reads, $connectionLimit connections)",
      async (given) => {
        const { connectionLimit, reads, options } = given;
        const pool = newPool({ connectionLimit });
        const abort = new AbortController();
        const source = mysqlSource({ pool, ...options });
        const failures = Array.from({ length: reads }, () => failureOf(recordsOf(source, { signal: abort.signal })));
        await eventually(async () => (await runningNow("%sleep(300)%")) === Math.min(connectionLimit, reads));
        abort.abort(new Error("no longer wanted"));
        for (const error of await Promise.all(failures))
          expect(error).toMatchObject({ code: "ABORTED", cause: { message: "no longer wanted" } });
        await eventually(async () => (await runningNow("%sleep(300)%")) === 0);
        expect(await recordsOf(mysqlSource({ pool, ...visits }))).toHaveLength(expectedIds.length);
      },
    );

    it("stops waiting for a connection when it is aborted, and gives back the one that comes after", async () => {
      const pool = newPool({ connectionLimit: 1 });
      const held = await pool.promise().getConnection();
      const abort = new AbortController();
      const failing = failureOf(recordsOf(mysqlSource({ pool, ...visits }), { signal: abort.signal }));
      await eventually(() => counted(pool)._connectionQueue.length === 1);
      abort.abort();
      expect((await failing).code).toBe("ABORTED");
      held.release();
      await expectHealthy(pool);
      expect(await recordsOf(mysqlSource({ pool, ...visits }))).toHaveLength(expectedIds.length);
    });

    it("keeps its connection after the end, an early stop and a refused query, and leaves no listener on it", async () => {
      const pool = newPool({ connectionLimit: 1 });
      const state = async () => {
        const connection = await pool.promise().getConnection();
        const { threadId } = connection;
        const listeners = connection.connection.listenerCount("error");
        connection.release();
        return { threadId, listeners };
      };
      const before = await state();
      await recordsOf(mysqlSource({ pool, ...visits }));
      await recordsOf(mysqlSource({ pool, ...visitsWhole }));
      for await (const _ of mysqlSource({ pool, ...visits }).read(context({ pageRecords: 1 }))) break;
      await expectFailure(
        recordsOf(mysqlSource({ pool, query: () => ({ text: "SELECT nonsense" }) })),
        "SOURCE_FAILED",
      );
      expect(await state()).toEqual(before);
    });

    it("stops the statement when its consumer stops early", async () => {
      for (const options of [visits, visitsWhole])
        for await (const { records } of mysqlSource({ pool, ...options }).read(context({ pageRecords: 10 }))) {
          expect(records).toHaveLength(10);
          break;
        }
      await eventually(async () => (await runningNow("SELECT id, at%")) === 0);
    });
  });

  describe("failing", () => {
    it("ends a statement that takes longer than statementTimeoutMs, retryable", async () => {
      const pool = newPool({ connectionLimit: 2 });
      const slow = { ...sleeping, statementTimeoutMs: 100 };
      const counting = mysqlSource({ pool, ...slow, count: () => ({ text: "SELECT sleep(300)" }) });
      const byServer = await expectFailure(counting.count?.(context()), "SOURCE_TIMEOUT", true);
      expect(byServer.message).toMatch(/1969|3024/);
      for (const cursor of [{}, { cursor: "id" }]) {
        const byUs = await expectFailure(recordsOf(mysqlSource({ pool, ...slow, ...cursor })), "SOURCE_TIMEOUT", true);
        expect(byUs.message).toContain("no page within 100 ms");
      }
      await eventually(async () => (await runningNow("%sleep(300)%")) === 0);
    });

    it("does not count the time that its consumer takes", async () => {
      const pool = newPool({ connectionLimit: 1 });
      const text = "SELECT repeat('x', 60000) AS x FROM visit LIMIT 1000";
      for (const cursor of [{}, { cursor: "id" }]) {
        const query = "cursor" in cursor ? visits.query : () => ({ text });
        const source = mysqlSource({ pool, query, ...cursor, statementTimeoutMs: 1_500 });
        let pages = 0;
        for await (const _ of source.read(context({ pageRecords: 100 })))
          if (++pages < 3) await new Promise((resolve) => setTimeout(resolve, 1_800));
        expect(pages).toBeGreaterThan(9);
      }
    });

    it("stops nothing on a server that is not the one it read from", async () => {
      const pool = newPool({ connectionLimit: 4 });
      const connection = await connect(pool, context().signal);
      const sleep = connection.send({ text: "SELECT sleep(300) AS id" }).catch(() => undefined);
      await eventually(async () => (await runningNow("%sleep(300)%")) === 1);
      await connection.stop("another server/3306/1");
      expect(await runningNow("%sleep(300)%")).toBe(1);
      const [row] = await database.sql(`SELECT ${serverName} AS name`);
      await connection.stop(row?.["name"]);
      await sleep;
      connection.close(true);
    });

    it.each(["between two pages", "in the middle of a statement", "in the middle of the rows"])(
      "takes a killed connection %s as unavailable, and reads on where that can be",
      async (when) => {
        const pool = newPool({ connectionLimit: 1 });
        const [[{ id }]] = (await pool.promise().query("SELECT CONNECTION_ID() AS id")) as unknown as [
          [{ id: number }],
        ];
        let killed = false;
        const byPage = {
          ...visits,
          query: (asked: Parameters<typeof visits.query>[0]) => {
            const { text, values } = visits.query(asked);
            const slow = when === "in the middle of a statement" && asked.after !== null && !killed;
            return { text: slow ? text.replace("SELECT", "SELECT sleep(300) AS s,") : text, values };
          },
        };
        const long = { query: () => ({ text: "SELECT repeat('x', 60000) AS x FROM visit a JOIN visit b" }) };
        const source = mysqlSource({ pool, ...(when === "in the middle of the rows" ? long : byPage) });
        const reading = source.read(context({ pageRecords: 10 }))[Symbol.asyncIterator]();
        const pages = [(await reading.next()).value as Page<{ id?: unknown }>];
        if (when === "in the middle of a statement") {
          while (pages.length < 64) pages.push((await reading.next()).value as Page<{ id?: unknown }>);
          const failing = failureOf(reading.next());
          await eventually(async () => (await runningNow("%sleep(300)%")) === 1);
          await database.sql(`KILL ${id}`);
          expect(await failing).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
        } else {
          await database.sql(`KILL ${id}`);
          await expectFailure(
            (async () => {
              while (!(await reading.next()).done);
            })(),
            "SOURCE_UNAVAILABLE",
            true,
          );
        }
        killed = true;
        if (source.capabilities.resume === "none") return;
        pages.push(...(await pagesOf(source, { after: pages.at(-1)?.cursor ?? null })));
        expect(pages.flatMap(({ records }) => records.map((record) => record.id))).toEqual(expectedIds);
      },
    );

    it("says that the connection is gone when it was before the rows were asked for", async () => {
      const connection = await connect(newPool({ connectionLimit: 1 }), context().signal);
      const { rows } = await connection.send({ text: "SELECT CONNECTION_ID() AS id" });
      await database.sql(`KILL ${rows[0]?.["id"]}`);
      await eventually(() =>
        connection.send({ text: "SELECT 1" }).then(
          () => false,
          () => true,
        ),
      );
      await expect(connection.start({ text: "SELECT 1" }, 10).next()).rejects.toThrow("closed state");
      connection.close(true);
    });

    it("takes a killed statement as unavailable, and keeps the connection", async () => {
      const pool = newPool({ connectionLimit: 1 });
      const text = "SELECT count(*) AS id FROM visit a, visit b, visit c";
      const failing = failureOf(recordsOf(mysqlSource({ pool, query: () => ({ text }), cursor: "id" })));
      await eventually(async () => (await runningNow("SELECT count%")) === 1);
      const [row] = await database.sql(
        "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT count(*) AS id%'",
      );
      await database.sql(`KILL QUERY ${row?.["id"]}`);
      expect(await failing).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
      const [[now]] = (await pool.promise().query("SELECT CONNECTION_ID() AS id")) as unknown as [[{ id: number }]];
      expect(now.id).toBe(row?.["id"]);
    });

    it("tells a table that another one has locked from one that is not there", async () => {
      const locker = await mysqlPromise.createConnection(database.config);
      await locker.query("LOCK TABLES ticket WRITE");
      const session = newPool({ connectionLimit: 1 });
      await session.promise().query("SET lock_wait_timeout = 1");
      await expectFailure(recordsOf(mysqlSource({ pool: session, ...tickets })), "SOURCE_UNAVAILABLE", true);
      await locker.end();
      expect(await recordsOf(mysqlSource({ pool: session, ...tickets }))).toHaveLength(10);
    });

    it("says that there are too many connections, retryable", async () => {
      await database.sql("CREATE USER IF NOT EXISTS portmanteau_few@'%' IDENTIFIED BY '' WITH MAX_USER_CONNECTIONS 1");
      const held = await mysqlPromise.createConnection({ ...database.config, user: "portmanteau_few", database: "" });
      const error = await expectFailure(
        mysqlSource({ pool: newPool({ user: "portmanteau_few", database: "" }), ...visits }).check?.(context().signal),
        "SOURCE_UNAVAILABLE",
        true,
      );
      expect(error.message).toMatch(/error (?:1226|1203)/);
      await held.end();
      await database.sql("DROP USER portmanteau_few@'%'");
    });
  });
});

describe("mysqlSource on a server that is none", () => {
  async function serving(respond: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
    const server = createServer(respond).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, port: (server.address() as { port: number }).port };
  }

  it.each<[name: string, said: RegExp, respond?: (socket: Socket) => void]>([
    ["is not there", /ECONNREFUSED/],
    ["accepts and says nothing", /ETIMEDOUT/, () => undefined],
    ["hangs up", /PROTOCOL_CONNECTION_LOST|ECONNRESET/, (socket) => socket.destroy()],
  ])("says that one which %s is unavailable", async (_, said, respond) => {
    const { server, port } = await serving(respond ?? (() => undefined));
    if (respond === undefined) server.close();
    const pool = mysql.createPool({ host: "127.0.0.1", port, connectTimeout: 200 });
    const check = mysqlSource({ pool, ...visits }).check?.(context().signal);
    expect((await expectFailure(check, "SOURCE_UNAVAILABLE", true)).message).toMatch(said);
    await pool.promise().end();
    server.close();
  });
});

describe("the literals of a statement", () => {
  it("stand where a `?` is a placeholder, and nowhere else", () => {
    const text = `SELECT '?', 'it''s ? \\' ?', "?", \`?\`, ? -- ?\n, ? # ?\n, /* ? */ ?--?`;
    expect(bind(text, [1, null, true, 2n])).toBe(
      `SELECT '?', 'it''s ? \\' ?', "?", \`?\`, 1 -- ?\n, NULL # ?\n, /* ? */ true--2`,
    );
  });

  it("are numbers, hexadecimal digits or NULL", () => {
    const values = [["a", 1], new Date(1), new Uint8Array([0, 255]), "é", "", -1.5e-7, 18446744073709551615n, false];
    expect(bind("?|?|?|?|?|?|?|?", values)).toBe(
      "_utf8mb4 X'61', 1|_utf8mb4 X'313937302d30312d30312030303a30303a30302e303031'|X'00ff'|_utf8mb4 X'c3a9'|''|-1.5e-7|18446744073709551615|false",
    );
  });

  it("are refused when there is no literal for a value, or not one for each placeholder", () => {
    for (const value of [undefined, {}, [], Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), Symbol("a")])
      expect(() => bind("?", [value])).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => bind("? ?", [1])).toThrow(/2 placeholders/);
    expect(() => bind("?", [1, 2])).toThrow(/1 placeholders/);
  });
});

describe("the failures of MySQL", () => {
  const server = (errno: number, sqlState = "HY000") =>
    Object.assign(new Error("the driver's words"), { errno, sqlState });
  const withCode = (code: string, errno?: number) => Object.assign(new Error("the driver's words"), { code, errno });
  it.each<[cause: unknown, code: ErrorCode, retryable: boolean]>([
    ...[1040, 1203, 1226, 1461, 1053, 1152, 1205, 1213, 1317, 1412, 1927, 3572, 4031].map(
      (errno) => [server(errno), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean],
    ),
    ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "PROTOCOL_CONNECTION_LOST"].map(
      (code) => [withCode(code, -111), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean],
    ),
    [server(1047, "08S01"), "SOURCE_UNAVAILABLE", true],
    [new Error("Can't add new command when connection is in closed state"), "SOURCE_UNAVAILABLE", true],
    [new Error("Queue limit reached."), "SOURCE_UNAVAILABLE", true],
    [server(3024), "SOURCE_TIMEOUT", true],
    [server(1969, "70100"), "SOURCE_TIMEOUT", true],
    [server(1045, "28000"), "SOURCE_FAILED", false],
    [server(1064, "42000"), "SOURCE_FAILED", false],
    [server(1146, "42S02"), "SOURCE_FAILED", false],
    [new Error("Pool is closed."), "SOURCE_FAILED", false],
    ["no error at all", "SOURCE_FAILED", false],
  ])("takes %o as %s, retryable: %s", (cause, code, retryable) => {
    const error = failure(cause, "The query");
    expect(error).toMatchObject({ code, retryable, cause });
    expect(error.message).not.toContain("the driver's words");
  });
});
