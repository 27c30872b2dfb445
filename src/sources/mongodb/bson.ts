import { isUtf8 } from "node:buffer";
import { type JsonObject, type JsonValue, setOwn } from "../../model/json.ts";
import { decimalText } from "./decimal.ts";

/**
 * A document as JSON can carry it, by the table of the module. It is read from its bytes, not from the values that the driver makes of
 * them: those depend on the client's settings, and an object for each identifier, date and number takes most of the time.
 *
 * @param bytes a document of BSON, https://bsonspec.org/spec.html
 * @throws {TypeError} when they are none
 */
export function recordOf(bytes: Uint8Array): JsonObject {
  const reader = new BsonReader(bytes);
  const record = reader.document();
  if (!reader.isAtEnd) throw broken();
  return record;
}

const uuidSubtype = 4;
const oldBinarySubtype = 2;

class BsonReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    this.#bytes = Buffer.from(buffer, byteOffset, length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  document(): JsonObject {
    const end = this.#end();
    const document: { [name: string]: JsonValue } = {};
    for (let type = this.#byte(); type !== 0; type = this.#byte()) setOwn(document, this.#name(), this.#value(type));
    if (this.#at !== end) throw broken();
    return document;
  }

  /** In the order of the bytes: the names are 0, 1, 2, …. */
  #array(): JsonValue[] {
    const end = this.#end();
    const values: JsonValue[] = [];
    for (let type = this.#byte(); type !== 0; type = this.#byte()) {
      this.#at = this.#zero() + 1;
      values.push(this.#value(type));
    }
    if (this.#at !== end) throw broken();
    return values;
  }

  #value(type: number): JsonValue {
    switch (type) {
      case 0x01:
        return this.#bytes.readDoubleLE(this.#skip(8));
      case 0x02: // string
      case 0x0d: // code
      case 0x0e: // symbol
        return this.#string();
      case 0x03:
        return this.document();
      case 0x04:
        return this.#array();
      case 0x05:
        return this.#binary();
      case 0x06: // undefined
      case 0x0a: // null
        return null;
      case 0x07:
        return this.#objectId();
      case 0x08:
        return this.#byte() !== 0;
      case 0x09:
        return this.#date();
      case 0x0b:
        return `/${this.#name()}/${this.#name()}`;
      case 0x0c:
        return pointer(this.#string(), this.#objectId());
      case 0x0f:
        return this.#scoped();
      case 0x10:
        return this.#bytes.readInt32LE(this.#skip(4));
      case 0x11: {
        const at = this.#skip(8);
        return { t: this.#bytes.readUInt32LE(at + 4), i: this.#bytes.readUInt32LE(at) };
      }
      case 0x12:
        return String(this.#long());
      case 0x13:
        return decimalText(this.#bytes, this.#skip(16));
      case 0x7f:
        return "MaxKey";
      case 0xff:
        return "MinKey";
      default:
        throw new TypeError(`A document holds a BSON type that is not known: ${type}.`);
    }
  }

  #date(): string {
    const date = new Date(Number(this.#long()));
    if (Number.isNaN(date.getTime()))
      throw new TypeError("A document holds a date beyond the years that a date can have.");
    return date.toISOString();
  }

  /** Of at most 53 bits a number: a bigint takes several times as long. */
  #long(): number | bigint {
    const at = this.#skip(8);
    const high = this.#bytes.readInt32LE(at + 4);
    return high < 2 ** 20 && high >= -(2 ** 20)
      ? high * 2 ** 32 + this.#bytes.readUInt32LE(at)
      : this.#bytes.readBigInt64LE(at);
  }

  #string(): string {
    const length = this.#bytes.readInt32LE(this.#skip(4));
    const at = this.#skip(length);
    if (length < 1 || this.#bytes[at + length - 1] !== 0) throw broken();
    return this.#text(at, at + length - 1);
  }

  #name(): string {
    const [from, to] = [this.#at, this.#zero()];
    this.#at = to + 1;
    return this.#text(from, to);
  }

  /** What is no UTF-8 would become U+FFFD. */
  #text(from: number, to: number): string {
    const text = this.#bytes.toString("utf8", from, to);
    if (text.includes("\ufffd") && !isUtf8(this.#bytes.subarray(from, to)))
      throw new TypeError("A document holds a text that is no UTF-8.");
    return text;
  }

  #objectId(): string {
    const at = this.#skip(12);
    return this.#bytes.toString("hex", at, at + 12);
  }

  /** A UUID as it is written everywhere; other bytes as base64. */
  #binary(): string {
    let length = this.#bytes.readInt32LE(this.#skip(4));
    const subtype = this.#byte();
    if (subtype === oldBinarySubtype) {
      const inner = this.#bytes.readInt32LE(this.#skip(4));
      if (inner !== length - 4) throw broken();
      length = inner;
    }
    const at = this.#skip(length);
    if (subtype !== uuidSubtype || length !== 16) return this.#bytes.toString("base64", at, at + length);
    return this.#bytes.toString("hex", at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  #scoped(): JsonObject {
    const end = this.#end();
    const scoped = { code: this.#string(), scope: this.document() };
    if (this.#at !== end) throw broken();
    return scoped;
  }

  /** Where what begins here with its length ends. */
  #end(): number {
    const from = this.#at;
    return from + this.#bytes.readInt32LE(this.#skip(4));
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)] as number;
  }

  #zero(): number {
    const at = this.#bytes.indexOf(0, this.#at);
    if (at < 0) throw broken();
    return at;
  }

  /** Where so many bytes begin, which are done with. */
  #skip(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.#bytes.length) throw broken();
    this.#at = at + count;
    return at;
  }
}

/** The type that DBRef replaced. */
function pointer(namespace: string, $id: string): JsonObject {
  const [$db, $ref, ...more] = namespace.split(".");
  return $ref === undefined || more.length > 0 ? { $ref: namespace, $id } : { $ref, $id, $db: $db as string };
}

function broken(): TypeError {
  return new TypeError("A document is not BSON.");
}
