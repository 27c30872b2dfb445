/** A column of a table, by the table's name as decisions write it. */
export interface ColumnName {
  /** The table, as decisions write it. */
  readonly table: string;
  /** The column, as the database calls it. */
  readonly column: string;
}

/** A table that holds data, and the columns that are to be accounted for. */
export interface CatalogueTable {
  /** The table's own name in the connection's own schema, `schema.name` elsewhere. */
  readonly table: string;
  /** In words: `"table"`, `"partitioned table"`, `"foreign table"`, `"materialized view"`, `"virtual table"`. */
  readonly kind: string;
  /** In the table's order. */
  readonly columns: readonly string[];
}

/** What the database says of a dataset's query. */
export interface TracedQuery {
  /** The result's columns, and the tables' columns whose values each is made of. What only decides about rows is not among them. */
  readonly fields: readonly { readonly name: string; readonly columns: readonly ColumnName[] }[];
  /** Every column that the query speaks of, its conditions included. Absent: nobody can say. */
  readonly mentions?: readonly ColumnName[];
}

/** What a database says of itself and of the queries it was shown. */
export interface Catalogue {
  /** The database, for people: its name, or its file. */
  readonly database: string;
  /** Its tables with their columns. */
  readonly tables: readonly CatalogueTable[];
  /** What was seen and needs no decision, and why. */
  readonly skipped: readonly { readonly table: string; readonly why: string }[];
  /** Schemas that are there and were not asked for. */
  readonly schemasNotLookedAt: readonly string[];
  /** By dataset; an error is the database's refusal of the query. A dataset that is not there is one the database says nothing of. */
  readonly traced: ReadonlyMap<string, TracedQuery | Error>;
}

/** The query of a dataset, to be shown to the database. */
export interface DatasetQuery {
  /** The dataset's name. */
  readonly dataset: string;
  /** The SQL, with parameters. */
  readonly text: string;
}

/** Looks at one database: what tables it has, and what these queries read of them. */
export interface CatalogueReader {
  /** Which language of SQL the database speaks. */
  readonly dialect: "postgres" | "mysql" | "sqlite";
  /** Tells two databases apart: sources that read through the same object read this one. */
  readonly client: object;
  /** @throws {PortmanteauError} `SOURCE_FAILED`, `CONFIG_INVALID` when a schema is not there, `ABORTED` */
  read(queries: readonly DatasetQuery[], signal: AbortSignal): Promise<Catalogue>;
}

/** A table's name as decisions write it: a part that holds a dot or a quote is quoted as in SQL, so that no two tables share a name. */
export function tableName(schema: string, name: string, ownSchema: string | null): string {
  const part = (text: string) => (/[."]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return schema === ownSchema ? part(name) : `${part(schema)}.${part(name)}`;
}
