import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { sqliteSnapshot, sqliteSource } from "../../src/sources/sqlite/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { sqliteDrivers } from "../support/sqlite.ts";

const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(index), owner, text: `note ${index} of ${owner}` }));
const expected = notesOf("ada-1", 30);
const other = { subject: { id: "bob-2" }, expected: notesOf("bob-2", 4) };
const subject = { id: "ada-1" };

const ways = [
  { way: "by a key", cursor: "number", shared: false },
  { way: "by a key, over a connection that others use", cursor: "number", shared: true },
  { way: "by one statement", cursor: undefined, shared: false },
] as const;

for (const driver of sqliteDrivers())
  for (const { way, cursor, shared } of ways)
    describe.skipIf(driver.notRun !== undefined)(`sqliteSource on ${driver.notRun ?? driver.name}`, () => {
      sourceContract(
        `sqlite, ${way}`,
        () => {
          const folder = mkdtempSync(join(tmpdir(), "portmanteau-sqlite-"));
          const path = join(folder, "app.db");
          const app = driver.open(path);
          const run = (sql: string, rows: readonly unknown[]) => {
            app.prepare(sql).all(JSON.stringify(rows));
          };
          app.exec(
            "PRAGMA journal_mode = WAL; CREATE TABLE note (number INTEGER PRIMARY KEY, id TEXT, owner TEXT, text TEXT)",
          );
          const fill = (rows: readonly unknown[]) =>
            run(
              "INSERT INTO note SELECT v ->> 'number', v ->> 'id', v ->> 'owner', v ->> 'text' FROM (SELECT value AS v FROM json_each(?)) RETURNING id",
              rows,
            );
          fill([...expected, ...other.expected]);
          let [opened, fetched] = [0, 0];
          const open = () => {
            const connection = driver.open(path, { readonly: true });
            opened++;
            const close = connection.close.bind(connection);
            connection.close = () => {
              opened--;
              return close();
            };
            return connection;
          };
          const over = (table: string, database = shared ? app : open) =>
            sqliteSource({
              database,
              ...(typeof database === "function" ? { snapshot: sqliteSnapshot(database) } : {}),
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
                  }),
              count: ({ subject: { id } }) => ({ text: `SELECT count(*) FROM ${table} WHERE owner = ?`, values: [id] }),
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
            handles: () => opened,
            write: {
              insert: async (count: number) =>
                fill(
                  Array.from({ length: count }, (_, n) => ({
                    number: -1 - n,
                    id: `new ${n}`,
                    owner: subject.id,
                    text: "new",
                  })),
                ),
              delete: async (records: readonly { id: unknown }[]) =>
                run(
                  "DELETE FROM note WHERE owner = 'ada-1' AND id IN (SELECT value FROM json_each(?)) RETURNING id",
                  records.map(({ id }) => id),
                ),
            },
            refused: over("no_such_table"),
            teardown: () => {
              app.close();
              rmSync(folder, { recursive: true, force: true });
            },
          };
        },
        { describe, it, afterAll },
      );
    });
