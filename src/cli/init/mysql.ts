import type { Pool } from "mysql2/promise";
import { tableName } from "../../coverage/catalogue.ts";
import { failure } from "../../coverage/failure.ts";
import { mysqlCatalogue } from "../../coverage/index.ts";
import { typeTable } from "../../sources/mysql/types.ts";
import { anyJson, anyText, type ColumnSchema } from "../../sources/sql/column-schema.ts";
import { allowedTexts, type Column, type DatabaseFacts, jsonText, type Table, usableKeys } from "./facts.ts";

/** @throws {PortmanteauError} as the catalogue of the coverage does */
export async function mysqlFacts(
  pool: Pool,
  schemas: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<DatabaseFacts> {
  const catalogue = await mysqlCatalogue({ pool, ...(schemas && { schemas }) }).read([], signal);
  try {
    return await factsOf(pool, catalogue, schemas);
  } catch (cause) {
    throw failure(cause, "MySQL's information_schema could not be read.");
  }
}

async function factsOf(
  pool: Pool,
  { database, tables, skipped }: Awaited<ReturnType<ReturnType<typeof mysqlCatalogue>["read"]>>,
  schemas: readonly string[] | undefined,
): Promise<DatabaseFacts> {
  const ask = async (sql: string, values: unknown[] = []): Promise<string[][]> => {
    const [rows] = await pool.query({ sql, values, rowsAsArray: true, nestTables: false, typeCast: true });
    return (rows as unknown as unknown[][]).map((row) => row.map((value) => (value === null ? "" : String(value))));
  };
  const [[own = ""] = []] = await ask("select database()");
  const wanted = schemas ?? [own];
  const nameOf = (schema = "", table = "") => tableName(schema, table, own);
  /** Rows by the table that their first two columns name. */
  const perTable = async (sql: string) => {
    const found = new Map<string, string[][]>();
    for (const [schema, table, ...row] of await ask(sql, [wanted])) {
      const rows = found.get(nameOf(schema, table));
      if (rows === undefined) found.set(nameOf(schema, table), [[schema ?? "", table ?? ""], row]);
      else rows.push(row);
    }
    return (table: string) => (found.get(table) ?? []).slice(1);
  };

  const reserved = await keywords(ask);
  const quoted = (name: string) =>
    /^[a-z_][a-z0-9_]*$/i.test(name) && reserved?.has(name.toUpperCase()) === false
      ? name
      : `\`${name.replaceAll("`", "``")}\``;
  const named = new Map(
    (
      await ask(
        "select table_schema, table_name, table_comment from information_schema.tables where table_schema in (?)",
        [wanted],
      )
    ).map(([schema = "", name = "", comment = ""]) => [nameOf(schema, name), { schema, name, comment }] as const),
  );
  const columnsOf = await perTable(
    `select table_schema, table_name, column_name, data_type, column_type, is_nullable, column_default, column_comment
     from information_schema.columns where table_schema in (?) order by table_schema, table_name, ordinal_position`,
  );
  const keysOf = await perTable(
    `select table_schema, table_name, index_name, column_name, sub_part
     from information_schema.statistics where non_unique = 0 and table_schema in (?)
     order by table_schema, table_name, index_name, seq_in_index`,
  );
  const foreignKeysOf = await perTable(
    `select table_schema, table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name,
       referenced_column_name
     from information_schema.key_column_usage where referenced_table_name is not null and table_schema in (?)
     order by table_schema, table_name, constraint_name, ordinal_position`,
  );
  const checksOf = await checks(perTable);

  return {
    dialect: "mysql",
    database,
    skipped,
    tables: tables.flatMap(({ table }): Table[] => {
      const found = named.get(table);
      if (found === undefined) return []; // it was dropped meanwhile
      const clauses = checksOf(table).map(([clause = ""]) => clause);
      const columns = columnsOf(table).map((row) => columnOf(row, quoted, clauses));
      return [
        {
          table,
          name: found.name,
          sql: found.schema === own ? quoted(found.name) : `${quoted(found.schema)}.${quoted(found.name)}`,
          columns,
          keys: usableKeys(columns, uniqueKeys(keysOf(table))),
          foreignKeys: [...grouped(foreignKeysOf(table)).values()].map((rows) => ({
            columns: rows.map(([, column = ""]) => column),
            table: nameOf(rows[0]?.[2], rows[0]?.[3]),
            references: rows.map(([, , , , column = ""]) => column),
          })),
          ...(found.comment === "" ? {} : { comment: found.comment }),
        },
      ];
    }),
  };
}

/** The words that must be quoted, in MariaDB some more; nothing when the server does not tell them. */
async function keywords(ask: (sql: string) => Promise<string[][]>): Promise<ReadonlySet<string> | undefined> {
  const all = "select word from information_schema.keywords";
  const rows = await firstThere(
    () => ask(`${all} where reserved = 1`),
    () => ask(all),
  );
  return rows && new Set(rows.map(([word = ""]) => word.toUpperCase()));
}

/** CHECK constraints, as far as the server tells them: MariaDB by table, MySQL by schema and by way of the table's constraints. */
async function checks(
  perTable: (sql: string) => Promise<(table: string) => string[][]>,
): Promise<(table: string) => string[][]> {
  const from = "from information_schema.check_constraints c";
  const found = await firstThere(
    () => perTable(`select c.constraint_schema, c.table_name, c.check_clause ${from} where c.constraint_schema in (?)`),
    () =>
      perTable(
        `select t.table_schema, t.table_name, c.check_clause ${from}
         join information_schema.table_constraints t using (constraint_schema, constraint_name)
         where t.table_schema in (?)`,
      ),
  );
  return found ?? (() => []);
}

/** What the server says of a column, of information_schema's table, or of a table that this version of it does not have. */
const absent = new Set([1054, 1109, 1146]);

/** The first query whose tables and columns this server has; nothing when it has none of them. Every other error is thrown. */
async function firstThere<T>(...queries: readonly (() => Promise<T>)[]): Promise<T | undefined> {
  for (const query of queries)
    try {
      return await query();
    } catch (error) {
      if (!(error instanceof Error && "errno" in error && absent.has(Number(error.errno)))) throw error;
    }
  return undefined;
}

function grouped(rows: readonly string[][]): Map<string, string[][]> {
  const groups = new Map<string, string[][]>();
  for (const row of rows) groups.set(row[0] ?? "", [...(groups.get(row[0] ?? "") ?? []), row]);
  return groups;
}

/** A key over the beginnings of columns, or over expressions, tells no whole values apart. */
function uniqueKeys(rows: readonly string[][]) {
  return [...grouped(rows)].flatMap(([name, parts]) =>
    parts.some(([, column, length]) => column === "" || length !== "")
      ? []
      : [{ columns: parts.map(([, column = ""]) => column), isPrimary: name === "PRIMARY" }],
  );
}

function columnOf(row: readonly string[], quoted: (name: string) => string, clauses: readonly string[]): Column {
  const [name = "", type = "", fullType = "", nullable = "", fallback = "", comment = ""] = row;
  const isJson = known.get(type)?.schema === anyJson || clauses.some((clause) => isJsonCheck(clause, name));
  const allowed = clauses.map(allowedTexts).find((each) => each?.column === name)?.values;
  const hasZeroDates = fallback.replaceAll("'", "").startsWith("0000");
  const schema = isJson ? jsonText : schemaOf(type, fullType, hasZeroDates);
  const isText = schema.type === "string" && Object.keys(schema).length === 1;
  const isInteger = type === "bigint";
  const unsigned = fullType.includes("unsigned") ? "unsigned" : "signed";
  return {
    name,
    sql: quoted(name),
    schema: allowed !== undefined && isText ? { enum: allowed } : schema,
    nullable: nullable === "YES",
    ...(isJson ? { read: (column: string) => `cast(${column} as char)` } : {}),
    sortable: !isJson && known.get(type)?.isKey !== false,
    // As text, a large number would be compared as a double.
    ...(isInteger ? { compare: (parameter: string) => `cast(${parameter} as ${unsigned})` } : {}),
    ...(comment === "" ? {} : { comment }),
  };
}

function isJsonCheck(clause: string, column: string): boolean {
  const [, quoted] = /^\(*json_valid\(`((?:[^`]|``)*)`\)\)*$/i.exec(clause.trim()) ?? [];
  return quoted?.replaceAll("``", "`") === column;
}

const known = new Map(typeTable.map(([type, , mapping]) => [type, mapping]));

/** As `portmanteau/sources/mysql` gives a value of the type. Whatever it does not know is text. */
function schemaOf(type: string, fullType: string, hasZeroDates: boolean): ColumnSchema {
  if (type === "enum")
    return { enum: [...fullType.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = ""]) => value.replaceAll("''", "'")) };
  const schema = known.get(type)?.schema ?? anyText;
  return hasZeroDates && /^(?:date|timestamp)$/.test(type) ? anyText : schema;
}
