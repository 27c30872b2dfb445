import fc from "fast-check";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  BSON as DriverBson,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "mongodb";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/index.ts";
import { recordOf } from "../../src/sources/mongodb/bson.ts";

const bytesOf = (document: object) => Buffer.from(DriverBson.serialize(document, { ignoreUndefined: false }));
const read = (value: unknown): JsonValue | undefined => recordOf(bytesOf({ value }))["value"];

/** Values of every type that the driver writes, each with what it is in a record. */
const hex = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
const scalar: fc.Arbitrary<[unknown, JsonValue]> = fc.oneof(
  text.map((value): [unknown, JsonValue] => [value, value]),
  fc.boolean().map((value): [unknown, JsonValue] => [value, value]),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): [unknown, JsonValue] => [new Double(value), value]),
  fc.integer().map((value): [unknown, JsonValue] => [new Int32(value), value]),
  int64.map((value): [unknown, JsonValue] => [Long.fromBigInt(value), String(value)]),
  hex.map((value): [unknown, JsonValue] => [new ObjectId(value), value]),
  fc.date({ noInvalidDate: true }).map((value): [unknown, JsonValue] => [value, value.toISOString()]),
  fc.uint8Array().map((value): [unknown, JsonValue] => [new Binary(value), Buffer.from(value).toString("base64")]),
  text.map((value): [unknown, JsonValue] => [new Code(value), value]),
  text.map((value): [unknown, JsonValue] => [new BSONSymbol(value), value]),
  fc.nat().map((value): [unknown, JsonValue] => [new Timestamp({ t: value, i: 7 }), { t: value, i: 7 }]),
  fc.constantFrom<[unknown, JsonValue]>(
    [null, null],
    [undefined, null],
    [new MinKey(), "MinKey"],
    [new MaxKey(), "MaxKey"],
    [new BSONRegExp("^a/b", "ix"), "/^a/b/ix"],
    [new Binary(Buffer.from("ab"), 2), "YWI="],
    [new Code("f()", { x: [1] }), { code: "f()", scope: { x: [1] } }],
    [new DBRef("users", new ObjectId("65a1b2c3d4e5f60718293a4c")), { $ref: "users", $id: "65a1b2c3d4e5f60718293a4c" }],
  ),
);
const { value: anything } = fc.letrec<{ value: [unknown, JsonValue] }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value")).map((pairs): [unknown, JsonValue] => [pairs.map(([a]) => a), pairs.map(([, b]) => b)]),
    fc
      .dictionary(
        text.filter((name) => !name.includes("\0") && name !== "$ref"),
        tie("value"),
      )
      .map((fields): [unknown, JsonValue] => {
        const of = (at: 0 | 1) => Object.fromEntries(Object.entries(fields).map(([name, pair]) => [name, pair[at]]));
        return [of(0), of(1) as JsonValue];
      }),
  ),
}));

