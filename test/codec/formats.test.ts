import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAjv } from "../../src/codec/ajv.ts";
import { looks } from "../../src/codec/formats.ts";

/** What ajv-formats decides in full mode. */
function full(name: "date-time" | "date" | "uuid" | "ipv4" | "ipv6"): (text: string) => boolean {
  const format = addFormats.default.get(name, "full");
  if (format instanceof RegExp) return (text) => format.test(text);
  const { validate } = format as { validate: (text: string) => boolean };
  return (text) => validate(text);
}

const digits = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, "0"));
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEFg"), minLength: 0, maxLength: 5 });
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd });

const twoDigits = (max: number) =>
  mostly(
    fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0")),
    digits,
  );
const day = fc
  .tuple(mostly(fc.constantFrom("2024", "1900", "2000", "0000", "9999"), hex), twoDigits(13), twoDigits(32))
  .map((parts) => parts.join("-"));

/** Texts that are right, nearly right, and wrong by one character, of every format. */
const corpora = {
  "date-time": fc
    .tuple(
      day,
      mostly(fc.constant("T"), fc.constantFrom("t", " ", "\n", "", "TT")),
      fc.tuple(digits, digits, digits).map((parts) => parts.join(":")),
      fc.constantFrom("", ".", ".0", ".123", ".123456789", ".x", ".1 "),
      mostly(fc.constant("Z"), fc.constantFrom("z", "", "+00:00", "-23:59", "+24:00", "+0100", "+01", "Z\n", "ZZ")),
    )
    .map((parts) => parts.join("")),
  date: fc.tuple(day, mostly(fc.constant(""), fc.constantFrom("\n", "Z", " "))).map((parts) => parts.join("")),
  uuid: fc
    .tuple(
      mostly(fc.constant(""), fc.constantFrom("urn:uuid:", "URN:UUID:", "{", " ")),
      mostly(
        fc.uuid(),
        fc.tuple(hex, hex, hex, hex, hex).map((parts) => parts.join("-")),
      ),
      mostly(fc.constant(""), fc.constantFrom("}", "\n", "0")),
    )
    .map((parts) => parts.join("")),
  ipv4: fc
    .array(
      mostly(
        fc.integer({ min: 0, max: 300 }).map(String),
        fc.constantFrom("", "00", "01", "1e2", "-1", " 1", "1\n", "²", "999999999999"),
      ),
      { minLength: 3, maxLength: 5 },
    )
    .map((parts) => parts.join(".")),
  ipv6: fc
    .tuple(
      fc.constantFrom("", ":", "::"),
      fc.array(
        fc.tuple(
          mostly(hex, fc.constantFrom("1.2.3.4", "256.1.1.1", "%eth0", "\n")),
          mostly(fc.constant(":"), fc.constant("::")),
        ),
        {
          minLength: 0,
          maxLength: 9,
        },
      ),
      fc.oneof(hex, fc.constantFrom("", "1.2.3.4", "01.2.3.4")),
    )
    .map(([start, groups, end]) => start + groups.flat().join("") + end),
} as const;

describe("a check of a format", () => {
  for (const [name, corpus] of Object.entries(corpora) as [keyof typeof corpora, fc.Arbitrary<string>][]) {
    it(`decides on every ${name} as ajv-formats does in full mode`, () => {
      const validate = createAjv().compile({ type: "string", format: name });
      const decides = full(name);
      const look = looks.get(name);
      const seen = { right: 0, wrong: 0, taken: 0 };
      const oneOff = fc
        .tuple(corpus, fc.nat(), fc.constantFrom(..."0159afzZT:.-+\n \0é"))
        .map(
          ([text, at, char]) => text.slice(0, at % (text.length + 1)) + char + text.slice((at % (text.length + 1)) + 1),
        );
      fc.assert(
        fc.property(fc.oneof({ weight: 3, arbitrary: corpus }, oneOff), (text) => {
          const right = decides(text);
          seen[right ? "right" : "wrong"]++;
          expect(validate(text), JSON.stringify(text)).toBe(right);
          // A quick look may miss what is right, and never takes what is wrong. It sees the text only, not what stands around it.
          const bytes = Buffer.from(`0${text}0`);
          const taken = look?.(bytes, 1, bytes.length - 1) === true;
          if (taken) seen.taken++;
          expect(taken && !right, JSON.stringify(text)).toBe(false);
        }),
        { numRuns: 20_000 },
      );
      expect(Math.min(seen.right, seen.wrong, seen.taken)).toBeGreaterThan(300);
    });
  }

  it("knows every day of the calendar", () => {
    const validate = createAjv().compile({ type: "string", format: "date-time" });
    const validateDate = createAjv().compile({ type: "string", format: "date" });
    const decides = full("date-time");
    for (const year of ["1900", "2000", "2023", "2024"]) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const date = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
          const right = decides(`${date}T23:59:59Z`);
          expect([validate(`${date}T23:59:59Z`), validateDate(date)], date).toEqual([right, right]);
          const taken = looks.get("date")?.(Buffer.from(date), 0, date.length);
          expect(taken, date).toBe(right && !date.endsWith("02-29"));
        }
      }
    }
  });
});
