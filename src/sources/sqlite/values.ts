import { type JsonValue, setOwn } from "../../model/json.ts";
import { invalid } from "../../model/source-error.ts";

/** A value as SQLite has it: INTEGER, REAL, TEXT or BLOB. */
export type SqliteValue = bigint | number | string | Uint8Array;

/** A row as the driver reads it: a value for each column. */
export type RawRow = readonly (SqliteValue | null)[];

/** The row as an object of JSON values. */
export function recordOf(row: RawRow, names: readonly string[]): { readonly [column: string]: JsonValue } {
  const record: { [column: string]: JsonValue } = {};
  for (let at = 0; at < names.length; at++) setOwn(record, names[at] as string, jsonOf(row[at] as SqliteValue | null));
  return record;
}

function jsonOf(value: SqliteValue | null): JsonValue {
  if (typeof value === "bigint") return integer(value);
  return typeof value === "object" && value !== null ? base64(value) : value;
}

function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** What the driver shall bind: a whole number as an INTEGER, which both drivers would bind as a REAL. */
export function bound(value: unknown): SqliteValue | null {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "boolean":
      return value ? 1n : 0n;
    case "bigint":
    case "string":
      return value;
  }
  if (value === null || value instanceof Uint8Array) return value;
  throw invalid("A value of the statement cannot be given to SQLite. Give text, numbers, booleans, bytes or null.");
}

/** A value of a cursor column as JSON: its storage class, and the value. Nothing for NULL. */
export function keyOf(value: SqliteValue | null | undefined): string | undefined {
  switch (typeof value) {
    case "bigint":
      return `i:${value}`;
    case "number":
      // A REAL; SQLite compares it and an INTEGER alike.
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? `i:${value}` : `r:${value}`;
    case "string":
      return `s:${value}`;
  }
  return value === null || value === undefined ? undefined : `b:${base64(value)}`;
}

/** The value that a key stands for; nothing when it is not one of ours. */
export function readKey(key: JsonValue): SqliteValue | undefined {
  if (typeof key !== "string") return undefined;
  const text = key.slice(2);
  if (key.startsWith("s:")) return text;
  if (key.startsWith("b:")) return Buffer.from(text, "base64");
  if (/^i:-?\d+$/.test(key)) return BigInt(text);
  return /^r:-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(key) ? Number(text) : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
