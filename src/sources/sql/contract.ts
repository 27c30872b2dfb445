import { contract, invalid } from "../../model/source-error.ts";

/** The demands that every SQL source makes, in the same words. */

/** A row has one value per name: the second column of a name would hide the first. */
export function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw contract(`The query's result has two columns named ${twin}. Rename one with AS.`);
}

export function requireColumns(columns: readonly string[], names: readonly string[]): void {
  const missing = columns.find((column) => !names.includes(column));
  if (missing !== undefined)
    throw contract(`The query's result has no column ${missing}, which \`cursor\` names. Select it under that name.`);
}

/** The one value of the one row that a count gives, as a number. */
export function wholeCount(rows: readonly object[]): number {
  const values = Object.values(rows[0] ?? {});
  const value = typeof values[0] === "object" ? Number.NaN : Number(values[0]);
  if (rows.length !== 1 || values.length !== 1 || !Number.isSafeInteger(value) || value < 0)
    throw contract("The count must give one row with one column: a whole number.");
  return value;
}

/** `cursor` as a list of columns; nothing when there is none. */
export function cursorColumns(cursor: string | readonly string[] | undefined): readonly string[] | undefined {
  const columns = typeof cursor === "string" ? [cursor] : cursor;
  if (columns?.length === 0) throw invalid("`cursor` names no column. Name one or more, or leave it out.");
  return columns;
}
