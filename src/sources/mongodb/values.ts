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
    case "Decimal128":
    case "Long":
      return String(value);
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

const uuidSubtype = 4;

/** A UUID as it is written everywhere; other bytes as base64. */
function binaryJson({ buffer, position, sub_type }: BsonValue): string {
  const bytes = Buffer.from((buffer as Uint8Array).subarray(0, position as number));
  if (sub_type !== uuidSubtype || bytes.length !== 16) return bytes.toString("base64");
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
