import { PortmanteauError } from "../model/errors.ts";
import type { Catalogue, CatalogueReader, CatalogueTable } from "./catalogue.ts";
import { tableName } from "./catalogue.ts";
import { failure, refuseMissing, throwIfAborted } from "./failure.ts";

/** What we ask with, so that every row is an array of plain values, whatever the client's own options are. */
interface QueryOptions {
  sql: string;
  values: unknown[];
  rowsAsArray: true;
  nestTables: false;
  typeCast: true;
}

/** The part we call of a Pool or a Connection of `mysql2/promise`. */
export interface MysqlCoverageClient {
  query(options: QueryOptions): Promise<readonly unknown[]>;
}

/** Which MySQL or MariaDB server `mysqlCatalogue` looks at. */
export interface MysqlCatalogueOptions {
  /** A Pool or a Connection, of `mysql2` or of `mysql2/promise`. */
  readonly pool:
    | MysqlCoverageClient
    | {
        /** The same with promises, as `mysql2` gives it. */
        promise(): MysqlCoverageClient;
      };
  /** The databases of the server to look at. Default: the connection's own. Those that are left out are named in the report. */
  readonly schemas?: readonly string[];
}

const systemSchemas = ["information_schema", "mysql", "performance_schema", "sys"];
const kindWords: Readonly<Record<string, string>> = {
  "BASE TABLE": "table",
  "SYSTEM VERSIONED": "system-versioned table",
};

/**
 * The tables of a MySQL or MariaDB server, invisible columns included, as far as the connection's user may see them.
 *
 * The server does not tell what a query reads, not without doubt: the columns that datasets give are declared by decisions.
 *
 * @example
 * ```ts
 * const catalogue = mysqlCatalogue({ pool });
 * ```
 */
export function mysqlCatalogue({ pool, schemas }: MysqlCatalogueOptions): CatalogueReader {
  const client = "promise" in pool ? pool.promise() : pool;

  async function ask(sql: string, values: unknown[] = []): Promise<(string | null)[][]> {
    const [rows] = await client.query({ sql, values, rowsAsArray: true, nestTables: false, typeCast: true });
    return (rows as unknown[][]).map((row) => row.map((value) => (value === null ? null : String(value))));
  }

  async function read(): Promise<Catalogue> {
    const [[own = null] = []] = await ask("select database()");
    const there = (await ask("select schema_name from information_schema.schemata order by 1")).flatMap(([name]) =>
      name === undefined || name === null || systemSchemas.includes(name.toLowerCase()) ? [] : [name],
    );
    refuseMissing(schemas, there);
    if (schemas === undefined && own === null)
      throw new PortmanteauError(
        "CONFIG_INVALID",
        "Coverage: the connection has no database of its own. Name it in the client's options, or name `schemas`.",
      );
    const wanted = schemas ?? [own as string];
    const columns = new Map<string, string[]>();
    const key = (schema: unknown, table: unknown) => JSON.stringify([schema, table]);
    for (const [schema, table, column] of await ask(
      "select table_schema, table_name, column_name from information_schema.columns where table_schema in (?) order by ordinal_position",
      [wanted],
    )) {
      const names = columns.get(key(schema, table)) ?? [];
      columns.set(key(schema, table), [...names, column as string]);
    }

    const tables: CatalogueTable[] = [];
    const skipped: Catalogue["skipped"][number][] = [];
    for (const [schema, name, type] of await ask(
      "select table_schema, table_name, table_type from information_schema.tables where table_schema in (?) order by table_schema, table_name",
      [wanted],
    )) {
      const table = tableName(schema as string, name as string, own);
      const kind = kindWords[type as string];
      if (kind !== undefined) tables.push({ table, kind, columns: columns.get(key(schema, name)) ?? [] });
      else if (type === "VIEW") skipped.push({ table, why: "a view: it holds nothing itself" });
      else if (type !== "TEMPORARY") skipped.push({ table, why: `no table (${type})` }); // MariaDB's sequences
    }
    return {
      database: own ?? wanted.join(", "),
      tables,
      skipped,
      schemasNotLookedAt: there.filter((schema) => !wanted.includes(schema)),
      traced: new Map(),
    };
  }

  return {
    dialect: "mysql",
    client: pool,
    async read(_queries, signal) {
      throwIfAborted(signal);
      try {
        return await read();
      } catch (cause) {
        throw failure(cause, "Coverage: MySQL's information_schema could not be read.");
      }
    },
  };
}
