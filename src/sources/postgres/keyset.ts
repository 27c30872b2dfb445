import type { PortmanteauError } from "../../model/errors.ts";
import type { Cursor } from "../../model/source.ts";
import type { PostgresRow, Result } from "./connection.ts";
import { contract } from "./failure.ts";
import { cursorText } from "./values.ts";

/** The cursor that the engine hands back, which must be of the shape we gave. */
export function cursorOf(cursor: Cursor, columns: number): string | readonly string[] {
  const parts: readonly unknown[] = Array.isArray(cursor) ? cursor : [cursor];
  if (parts.length !== columns || Array.isArray(cursor) !== columns > 1 || parts.some((p) => typeof p !== "string"))
    throw contract("The cursor to continue after was not made by this source.");
  return cursor as string | readonly string[];
}

export function cursorAfter(
  row: PostgresRow,
  { fields }: Result,
  columns: readonly string[],
): string | readonly string[] {
  const texts = columns.map((column) => {
    const field = fields.find(({ name }) => name === column);
    if (field === undefined) throw missingColumn(column);
    const text = cursorText(row[column], field.dataTypeID);
    if (text === undefined)
      throw contract(
        `The cursor column ${column} is NULL or no scalar. Order by a column that is unique and NOT NULL.`,
      );
    return text;
  });
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts;
}

export function isSame(one: string | readonly string[], other: string | readonly string[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function missingColumn(column: string): PortmanteauError {
  return contract(`The query's result has no column ${column}, which \`cursor\` names. Select it under that name.`);
}
