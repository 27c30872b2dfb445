import fc from "fast-check";
import { Decimal128, Long } from "mongodb";
import { expect, it } from "vitest";
import { decimalText, recordOf } from "../../src/sources/mongodb/values.ts";

it("writes every Decimal128 as the driver does, or leaves it to the driver", () => {
  const same = (decimal: Decimal128) => {
    const text = decimalText(decimal.bytes);
    if (text !== undefined) expect(text).toBe(decimal.toString());
    return text !== undefined;
  };
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => void same(new Decimal128(bytes))));
  const digits = fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n });
  fc.assert(
    fc.property(digits, fc.integer({ min: -40, max: 40 }), (number, exponent) => {
      same(Decimal128.fromString(`${number}E${exponent}`));
    }),
    { numRuns: 2_000 },
  );
  for (const text of ["0", "-0", "0.00", "-0.00", "1", "-12.50", "0.000001", "9007199254740991", "90071992547409.91"])
    expect(same(Decimal128.fromString(text)), text).toBe(true);
  for (const text of ["NaN", "-Infinity", "1E+3", "1E-7", "9007199254740992", "0E+3"])
    expect(same(Decimal128.fromString(text)), text).toBe(false);
});

it("writes every Int64 in full", () => {
  const edges = [0n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 52n - 1n, 2n ** 52n, -(2n ** 52n), -(2n ** 52n) - 1n];
  const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...edges));
  fc.assert(
    fc.property(int64, (number) => {
      expect(recordOf({ number: Long.fromBigInt(number) })).toEqual({ number: String(number) });
    }),
    { numRuns: 2_000 },
  );
});
