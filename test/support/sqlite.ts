import Better from "better-sqlite3";
import type { SqliteDatabase } from "../../src/sources/sqlite/index.ts";

/** A driver of SQLite. One that this Node.js has not says so by name, on the console and in `notRun`. */
export interface SqliteDriver {
  readonly name: "better-sqlite3" | "node:sqlite";
  /** Why it does not run here. */
  readonly notRun?: string;
  /** Opens a connection that does not wait for locks; an `odd` one has every option set that changes how values are read. */
  open(path: string, options?: { readonly readonly?: boolean; readonly odd?: boolean }): SqliteDatabase;
}

interface NodeSqlite {
  DatabaseSync: new (path: string, options: object) => SqliteDatabase;
}

export function sqliteDrivers(): readonly SqliteDriver[] {
  const builtIn = process.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined;
  const notRun = `not run: node:sqlite (Node.js ${process.version} does not have it; 22.16 does)`;
  if (builtIn === undefined) console.warn(notRun);
  return [
    {
      name: "better-sqlite3",
      open: (path, { readonly = false, odd = false } = {}) => {
        const database = new Better(path, { readonly, timeout: 0 });
        return odd ? database.defaultSafeIntegers(true) : database;
      },
    },
    {
      name: "node:sqlite",
      ...(builtIn === undefined ? { notRun } : {}),
      open: (path, { readonly = false, odd = false } = {}) => {
        if (builtIn === undefined) throw new Error(notRun);
        const options = { readOnly: readonly, timeout: 0, ...(odd ? { returnArrays: true } : {}) };
        return new builtIn.DatabaseSync(path, options);
      },
    },
  ];
}
