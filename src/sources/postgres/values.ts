import { parse } from "postgres-array";
import { losslessJson } from "../../codec/lossless-json.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { JsonValue } from "../../model/json.ts";
import { anyJson, anyText, bytes, type ColumnSchema } from "../sql/column-schema.ts";

/** Makes a record's value of the server's text. */
export type ValueMapper = (text: string) => JsonValue;

/** What becomes of a type's values, and the schema of what they become. */
interface Mapping {
  readonly map: ValueMapper;
  readonly schema: ColumnSchema;
}

const asItIs: ValueMapper = (value) => value;
const text: Mapping = { map: asItIs, schema: anyText };
const uuid: Mapping = { map: asItIs, schema: { type: "string", format: "uuid" } };
const boolean: Mapping = { map: (value) => value === "t", schema: { type: "boolean" } };
const integer: Mapping = { map: Number, schema: { type: "integer" } };
const number: Mapping = { map: Number, schema: { type: "number" } };
const binary: Mapping = { map: base64, schema: bytes };
// The formats are those of all values but the few that RFC 3339 has no form for: `infinity`, years BC or beyond 9999.
const date: Mapping = { map: asItIs, schema: { type: "string", format: "date" } };
const timestamp: Mapping = { map: (value) => dateTime(value, value.length, ""), schema: anyText };
const timestamptz: Mapping = {
  map: (value) => dateTime(value, value.length - "+00".length, "Z"),
  schema: { type: "string", format: "date-time" },
};
const document: Mapping = { map: losslessJson, schema: anyJson };

/** What becomes of each type: its name, its OID, the OID of its array, and the mapping. A type that is not here stays text. */
export const typeTable: readonly (readonly [type: string, oid: number, arrayOid: number, mapping: Mapping])[] = [
  ["bool", 16, 1000, boolean],
  ["int2", 21, 1005, integer],
  ["int4", 23, 1007, integer],
  ["oid", 26, 1028, integer],
  ["float4", 700, 1021, number],
  ["float8", 701, 1022, number],
  ["int8", 20, 1016, text],
  ["numeric", 1700, 1231, text],
  ["money", 790, 791, text],
  ["bytea", 17, 1001, binary],
  ["date", 1082, 1182, date],
  ["timestamp", 1114, 1115, timestamp],
  ["timestamptz", 1184, 1185, timestamptz],
  ["json", 114, 199, document],
  ["jsonb", 3802, 3807, document],
  ["text", 25, 1009, text],
  ["varchar", 1043, 1015, text],
  ["bpchar", 1042, 1014, text],
  ["name", 19, 1003, text],
  ["char", 18, 1002, text],
  ["uuid", 2950, 2951, uuid],
  ["time", 1083, 1183, text],
  ["timetz", 1266, 1270, text],
  ["interval", 1186, 1187, text],
  ["inet", 869, 1041, text],
  ["cidr", 650, 651, text],
  ["macaddr", 829, 1040, text],
  ["macaddr8", 774, 775, text],
  ["bit", 1560, 1561, text],
  ["varbit", 1562, 1563, text],
  ["xml", 142, 143, text],
  ["int4range", 3904, 3905, text],
  ["int8range", 3926, 3927, text],
  ["numrange", 3906, 3907, text],
  ["tsrange", 3908, 3909, text],
  ["tstzrange", 3910, 3911, text],
  ["daterange", 3912, 3913, text],
];

const mappers = new Map<number, ValueMapper>();
for (const [, oid, arrayOid, { map }] of typeTable) {
  mappers.set(oid, map);
  mappers.set(arrayOid, map === asItIs ? (value) => parse(value) : (value) => parse(value, map));
}

const byteaOid = 17;
const jsonOids = new Set([114, 3802]);

/** For pg: asked once per column and result. */
export const pgTypes = {
  getTypeParser(oid: number, format?: string): ValueMapper {
    return format === "binary" ? refuseBinary : (mappers.get(oid) ?? asItIs);
  },
};

/** For PGlite, which falls back to its own parsers: one of ours for each OID that either of us knows. */
export function pgliteParsers(known: object): Record<string, ValueMapper> {
  const parsers: Record<string, ValueMapper> = {};
  for (const oid of Object.keys(known)) parsers[oid] = asItIs;
  for (const [oid, map] of mappers) parsers[oid] = map;
  return parsers;
}

/** For PGlite, which takes bytes only for a `bytea` parameter: text as well, as pg does, for a cursor is text. */
export const pgliteSerializers = {
  [byteaOid]: (value: string | Uint8Array) =>
    typeof value === "string" ? value : `\\x${Buffer.from(value).toString("hex")}`,
};

/** The text that PostgreSQL reads back as the same value; `undefined` when there is none to continue after. */
export function cursorText(value: JsonValue | undefined, oid: number): string | undefined {
  if (value === undefined || value === null || typeof value === "object" || jsonOids.has(oid)) return undefined;
  return oid === byteaOid && typeof value === "string"
    ? `\\x${Buffer.from(value, "base64").toString("hex")}`
    : String(value);
}

function base64(value: string): string {
  return Buffer.from(value.slice("\\x".length), "hex").toString("base64");
}

/**
 * `YYYY-MM-DD HH:MM:SS[.f]` up to `end`, as RFC 3339 with three digits of the second, or six when the last three are not zeros. The
 * other spellings (`infinity`, years BC or beyond 9999) stay as the server wrote them: they have no RFC 3339 form.
 */
function dateTime(value: string, end: number, zone: "Z" | ""): string {
  if (end < 19 || value[10] !== " " || value.endsWith("BC")) return value;
  const fraction = end === 19 ? ".000" : value.slice(19, end).padEnd(end <= 23 ? 4 : 7, "0");
  return `${value.slice(0, 10)}T${value.slice(11, 19)}${fraction}${zone}`;
}

function refuseBinary(): never {
  throw new PortmanteauError(
    "CONFIG_INVALID",
    "The client asks for binary results (`binary: true`), which cannot be mapped without loss. Give the source a client without it.",
  );
}
