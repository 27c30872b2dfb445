import { basename } from "node:path";
import type { Catalogue, CatalogueReader, CatalogueTable, TracedQuery } from "./catalogue.ts";
import { tableName } from "./catalogue.ts";
import { failure, refuseMissing, throwIfAborted } from "./failure.ts";

/** The part we call of a statement of better-sqlite3 or of node:sqlite. */
interface Statement {
  all(...values: string[]): unknown[];
  /** Absent in older versions of node:sqlite. */
  columns?(): readonly {
    readonly name: string;
    readonly database: string | null;
    readonly table: string | null;
    readonly column: string | null;
  }[];
}

/** The part we call of a `Database` of better-sqlite3 or a `DatabaseSync` of node:sqlite. */
export interface SqliteCoverageDatabase {
  prepare(sql: string): Statement;
  close(): unknown;
}

/** Which SQLite file `sqliteCatalogue` looks at. */
export interface SqliteCatalogueOptions {
  /** A `Database` of better-sqlite3 or a `DatabaseSync` of node:sqlite, or a function that opens one, which is closed then. */
  readonly database: SqliteCoverageDatabase | (() => SqliteCoverageDatabase);
  /** `main` and the names that files were attached under. Default: all of them. Those that are left out are named in the report. */
  readonly schemas?: readonly string[];
}

/**
 * The tables of a SQLite database (3.37 or later), and the columns that queries give as they are.
 *
 * SQLite follows a result's column back to a table's, through views and subqueries, and no expression: what a dataset gives by way of
 * one is declared by decisions. Views, the tables that a virtual table keeps its content in, and temporary ones are left out.
 *
 * @example
 * ```ts
 * const catalogue = sqliteCatalogue({ database });
 * ```
 */
export function sqliteCatalogue({ database, schemas }: SqliteCatalogueOptions): CatalogueReader {
  return {
    dialect: "sqlite",
    client: database,
    async read(queries, signal) {
      throwIfAborted(signal);
      let opened: SqliteCoverageDatabase | undefined;
      try {
        const open = typeof database === "function" ? (opened = database()) : database;
        const traced = new Map(queries.map(({ dataset, text }) => [dataset, trace(open, text)]));
        return { ...catalogueOf(open, schemas), traced };
      } catch (cause) {
        throw failure(cause, "Coverage: SQLite's catalogue could not be read.");
      } finally {
        opened?.close();
      }
    },
  };
}

function catalogueOf(
  database: SqliteCoverageDatabase,
  schemas: readonly string[] | undefined,
): Omit<Catalogue, "traced"> {
  const ask = <R>(sql: string, ...values: string[]): R[] => database.prepare(sql).all(...values) as R[];
  /** Generated ones too; not those by which a virtual table is spoken to. */
  function columnsOf(schema: string, table: string): string[] {
    return ask<{ name: string }>(
      "select name from pragma_table_xinfo(?, ?) where hidden <> 1 order by cid",
      table,
      schema,
    ).map(({ name }) => name);
  }

  const files = ask<{ name: string; file: string }>("select name, file from pragma_database_list order by seq");
  const there = files.map(({ name }) => name).filter((name) => name !== "temp");
  refuseMissing(schemas, there);
  const wanted = schemas ?? there;
  const tables: CatalogueTable[] = [];
  const skipped: Catalogue["skipped"][number][] = [];
  for (const { schema, name, type } of ask<{ schema: string; name: string; type: string }>(
    "select schema, name, type from pragma_table_list order by schema, name",
  )) {
    if (!wanted.includes(schema) || /^sqlite_/i.test(name)) continue;
    const table = tableName(schema, name, "main");
    if (type === "view") skipped.push({ table, why: "a view: it holds nothing itself" });
    else if (type === "shadow") skipped.push({ table, why: "a virtual table keeps its content in it" });
    else tables.push({ table, kind: type === "virtual" ? "virtual table" : "table", columns: columnsOf(schema, name) });
  }
  const main = files.find(({ name }) => name === "main")?.file ?? "";
  return {
    database: main === "" ? "in memory" : basename(main),
    tables,
    skipped,
    schemasNotLookedAt: there.filter((schema) => !wanted.includes(schema)),
  };
}

function trace(database: SqliteCoverageDatabase, text: string): TracedQuery | Error {
  try {
    const columns = database.prepare(text).columns?.() ?? [];
    return {
      fields: columns.map(({ name, database: schema, table, column }) => ({
        name,
        columns:
          schema === null || table === null || column === null
            ? []
            : [{ table: tableName(schema, table, "main"), column }],
      })),
    };
  } catch (cause) {
    return failure(cause, "SQLite refuses the query");
  }
}
