import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { parseString } from "fast-csv";
import { describe, expect, it } from "vitest";
import { CsvReader, type ReadColumn } from "../../src/codec/csv-reader.ts";
import { CsvRows } from "../../src/codec/csv-rows.ts";
import { hostileText, record, wellFormed } from "./arbitrary-records.ts";
import { access, all, codecOf, encode, object, readFed } from "./encoding.ts";

const text = { type: "string" };
const readCsv = (csv: string, lengths: readonly number[], columns: readonly ReadColumn[], options = {}) =>
  all(readFed(new CsvReader(columns, options), csv, lengths));
const bytesOf = (schema: unknown, records: readonly unknown[], csv = {}) =>
  encode(codecOf(schema, access, csv), records).csv;

describe("the bytes of a CSV file", () => {
  it("tell null and absent, which are empty, from the empty string, which is quoted", () => {
    const schema = object({ n: { type: ["string", "null"] }, o: text }, { required: ["n"] });
    expect(bytesOf(schema, [{ n: null }, { n: "", o: "" }])).toBe('n,o\r\n,\r\n"",""\r\n');
  });

  it("quote every string and double its quotes, and leave its line ends alone", () => {
    expect(bytesOf(object({ s: text }), [{ s: "plain" }, { s: 'a "b",c\r\nd\ne\rf' }])).toBe(
      's\r\n"plain"\r\n"a ""b"",c\r\nd\ne\rf"\r\n',
    );
  });

  it("leave numbers and booleans bare", () => {
    const schema = object({ n: { type: "number" }, i: { type: "integer" }, b: { type: "boolean" } });
    expect(
      bytesOf(schema, [
        { n: -1.5, i: -7, b: true },
        { n: 1e-7, i: 2 ** 53 - 1, b: false },
      ]),
    ).toBe("n,i,b\r\n-1.5,-7,true\r\n1e-7,9007199254740991,false\r\n");
  });

  it("put one ' before what a spreadsheet would take for a formula, full-width signs too, and before '", () => {
    const starts = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "'", "＝", "＋", "－", "＠"];
    const records = [...starts, " =", "a="].map((start) => ({ s: `${start}1` }));
    const guarded = records.map(({ s }, at) => `"${at < starts.length ? "'" : ""}${s}"\r\n`).join("");
    expect(bytesOf(object({ s: text }), records)).toBe(`s\r\n${guarded}`);
    const plain = records.map(({ s }) => `"${s}"\r\n`).join("");
    expect(bytesOf(object({ s: text }), records, { formulaGuard: "off" })).toBe(`s\r\n${plain}`);
  });

  it("never change the JSON for the guard's sake", () => {
    expect(encode(codecOf(object({ s: text })), [{ s: "=1" }]).json).toBe('[\n{"s":"=1"}\n]\n');
  });

  it("hold arrays, maps, optional objects, nullable objects and unions as one cell of JSON each", () => {
    const inner = object({ x: text });
    const schema = object(
      {
        list: { type: "array", items: text },
        map: { type: "object", additionalProperties: { type: "integer" } },
        optional: inner,
        nullable: { anyOf: [inner, { type: "null" }] },
        union: { type: ["string", "integer"] },
      },
      { required: ["list", "map", "nullable", "union"] },
    );
    expect(
      bytesOf(schema, [
        { list: ["=a", 'b"c'], map: { k: 1 }, optional: {}, nullable: null, union: -5 },
        { list: [], map: {}, nullable: { x: "y" }, union: "=1" },
      ]),
    ).toBe(
      'list,map,optional,nullable,union\r\n"[""=a"",""b\\""c""]","{""k"":1}","{}",,"\'-5"\r\n' +
        '"[]","{}",,"{""x"":""y""}","""=1"""\r\n',
    );
  });

  it("flatten required objects under a joined name, in which ~ and . of a key are escaped", () => {
    const deep = object({ "x.y": text, "~": text, c: object({ d: text }, { required: ["d"] }) }, { required: ["c"] });
    expect(bytesOf(object({ a: deep, "a.c": text }, { required: ["a"] }), [])).toBe("a.x~2y,a.~0,a.c.d,a~2c\r\n");
  });

  it("guard and quote the header like any string", () => {
    const names = ["=x", "'=x", "", "a,b", 'a"b', "a\r\nb", "é"];
    expect(bytesOf(object(Object.fromEntries(names.map((name) => [name, text]))), [])).toBe(
      '"\'=x","\'\'=x","","a,b","a""b","a\r\nb","é"\r\n',
    );
  });

  it("start with a byte order mark only when asked", () => {
    expect(bytesOf(object({ s: text }), [])).toBe("s\r\n");
    expect(Buffer.from(bytesOf(object({ s: text }), [], { bom: true })).toString("hex")).toBe("efbbbf730d0a");
  });
});

