import { type JsonObject, type JsonValue, openBundle, verifyBundle } from "portmanteau";

/** What is needed of a database: `pg`'s Client and PGlite both have it. */
export interface ImportDatabase {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** The types that a data package's fields have, and the column that takes each. */
const columnTypes: Readonly<Record<string, string>> = {
  string: "text",
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  date: "date",
  datetime: "timestamptz",
};

interface Field {
  readonly name: string;
  readonly type: string;
  readonly "portmanteau:pointer": string;
}

/** Brings another controller's bundle into this database: a table for each dataset, all of them or none. */
export async function importBundle(file: string, database: ImportDatabase): Promise<void> {
  const { sound } = await verifyBundle(file).summary();
  if (!sound) throw new Error("The bundle is not sound: portmanteau verify says why.");

  const bundle = await openBundle(file);
  await database.query("begin");
  try {
    const { resources } = (await bundle.dataPackage()) as unknown as {
      resources: { name: string; schema?: { fields: Field[] } }[];
    };
    for (const { name, schema } of resources) {
      if (schema === undefined) continue; // the JSON beside the table
      const columns = schema.fields.map((field) => `${quoted(field.name)} ${columnTypes[field.type] ?? "jsonb"}`);
      await database.query(`create table ${quoted(name)} (${columns.join(", ")})`);
      const places = schema.fields.map((field, index) => `$${index + 1}::text::${columnTypes[field.type] ?? "jsonb"}`);
      const insert = `insert into ${quoted(name)} values (${places.join(", ")})`;
      for await (const record of bundle.dataset(name).records())
        await database.query(
          insert,
          schema.fields.map((field) => cell(record, field)),
        );
    }
    await database.query("commit");
  } catch (error) {
    await database.query("rollback");
    throw error;
  } finally {
    bundle.close();
  }
}

/** Names come from the bundle: quoted, they are names and nothing else. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A field's value as PostgreSQL reads it; what has structure, as JSON. PostgreSQL has no NUL in text. */
function cell(record: JsonObject, field: Field): string | null {
  const keys = field["portmanteau:pointer"].slice(1).split("/");
  let value: JsonValue | undefined = record;
  for (const key of keys) value = (value as JsonObject)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  if (value === undefined || value === null) return null;
  return field.type in columnTypes
    ? String(value).replaceAll("\0", "")
    : JSON.stringify(value).replaceAll("\\u0000", "");
}
