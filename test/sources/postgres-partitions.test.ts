import pg from "pg";
import type { JsonValue, OpenSnapshot, Page, ReadContext, Source } from "portmanteau";
import {
  type PostgresConnections,
  type PostgresRow,
  type PostgresSourceOptions,
  postgresSnapshot,
  postgresSource,
} from "portmanteau/sources/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exported, failing, noteDataset, refused } from "../support/exporting.ts";
import { type PostgresDatabase, postgresEngines } from "../support/postgres.ts";
import { readingAs } from "../support/reading.ts";

const total = 1_000;
/** Every third row is the subject's, so that ranges of numbers are no ranges of rows. */
const schema = `
  CREATE TABLE note (id bigint PRIMARY KEY, owner text NOT NULL, text text NOT NULL, "At ""UTC""" timestamptz NOT NULL, uuid uuid NOT NULL);
  INSERT INTO note SELECT n * n, CASE WHEN n % 3 = 0 THEN 'u1' ELSE 'u2' END, 'note ' || n,
    '2024-01-01T00:00:00Z'::timestamptz + (n / 50) * interval '1 microsecond', md5(n::text)::uuid FROM generate_series(1, ${total * 3}) n;
`;

type Options = Omit<PostgresSourceOptions, "pool">;

const notes = {
  query: ({ subject, after, until, limit }) => ({
    text: `SELECT id::int, owner, text FROM note
           WHERE owner = $1 AND ($2::bigint IS NULL OR id > $2) AND ($4::bigint IS NULL OR id <= $4) ORDER BY id LIMIT $3`,
    values: [subject.id, after, limit, until],
  }),
  cursor: "id",
  count: ({ subject }) => ({ text: "SELECT count(*) FROM note WHERE owner = $1", values: [subject.id] }),
  partitions: { count: 4, leastRows: 1 },
} satisfies Options;

/** Other keys and orders; each gives the rows of the subject. */
const others: Record<string, Options> = {
  "from the last to the first": {
    query: ({ subject, after, until, limit }) => ({
      text: `SELECT id FROM note WHERE owner = $1 AND ($2::bigint IS NULL OR id < $2) AND ($4::bigint IS NULL OR id >= $4)
             ORDER BY id DESC LIMIT $3;\n`,
      values: [subject.id, after, limit, until],
    }),
    cursor: "id",
  },
  "by several columns, one of them with a name of its own": {
    query: ({ subject, after, until, limit }) => ({
      text: `SELECT id, "At ""UTC""" FROM note WHERE owner = $1
             AND ($2::timestamptz IS NULL OR ("At ""UTC""", id) > ($2, $3::bigint))
             AND ($5::timestamptz IS NULL OR ("At ""UTC""", id) <= ($5, $6::bigint)) ORDER BY "At ""UTC""", id LIMIT $4`,
      values: [subject.id, after?.[0] ?? null, after?.[1] ?? null, limit, until?.[0] ?? null, until?.[1] ?? null],
    }),
    cursor: ['At "UTC"', "id"],
  },
  "by a uuid, with a comment at the end": {
    query: ({ subject, after, until, limit }) => ({
      text: `WITH mine AS (SELECT uuid, text FROM note WHERE owner = $1)
             SELECT * FROM mine WHERE ($2::uuid IS NULL OR uuid > $2) AND ($4::uuid IS NULL OR uuid <= $4)
             ORDER BY uuid LIMIT $3::int -- by uuid`,
      values: [subject.id, after, limit, until],
    }),
    cursor: "uuid",
  },
};

const { context, recordsOf } = readingAs("u1", 70);

async function partitionsOf(
  source: Source<PostgresRow>,
  changes: Partial<ReadContext> = {},
): Promise<readonly JsonValue[]> {
  const partitions = await source.partitions?.(context(changes));
  expect(partitions).toEqual(JSON.parse(JSON.stringify(partitions)));
  return partitions as readonly JsonValue[];
}

async function dividedRowsOf(
  source: Source<PostgresRow>,
  changes: Partial<ReadContext> = {},
): Promise<PostgresRow[][]> {
  const rows: PostgresRow[][] = [];
  for (const partition of await partitionsOf(source, changes))
    rows.push(await recordsOf(source, { ...changes, partition }));
  return rows;
}

const engines = await postgresEngines();