describe("CSV and JSON", () => {
  it("give deep-equal records, equal to the source's, for any schema, any record and any way to cut the text", async () => {
    const runs = record(2).chain(({ schema, values }) =>
      fc.record({
        schema: fc.constant(schema),
        records: fc.array(values, { maxLength: 4 }),
        lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        bom: fc.boolean(),
        formulaGuard: fc.constantFrom("on" as const, "off" as const),
      }),
    );
    let written = 0;
    await fc.assert(
      fc.asyncProperty(runs, async ({ schema, records, lengths, bom, formulaGuard }) => {
        const codec = codecOf(schema, access, { bom, formulaGuard });
        const { errors, json, csv, dropped } = encode(codec, records);
        expect(errors.filter((error) => error !== undefined)).toEqual([]);
        expect(dropped).toEqual({});
        const fromJson = JSON.parse(json) as unknown[];
        expect(isDeepStrictEqual(fromJson, records.map(wellFormed)), json).toBe(true);
        const fromCsv = await readCsv(csv, lengths, codec.columns, { formulaGuard });
        expect(isDeepStrictEqual(fromCsv, fromJson), csv).toBe(true);
        written += records.length;
      }),
      { numRuns: 250 },
    );
    expect(written).toBeGreaterThan(100);
  });

  it("are told apart by no reader's luck: fast-csv finds the same cells", async () => {
    const schema = object(
      { "=a": text, b: text, n: { type: "number" }, j: { type: "array", items: text } },
      { required: ["b"] },
    );
    const sayable = hostileText.map((value) => value.replaceAll("\0", ""));
    const records = fc.array(
      fc.record({
        "=a": sayable,
        b: sayable,
        n: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        j: fc.array(sayable, { maxLength: 3 }),
      }),
      { maxLength: 5 },
    );
    const guard = (value: string) => (/^[=+\-@\t\r\n'＝＋－＠]/.test(value) ? `'${value}` : value);
    await fc.assert(
      fc.asyncProperty(records, async (rows) => {
        const { csv } = encode(codecOf(schema), rows);
        const cells = await all(parseString(csv, { headers: false }) as AsyncIterable<string[]>);
        expect(cells).toEqual([
          ["'=a", "b", "n", "j"],
          ...rows.map((row) => [
            guard(row["=a"].toWellFormed()),
            guard(row.b.toWellFormed()),
            JSON.stringify(row.n),
            JSON.stringify(row.j.map((each) => each.toWellFormed())),
          ]),
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it("lose no record whose only column is null, though its row is an empty line", async () => {
    const codec = codecOf(object({ s: { type: ["string", "null"] } }, { required: ["s"] }));
    const { csv } = encode(codec, [{ s: null }, { s: null }, { s: "" }]);
    expect(csv).toBe('s\r\n\r\n\r\n""\r\n');
    expect(await readCsv(csv, [1], codec.columns)).toEqual([{ s: null }, { s: null }, { s: "" }]);
  });
});

describe("a malformed CSV file", () => {
  const columns = [
    { name: "s", keys: ["s"], type: "string", empty: "never" },
    { name: "n", keys: ["n"], type: "number", empty: "null" },
    { name: "b", keys: ["b"], type: "boolean", empty: "null" },
    { name: "j", keys: ["j"], type: "json", empty: "null" },
  ] as const;
  const good = '"x",1,true,"[]"\r\n';

  const row = (line: string) => `s,n,b,j\r\n${line}`;
  for (const [why, csv, recordIndex] of [
    ["is empty", "", -1],
    ["is a byte order mark and nothing else", "\uFEFF", -1],
    ["has other columns", `n,s,b,j\r\n${good}`, -1],
    ["has a column too few in its header", `s,n,b\r\n${good}`, -1],
    ["has a cell too few", row(`${good}"x",1,true\r\n`), 1],
    ["has a cell too many", row(`${good}"x",1,true,"[]",\r\n`), 1],
    ["has an empty line at its end", row(`${good}\r\n`), 1],
    ["has a quote inside a bare cell", row('"x",1"2,true,"[]"\r\n'), 0],
    ["has text after a closing quote", row('"x"y,1,true,"[]"\r\n'), 0],
    ["has a space after a closing quote", row('"x" ,1,true,"[]"\r\n'), 0],
    ["has a lone line feed after a bare cell", 's,n,b,j\n"x",1,true,"[]"\r\n', -1],
    ["has a lone line feed after a quoted cell", row('"x",1,true,"[]"\n'), 0],
    ["has a lone carriage return", row('"x",1,true,"[]"\r"y",1,true,"[]"\r\n'), 0],
    ["ends with a carriage return", row('"x",1,true,"[]"\r'), 0],
    ["ends inside quotes", row('"x",1,true,"[]'), 0],
    ["ends without a line end", row('"x",1,true,"[]"'), 0],
    ["ends after a comma", row('"x",'), 0],
    ["has a bare string", row('x,1,true,"[]"\r\n'), 0],
    ["has nothing where a value is required", row(',1,true,"[]"\r\n'), 0],
    ["has a word for a number", row('"x",one,true,"[]"\r\n'), 0],
    ["has a hexadecimal number", row('"x",0x10,true,"[]"\r\n'), 0],
    ["has a number with a leading zero", row('"x",01,true,"[]"\r\n'), 0],
    ["has a number with a space", row('"x",1 ,true,"[]"\r\n'), 0],
    ["has a number without its decimals", row('"x",1.,true,"[]"\r\n'), 0],
    ["has an infinite number", row('"x",1e999,true,"[]"\r\n'), 0],
    ["has a negative zero", row('"x",-0,true,"[]"\r\n'), 0],
    ["has a quoted number", row('"x","1",true,"[]"\r\n'), 0],
    ["has another boolean", row('"x",1,TRUE,"[]"\r\n'), 0],
    ["has a cell that is no JSON", row('"x",1,true,"[1"\r\n'), 0],
  ] as const) {
    it(`that ${why} is refused, with the record it is in`, async () => {
      for (const lengths of [[1], [3], [10_000]]) {
        await expect(readCsv(csv, lengths, columns)).rejects.toMatchObject({
          code: "BUNDLE_UNREADABLE",
          context: { recordIndex },
        });
      }
    });
  }

  it("with a cell beyond the limit is refused before the cell ends, quoted or bare", async () => {
    for (const start of ['"', "x"]) {
      const rows = new CsvRows({ maxCellLength: 10_000 });
      const feed = (text: string) => {
        rows.feed(Buffer.from(text));
        return rows.next();
      };
      expect(feed(start)).toBeUndefined();
      for (let length = start === "x" ? 1 : 0; length + 1_000 <= 10_000; length += 1_000)
        expect(feed("x".repeat(1_000))).toBeUndefined();
      expect(() => feed("x".repeat(1_000))).toThrow("longer than maxCellLength, 10000");
    }
  });

  it("never quotes what a cell holds in its error", async () => {
    const csv = row('"x",alice@example.org,true,"[]"\r\n');
    const error = await readCsv(csv, [50], columns).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain("alice");
  });
});
