import { losslessJson } from "../../codec/lossless-json.ts";
import type { JsonValue } from "../../model/json.ts";
import { bytesLiteral, MysqlKey, textLiteral } from "./literals.ts";

/** The part of mysql2's `typeCast` argument we use: one value, as the server sent it. */
export interface MysqlValue {
  readonly type: string;
  /** Of a BIT: how many bits. */
  readonly length: number;
  /** `"json"` for MariaDB's JSON, which is a text type there. */
  readonly extendedFormat?: string | undefined;
  string(encoding?: string): string | null;
  buffer(): Uint8Array | null;
}

/** The part of mysql2's description of a column we use. */
export interface MysqlField {
  readonly name: string;
  readonly columnType?: number | undefined;
  readonly flags?: unknown;
  readonly characterSet?: number | undefined;
  readonly extendedFormat?: string | undefined;
}

/** The options that `mapText` and `mapBinary` count on, whatever those of the pool are. */
export const readOptions = {
  rowsAsArray: false,
  nestTables: false,
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
} as const;

/** For mysql2: called for every value of the text protocol. `next` reads it as the driver would with `readOptions`. */
export function mapText(value: MysqlValue, next: () => unknown): JsonValue {
  if (value.type === "DOUBLE" || value.type === "FLOAT") {
    const text = value.string("latin1");
    return text === null ? null : Number(text);
  }
  return mapValue(value, next);
}

/** For mysql2: called for every value of the binary protocol. */
export function mapBinary(value: MysqlValue, next: () => unknown): JsonValue {
  if (value.type === "DOUBLE") return next() as number | null;
  if (value.type === "FLOAT") return shortest(next() as number | null);
  return mapValue(value, next);
}

function mapValue(value: MysqlValue, next: () => unknown): JsonValue {
  if (value.extendedFormat === "json") return json(value.string("utf8"));
  switch (value.type) {
    case "TINY":
    case "SHORT":
    case "INT24":
    case "LONG":
    case "YEAR":
      return next() as number | null;
    case "LONGLONG":
    case "DATE":
      return next() as string | null;
    case "TIME":
      return time(next() as string | null);
    case "DECIMAL":
    case "NEWDECIMAL":
      return value.string("latin1");
    case "DATETIME":
      return dateTime(next() as string | null, "");
    case "TIMESTAMP":
      return dateTime(next() as string | null, "Z");
    case "BIT":
      return bits(value.buffer(), value.length);
    case "JSON":
      return json(value.string("utf8"));
    case "GEOMETRY":
    case "VECTOR":
      return base64(value.buffer());
    default: {
      // Text, or bytes where the character set is `binary`, which only the driver's own reading tells here.
      const read = next();
      return read instanceof Uint8Array ? base64(read) : (read as string | null);
    }
  }
}

/**
 * As text, a FLOAT has six digits, however many it holds: such a result is read in the binary protocol. Not every one is, for mysql2
 * takes ten times as long there to call a `typeCast` (41 k rows of 10 columns a second against 550 k).
 */
export function needsBinary(fields: readonly MysqlField[]): boolean {
  return fields.some(({ columnType }) => columnType === types.float);
}

const types = { float: 4, timestamp: 7, datetime: 12, bit: 16, json: 245, vector: 242, geometry: 255 };
const numbers = new Set([0, 1, 2, 3, 5, 8, 9, 13, 246]); // DECIMAL, TINY, SHORT, LONG, DOUBLE, LONGLONG, INT24, YEAR, NEWDECIMAL
const binaryCharacterSet = 63;
const enumOrSet = 256 | 2048;

/**
 * A value of a cursor column as JSON: what kind of literal it is, and the value. Nothing for NULL and for types that do not compare as
 * they sort: ENUM and SET sort by number and compare as text; a FLOAT is not equal to what the server writes for it.
 */
export function keyOf(value: JsonValue | undefined, field: MysqlField): JsonValue | undefined {
  const type = field.columnType ?? -1;
  if (value === undefined || value === null || typeof value === "object") return undefined;
  if (type === types.float || type === types.json || type === types.geometry || type === types.vector) return undefined;
  if (field.extendedFormat === "json" || (Number(field.flags ?? 0) & enumOrSet) !== 0) return undefined;
  if (type === types.bit) return `n:${BigInt(`0b${value}`)}`;
  if (numbers.has(type)) return `n:${value}`;
  if (type === types.datetime || type === types.timestamp)
    return `s:${String(value).replace("T", " ").replace("Z", "")}`;
  const isTemporal = type === 10 || type === 11 || type === 14;
  return field.characterSet === binaryCharacterSet && !isTemporal ? `x:${value}` : `s:${value}`;
}

/** The parameter that a key stands for; nothing when it is not one of ours. */
export function readKey(key: JsonValue): MysqlKey | undefined {
  if (typeof key !== "string") return undefined;
  const value = key.slice(2);
  if (key.startsWith("s:")) return new MysqlKey(textLiteral(value), value);
  if (key.startsWith("x:")) {
    const bytes = Buffer.from(value, "base64");
    return new MysqlKey(bytesLiteral(bytes), bytes.toString("hex"));
  }
  return /^n:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(key) ? new MysqlKey(value, value) : undefined;
}

/** The text protocol writes every digit of the fraction that the column has, the binary one only those that are not zero. */
function time(text: string | null): string | null {
  return text?.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The number with the fewest digits that is the same FLOAT: 1.1 and not 1.100000023841858. */
function shortest(value: number | null): number | null {
  if (value === null) return null;
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function bits(bytes: Uint8Array | null, length: number): string | null {
  if (bytes === null) return null;
  const digits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return digits.slice(-length).padStart(length, "0");
}

/** MariaDB has JSON in text columns, where something else may stand: that stays text. */
function json(text: string | null): JsonValue {
  if (text === null) return null;
  try {
    return losslessJson(text);
  } catch {
    return text;
  }
}

/**
 * `YYYY-MM-DD HH:MM:SS[.f]` as RFC 3339, with three digits of the second, or six when the last three are not zeros. A date with a zero
 * in the year's, month's or day's place stays as the server wrote it: it has no RFC 3339 form.
 */
function dateTime(text: string | null, zone: "Z" | ""): string | null {
  if (text === null || text.startsWith("0000") || text.startsWith("00", 5) || text.startsWith("00", 8)) return text;
  const micros = text.slice(20).padEnd(6, "0");
  const fraction = micros.endsWith("000") ? micros.slice(0, 3) : micros;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}${zone}`;
}
