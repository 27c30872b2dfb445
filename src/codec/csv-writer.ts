import { type JsonObject, type JsonValue, valueAt } from "../model/json.ts";
import { type Column, type CsvOptions, guarded } from "./columns.ts";

/** Gives one row, with its line end, for a projected and valid record. */
export type CsvRow = (record: JsonObject) => string;

/** The header row, with its line end and the byte order mark when asked for. */
export function csvHeader(columns: readonly Column[], { bom = false }: CsvOptions = {}): string {
  const cells = columns.map(({ name }) => (/^[A-Za-z0-9_.~-]+$/.test(name) ? name : quoted(name)));
  return `${bom ? "\uFEFF" : ""}${cells.join(",")}\r\n`;
}

/**
 * RFC 4180 rows that lose nothing: null or absent is an unquoted empty cell, a string is always quoted, numbers and booleans are
 * bare, and everything else is one quoted cell of JSON.
 */
export function compileCsvRow(columns: readonly Column[], { formulaGuard = "on" }: CsvOptions = {}): CsvRow {
  const guard = formulaGuard === "on" ? guarded : (text: string) => text;
  const cells = columns.map(({ keys, type }) => {
    const text =
      type === "string"
        ? (value: JsonValue) => quoted(guard(value as string))
        : type === "json"
          ? (value: JsonValue) => quoted(guard(JSON.stringify(value)))
          : (value: JsonValue) => String(value);
    return (record: JsonObject) => {
      const value = valueAt(record, keys);
      return value === undefined || value === null ? "" : text(value);
    };
  });
  return (record) => {
    let row = "";
    for (let index = 0; index < cells.length; index++)
      row += (index === 0 ? "" : ",") + (cells[index] as (typeof cells)[number])(record);
    return `${row}\r\n`;
  };
}

/** The text as one quoted cell. */
export function quoted(text: string): string {
  return `"${doubled(text)}"`;
}

/** The text with its quotes doubled. */
export function doubled(text: string): string {
  return text.includes('"') ? text.replaceAll('"', '""') : text;
}
