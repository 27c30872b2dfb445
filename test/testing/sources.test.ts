import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { iterableSource } from "../../src/sources/iterable.ts";
import { postgresSnapshot, postgresSource } from "../../src/sources/postgres/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { postgresEngines } from "../support/postgres.ts";

const runner = { describe, it, afterAll };
const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(index), owner, text: `note ${index} of ${owner}` }));
const subject = { id: "ada-1" };
const other = { subject: { id: "bob-2" }, expected: notesOf("bob-2", 4) };
const expected = notesOf("ada-1", 30);

sourceContract(
  "iterable, of a generator",
  () => {
    let open = 0;
    let fetched = 0;
    const source = iterableSource({
      async *records({ subject: { id } }) {
        open++;
        try {
          for (const note of [...expected, ...other.expected].filter(({ owner }) => owner === id)) {
            fetched++;
            yield { ...note };
          }
        } finally {
          open--;
        }
      },
      count: ({ subject: { id } }) => [...expected, ...other.expected].filter(({ owner }) => owner === id).length,
    });
    const handles = () => open;
    return { source, subject, expected, other, nobody: { id: "eve-3" }, handles, fetched: () => fetched };
  },
  runner,
);

for (const engine of await postgresEngines()) {
  if (engine.required) it("has every service, as PORTMANTEAU_SERVICES=required says", () => expect.fail(engine.title));

  for (const cursor of ["id", undefined])
    describe.skipIf(engine.notRun !== undefined)(`postgresSource on ${engine.title}`, () => {
      sourceContract(
        cursor === undefined ? "postgres, through a server-side cursor" : "postgres, by a key and in partitions",
        async () => {
          const database = await engine.open();
          await database.sql(
            `CREATE TABLE note (key serial PRIMARY KEY, id text NOT NULL, owner text NOT NULL, text text NOT NULL)`,
          );
          const [{ expected: ours }, theirs] = [{ expected }, other.expected];
          const insert =
            "INSERT INTO note (id, owner, text) SELECT id, owner, text FROM jsonb_to_recordset($1) AS n(id text, owner text, text text)";
          await database.sql(insert, [JSON.stringify([...ours, ...theirs])]);
          let fetched = 0;
          const pool = database.pglite ?? new pg.Pool({ ...database.config, max: 4 });
          const server = pool instanceof pg.Pool ? pool : undefined;
          const over = (table: string, connections = pool) =>
            postgresSource({
              pool: connections,
              // Over one connection nobody writes beside the reader.
              ...(server === undefined ? {} : { snapshot: postgresSnapshot(connections) }),
              ...(cursor === undefined
                ? {
                    query: ({ subject: { id } }) => ({
                      text: `SELECT id, owner, text FROM ${table} WHERE owner = $1 ORDER BY key`,
                      values: [id],
                    }),
                  }
                : {
                    query: ({ subject: { id }, after, until, limit }) => ({
                      text: `SELECT id, owner, text, key FROM ${table} WHERE owner = $1 AND ($2::int IS NULL OR key > $2)
                             AND ($4::int IS NULL OR key <= $4) ORDER BY key LIMIT $3`,
                      values: [id, after, limit, until],
                    }),
                    cursor: "key",
                    partitions: { count: 4, leastRows: 2 },
                  }),
              count: ({ subject: { id } }) => ({
                text: `SELECT count(*) FROM ${table} WHERE owner = $1`,
                values: [id],
              }),
              map: ({ id, owner, text }) => {
                fetched++;
                return { id, owner, text };
              },
            });
          return {
            source: over("note"),
            subject,
            expected,
            other,
            nobody: { id: "eve-3" },
            fetched: () => fetched,
            refused: over("no_such_table"),
            ...(server === undefined
              ? {}
              : {
                  handles: () => server.totalCount - server.idleCount,
                  write: {
                    insert: (count: number) =>
                      database.sql(
                        "INSERT INTO note (key, id, owner, text) SELECT -n, 'new ' || n, $1, 'new' FROM generate_series(1, $2) n",
                        [subject.id, count],
                      ),
                    delete: (records: readonly { id: unknown }[]) =>
                      database.sql("DELETE FROM note WHERE owner = $1 AND id = ANY($2)", [
                        subject.id,
                        records.map(({ id }) => id),
                      ]),
                  },
                  disconnect: () =>
                    database.sql(
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    ),
                  unreachable: over("note", new pg.Pool({ host: "127.0.0.1", port: 1 })),
                  hanging: over("(SELECT key, id, owner, text, pg_sleep(30) FROM note) AS slow"),
                }),
            async teardown() {
              await server?.end();
              await database.drop();
            },
          };
        },
        runner,
      );
    });
}
