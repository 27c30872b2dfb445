import type { ColumnSchema } from "../../sources/sql/column-schema.ts";

/** What a catalogue says of the tables of one database: all that guesses are made of. No row is among it. */

export interface DatabaseFacts {
  readonly dialect: "postgres" | "mysql" | "sqlite";
  readonly database: string;
  readonly tables: readonly Table[];
  /** What no dataset can be made of, and why. */
  readonly skipped: readonly { readonly table: string; readonly why: string }[];
}

export interface Table {
  /** As decisions write it. */
  readonly table: string;
  /** Its own name, without the schema. */
  readonly name: string;
  /** As SQL writes it, quoted where it must be. */
  readonly sql: string;
  readonly columns: readonly Column[];
  /** Columns that tell rows apart, all of them NOT NULL: the primary key first. */
  readonly keys: readonly (readonly string[])[];
  readonly foreignKeys: readonly Reference[];
  readonly comment?: string;
}

/** A foreign key; or columns that look like one. */
export interface Reference {
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  /** No foreign key says so: the column's name does. */
  readonly byName?: true;
}

export interface Column {
  readonly name: string;
  /** As SQL writes it, quoted where it must be. */
  readonly sql: string;
  /** The JSON Schema of a value that is not NULL, as the source gives it. */
  readonly schema: ColumnSchema;
  readonly nullable: boolean;
  /** Makes of the column's name the SQL that reads it. Absent: the name itself. */
  readonly read?: (sql: string) => string;
  /** Whether a query can go on after its values. */
  readonly sortable: boolean;
  /** The type that a parameter is cast to, where the server cannot tell it. */
  readonly cast?: string;
  /** How a parameter stands in SQL that is compared with it. Absent: by itself. */
  readonly compare?: (parameter: string) => string;
  /** SQLite compares its values with a parameter as they are: the number 1 is not the text that names a person. */
  readonly isUntyped?: true;
  readonly comment?: string;
}

/** Whether the values are whole numbers, those included that are too large for JSON and come as text. */
export function isWhole({ type }: ColumnSchema): boolean {
  return type === "integer" || (Array.isArray(type) && type[0] === "integer");
}

/** A document is read as text, in which nothing is a field: what stands in it only the application knows. */
export const jsonText: ColumnSchema = { type: "string", contentMediaType: "application/json" };

/** Keys of columns that are all there and all NOT NULL, the primary one first, and each once. */
export function usableKeys(
  columns: readonly Column[],
  candidates: readonly { readonly columns: readonly string[]; readonly isPrimary: boolean }[],
): string[][] {
  const notNull = new Set(columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
  const usable = candidates.filter((key) => key.columns.length > 0 && key.columns.every((name) => notNull.has(name)));
  usable.sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length);
  return [...new Map(usable.map((key) => [JSON.stringify(key.columns), [...key.columns]])).values()];
}

/** The texts that a CHECK allows for one column, when it says that and nothing else: `status IN ('open', 'closed')`. */
export function allowedTexts(
  check: string,
): { readonly column: string; readonly values: readonly string[] } | undefined {
  const name = String.raw`\(*\s*(?:"([^"]+)"|${"`([^`]+)`"}|(\w+))\s*\)*(?:::[\w ]+)?\)*`;
  const text = String.raw`\s*\(*\s*(?:_\w+\s*)?\\?'(?:[^'\\]|'')*\\?'\)*(?:::[\w ]+(?:\(\d+\))?)?\)*\s*`;
  const list = `(${text}(?:,${text})*)`;
  const pattern = new RegExp(
    String.raw`^\s*(?:check\s*)?\(*\s*${name}\s*(?:in\s*\(|=\s*any\s*\(+\s*array\s*\[)${list}\]?[\s\S]*$`,
    "i",
  );
  const found = pattern.exec(check);
  if (found === null || /\b(?:and|or|not)\b/i.test(check.replace(/'(?:[^']|'')*'/g, ""))) return undefined;
  const column = found[1] ?? found[2] ?? found[3] ?? "";
  const values = [...(found[4] ?? "").matchAll(/'((?:[^'\\]|'')*)\\?'/g)].map(([, value = ""]) =>
    value.replaceAll("''", "'"),
  );
  return values.length === 0 ? undefined : { column, values };
}
