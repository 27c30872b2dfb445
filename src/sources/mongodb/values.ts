import { type JsonObject, type JsonValue, setOwn } from "../../model/json.ts";

/** How the driver must read BSON for `jsonOf`, whatever the client's own settings are. */
export const readOptions = {
  raw: false,
  promoteValues: true,
  promoteLongs: false,
  promoteBuffers: false,
  useBigInt64: false,
  bsonRegExp: true,
  fieldsAsRaw: {},
  enableUtf8Validation: true,
};

/** One of the driver's own classes for a BSON type; its name is in the prototype, where no document can put it. */
interface BsonValue {
  readonly _bsontype: string;
  readonly [key: string]: unknown;
}

/** A document as JSON can carry it, by the table of the module. */
export function recordOf(document: object): JsonObject {
  const record: { [name: string]: JsonValue } = {};
  for (const name of Object.keys(document)) setOwn(record, name, jsonOf((document as Record<string, unknown>)[name]));
  return record;
}

function jsonOf(value: unknown): JsonValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "object") return isBson(value) ? bsonJson(value) : recordOf(value);
  throw new TypeError(`A document holds a ${typeof value}.`);
}

function isBson(value: object): value is BsonValue {
  return "_bsontype" in value && !Object.hasOwn(value, "_bsontype");
}

function bsonJson(value: BsonValue): JsonValue {
  switch (value._bsontype) {
    case "ObjectId":
      return String(value);
    case "Decimal128":
      return decimalText(value["bytes"] as Uint8Array) ?? String(value);
    case "Long":
      return longText(value["high"] as number, value["low"] as number) ?? String(value);
    case "Int32":
    case "Double":
      return Number(value["value"]);
    case "Binary":
      return binaryJson(value);
    case "Timestamp":
      return { t: Number(value["t"]), i: Number(value["i"]) };
    case "BSONRegExp":
      return `/${String(value["pattern"])}/${String(value["options"])}`;
    case "BSONSymbol":
      return String(value);
    case "Code":
      return value["scope"] === null || value["scope"] === undefined
        ? String(value["code"])
        : { code: String(value["code"]), scope: jsonOf(value["scope"]) };
    case "DBRef":
      return {
        $ref: String(value["collection"]),
        $id: jsonOf(value["oid"]),
        ...(value["db"] === undefined ? {} : { $db: String(value["db"]) }),
        ...recordOf(value["fields"] as object),
      };
    case "MinKey":
    case "MaxKey":
      return value._bsontype;
    default:
      throw new TypeError(`A document holds a BSON type that is not known: ${value._bsontype}.`);
  }
}

/** The digits of an Int64 of at most 53 bits; nothing for others. The driver divides each, which takes several times as long. */
function longText(high: number, low: number): string | undefined {
  return high < 2 ** 20 && high >= -(2 ** 20) ? String(high * 2 ** 32 + (low >>> 0)) : undefined;
}

/**
 * A Decimal128 as the driver writes it, when it has at most 53 bits of digits and no exponent has to be written; nothing for others. The
 * driver divides 128 bits each time, which takes half as long as reading the whole document.
 */
export function decimalText(bytes: Uint8Array): string | undefined {
  const word = (at: number) =>
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>>
    0;
  const [first, second, high] = [word(0), word(4), word(12)];
  const isSmall = second < 2 ** 21 && word(8) === 0 && (high & 0x1ffff) === 0;
  if (!isSmall || ((high >>> 29) & 3) === 3) return undefined; // infinity, NaN, or more digits
  const digits = String(second * 2 ** 32 + first);
  const exponent = ((high >>> 17) & 0x3fff) - 6176;
  if (exponent > 0 || exponent + digits.length - 1 < -6) return undefined;
  const sign = high >>> 31 === 1 ? "-" : "";
  if (exponent === 0) return sign + digits;
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

const uuidSubtype = 4;

/** A UUID as it is written everywhere; other bytes as base64. */
function binaryJson({ buffer, position, sub_type }: BsonValue): string {
  const bytes = Buffer.from((buffer as Uint8Array).subarray(0, position as number));
  if (sub_type !== uuidSubtype || bytes.length !== 16) return bytes.toString("base64");
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
