import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvReader, type ReadColumn } from "../../src/codec/csv-reader.ts";
import type { JsonObject, JsonValue } from "../../src/model/json.ts";
import { record } from "./arbitrary-records.ts";
import { readCsv } from "./csv-reference.ts";
import { access, codecOf, encode, object, readFed } from "./encoding.ts";

/** What a reader gave until it ended or failed, and how it failed. */
async function outcome(records: AsyncIterable<unknown>) {
  const found: unknown[] = [];
  try {
    for await (const record of records) found.push(record);
  } catch (error) {
    const { code, message, context } = error as { code: string; message: string; context: unknown };
    return { found, failure: { code, message, context } };
  }
  return { found };
}

/** The reference reads one character at a time, so that it gives every row before a failure. */
async function* characters(text: string) {
  yield* text;
}
const byReference = (csv: string, columns: readonly ReadColumn[], options = {}) =>
  outcome(readCsv(characters(csv), columns, options));

const columns: readonly ReadColumn[] = [
  { name: "s", keys: ["s"], type: "string", empty: "never" },
  { name: "n", keys: ["n"], type: "number", empty: "null" },
  { name: "o.b", keys: ["o", "b"], type: "boolean", empty: "absent" },
  { name: "o.j", keys: ["o", "__proto__"], type: "json", empty: "null" },
];
const header = "s,n,o.b,o.j\r\n";
const row = fc.constantFrom(
  '"x",1,true,"[]"\r\n',
  '"\'=a ""b"",c\r\nd",-1.5e-7,,\r\n',
  '"é😀\uFEFF",,false,"{""a"":[""\'""]}"\r\n',
  '"",0,true,1\r\n',
);
const token = fc.constantFrom(..."\",\r\n'=01-.eé😀\uFEFF\0tx[{", "\r\n", '""', '"x"', ",1,", "true", "-0", "null");

/** A sound file with up to four wounds, or nothing but wounds. */
const csvText = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(header) }, { weight: 1, arbitrary: fc.constantFrom("", "\uFEFF") }),
    fc.array(row, { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(token, fc.constant(""))), { maxLength: 4 }),
  )
  .map(([first, rows, wounds]) => {
    const found = [...(first + rows.join(""))];
    for (const [at, removed, added] of wounds) found.splice(at % (found.length + 1), removed, added);
    return found.join("");
  });
const lengths = fc.oneof(
  fc.constantFrom([1], [2], [3], [10_000]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
);

describe("the reader of CSV", () => {
  it("gives the records and the error that reading character by character gives, however the bytes are cut", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(csvText, lengths, fc.constantFrom("on" as const, "off" as const), async (csv, cut, guard) => {
        const options = { formulaGuard: guard };
        const [fast, plain] = [
          await outcome(readFed(new CsvReader(columns, options), csv, cut)),
          await byReference(csv, columns, options),
        ];
        expect(isDeepStrictEqual(fast, plain), JSON.stringify({ csv, fast, plain })).toBe(true);
        seen.add((plain.failure?.message ?? "sound").replace(/^CSV \w+ -?\d+(, column [^:]*)?: /, ""));
      }),
      { numRuns: 4000 },
    );
    expect(seen.size).toBeGreaterThan(12);
  });

  it("takes a record for the next one only when reading the row gives a deep-equal record", async () => {
    const runs = record(2).chain(({ schema, values }) =>
      fc.record({
        schema: fc.constant(schema),
        expected: fc.array(values, { minLength: 1, maxLength: 3 }),
        written: fc.array(values, { maxLength: 3 }),
        wound: fc.option(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(token, fc.constant("")))),
        formulaGuard: fc.constantFrom("on" as const, "off" as const),
        lengths,
      }),
    );
    let [taken, decoded] = [0, 0];
    await fc.assert(
      fc.asyncProperty(runs, async ({ schema, expected, written, wound, formulaGuard, lengths }) => {
        const codec = codecOf(schema, access, { formulaGuard });
        // As they stand in the JSON file: broken characters replaced.
        const likes = JSON.parse(encode(codec, expected).json) as JsonObject[];
        const characters = [...encode(codec, [...expected.slice(0, 2), ...written]).csv];
        if (wound !== null) characters.splice(wound[0] % (characters.length + 1), wound[1], wound[2]);
        const csv = characters.join("");
        const reader = new CsvReader(codec.columns, { formulaGuard });
        let index = 0;
        const reading = {
          feed: (bytes: Buffer) => reader.feed(bytes),
          end: () => reader.end(),
          next: () => {
            const like = likes[index % likes.length];
            const next = reader.next(like);
            if (next === undefined) return undefined;
            index++;
            if (next === like) taken++;
            else decoded++;
            return next;
          },
        };
        const [fast, plain] = [
          await outcome(readFed(reading, csv, lengths)),
          await byReference(csv, codec.columns, { formulaGuard }),
        ];
        expect(isDeepStrictEqual(fast, plain), JSON.stringify({ csv, fast, plain })).toBe(true);
      }),
      { numRuns: 250 },
    );
    expect(taken).toBeGreaterThan(30);
    expect(decoded).toBeGreaterThan(100);
  });

  it("takes no −0 for 0, in a number or deep in a JSON cell, though both are written as 0", () => {
    const number = { type: "number" };
    const schema = object({ n: number, j: { type: "array", items: number } }, { required: ["n", "j"] });
    const codec = codecOf(schema);
    const read = (like: { readonly [key: string]: JsonValue }) => {
      const reader = new CsvReader(codec.columns);
      reader.feed(Buffer.from(encode(codec, [{ n: 0, j: [0] }]).csv));
      return reader.next(like);
    };
    const same = { n: 0, j: [0] };
    expect(read(same)).toBe(same);
    for (const other of [
      { n: -0, j: [0] },
      { n: 0, j: [-0] },
    ])
      expect(isDeepStrictEqual(read(other), same)).toBe(true);
  });
});
