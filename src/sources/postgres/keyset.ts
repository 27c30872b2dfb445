import type { JsonValue } from "../../model/json.ts";
import { refuseTwins } from "../sql/contract.ts";
import type { Rows } from "../sql/keyset.ts";
import type { PostgresRow, Result } from "./connection.ts";
import { cursorText } from "./values.ts";

/** A result, as the reading by key wants it. */
export function keyed({ rows, fields }: Result): Rows<PostgresRow> {
  const names = fields.map(({ name }) => name);
  refuseTwins(names);
  return {
    rows,
    names,
    keyOf: (row, column) => cursorText(row[column], fields.find(({ name }) => name === column)?.dataTypeID ?? 0),
  };
}

/** The parameter that a key stands for: text, which PostgreSQL reads as the type that it is compared with. */
export function readKey(key: JsonValue): string | undefined {
  return typeof key === "string" ? key : undefined;
}
