import { PortmanteauError } from "../../model/errors.ts";
import type { Catalogue, CatalogueReader, CatalogueTable, ColumnName, TracedQuery } from "../catalogue.ts";
import { tableName } from "../catalogue.ts";
import { codeOf, failure, isSqlState, refuseMissing, throwIfAborted } from "../failure.ts";
import { lineageOf, type NumberedColumn, queryIn, type Relations, relationsIn } from "./lineage.ts";
import { type Node, parseTree } from "./node-tree.ts";
import {
  type Ask,
  inTransaction,
  type PGliteCoverage,
  type PostgresCoverageClient,
  type PostgresCoveragePool,
} from "./session.ts";

/** Which PostgreSQL database `postgresCatalogue` looks at. */
export interface PostgresCatalogueOptions {
  /** A pg `Pool`, a connected pg `Client`, or a `PGlite`. The sources of this database should read through the same object. */
  readonly pool: PostgresCoveragePool | PostgresCoverageClient | PGliteCoverage;
  /** The schemas to look at. Default: all but the system's. Those that are left out are named in the report. */
  readonly schemas?: readonly string[];
}

/**
 * The tables of a PostgreSQL database (14 or later), and what queries read of them.
 *
 * Views are looked through, partitions and inherited columns are looked at in the table they belong to; tables of extensions and
 * temporary ones are left out. A query is never run: the server parses it as the body of a temporary function, says what it refers to,
 * and everything is rolled back. That needs the right TEMPORARY on the database, and a server that is no standby: a database that
 * your migrations made for the test run is enough.
 *
 * @example
 * ```ts
 * const catalogue = postgresCatalogue({ pool });
 * ```
 */
export function postgresCatalogue({ pool, schemas }: PostgresCatalogueOptions): CatalogueReader {
  return {
    dialect: "postgres",
    client: pool,
    async read(queries, signal) {
      throwIfAborted(signal);
      try {
        return await inTransaction(pool, async (ask) => {
          if (queries.length > 0) await allowFunctions(ask); // first, for a transaction that has read cannot begin to write
          const facts = await askFacts(ask);
          refuseMissing(schemas, facts.schemas);
          const { catalogue, names } = catalogueOf(facts, schemas);
          const traced = new Map<string, TracedQuery | Error>();
          for (const { dataset, text } of queries) {
            throwIfAborted(signal);
            traced.set(dataset, await trace(ask, text, facts, names));
          }
          return { ...catalogue, traced };
        });
      } catch (cause) {
        throw failure(cause, "Coverage: PostgreSQL's catalogue could not be read.");
      }
    },
  };
}

/** A relation as the catalogue has it. */
interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** `relkind` */
  readonly kind: "r" | "p" | "f" | "m" | "v";
  readonly isPartition: boolean;
  readonly extension: string | null;
  readonly parents: readonly number[];
  readonly columns: readonly { readonly name: string; readonly number: number; readonly isInherited: boolean }[];
}

interface Facts {
  readonly database: string;
  readonly ownSchema: string | null;
  readonly schemas: readonly string[];
  readonly relations: readonly Relation[];
}

const kindWords = {
  r: "table",
  p: "partitioned table",
  f: "foreign table",
  m: "materialized view",
  v: "view",
} as const;

/** As one text, so that no parser of the client's has a hand in it. */
async function askFacts(ask: Ask): Promise<Facts> {
  const [text = ""] = await ask(`
    set local statement_timeout = 60000;
    select json_build_object(
      'database', current_database(),
      'ownSchema', current_schema(),
      'schemas', (
        select coalesce(json_agg(nspname order by nspname), '[]')
        from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
      'relations', (
        select coalesce(json_agg(json_build_object(
          'id', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'isPartition', c.relispartition,
          'extension', (
            select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
            where d.classid = 'pg_class'::regclass and d.objid = c.oid
              and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' limit 1),
          'parents', (
            select coalesce(json_agg(i.inhparent::int8), '[]') from pg_inherits i where i.inhrelid = c.oid),
          'columns', (
            select coalesce(json_agg(json_build_object(
              'name', a.attname, 'number', a.attnum, 'isInherited', a.attinhcount > 0) order by a.attnum), '[]')
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
        ) order by n.nspname, c.relname), '[]')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'f', 'm', 'v') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
    )::text`);
  return JSON.parse(text) as Facts;
}

type Names = (columns: readonly NumberedColumn[]) => ColumnName[];