describe("a document of BSON", () => {
  it("is read as the table says, whatever its values are and however deep", () => {
    fc.assert(
      fc.property(anything, ([value, expected]) => {
        expect(read(value)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has every Int64 in full", () => {
    for (const number of [0n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 52n - 1n, 2n ** 52n, -(2n ** 52n), -(2n ** 52n) - 1n])
      expect(read(Long.fromBigInt(number))).toBe(String(number));
  });

  it("has every Decimal128 as the driver writes it", () => {
    const same = (decimal: Decimal128) => expect(read(decimal)).toBe(decimal.toString());
    const digits = fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n });
    fc.assert(
      fc.property(fc.oneof(digits, fc.maxSafeInteger()), fc.integer({ min: -6176, max: 6111 }), (number, exponent) => {
        same(Decimal128.fromString(`${number}E${exponent}`));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(digits, fc.integer({ min: -45, max: 5 }), (number, exponent) => {
        same(Decimal128.fromString(`${number}E${exponent}`));
      }),
      { numRuns: 2_000 },
    );
    // Infinity and NaN may carry any other bits.
    const special = fc.tuple(
      fc.uint8Array({ minLength: 15, maxLength: 15 }),
      fc.constantFrom(0x78, 0x7b, 0x7c, 0xf8, 0xff),
    );
    fc.assert(fc.property(special, ([low, high]) => void same(new Decimal128(Buffer.from([...low, high])))));
    for (const number of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 54n - 1n, 2n ** 64n + 1n, 2n ** 96n + 1n])
      same(Decimal128.fromString(`${number}`));
    for (const written of ["0", "-0", "0.00", "-0.00", "0E+3", "0E-9", "NaN", "Infinity", "-Infinity", "1E-7", "1E+3"])
      same(Decimal128.fromString(written));
  });

  it("with a Decimal128 of more digits than there may be has a zero of its exponent, as IEEE 754 says", () => {
    const tooMany = Buffer.alloc(16, 0xff);
    tooMany.writeUInt32LE((6176 << 17) | 0x1ffff, 12);
    expect(read(new Decimal128(tooMany))).toBe("0");
    tooMany.writeUInt32LE(((3 << 29) | (6176 << 15)) >>> 0, 12);
    expect(read(new Decimal128(tooMany))).toBe("0");
  });

  it("of the old type of pointers has a reference", () => {
    const id = new ObjectId("65a1b2c3d4e5f60718293a4c");
    const pointer = (namespace: string) => {
      const name = Buffer.from(`${namespace}\0`);
      const length = Buffer.alloc(4);
      length.writeInt32LE(name.length);
      const body = Buffer.concat([Buffer.from("\x0cvalue\0"), length, name, Buffer.from(id.id), Buffer.of(0)]);
      const size = Buffer.alloc(4);
      size.writeInt32LE(body.length + 4);
      return recordOf(Buffer.concat([size, body]))["value"];
    };
    expect(pointer("main.users")).toEqual({ $ref: "users", $id: id.toHexString(), $db: "main" });
    expect(pointer("users")).toEqual({ $ref: "users", $id: id.toHexString() });
    expect(pointer("a.b.c")).toEqual({ $ref: "a.b.c", $id: id.toHexString() });
  });

  it.each([
    ["a document", { a: 1 }, 0],
    ["an array", [1], 0],
    ["a text", "text", 0],
    ["a code with a scope", new Code("f()", { a: 1 }), 0],
    ["the text of a code with a scope", new Code("f()", { a: 1 }), 4],
    ["bytes of the old type", new Binary(Buffer.from("ab"), 2), 0],
    ["bytes of the old type, the second time", new Binary(Buffer.from("ab"), 2), 5],
  ])("that says a wrong length of %s is refused", (_what, value, offset) => {
    const whole = bytesOf({ value });
    const at = whole.indexOf("value") + "value\0".length + offset;
    const length = whole.readInt32LE(at);
    for (const wrong of [0, -1, length - 1, length + 1, 2 ** 31 - 1]) {
      whole.writeInt32LE(wrong, at);
      expect(() => recordOf(whole), `${wrong} instead of ${length}`).toThrow(TypeError);
    }
  });

  it.each([
    ["no zero at its end", "04000000 74657874"],
    ["no bytes at all", "00000000"],
  ])("with a text that has %s is refused, though all else fits", (_what, text) => {
    const body = Buffer.from(`02 ${Buffer.from("value\0").toString("hex")} ${text} 00`.replaceAll(" ", ""), "hex");
    const size = Buffer.alloc(4);
    size.writeInt32LE(body.length + 4);
    expect(() => recordOf(Buffer.concat([size, body]))).toThrow(TypeError);
  });

  it("that is cut off or longer than it says, or whose text is no UTF-8, is refused, and nothing outside of it is read", () => {
    const document = { a: "text", b: [1, { c: new Binary(Buffer.alloc(9)) }], d: new Code("f()", { e: 1n }), f: /x/g };
    const whole = bytesOf(document);
    const around = Buffer.concat([Buffer.from("before"), whole, Buffer.from("after")]);
    expect(recordOf(around.subarray(6, 6 + whole.length))).toEqual(recordOf(whole));
    for (let length = 0; length < whole.length; length++)
      expect(() => recordOf(around.subarray(6, 6 + length)), `cut to ${length}`).toThrow(TypeError);
    expect(() => recordOf(around.subarray(6))).toThrow(TypeError);
    for (const at of whole.keys()) {
      const changed = Buffer.from(whole);
      changed[at] = 0xff - (changed[at] as number);
      try {
        recordOf(changed);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(TypeError);
      }
    }
    const wrong = bytesOf({ a: "text" });
    wrong[wrong.indexOf("text")] = 0xff;
    expect(() => recordOf(wrong)).toThrow("no UTF-8");
    expect(read("\ufffd")).toBe("\ufffd");
    const late = bytesOf({ a: new Date(0) });
    late.fill(0x7f, late.length - 9, late.length - 1);
    expect(() => recordOf(late)).toThrow("a date beyond");
  });
});