for (const engine of engines) {
  if (engine.required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(engine.title));

  describe.skipIf(engine.notRun !== undefined)(`partitions of postgresSource on ${engine.title}`, () => {
    let database: PostgresDatabase;
    let pool: PostgresConnections;
    const source = (options: Options = notes) => postgresSource({ pool, ...options });

    beforeAll(async () => {
      database = await engine.open();
      pool = database.pglite ?? new pg.Pool({ ...database.config, max: 5 });
      await database.sql(schema);
    });
    afterAll(async () => {
      if (pool instanceof pg.Pool) await pool.end();
      await database?.drop();
    });

    it.each([2, 3, 7, 256])("are %d ranges of as many rows, and together what one read gives", async (count) => {
      const divided = await dividedRowsOf(source({ ...notes, partitions: { count, leastRows: 1 } }));
      expect(divided.flat()).toEqual(await recordsOf(source()));
      expect(divided).toHaveLength(count);
      const sizes = divided.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    });

    for (const [what, options] of Object.entries(others)) {
      it(`can be taken ${what}`, async () => {
        const whole = await recordsOf(source(options));
        const divided = await dividedRowsOf(source({ ...options, partitions: { count: 5, leastRows: 1 } }));
        expect([divided.length, whole.length]).toEqual([5, total]);
        expect(divided.flat()).toEqual(whole);
      });
    }

    it("go on after each cursor without losing or repeating a row", async () => {
      const [, partition = null] = await partitionsOf(source());
      const pages: Page<PostgresRow>[] = [];
      for await (const page of source().read(context({ partition }))) pages.push(page);
      const whole = pages.flatMap(({ records }) => records);
      let seen = 0;
      for (const { records, cursor = null } of pages) {
        seen += records.length;
        expect(await recordsOf(source(), { partition, after: cursor })).toEqual(whole.slice(seen));
      }
      expect(seen).toBe(250);
    });

    it("are fewer when each would have fewer rows than it should, and one for a subject without rows", async () => {
      const countOf = async (leastRows: number | undefined, id = "u1") => {
        const partitions = { count: 4, ...(leastRows === undefined ? {} : { leastRows }) };
        return (await partitionsOf(source({ ...notes, partitions }), { subject: { id } })).length;
      };
      expect(await Promise.all([250, 251, 500, 501, undefined].map((least) => countOf(least)))).toEqual([
        4, 3, 2, 1, 1,
      ]);
      expect([await countOf(1, "nobody"), await partitionsOf(source(), { subject: { id: "nobody" } })]).toEqual([
        1,
        [{ after: null, until: null }],
      ]);
    });

    it("are one for each row when there are fewer rows than ranges", async () => {
      const three: Options = {
        ...notes,
        query: ({ after, until, limit }) => ({
          text: "SELECT id FROM (VALUES (1), (5), (9)) AS t(id) WHERE ($1::int IS NULL OR id > $1) AND ($2::int IS NULL OR id <= $2) ORDER BY id LIMIT $3",
          values: [after, until, limit],
        }),
      };
      expect(await dividedRowsOf(source(three))).toEqual([[{ id: 1 }], [{ id: 5 }], [{ id: 9 }]]);
    });

    it("have each row that is written meanwhile once, wherever it is, and lose none beside one that is deleted", async () => {
      const insert = (id: number) =>
        database.sql(`INSERT INTO note VALUES ($1, 'moving', 'new', now(), gen_random_uuid())`, [id]);
      for (let n = 0; n < 40; n++) await insert(1_000_000_000 + 10 * n);
      const changes = { subject: { id: "moving" } };
      const partitions = await partitionsOf(source(), changes);
      const until = (partitions[1] as { until: string }).until;
      await database.sql("DELETE FROM note WHERE id = $1 AND owner = 'moving'", [until]);
      for (const id of [-5, Number(until) - 1, Number(until) + 1, 2_000_000_000]) await insert(id);
      const rows: PostgresRow[] = [];
      for (const partition of partitions) rows.push(...(await recordsOf(source(), { ...changes, partition })));
      expect(rows).toEqual(await recordsOf(source(), changes));
      expect(rows).toHaveLength(43);
    });

    it.each([
      ["does not look at `until`", "$4::bigint IS NULL OR true"],
      ["leaves out the row of `until`", "$4::bigint IS NULL OR id < $4"],
      ["goes on from `until`", "$4::bigint IS NULL OR id >= $4"],
    ])("are refused when the query %s", async (_, until) => {
      const wrong: Options = {
        ...notes,
        query: ({ subject, after, until: last, limit }) => ({
          text: `SELECT id FROM note WHERE owner = $1 AND ($2::bigint IS NULL OR id > $2) AND (${until}) ORDER BY id LIMIT $3`,
          values: [subject.id, after, limit, last],
        }),
      };
      for (const count of [2, 256, 256]) {
        const partitions = { count, leastRows: 1 };
        const error = await failing(partitionsOf(source({ ...wrong, partitions })));
        expect([error.code, error.message]).toEqual(["SOURCE_CONTRACT", expect.stringContaining("keep to `until`")]);
      }
    });

    it("are refused when the source did not make them, or has none", async () => {
      for (const partition of [
        null,
        7,
        "a",
        [],
        {},
        { after: "1" },
        { after: "1", until: 2 },
        { after: ["1"], until: null },
      ])
        expect((await failing(recordsOf(source(), { partition }))).code).toBe("SOURCE_CONTRACT");
      const whole = source({ query: () => ({ text: "SELECT 1 AS id" }) });
      expect((await failing(recordsOf(whole, { partition: { after: null, until: null } }))).code).toBe(
        "SOURCE_CONTRACT",
      );
      expect([whole.capabilities.partitions, whole.partitions]).toEqual([false, undefined]);
    });

    it("are refused with options that make no sense", () => {
      for (const wrong of [
        { partitions: { count: 1 } },
        { partitions: { count: 257 } },
        { partitions: { count: 2.5 } },
        { partitions: { count: 2, leastRows: 0 } },
        { partitions: { count: 2, leastRows: 2 ** 31 } },
      ])
        expect(refused(() => source({ ...notes, ...wrong })).code).toBe("CONFIG_INVALID");
      const { query, partitions } = notes;
      expect(refused(() => source({ query, partitions })).message).toContain("`cursor`");
    });

    it("end with ABORTED when nobody wants them any more", async () => {
      const stop = new AbortController();
      stop.abort();
      expect((await failing(partitionsOf(source(), { signal: stop.signal }))).code).toBe("ABORTED");
    });

    it("say the SQLSTATE and no value when the server refuses their query", async () => {
      const error = await failing(partitionsOf(source({ ...notes, cursor: "secret", query: notes.query })));
      expect([error.code, error.retryable]).toEqual(["SOURCE_FAILED", false]);
      expect(error.message).toMatch(/^The query for the partitions was refused .*42703/);
    });

    describe("under one snapshot", () => {
      it("see its moment, also when they are read at once", async () => {
        const snapshot = postgresSnapshot(pool);
        const opened: OpenSnapshot = await snapshot.open(context().signal);
        try {
          const of = source({ ...notes, snapshot });
          const changes = { snapshot: opened.token };
          const before = await recordsOf(of, changes);
          const insert = `INSERT INTO note VALUES (-1, 'u1', 'late', now(), gen_random_uuid())`;
          if (database.config !== undefined) await database.sql(insert); // there a connection of its own writes
          const partitions = await partitionsOf(of, changes);
          const rows = await Promise.all(partitions.map((partition) => recordsOf(of, { ...changes, partition })));
          expect([rows.length, rows.flat()]).toEqual([4, before]);
        } finally {
          await opened.close();
          await database.sql("DELETE FROM note WHERE id = -1");
        }
      });

      it("are an export with the files of one read, complete and consistent, the same zip in any number of lanes", async () => {
        const dataset = (options: Options) =>
          noteDataset("notes", postgresSource({ pool, snapshot: postgresSnapshot(pool), ...options }));
        const { partitions: _, ...undivided } = notes;
        const whole = await exported([dataset(undivided)], { pageRecords: 70 });
        const zips = [];
        for (const lanes of [1, 3, 4]) zips.push(await exported([dataset(notes)], { pageRecords: 70, lanes }));
        expect(new Set(zips.map(({ sha256 }) => sha256)).size).toBe(1);
        expect([...(zips[0]?.entries ?? [])]).toEqual([...whole.entries]);
        expect(zips[2]?.report).toMatchObject({
          consistency: "snapshot",
          datasets: [{ outcome: "complete", records: { read: total, expected: total } }],
        });
        if (pool instanceof pg.Pool) expect([pool.waitingCount, pool.idleCount]).toEqual([0, pool.totalCount]);
      });
    });
  });
}
