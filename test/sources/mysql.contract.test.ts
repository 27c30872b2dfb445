import mysql, { type Pool } from "mysql2";
import { afterAll, describe, it } from "vitest";
import { mysqlSnapshot, mysqlSource } from "../../src/sources/mysql/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { mysqlEngine } from "../support/mysql.ts";

const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(index), owner, text: `note ${index} of ${owner}` }));
const expected = notesOf("ada-1", 30);
const other = { subject: { id: "bob-2" }, expected: notesOf("bob-2", 4) };
const subject = { id: "ada-1" };

const engine = await mysqlEngine();

for (const cursor of ["number", undefined])
  describe.skipIf(engine.notRun !== undefined)(`mysqlSource on ${engine.title}`, () => {
    sourceContract(
      cursor === undefined ? "mysql, by one statement" : "mysql, by a key",
      async () => {
        const database = await engine.open();
        await database.sql(
          "CREATE TABLE note (number int AUTO_INCREMENT PRIMARY KEY, id varchar(20), owner varchar(20), text text)",
        );
        const rows = [...expected, ...other.expected].map(({ id, owner, text }) => [id, owner, text]);
        await database.sql("INSERT INTO note (id, owner, text) VALUES ?", [rows]);
        let fetched = 0;
        const pool = mysql.createPool({ ...database.config, connectionLimit: 4 });
        const nowhere = mysql.createPool({ host: "127.0.0.1", port: 1 });
        const over = (table: string, connections: Pool = pool) =>
          mysqlSource({
            pool: connections,
            ...(cursor === undefined
              ? {
                  query: ({ subject: { id } }) => ({
                    text: `SELECT id, owner, text FROM ${table} WHERE owner = ? ORDER BY number`,
                    values: [id],
                  }),
                }
              : {
                  query: ({ subject: { id }, after, limit }) => ({
                    text: `SELECT id, owner, text, number FROM ${table} WHERE owner = ? AND (? IS NULL OR number > ?) ORDER BY number LIMIT ?`,
                    values: [id, after, after, limit],
                  }),
                  cursor,
                  snapshot: mysqlSnapshot(connections),
                }),
            count: ({ subject: { id } }) => ({ text: `SELECT count(*) FROM ${table} WHERE owner = ?`, values: [id] }),
            map: ({ id, owner, text }) => {
              fetched++;
              return { id, owner, text };
            },
          });
        // mysql2 has no public count of a pool's connections.
        const { _allConnections: all, _freeConnections: free } = pool as unknown as Record<string, { length: number }>;
        return {
          source: over("note"),
          subject,
          expected,
          other,
          nobody: { id: "eve-3" },
          fetched: () => fetched,
          handles: () => (all?.length ?? 0) - (free?.length ?? 0),
          write: {
            insert: (count: number) =>
              database.sql("INSERT INTO note VALUES ?", [
                Array.from({ length: count }, (_, n) => [-1 - n, `new ${n}`, subject.id, "new"]),
              ]),
            delete: (records: readonly { id: unknown }[]) =>
              database.sql("DELETE FROM note WHERE owner = ? AND id IN (?)", [subject.id, records.map(({ id }) => id)]),
          },
          disconnect: async () => {
            const others =
              "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()";
            for (const { id } of await database.sql(others)) await database.sql(`KILL ${id}`);
          },
          refused: over("no_such_table"),
          unreachable: over("note", nowhere),
          hanging: over("(SELECT * FROM note WHERE sleep(300) = 0) AS slow"),
          async teardown() {
            await pool.promise().end();
            await nowhere.promise().end();
            await database.drop();
          },
        };
      },
      { describe, it, afterAll },
    );
  });