function catalogueOf(
  { database, ownSchema, schemas, relations }: Facts,
  wanted: readonly string[] = schemas,
): { readonly catalogue: Omit<Catalogue, "traced">; readonly names: Names } {
  const tables: CatalogueTable[] = [];
  const skipped: Catalogue["skipped"][number][] = [];
  const byId = new Map(relations.map((relation) => [relation.id, relation]));
  const nameOf = ({ schema, name }: Relation) => tableName(schema, name, ownSchema);
  const parentsOf = ({ parents }: Relation) =>
    parents.map((id) => nameOf(byId.get(id) as Relation)).join(" and ") || "another table";

  for (const relation of relations) {
    if (!wanted.includes(relation.schema)) continue;
    const { kind, extension, isPartition, parents, columns } = relation;
    const table = nameOf(relation);
    const own = columns.filter(({ isInherited }) => !isInherited);
    if (kind === "v") skipped.push({ table, why: "a view: it holds nothing itself" });
    else if (extension !== null) skipped.push({ table, why: `belongs to the extension ${extension}` });
    else if (isPartition) skipped.push({ table, why: `a partition of ${parentsOf(relation)}` });
    else if (parents.length > 0 && own.length === 0)
      skipped.push({ table, why: `has the columns of ${parentsOf(relation)}, from which it inherits` });
    else tables.push({ table, kind: kindWords[kind], columns: own.map(({ name }) => name) });
  }

  const names: Names = (columns) =>
    columns.flatMap(({ relation: id, column }) => {
      const relation = byId.get(id);
      if (relation === undefined) return []; // the system's own
      return relation.columns
        .filter((each) => column === 0 || each.number === column)
        .map(({ name }) => ({ table: nameOf(relation), column: name }));
    });
  const schemasNotLookedAt = schemas.filter((schema) => !wanted.includes(schema));
  return { catalogue: { database, tables, skipped, schemasNotLookedAt }, names };
}

async function allowFunctions(ask: Ask): Promise<void> {
  const [version] = await ask("show server_version_num");
  if (Number(version) < 140_000)
    throw new PortmanteauError(
      "CONFIG_INVALID",
      "Coverage: PostgreSQL says what a query reads from version 14 on, and this server is older.",
    );
  try {
    await ask("set transaction read write");
    await ask("create function pg_temp.portmanteau_coverage() returns int language sql as 'select 1'");
  } catch (cause) {
    throw failure(
      cause,
      "Coverage: PostgreSQL refuses the temporary function that queries are looked at with. Use a server that is no standby and a role with the right TEMPORARY on the database.",
    );
  }
}

/** What the server understands of a query; everything made for it is undone. */
async function trace(ask: Ask, text: string, facts: Facts, names: Names): Promise<TracedQuery | Error> {
  await ask("savepoint portmanteau");
  try {
    const query = queryIn(parseTree(await askParsed(ask, text)));
    const views = await viewsBehind(ask, query);
    const parents = new Set(facts.relations.flatMap((relation) => relation.parents));
    const relations: Relations = { view: (id) => views.get(id), hasChildren: (id) => parents.has(id) };
    const { fields, mentions } = lineageOf(query, relations);
    return {
      fields: fields.map(({ name, columns }) => ({ name, columns: names(columns) })),
      ...(mentions === undefined ? {} : { mentions: names(mentions) }),
    };
  } catch (cause) {
    if (cause instanceof SyntaxError) return failure(cause, "What PostgreSQL says of the query is not understood");
    if (!isSqlState(codeOf(cause))) throw cause; // the server did not answer
    return failure(cause, "PostgreSQL refuses the query");
  } finally {
    await ask("rollback to savepoint portmanteau");
  }
}

/** Lets the server parse the query as the body of a function, and gives the text of what it understood. */
async function askParsed(ask: Ask, text: string): Promise<string> {
  // A prepared statement outlives a rollback: it is deallocated as soon as it has told the types of its parameters.
  await ask(`prepare portmanteau_coverage as ${text}\n`);
  const [types = ""] = await ask(
    "select array_to_string(parameter_types, ', ') from pg_prepared_statements where name = 'portmanteau_coverage'",
  );
  await ask("deallocate portmanteau_coverage");
  await ask(
    `create function pg_temp.portmanteau_query(${types}) returns setof record language sql begin atomic ${text}\n; end`,
  );
  const [body = ""] = await ask(
    "select prosqlbody::text from pg_proc where proname = 'portmanteau_query' and pronamespace = pg_my_temp_schema()",
  );
  return body;
}

/** The queries of all views that the query reads, and of those that they read. */
async function viewsBehind(ask: Ask, query: Node): Promise<ReadonlyMap<number, Node>> {
  const views = new Map<number, Node>();
  const asked = new Set<number>();
  for (let found = relationsIn(query); ; ) {
    const ids = [...found].filter((id) => !asked.has(id));
    if (ids.length === 0) return views;
    for (const id of ids) asked.add(id);
    const rows = await ask(`
      select json_build_array(c.oid::int8, r.ev_action::text)::text from pg_rewrite r join pg_class c on c.oid = r.ev_class
      where r.rulename = '_RETURN' and c.relkind = 'v' and c.oid in (${ids.join(", ")})`);
    found = new Set();
    for (const row of rows) {
      const [id, action] = JSON.parse(row) as [number, string];
      const view = queryIn(parseTree(action));
      views.set(id, view);
      for (const each of relationsIn(view)) found.add(each);
    }
  }
}
