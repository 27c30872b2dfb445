import { tableName } from "../../coverage/catalogue.ts";
import { failure } from "../../coverage/failure.ts";
import { postgresCatalogue } from "../../coverage/index.ts";
import { inTransaction, type PGliteCoverage, type PostgresCoveragePool } from "../../coverage/postgres/session.ts";
import { typeTable } from "../../sources/postgres/values.ts";
import { anyJson, anyText, type ColumnSchema } from "../../sources/sql/column-schema.ts";
import { allowedTexts, type Column, type DatabaseFacts, jsonText, type Table, usableKeys } from "./facts.ts";

/** A type as `pg_type` has it. */
interface Type {
  readonly id: number;
  /** Without a length: `character` would cut a text, `bpchar` does not. */
  readonly sql: string;
  /** `typtype`: base, domain, enum, range, … */
  readonly kind: string;
  readonly base: number;
  readonly isArray: boolean;
  /** Whether its values have an order. */
  readonly sorts: boolean;
  readonly isNotNull: boolean;
  readonly labels: readonly string[] | null;
}

interface TableDetails {
  readonly schema: string;
  readonly name: string;
  readonly sql: string;
  readonly comment: string | null;
  readonly columns: readonly {
    readonly name: string;
    readonly sql: string;
    readonly type: number;
    readonly dimensions: number;
    readonly isNotNull: boolean;
    readonly comment: string | null;
  }[];
  readonly keys: readonly { readonly columns: readonly string[]; readonly isPrimary: boolean }[];
  readonly checks: readonly string[];
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly schema: string;
    readonly name: string;
    readonly references: readonly string[];
  }[];
}

interface Details {
  readonly ownSchema: string | null;
  readonly types: readonly Type[];
  readonly tables: readonly TableDetails[];
}

/** The columns of a list of numbers, in the list's order. */
const names = (numbers: string, relation: string) => `(
  select coalesce(json_agg(part.attname order by listed.place), '[]')
  from unnest(${numbers}) with ordinality as listed(number, place)
  join pg_attribute part on part.attrelid = ${relation} and part.attnum = listed.number)`;

const query = `
  set local statement_timeout = 60000;
  select json_build_object(
    'ownSchema', current_schema(),
    'types', (
      select json_agg(json_build_object(
        'id', t.oid::int8, 'sql', format_type(t.oid, -1), 'kind', t.typtype, 'base', t.typbasetype::int8,
        'isArray', t.typcategory = 'A', 'isNotNull', t.typnotnull,
        'sorts', t.typtype in ('e', 'r', 'm') or exists (
          select from pg_opclass o join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
          left join pg_cast k on k.castsource = t.oid and k.casttarget = o.opcintype and k.castmethod = 'b'
          where o.opcdefault and (o.opcintype = t.oid or k.castcontext = 'i')),
        'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)))
      from pg_type t where t.typtype <> 'p'),
    'tables', (
      select coalesce(json_agg(json_build_object(
        'schema', n.nspname, 'name', c.relname,
        'sql', case when n.nspname = current_schema() then '' else quote_ident(n.nspname) || '.' end || quote_ident(c.relname),
        'comment', obj_description(c.oid, 'pg_class'),
        'columns', (
          select coalesce(json_agg(json_build_object(
            'name', a.attname, 'sql', quote_ident(a.attname), 'type', a.atttypid::int8, 'dimensions', a.attndims,
            'isNotNull', a.attnotnull, 'comment', col_description(c.oid, a.attnum)) order by a.attnum), '[]')
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
        'keys', (
          select coalesce(json_agg(json_build_object(
            'columns', ${names("(i.indkey::int2[])[0:i.indnkeyatts - 1]", "c.oid")}, 'isPrimary', i.indisprimary)), '[]')
          from pg_index i
          where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null),
        'checks', (
          select coalesce(json_agg(pg_get_constraintdef(k.oid)), '[]')
          from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'),
        'foreignKeys', (
          select coalesce(json_agg(json_build_object(
            'columns', ${names("k.conkey", "k.conrelid")}, 'schema', fn.nspname, 'name', f.relname,
            'references', ${names("k.confkey", "k.confrelid")}) order by k.conname), '[]')
          from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
          where k.conrelid = c.oid and k.contype = 'f')
      ) order by n.nspname, c.relname), '[]')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'f', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
  )::text`;

