import { tableName } from "../../coverage/catalogue.ts";
import { failure } from "../../coverage/failure.ts";
import { type SqliteCoverageDatabase, sqliteCatalogue } from "../../coverage/sqlite.ts";
import { bytes, type ColumnSchema } from "../../sources/sql/column-schema.ts";
import { allowedTexts, type Column, type DatabaseFacts, type Table, usableKeys } from "./facts.ts";

interface TableRow {
  readonly schema: string;
  readonly name: string;
  readonly wr: number;
  readonly strict: number;
}
interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
  readonly dflt_value: string | null;
}

/** @throws {PortmanteauError} as the catalogue of the coverage does */
export async function sqliteFacts(
  open: () => SqliteCoverageDatabase,
  schemas: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<DatabaseFacts> {
  const catalogue = await sqliteCatalogue({ database: open, ...(schemas && { schemas }) }).read([], signal);
  const database = open();
  try {
    const ask = <R>(sql: string, ...values: string[]): R[] => database.prepare(sql).all(...values) as R[];
    const rows = new Map(
      ask<TableRow>("select schema, name, wr, strict from pragma_table_list").map((row) => [
        tableName(row.schema, row.name, "main"),
        row,
      ]),
    );
    const tables = catalogue.tables.flatMap(({ table }): Table[] => {
      const row = rows.get(table);
      return row === undefined ? [] : [tableOf(database, ask, table, row)];
    });
    return {
      dialect: "sqlite",
      database: catalogue.database,
      tables: tables.map(inTheirCase(tables)),
      skipped: catalogue.skipped,
    };
  } catch (cause) {
    throw failure(cause, "SQLite's catalogue could not be read.");
  } finally {
    database.close();
  }
}

type Ask = <R>(sql: string, ...values: string[]) => R[];

function tableOf(
  database: SqliteCoverageDatabase,
  ask: Ask,
  table: string,
  { schema, name, wr, strict }: TableRow,
): Table {
  const compiles = (sql: string) => {
    try {
      database.prepare(sql);
      return true;
    } catch {
      return false;
    }
  };
  const always = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const isSimple = (text: string) => /^[a-z_][a-z0-9_]*$/i.test(text);
  const full = `${always(schema)}.${always(name)}`;
  // SQLite's own word on what must be quoted.
  const tableSql = isSimple(name) && compiles(`select 1 from ${name}`) ? name : always(name);
  const columnSql = (column: string) =>
    isSimple(column) &&
    compiles(`select ${column}, t.${column} from ${full} t where ${column} > 1`) &&
    !isLiteral(column)
      ? column
      : always(column);

  const rows = ask<ColumnRow>("select * from pragma_table_xinfo(?, ?) where hidden <> 1 order by cid", name, schema);
  const primary = rows.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const isRowid = primary.length === 1 && primary[0]?.type.toUpperCase() === "INTEGER" && wr === 0;
  const [{ sql = "" } = {}] = ask<{ sql: string }>(
    `select sql from ${always(schema)}.sqlite_master where type = 'table' and name = ?`,
    name,
  );
  const checked = checksIn(sql);
  const columns = rows.map((row): Column => {
    const schema = schemaOf(row, strict === 1);
    const allowed = checked.get(row.name.toLowerCase());
    return {
      name: row.name,
      sql: columnSql(row.name),
      schema: allowed !== undefined && schema.type === "string" ? { enum: allowed } : schema,
      nullable: row.notnull === 0 && !(row.pk > 0 && (isRowid || wr === 1 || strict === 1)),
      sortable: true,
      ...(row.type === "" || (strict === 1 && row.type.toUpperCase() === "ANY") ? { isUntyped: true as const } : {}),
    };
  });
  const uniques = ask<{ name: string; partial: number }>(
    `select name, partial from pragma_index_list(?, ?) where "unique" = 1 and partial = 0`,
    name,
    schema,
  ).map((index) =>
    ask<{ name: string | null }>("select name from pragma_index_info(?, ?) order by seqno", index.name, schema),
  );
  return {
    table,
    name,
    sql: schema === "main" ? tableSql : full,
    columns,
    keys: usableKeys(columns, [
      { columns: primary.map((row) => row.name), isPrimary: true },
      ...uniques.flatMap((parts) =>
        parts.some((part) => part.name === null)
          ? []
          : [{ columns: parts.map((part) => part.name as string), isPrimary: false }],
      ),
    ]),
    foreignKeys: foreignKeysOf(ask, name, schema),
  };
}

interface ForeignKeyRow {
  readonly id: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
}

function foreignKeysOf(ask: Ask, name: string, schema: string): Table["foreignKeys"] {
  const keys = new Map<number, ForeignKeyRow[]>();
  for (const row of ask<ForeignKeyRow>(
    `select id, "table", "from", "to" from pragma_foreign_key_list(?, ?) order by id, seq`,
    name,
    schema,
  ))
    keys.set(row.id, [...(keys.get(row.id) ?? []), row]);
  return [...keys.values()].map((rows) => ({
    columns: rows.map((row) => row.from),
    table: tableName(schema, rows[0]?.table ?? "", "main"),
    references: rows.some((row) => row.to === null) ? [] : rows.map((row) => row.to as string),
  }));
}

/** SQLite takes names in whatever case, and a foreign key without columns for one to the primary key. */
function inTheirCase(tables: readonly Table[]): (table: Table) => Table {
  const byName = new Map(tables.map((table) => [table.table.toLowerCase(), table]));
  const exact = (table: Table, names: readonly string[]) =>
    names.map((name) => table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name);
  return (table) => ({
    ...table,
    foreignKeys: table.foreignKeys.flatMap(({ columns, table: name, references }) => {
      const parent = byName.get(name.toLowerCase());
      const named = parent && (references.length > 0 ? exact(parent, references) : (parent.keys[0] ?? []));
      if (parent === undefined || named === undefined || named.length !== columns.length) return []; // it refers to nothing
      return [{ columns: exact(table, columns), table: parent.table, references: named }];
    }),
  });
}

/** `true` is a column's name too, and a literal where it is not quoted. */
function isLiteral(name: string): boolean {
  return /^(?:true|false|null|current_(?:date|time|timestamp)|rowid|oid|_rowid_)$/i.test(name);
}

/** The texts that CHECKs allow, by column in lower case. */
function checksIn(sql: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [check] of sql.matchAll(/\bcheck\s*\(\s*[^\s()]+\s+in\s*\((?:[^()']|'(?:[^']|'')*')*\)\s*\)/gi)) {
    const allowed = allowedTexts(check.replace(/\[([^\]"]+)\]/, '"$1"')); // SQLite takes brackets for quotes
    if (allowed !== undefined) found.set(allowed.column.toLowerCase(), allowed.values);
  }
  return found;
}

/**
 * What a value of the column may be: its declared type is an affinity, and decides little. Dates are texts for some applications and
 * numbers for others; the column's default may tell.
 */
function schemaOf({ type: declared, dflt_value: fallback }: ColumnRow, isStrict: boolean): ColumnSchema {
  const type = declared.toUpperCase();
  // A number beyond what JSON holds exactly is text.
  if (/BIG|INT8/.test(type)) return { type: ["integer", "string"] };
  if (type.includes("INT")) return { type: "integer" };
  if (/CHAR|CLOB|TEXT/.test(type)) return { type: "string" };
  if (type.includes("BLOB")) return bytes;
  if (type === "" || (isStrict && type === "ANY")) return { type: ["string", "number"] };
  if (/REAL|FLOA|DOUB/.test(type)) return { type: "number" };
  if (type.includes("BOOL")) return { type: "integer" };
  if (/DATE|TIME/.test(type))
    return { type: /current_|datetime\(|date\(|strftime\('%Y/i.test(fallback ?? "") ? "string" : ["string", "number"] };
  return /^(?:NUM|DEC|MONEY)/.test(type) ? { type: "number" } : { type: ["string", "number"] };
}
