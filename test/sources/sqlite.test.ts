import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/model/errors.ts";
import type { Page } from "../../src/model/source.ts";
import { failure } from "../../src/sources/sqlite/failure.ts";
import {
  type SqliteDatabase,
  type SqliteSourceOptions,
  sqliteSnapshot,
  sqliteSource,
} from "../../src/sources/sqlite/index.ts";
import { expectFailure, readingAs } from "../support/reading.ts";
import { sqliteValues } from "../support/sql-values.ts";
import { sqliteDrivers } from "../support/sqlite.ts";

const total = 1203;
const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE visit (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, at TEXT NOT NULL, note TEXT);
  WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${total})
    INSERT INTO visit SELECT 9007199254740000 + n, CASE WHEN n % 3 = 0 THEN 'other' ELSE 'ada' END, '2024-01-' || (n / 100), 'note ' || n FROM s;
  CREATE TABLE ticket (id BLOB PRIMARY KEY, subject TEXT NOT NULL) WITHOUT ROWID;
  INSERT INTO ticket SELECT randomblob(16), 'ada' FROM visit LIMIT 10;
`;
/** They pass 2^53 on their way. */
const expectedIds = Array.from({ length: total }, (_, index) => index + 1)
  .filter((n) => n % 3 !== 0)
  .map((n) => 9007199254740000n + BigInt(n))
  .map((id) => (id < 2n ** 53n ? Number(id) : String(id)));

const visits = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = ? AND id > coalesce(?, 0) ORDER BY id LIMIT ?",
    values: [subject.id, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM visit WHERE subject = ?", values: [subject.id] }),
} satisfies Omit<SqliteSourceOptions, "database">;
const tickets = {
  query: ({ subject, after, limit }) => ({
    text: "SELECT id FROM ticket WHERE subject = ? AND (? IS NULL OR id > ?) ORDER BY id LIMIT ?",
    values: [subject.id, after, after, limit],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM ticket WHERE subject = ?", values: [subject.id] }),
} satisfies Omit<SqliteSourceOptions, "database">;
/** The same rows by one statement. */
const visitsWhole = {
  query: ({ subject }) => ({
    text: "SELECT id, at, note FROM visit WHERE subject = ? ORDER BY id",
    values: [subject.id],
  }),
} satisfies Omit<SqliteSourceOptions, "database">;

const { context, pagesOf, recordsOf } = readingAs("ada", 500);

for (const driver of sqliteDrivers())
  describe.skipIf(driver.notRun !== undefined)(`sqliteSource on ${driver.notRun ?? driver.name}`, () => {
    let folder: string;
    let path: string;
    /** The application's own connection. */
    let app: SqliteDatabase;
    const opened: { closed: boolean }[] = [];

    /** A connection of which it is known whether it was closed. */
    const watched = (connection: SqliteDatabase) => {
      const state = { closed: false };
      opened.push(state);
      const close = connection.close.bind(connection);
      connection.close = () => {
        state.closed = true;
        return close();
      };
      return connection;
    };
    /** As a user writes it. */
    const database = () => watched(driver.open(path, { readonly: true }));

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "portmanteau-sqlite-"));
      path = join(folder, "app.db");
      app = driver.open(path);
      app.exec(schema);
    });
    afterAll(() => {
      app?.close();
      rmSync(folder, { recursive: true, force: true });
      expect(opened.length).toBeGreaterThan(0);
      expect(opened.filter(({ closed }) => !closed)).toEqual([]);
    });

    describe("reading", () => {
      it.each([1, 2, 500, 802, 803])(
        "gives every row once in pages of %d, over either kind of connection",
        async (pageRecords) => {
          for (const given of [database, app]) {
            const pages = await pagesOf(sqliteSource({ database: given, ...visits }), { pageRecords });
            expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
            expect(pages.slice(0, -1).every(({ records }) => records.length === pageRecords)).toBe(true);
          }
        },
      );

      it("resumes after every cursor without losing or repeating a row", async () => {
        const source = sqliteSource({ database, ...visits });
        const pages = await pagesOf(source, { pageRecords: 100 });
        expect(pages).toHaveLength(9);
        let before = 0;
        for (const { records, cursor } of pages) {
          before += records.length;
          const after = JSON.parse(JSON.stringify(cursor));
          const rest = await recordsOf(source, { pageRecords: 100, after });
          expect(rest.map(({ id }) => id)).toEqual(expectedIds.slice(before));
        }
      });

      it("continues after several columns", async () => {
        const source = sqliteSource({
          database,
          query: ({ subject, after, limit }) => {
            const keys = Array.isArray(after) ? after : ["", 0];
            return {
              text: "SELECT at, id FROM visit WHERE subject = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
              values: [subject.id, ...keys, limit],
            };
          },
          cursor: ["at", "id"],
        });
        const pages = await pagesOf(source, { pageRecords: 7 });
        expect(new Set(pages.flatMap(({ records }) => records.map(({ id }) => id)))).toEqual(new Set(expectedIds));
        expect(pages[0]?.cursor).toEqual(["s:2024-01-0", "i:9007199254740010"]);
      });

      it("continues after values of every storage class, mixed in one column", async () => {
        app.exec(
          "CREATE TABLE mixed (v); INSERT INTO mixed VALUES (-1e999), (-1), (0.5), (9007199254740992), (9007199254740993), (9007199254740993.0), (1e300), (1e999), (''), ('9007199254740993'), ('a''b'), (x''), (x'00'), (x'27ff')",
        );
        const source = sqliteSource({
          database,
          query: ({ after, limit }) => ({
            text: "SELECT DISTINCT v FROM mixed WHERE ? IS NULL OR v > ? ORDER BY v LIMIT ?",
            values: [after, after, limit],
          }),
          cursor: "v",
        });
        expect(await recordsOf(source, { pageRecords: 1 })).toHaveLength(13);
        app.exec("DROP TABLE mixed");
      });

      it("reads the rows of one statement as they are needed when there is no cursor column", async () => {
        const source = sqliteSource({ database, ...visitsWhole });
        expect(source.capabilities.resume).toBe("none");
        for (const pageRecords of [1, 100, 802, 5000]) {
          const pages = await pagesOf(source, { pageRecords });
          expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(expectedIds);
          expect(pages[0]?.records).toHaveLength(Math.min(pageRecords, 802));
          expect(pages[0]).not.toHaveProperty("cursor");
        }
        await expectFailure(recordsOf(source, { after: "i:7" }), "SOURCE_CONTRACT");
      });

      it("takes no more rows than a page when its consumer stops", async () => {
        const text = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s"; // endless
        for await (const { records } of sqliteSource({ database, query: () => ({ text }) }).read(context())) {
          expect(records).toHaveLength(500);
          break;
        }
      });

      it("shows one moment to a read while others write, and lets them write", async () => {
        for (const options of [visits, visitsWhole]) {
          const ids: unknown[] = [];
          for await (const { records } of sqliteSource({ database, ...options }).read(context({ pageRecords: 400 }))) {
            ids.push(...records.map(({ id }) => id));
            app.exec("UPDATE visit SET subject = 'moved' WHERE id = 9007199254741202");
          }
          expect(ids).toEqual(expectedIds);
          app.exec("UPDATE visit SET subject = 'ada' WHERE id = 9007199254741202");
        }
        expect(sqliteSource({ database, ...visits }).consistency).toBe("dataset");
      });

      it("leaves a connection that others use as free as it was between two pages", async () => {
        expect(sqliteSource({ database: app, ...visits }).consistency).toBe("none");
        const ids: unknown[] = [];
        for await (const { records } of sqliteSource({ database: app, ...visits }).read(
          context({ pageRecords: 100 }),
        )) {
          ids.push(...records.map(({ id }) => id));
          app.exec("BEGIN; INSERT INTO visit VALUES (1, 'ada', '', ''); DELETE FROM visit WHERE id = 1; COMMIT");
        }
        expect(ids).toEqual(expectedIds);
      });

      it("counts, and gives nothing for a subject without rows", async () => {
        const source = sqliteSource({ database, ...visits });
        expect(await source.count?.(context())).toBe(expectedIds.length);
        expect(await source.count?.(context({ subject: { id: "nobody" } }))).toBe(0);
        expect(await pagesOf(source, { subject: { id: "nobody" } })).toEqual([]);
        expect(await pagesOf(sqliteSource({ database, ...visitsWhole }), { subject: { id: "nobody" } })).toEqual([]);
      });

      it("makes records with `map`", async () => {
        const source = sqliteSource({ database, ...visits, map: ({ note }) => ({ length: String(note).length }) });
        expect((await recordsOf(source, { pageRecords: 2 })).at(-1)).toEqual({ length: "note 1202".length });
      });

      it("takes a subject's id as a value, whatever it says", async () => {
        const id = "'; DROP TABLE visit; --";
        app.exec("INSERT INTO ticket VALUES (x'01', '''; DROP TABLE visit; --')");
        expect(await recordsOf(sqliteSource({ database, ...tickets }), { subject: { id } })).toHaveLength(1);
        expect(await sqliteSource({ database, ...visits }).count?.(context())).toBe(expectedIds.length);
        app.exec("DELETE FROM ticket WHERE id = x'01'");
      });

      it("cannot write over a connection of its own", async () => {
        const source = sqliteSource({
          database: () => driver.open(path),
          query: () => ({ text: "DELETE FROM ticket RETURNING id" }),
        });
        await expectFailure(recordsOf(source), "SOURCE_FAILED");
        expect(await sqliteSource({ database, ...tickets }).count?.(context())).toBe(10);
      });
    });

    describe("refusing", () => {
      it("refuses a query that does not go on after the cursor", async () => {
        const order = (text: string) =>
          sqliteSource({
            database,
            cursor: "id",
            query: ({ limit, after }) => ({ text, values: [after, after, limit] }),
          });
        const same = order("SELECT id FROM visit WHERE ? IS NULL OR ? IS NOT NULL ORDER BY id LIMIT ?");
        const again = order("SELECT id FROM visit WHERE ? IS NULL OR id >= ? ORDER BY id LIMIT ?");
        for (const source of [same, again]) {
          const error = await expectFailure(recordsOf(source, { pageRecords: 10 }), "SOURCE_CONTRACT");
          expect(error.message).toMatch(/order by id and give only rows beyond/);
        }
      });

      it("refuses a cursor that is missing or NULL, and more rows than asked for", async () => {
        const of = (text: string) =>
          recordsOf(sqliteSource({ database, cursor: "id", query: () => ({ text }) }), { pageRecords: 2 });
        expect((await expectFailure(of("SELECT 1 AS number"), "SOURCE_CONTRACT")).message).toMatch(/no column id/);
        expect((await expectFailure(of("SELECT NULL AS id"), "SOURCE_CONTRACT")).message).toMatch(/NOT NULL/);
        expect((await expectFailure(of("VALUES (1), (2), (3)"), "SOURCE_CONTRACT")).message).toMatch(/LIMIT/);
      });

      it("refuses a result with two columns of one name, when it reads and when it checks", async () => {
        for (const cursor of [{}, { cursor: "id" }]) {
          const twins = sqliteSource({ database, query: () => ({ text: "SELECT 1 AS id, 2 AS id" }), ...cursor });
          expect((await expectFailure(recordsOf(twins), "SOURCE_CONTRACT")).message).toContain("two columns named id");
          await expectFailure(twins.check?.(context().signal), "SOURCE_CONTRACT");
        }
      });

      it("refuses a cursor that it did not make", async () => {
        for (const after of [7, "7", "i:1; DROP", "i:", "r:NaN", ["i:1", "i:2"], { id: 1 }, null])
          await expectFailure(recordsOf(sqliteSource({ database, ...visits }), { after }), "SOURCE_CONTRACT");
      });

      it("refuses a count that is none", async () => {
        for (const text of [
          "SELECT 1, 2",
          "SELECT 1 WHERE false",
          "SELECT 1.5",
          "SELECT -1",
          "SELECT NULL",
          "VALUES (1), (2)",
        ])
          await expectFailure(
            sqliteSource({ database, ...visits, count: () => ({ text }) }).count?.(context()),
            "SOURCE_CONTRACT",
          );
      });

      it("refuses options that contradict each other, and values that SQLite has not", async () => {
        const configInvalid = expect.objectContaining({ code: "CONFIG_INVALID" });
        expect(() => sqliteSource({ database, ...visits, cursor: [] })).toThrow(configInvalid);
        expect(() => sqliteSource({ database: app, ...visitsWhole })).toThrow(configInvalid);
        const snapshot = sqliteSnapshot(() => app);
        expect(() => sqliteSource({ database, ...visits, snapshot })).toThrow(configInvalid);
        for (const value of [undefined, {}, [1], new Date(), Symbol("a")]) {
          const query = () => ({ text: "SELECT ? AS id", values: [value] });
          await expectFailure(recordsOf(sqliteSource({ database, query })), "CONFIG_INVALID");
        }
      });

      it("says SQLite's code and no value when it refuses the query", async () => {
        const secret = "secret-4711";
        const query = () => ({ text: "SELECT json(?) AS id", values: [secret] });
        for (const source of [sqliteSource({ database, query, cursor: "id" }), sqliteSource({ database, query })]) {
          const error = await expectFailure(recordsOf(source), "SOURCE_FAILED");
          expect(error.message).toMatch(/refused by SQLite \((?:SQLITE_ERROR|error 1)\)/);
          for (const said of [error.message, error.stack, JSON.stringify(error), inspect(error)])
            expect(said).not.toContain(secret);
        }
      });

      it("wraps what the caller's own functions throw", async () => {
        const boom = () => {
          throw new Error("boom");
        };
        await expectFailure(recordsOf(sqliteSource({ database, ...visits, map: boom })), "SOURCE_FAILED");
        await expectFailure(recordsOf(sqliteSource({ database, query: boom })), "SOURCE_FAILED");
        await expectFailure(recordsOf(sqliteSource({ database: boom, ...visits })), "SOURCE_FAILED");
      });

      it("says that a database which is not there cannot be opened, for good", async () => {
        const source = sqliteSource({ database: () => driver.open(join(folder, "no/such.db")), ...visits });
        const error = await expectFailure(source.check?.(context().signal), "SOURCE_FAILED");
        expect(error.message).toContain("Opening the database");
      });
    });

    describe("check", () => {
      it("passes for a sound query, and runs nothing", async () => {
        await sqliteSource({ database, ...visits }).check?.(context().signal);
        await sqliteSource({ database, ...visitsWhole }).check?.(context().signal);
        const endless = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT count(*) AS n FROM s";
        await sqliteSource({ database, query: () => ({ text: endless }) }).check?.(context().signal);
      });

      it("names what is wrong", async () => {
        const check = (options: Partial<SqliteSourceOptions>) =>
          sqliteSource({ database, ...visits, ...options }).check?.(context().signal);
        const missing = () => ({ text: "SELECT id FROM nowhere" });
        expect((await expectFailure(check({ query: missing }), "SOURCE_FAILED")).message).toContain("The query");
        expect((await expectFailure(check({ count: missing }), "SOURCE_FAILED")).message).toContain("The count");
        expect((await expectFailure(check({ cursor: "number" }), "SOURCE_CONTRACT")).message).toContain(
          "no column number",
        );
      });
    });

    describe("mapping", () => {
      it.each(sqliteValues)("gives %s as it is, by page and as a whole", async (literal, expected) => {
        const query = () => ({ text: `SELECT 1 AS id, ${literal} AS v` });
        expect(await recordsOf(sqliteSource({ database, query }))).toEqual([{ id: 1, v: expected }]);
        expect(await recordsOf(sqliteSource({ database, query, cursor: "id" }))).toEqual([{ id: 1, v: expected }]);
      });

      it("maps the same whatever the connection's options are", async () => {
        const query = () => ({ text: "SELECT 1 AS id, 9007199254740993 AS v, x'00' AS b" });
        for (const cursor of [{}, { cursor: "id" }]) {
          const source = sqliteSource({ database: () => driver.open(path, { odd: true }), query, ...cursor });
          expect(await recordsOf(source)).toEqual([{ id: 1, v: "9007199254740993", b: "AA==" }]);
        }
      });

      it("gives back the values that it was given, in their storage class", async () => {
        const values = [1, 2n ** 60n, 1.5, true, "é😀", "", Buffer.from([0, 255]), new Uint8Array([7]), null];
        const columns = values.map((_, at) => `? AS c${at}`).join(", ");
        const classes = values.map((_, at) => `typeof(c${at})`).join(" || ' ' || ");
        const query = () => ({ text: `SELECT *, ${classes} AS classes FROM (SELECT ${columns})`, values });
        const [record] = await recordsOf(sqliteSource({ database, query }));
        expect(Object.values(record ?? {})).toEqual([
          ...[1, "1152921504606846976", 1.5, 1, "é😀", "", "AP8=", "Bw==", null],
          "integer integer real integer text text blob blob null",
        ]);
      });
    });

    describe("a snapshot", () => {
      it("shows one moment to all its sources while others write", async () => {
        const snapshot = sqliteSnapshot(database);
        const first = sqliteSource({ database, snapshot, ...visitsWhole });
        const second = sqliteSource({ database, snapshot, ...tickets });
        expect(first.snapshot).toBe(snapshot);
        const { token, close } = await snapshot.open(context().signal);
        app.exec("INSERT INTO ticket VALUES (x'02', 'ada')");
        const reading = first.read(context({ pageRecords: 400, snapshot: token }))[Symbol.asyncIterator]();
        const ids = ((await reading.next()).value as Page<{ id: unknown }>).records.map(({ id }) => id);
        app.exec("UPDATE visit SET subject = 'moved' WHERE subject = 'ada'");
        expect(await recordsOf(second, { snapshot: token, pageRecords: 3 })).toHaveLength(10);
        expect(await second.count?.(context({ snapshot: token }))).toBe(10);
        for await (const _ of first.read(context({ snapshot: token, pageRecords: 1 }))) break;
        for (let step = await reading.next(); !step.done; step = await reading.next())
          ids.push(...(step.value as Page<{ id: unknown }>).records.map(({ id }) => id));
        expect(ids).toEqual(expectedIds);
        await close();
        await close();
        expect(await second.count?.(context())).toBe(11);
        app.exec("DELETE FROM ticket WHERE id = x'02'; UPDATE visit SET subject = 'ada' WHERE subject = 'moved'");
      });

      it("is refused when it was opened over another database", async () => {
        const source = sqliteSource({ database, snapshot: sqliteSnapshot(database), ...visits });
        await expectFailure(recordsOf(source, { snapshot: "another" }), "SOURCE_CONTRACT");
      });
    });

    describe("ending", () => {
      it("throws ABORTED at once when it was aborted before, and opens nothing", async () => {
        const signal = AbortSignal.abort();
        const before = opened.length;
        const source = sqliteSource({ database, ...visits });
        await expectFailure(recordsOf(source, { signal }), "ABORTED");
        await expectFailure(source.count?.(context({ signal })), "ABORTED");
        await expectFailure(source.check?.(signal), "ABORTED");
        await expectFailure(sqliteSnapshot(database).open(signal), "ABORTED");
        expect(opened.length).toBe(before);
      });

      it("stops between two pages when it is aborted there, and closes what it opened", async () => {
        for (const options of [visits, visitsWhole]) {
          const abort = new AbortController();
          const reading = sqliteSource({ database, ...options })
            .read(context({ pageRecords: 10, signal: abort.signal }))
            [Symbol.asyncIterator]();
          await reading.next();
          expect(opened.at(-1)?.closed).toBe(false);
          abort.abort();
          await expectFailure(reading.next(), "ABORTED");
          expect(opened.at(-1)?.closed).toBe(true);
        }
      });

      it("closes what it opened when its consumer stops early, and when reading fails", async () => {
        for (const options of [visits, visitsWhole]) {
          for await (const _ of sqliteSource({ database, ...options }).read(context({ pageRecords: 10 }))) break;
          expect(opened.at(-1)?.closed).toBe(true);
        }
        await expectFailure(
          recordsOf(sqliteSource({ database, query: () => ({ text: "nonsense" }) })),
          "SOURCE_FAILED",
        );
        expect(opened.at(-1)?.closed).toBe(true);
      });
    });

    it("closes what it opened when no transaction can begin there", async () => {
      const busy = () => {
        const connection = watched(driver.open(path, { readonly: true }));
        connection.exec("BEGIN");
        return connection;
      };
      await expectFailure(recordsOf(sqliteSource({ database: busy, ...visits })), "SOURCE_FAILED");
      expect(opened.at(-1)?.closed).toBe(true);
      const broken = join(folder, "no.db");
      writeFileSync(broken, "this is no database, but it is long enough to be looked at as one".repeat(20));
      const snapshot = sqliteSnapshot(() => watched(driver.open(broken)));
      await expectFailure(snapshot.open(context().signal), "SOURCE_FAILED");
      expect(opened.at(-1)?.closed).toBe(true);
    });

    it("says that the database is locked, retryable, and reads when it is free again", async () => {
      const other = join(folder, "locked.db");
      const owner = driver.open(other);
      owner.exec("CREATE TABLE visit AS SELECT 1 AS id, 'ada' AS subject, '' AS at, '' AS note; BEGIN EXCLUSIVE");
      const source = sqliteSource({ database: () => driver.open(other, { readonly: true }), ...visits });
      const error = await expectFailure(recordsOf(source), "SOURCE_UNAVAILABLE", true);
      expect(error.message).toContain("SQLITE_BUSY");
      await expectFailure(sqliteSnapshot(() => driver.open(other)).open(context().signal), "SOURCE_UNAVAILABLE", true);
      owner.exec("COMMIT");
      expect(await recordsOf(source)).toHaveLength(1);
      owner.close();
    });
  });

describe("the failures of SQLite", () => {
  const better = (code: string) => Object.assign(new Error("the driver's words"), { code });
  const node = (errcode: number) =>
    Object.assign(new Error("the driver's words"), { code: "ERR_SQLITE_ERROR", errcode, errstr: "words" });
  it.each<[cause: unknown, code: ErrorCode, retryable: boolean]>([
    ...["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_LOCKED_SHAREDCACHE", "SQLITE_PROTOCOL"].map(
      (code) => [better(code), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean],
    ),
    ...[5, 6, 9, 15, 261, 517].map((code) => [node(code), "SOURCE_UNAVAILABLE", true] as [unknown, ErrorCode, boolean]),
    [better("SQLITE_CORRUPT"), "SOURCE_FAILED", false],
    [better("SQLITE_CANTOPEN"), "SOURCE_FAILED", false],
    [node(1), "SOURCE_FAILED", false],
    [node(26), "SOURCE_FAILED", false],
    [new TypeError("The database connection is not open"), "SOURCE_FAILED", false],
    ["no error at all", "SOURCE_FAILED", false],
  ])("takes %o as %s, retryable: %s", (cause, code, retryable) => {
    const error = failure(cause, "The query");
    expect(error).toMatchObject({ code, retryable, cause });
    expect(error.message).not.toContain("words");
  });
});