/** @throws {PortmanteauError} as the catalogue of the coverage does */
export async function postgresFacts(
  pool: PostgresCoveragePool | PGliteCoverage,
  schemas: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<DatabaseFacts> {
  const catalogue = await postgresCatalogue({ pool, ...(schemas && { schemas }) }).read([], signal);
  const details = await askDetails(pool);
  const typeOf = new Map(details.types.map((type) => [type.id, type]));
  const byTable = new Map(
    details.tables.map((each) => [tableName(each.schema, each.name, details.ownSchema), each] as const),
  );
  const tables = catalogue.tables.flatMap(({ table }): Table[] => {
    const found = byTable.get(table);
    if (found === undefined) return []; // it was dropped meanwhile
    const checked = new Map(
      found.checks.flatMap((check) => {
        const allowed = allowedTexts(check);
        return allowed === undefined ? [] : [[allowed.column, allowed.values] as const];
      }),
    );
    const columns = found.columns.map((column) => columnOf(column, typeOf, checked.get(column.name)));
    return [
      {
        table,
        name: found.name,
        sql: found.sql,
        columns,
        keys: usableKeys(columns, found.keys),
        foreignKeys: found.foreignKeys.map(({ columns, schema, name, references }) => ({
          columns,
          table: tableName(schema, name, details.ownSchema),
          references,
        })),
        ...(found.comment === null ? {} : { comment: found.comment }),
      },
    ];
  });
  return { dialect: "postgres", database: catalogue.database, tables, skipped: catalogue.skipped };
}

async function askDetails(pool: PostgresCoveragePool | PGliteCoverage): Promise<Details> {
  try {
    return await inTransaction(pool, async (ask) => JSON.parse((await ask(query))[0] ?? "") as Details);
  } catch (cause) {
    throw failure(cause, "PostgreSQL's catalogue could not be read.");
  }
}

function columnOf(
  { name, sql, type: id, dimensions, isNotNull, comment }: TableDetails["columns"][number],
  types: ReadonlyMap<number, Type>,
  allowed: readonly string[] | undefined,
): Column {
  let type = types.get(id);
  let domainIsNotNull = false;
  while (type?.kind === "d") {
    domainIsNotNull ||= type.isNotNull;
    type = types.get(type.base);
  }
  const shape = shapeOf(type, dimensions);
  const isJson = shape === anyJson;
  // PostgreSQL writes an array of documents as it writes every array: that is no JSON.
  const read = isJson ? (type?.isArray ? anyText : jsonText) : shape;
  const schema = allowed !== undefined && isPlainText(shape) ? { enum: allowed } : read;
  return {
    name,
    sql,
    schema,
    nullable: !isNotNull && !domainIsNotNull,
    ...(isJson ? { read: (column: string) => `${column}::text` } : {}),
    sortable: type?.sorts ?? false,
    ...(type === undefined ? {} : { cast: type.sql }),
    ...(comment === null ? {} : { comment }),
  };
}

function isPlainText({ type, format, contentEncoding, contentMediaType }: ColumnSchema): boolean {
  return type === "string" && (format ?? contentEncoding ?? contentMediaType) === undefined;
}

const scalars = new Map(typeTable.map(([, oid, , { schema }]) => [oid, schema]));
const arrays = new Map(typeTable.map(([, , arrayOid, { schema }]) => [arrayOid, schema]));

/** As `portmanteau/sources/postgres` gives a value of the type. Whatever it does not know is text, its arrays too. */
function shapeOf(type: Type | undefined, dimensions: number): ColumnSchema {
  if (type?.labels != null) return { enum: type.labels };
  const element = arrays.get(type?.id ?? 0);
  if (element === undefined) return scalars.get(type?.id ?? 0) ?? anyText;
  if (element === anyJson) return anyJson;
  const { type: name, ...rest } = element;
  let items: ColumnSchema = { type: [name as string, "null"], ...rest };
  for (let depth = 1; depth < dimensions; depth++) items = { type: "array", items };
  return { type: "array", items };
}
