import { losslessJson } from "../../codec/lossless-json.ts";
import type { JsonValue } from "../../model/json.ts";
import { anyJson, anyText, bytes, type ColumnSchema } from "../sql/column-schema.ts";

/** Makes a record's value of one that was read: text, or a number. `bits` is the column's length. */
export type Mapper = (value: string | number, bits: number) => JsonValue;

/** What becomes of a type's values: nothing to make where that is what was read; and the schema of what they become. */
interface Mapping {
  readonly map?: Mapper;
  readonly schema: ColumnSchema;
  /** Absent: a query can go on after its values. Not where they compare otherwise than they sort, or are not equal to what is written for them. */
  readonly isKey?: false;
}

const text: Mapping = { schema: anyText };
const binary: Mapping = { map: base64, schema: bytes };
const integer: Mapping = { schema: { type: "integer" } };
const double: Mapping = { map: Number, schema: { type: "number" } };
const float: Mapping = { map: shortest, schema: { type: "number" }, isKey: false };
// The formats are those of all values but dates with a zero in a place, which RFC 3339 has no form for.
const date: Mapping = { schema: { type: "string", format: "date" } };
const datetime: Mapping = { map: (value) => dateTime(String(value), ""), schema: anyText };
const timestamp: Mapping = {
  map: (value) => dateTime(String(value), "Z"),
  schema: { type: "string", format: "date-time" },
};
const bit: Mapping = { map: (value, length) => bits(String(value), length), schema: anyText };
const document: Mapping = { map: json, schema: anyJson, isKey: false };
const opaque: Mapping = { ...binary, isKey: false };
const labels: Mapping = { ...text, isKey: false }; // they sort by number and compare as text

/** The protocol's numbers of types. */
export const codes = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  newDate: 14,
  bit: 16,
  vector: 242,
  json: 245,
  newDecimal: 246,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/**
 * What becomes of each type: its name in the information schema, its number in the protocol, and the mapping. Texts and bytes share their
 * numbers; the character set tells them apart.
 */
export const typeTable: readonly (readonly [type: string, code: number, mapping: Mapping])[] = [
  ["tinyint", codes.tiny, integer],
  ["smallint", codes.short, integer],
  ["mediumint", codes.int24, integer],
  ["int", codes.long, integer],
  ["bigint", codes.longlong, text],
  ["decimal", codes.newDecimal, text],
  ["float", codes.float, float],
  ["double", codes.double, double],
  ["bit", codes.bit, bit],
  ["year", codes.year, integer],
  ["date", codes.date, date],
  ["time", codes.time, { map: time, schema: anyText }],
  ["datetime", codes.datetime, datetime],
  ["timestamp", codes.timestamp, timestamp],
  ["json", codes.json, document],
  ["char", codes.string, text],
  ["varchar", codes.varString, text],
  ["tinytext", codes.blob, text],
  ["text", codes.blob, text],
  ["mediumtext", codes.blob, text],
  ["longtext", codes.blob, text],
  ["binary", codes.string, binary],
  ["varbinary", codes.varString, binary],
  ["tinyblob", codes.blob, binary],
  ["blob", codes.blob, binary],
  ["mediumblob", codes.blob, binary],
  ["longblob", codes.blob, binary],
  ["vector", codes.vector, opaque],
  ["geometry", codes.geometry, opaque],
  ["point", codes.geometry, opaque],
  ["linestring", codes.geometry, opaque],
  ["polygon", codes.geometry, opaque],
  ["multipoint", codes.geometry, opaque],
  ["multilinestring", codes.geometry, opaque],
  ["multipolygon", codes.geometry, opaque],
  ["geometrycollection", codes.geometry, opaque],
  ["geomcollection", codes.geometry, opaque],
  // MariaDB sends these as text.
  ["uuid", codes.string, { schema: { type: "string", format: "uuid" } }],
  ["inet4", codes.string, text],
  ["inet6", codes.string, text],
  // Their labels are the schema, as far as a column has them.
  ["enum", codes.string, labels],
  ["set", codes.string, labels],
];

/** Their numbers stand for texts and for bytes. */
const shared: readonly number[] = [codes.string, codes.varString, codes.blob];
const mappers = new Map<number, Mapper | undefined>([
  ...typeTable.flatMap(([, code, { map }]) => (shared.includes(code) ? [] : [[code, map] as const])),
  [codes.decimal, undefined], // before MySQL 5
  [codes.newDate, undefined],
]);

/** Numbers of types that are no keys; ENUM and SET have a flag instead. */
export const keyless: ReadonlySet<number> = new Set(
  typeTable.flatMap(([, code, { isKey }]) => (isKey === false && !shared.includes(code) ? [code] : [])),
);

/** What makes a record's value of a column's; nothing where that is what was read. */
export function mapperOf(code: number, isBinary: boolean): Mapper | undefined {
  if (mappers.has(code)) return mappers.get(code);
  return isBinary ? base64 : undefined;
}

/** The text protocol writes every digit of the fraction that the column has, the binary one only those that are not zero. */
function time(value: string | number): string {
  const text = String(value);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The number with the fewest digits that is the same FLOAT: 1.1 and not 1.100000023841858. */
function shortest(read: string | number): number {
  const value = Number(read);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function base64(bytes: string | number): string {
  return Buffer.from(String(bytes), "latin1").toString("base64");
}

function bits(bytes: string, length: number): string {
  const digits = Array.from(Buffer.from(bytes, "latin1"), (byte) => byte.toString(2).padStart(8, "0")).join("");
  return digits.slice(-length).padStart(length, "0");
}

/** MariaDB has JSON in text columns, where something else may stand: that stays text. */
export function json(value: string | number): JsonValue {
  const text = String(value);
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
function dateTime(text: string, zone: "Z" | ""): string {
  if (text.startsWith("0000") || text.startsWith("00", 5) || text.startsWith("00", 8)) return text;
  const [date, time] = [text.slice(0, 10), text.slice(11)];
  if (time.length === 15) return `${date}T${time.endsWith("000") ? time.slice(0, 12) : time}${zone}`;
  const micros = time.slice(9).padEnd(6, "0");
  return `${date}T${time.slice(0, 8)}.${micros.endsWith("000") ? micros.slice(0, 3) : micros}${zone}`;
}
