import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { PortmanteauError } from "portmanteau";
import { describe, expect, it } from "vitest";
import { relaid } from "../../src/bundle/json-layout.ts";
import { JsonLines, type ReadLimits, utf8 } from "../../src/bundle/read-entry.ts";
import { split } from "../codec/encoding.ts";

/** What stands in an array of any layout; its code when it is refused. */
async function read(text: string, lengths: readonly number[], limits: ReadLimits = {}) {
  const lines = new JsonLines("data/x.json", limits);
  const found: unknown[] = [];
  try {
    for await (const bytes of relaid(utf8(split(text, lengths), "data/x.json"))) {
      lines.feed(bytes);
      for (let value = lines.next(); value !== undefined; value = lines.next()) found.push(value);
    }
    lines.end();
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
    return { found, code: error.code, recordIndex: error.context["recordIndex"], message: error.message };
  }
  return found;
}

/** What JSON.parse makes of it; nothing when it refuses it, or it is no array. */
function parsed(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
const whiteSpace = fc.stringMatching(/^[ \t\r\n]{0,4}$/);
const number = fc.constantFrom("-0", "0", "0.1", "1e400", "-1E-400", "1.5e-7", "9007199254740993", "123456789.125e+3");
const string = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0061"', '"\\ud800"', '"\\"]"', '"\\\\"', '"\\\\\\""', '"\\/ , ]"', '"\u2028"', '" \\n  \\t "'),
);
/** The tokens of a JSON value, for white space to go between. */
const { tokens } = fc.letrec<{ tokens: string[] }>((tie) => ({
  tokens: fc.oneof(
    { depthSize: "small" },
    fc.oneof(number, string, fc.constantFrom("null", "true", "false")).map((token) => [token]),
    fc.array(tie("tokens"), { maxLength: 4 }).map((values) => ["[", ...joined(values), "]"]),
    fc
      .uniqueArray(fc.tuple(string, tie("tokens")), { maxLength: 4, selector: ([key]) => JSON.parse(key) as string })
      .map((members) => ["{", ...joined(members.map(([key, value]) => [key, ":", ...value])), "}"]),
  ),
}));
const joined = (values: readonly string[][]): string[] =>
  values.flatMap((value, at) => (at === 0 ? value : [",", ...value]));
const array = fc.array(tokens, { maxLength: 5 }).map((values) => ["[", ...joined(values), "]"]);
const laidOut = (parts: fc.Arbitrary<string[]>): fc.Arbitrary<string> =>
  fc
    .tuple(parts, fc.array(whiteSpace, { minLength: 1, maxLength: 9 }))
    .map(([tokens, spaces]) => tokens.map((token, at) => `${spaces[at % spaces.length]}${token}`).join("") + spaces[0]);

describe("a JSON array in any layout", () => {
  it("is read as JSON.parse reads it, however it is laid out and the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(laidOut(array), lengths, async (text, cut) => {
        const expected = parsed(text);
        expect(expected, text).toBeDefined();
        expect(isDeepStrictEqual(await read(text, cut), expected), text).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is refused exactly where JSON.parse refuses it, whatever is put in, doubled or taken out", async () => {
    const bits = ["[", "]", "{", "}", ",", ":", '"', "\\", "-", "1", "0", ".", "e", "null", "\n", "\0", "\u00a0", "\v"];
    const wound = fc.record({
      at: fc.nat(),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc.constantFrom("", ...bits),
      twice: fc.constantFrom(false, false, false, false, true),
    });
    const damaged = fc
      .tuple(laidOut(array), fc.array(wound, { minLength: 1, maxLength: 2 }))
      .map(([text, wounds]) =>
        wounds.reduce((from, { at, cut, put, twice }) => {
          const begin = at % (from.length + 1);
          return twice ? from + from : from.slice(0, begin) + put + from.slice(begin + cut);
        }, text),
      )
      .filter((text) => text.isWellFormed() && !text.startsWith("\uFEFF"));
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(damaged, lengths, async (text, cut) => {
        const [expected, found] = [parsed(text), await read(text, cut)];
        if (Array.isArray(found)) {
          seen.taken++;
          expect(isDeepStrictEqual(found, expected), text).toBe(true);
          return;
        }
        seen.refused++;
        expect(found.code, text).toBe("BUNDLE_UNREADABLE");
        // Two equal keys are refused here and not there.
        if (!found.message.includes("same key twice")) expect(expected, text).toBeUndefined();
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
  });

  for (const [why, text, recordIndex] of [
    ["nothing", "", undefined],
    ["nothing but white space", " \n\t", undefined],
    ["a value that is no array", ' {"a":1}\n', undefined],
    ["a comma after the last element", "[1,\n]", undefined],
    ["a comma alone", "[,]", 0],
    ["two commas", "[1,,2]", 1],
    ["a comma too few", '[1, 2 {"a":3}]', 1],
    ["text after the array", "[1] x", undefined],
    ["two arrays", "[1][2]", undefined],
    ["two brackets", "[1]]", undefined],
    ["a form feed after the array", "[1]\f", undefined],
    ["an array that is cut off", "[1, 2", undefined],
    ["a string that is cut off", '[1, "2', 1],
    ["an escape that is cut off", '[1, "\\', 1],
    ["brackets that do not match", '[1, {"a":[}]}]', 1],
    ["a brace that opens nothing", "[1, 2}, 3]", 1],
    ["a line end in a string", '[1, "a\nb"]', 1],
    ["a comma and a line end in a string", '[1, "a,\nb"]', 1],
    ["a control character in a string", '[1, "a\u0001b"]', 1],
    ["a lone minus", "[1, -]", 1],
    ["a zero too many", "[1, 01]", 1],
    ["a point without digits", "[1, 1.]", 1],
    ["a number in two pieces", "[1, 1\n2]", 1],
    ["a word in two pieces", "[1, tr\nue]", 1],
    ["a word that is none", "[1, NaN]", 1],
    ["a space that is none in JSON", "[1,\u00a02]", 1],
    ["two byte order marks", "\uFEFF\uFEFF[1]", undefined],
    ["a byte order mark within", "[1,\uFEFF2]", 1],
    ["the same key twice", '[1, {"a":{"b":1, "\\u0062":2}}]', 1],
  ] as const) {
    it(`is refused for ${why}, and says at which element`, async () => {
      for (const cut of [[1], [2, 3], [1_000]])
        expect(await read(text, cut), `cut at ${cut}`).toMatchObject({ code: "BUNDLE_UNREADABLE", recordIndex });
    });
  }

  it("may begin with a byte order mark", async () => {
    for (const cut of [[1], [4], [1_000]]) expect(await read("\uFEFF [ 1 ]", cut)).toEqual([1]);
  });

  it("has elements of any length up to the limit, and as many as it likes on one line", async () => {
    const element = JSON.stringify({ a: "é".repeat(990) });
    const many = `[\n${Array.from({ length: 500 }, () => element).join(", ")}]`;
    expect(element.length).toBeLessThan(1_000);
    expect(await read(many, [64 * 1024], { maxLineLength: 1_000 })).toHaveLength(500);
    // White space is no length: what was indented is not longer for that.
    expect(await read(`[${" ".repeat(5_000)}{${"\n".repeat(5_000)}}]`, [64], { maxLineLength: 1_000 })).toEqual([{}]);
  });

  for (const [what, value] of [
    ["a string", `"${"x".repeat(2_000)}"`],
    ["a number", "1".repeat(2_000)],
    ["a key", `{"${"x".repeat(2_000)}":1}`],
    ["many values", `[${"[],".repeat(1_000)}[]]`],
  ] as const) {
    it(`is refused for ${what} beyond the limit, before its end has come`, async () => {
      const lines = new JsonLines("data/x.json", { maxLineLength: 1_000 });
      let fed = 0;
      const reading = async () => {
        for await (const bytes of relaid(split(`[{"a":1},{"b":${value}`, [100]))) {
          lines.feed(bytes);
          fed += bytes.length;
          while (lines.next() !== undefined);
        }
      };
      await expect(reading()).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
      expect(fed).toBeLessThan(1_250);
    });
  }
});
