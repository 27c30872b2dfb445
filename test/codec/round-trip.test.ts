import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { parseString } from "fast-csv";
import type { RecordSchema } from "portmanteau";
import streamArray from "stream-json/streamers/stream-array.js";
import { describe, expect, it } from "vitest";
import { readCsv, readCsvRows } from "../../src/codec/csv-reader.ts";
import { PartEncoder } from "../../src/codec/part-encoder.ts";
import { compileCodec, type RecordCodec } from "../../src/codec/record-codec.ts";

const view = { scope: "access", origin: "provided", legalBasis: "eu-gdpr:A6-1-b" } as const;

function encode(codec: RecordCodec, records: readonly unknown[]) {
  const [json, csv, quarantine]: Buffer[][] = [[], [], []];
  const encoder = new PartEncoder(codec, {
    json: (piece) => json?.push(piece),
    csv: (piece) => csv?.push(piece),
    quarantine: (piece) => quarantine?.push(piece),
    pseudonym: (value) => `person-${value}`,
    previewRecords: 0,
  });
  const errors = records.map((record) => encoder.encode(record));
  encoder.end();
  return {
    errors,
    tally: encoder.tally,
    json: Buffer.concat(json ?? []).toString(),
    csv: Buffer.concat(csv ?? []).toString(),
    quarantine: Buffer.concat(quarantine ?? []).toString(),
  };
}

async function* chunksOf(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "=",
      "+",
      "-",
      "@",
      "\t",
      "\r",
      "\n",
      "\0",
      "'",
      "＝",
      "＠",
      '"',
      ",",
      "\uFEFF",
      "\uD800",
      "\uDC00",
      "😀",
      "א",
      "\u202E",
      "a",
      " ",
    ),
  }),
);
const name = fc.oneof(
  fc.constantFrom(
    "a.b",
    "~",
    "~2",
    "constructor",
    "toString",
    "=x",
    "'q",
    "",
    "with,comma",
    'with"quote',
    "line\nend",
    "1",
    "é",
  ),
  fc.string({ minLength: 1, maxLength: 6 }),
);

/** A closed schema, and an arbitrary of the records that match it. */
interface Pair {
  readonly schema: RecordSchema;
  readonly values: fc.Arbitrary<unknown>;
}
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const scalar: fc.Arbitrary<Pair> = fc.constantFrom<Pair>(
  { schema: { type: "string" }, values: hostile },
  { schema: { type: "integer" }, values: fc.maxSafeInteger().map((value) => (Object.is(value, -0) ? 0 : value)) },
  { schema: { type: "number" }, values: finite },
  { schema: { type: "boolean" }, values: fc.boolean() },
  { schema: { type: ["string", "number"] }, values: fc.oneof(hostile, finite) },
  {
    schema: { type: "object", additionalProperties: { type: "string" } },
    values: fc.dictionary(fc.string({ maxLength: 4 }), hostile, { maxKeys: 3, noNullPrototype: true }),
  },
);
const pair: fc.Memo<Pair> = fc.memo((depth) =>
  depth <= 1
    ? scalar
    : fc.oneof(
        { weight: 4, arbitrary: scalar },
        { weight: 1, arbitrary: list(depth - 1) },
        { weight: 2, arbitrary: record(depth - 1) },
      ),
);
const list = fc.memo((depth) =>
  pair(depth).map(
    ({ schema, values }): Pair => ({
      schema: { type: "array", items: schema },
      values: fc.array(values, { maxLength: 3 }),
    }),
  ),
);
const record: fc.Memo<Pair> = fc.memo((depth) =>
  fc
    .uniqueArray(fc.tuple(name, pair(depth), fc.constantFrom("required", "optional", "nullable")), {
      minLength: 1,
      maxLength: 5,
      selector: ([key]) => key,
    })
    .map((properties): Pair => {
      const fields = properties.map(([key, { schema, values }, kind]) => {
        const nullable = kind === "nullable" && schema.type !== undefined;
        return {
          key,
          kind,
          schema: nullable ? { ...schema, type: [schema.type].flat().concat("null") } : schema,
          values: kind === "optional" ? fc.option(values, { nil: undefined }) : nullable ? fc.option(values) : values,
        };
      });
      return {
        schema: {
          type: "object",
          additionalProperties: false,
          properties: Object.fromEntries(fields.map(({ key, schema }) => [key, schema])) as Record<
            string,
            RecordSchema
          >,
          required: fields.filter(({ kind }) => kind !== "optional").map(({ key }) => key),
        },
        values: fc
          .tuple(...fields.map(({ values }) => values))
          .map((values) =>
            Object.fromEntries(
              fields.flatMap(({ key }, index) => (values[index] === undefined ? [] : [[key, values[index]]])),
            ),
          ),
      };
    }),
);

const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, part) => (typeof part === "string" ? part.toWellFormed() : part));

describe("JSON and CSV", () => {
  it("say the same, and what the source said, for any schema and any hostile record", async () => {
    const samples = record(3).chain(({ schema, values }) =>
      fc.tuple(
        fc.constant(schema),
        fc.array(values, { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom("on" as const, "off" as const),
      ),
    );
    await fc.assert(
      fc.asyncProperty(samples, async ([schema, records, size, formulaGuard]) => {
        const codec = compileCodec({ dataset: "d", schema, view, csv: { formulaGuard } });
        const { errors, json, csv, tally } = encode(codec, records);
        expect(errors.every((error) => error === undefined)).toBe(true);
        const fromJson = JSON.parse(json) as unknown[];
        const keysMerge = records.some((each) => hasBrokenKeys(each));
        if (!keysMerge) expect(isDeepStrictEqual(fromJson, records.map(wellFormed)), json).toBe(true);
        const fromCsv = await all(readCsv(chunksOf(csv, size), codec.columns, { formulaGuard }));
        expect(isDeepStrictEqual(fromCsv, fromJson), csv).toBe(true);
        expect(tally.dropped.size).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it("are read alike by stream-json and by fast-csv, where those can say it", async () => {
    const schema: RecordSchema = {
      type: "object",
      additionalProperties: false,
      required: ["a", "b"],
      properties: { a: { type: "string" }, b: { type: "integer" }, c: { type: "array", items: { type: "string" } } },
    };
    const codec = compileCodec({ dataset: "d", schema, view, csv: { formulaGuard: "off" } });
    const text = hostile.map((value) => `x${value.replaceAll("\0", "").toWellFormed()}x`);
    const rows = fc.array(
      fc.record({ a: text, b: fc.nat(), c: fc.array(text, { maxLength: 2 }) }, { requiredKeys: ["a", "b"] }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(rows, async (records) => {
        const { json, csv } = encode(codec, records);
        const streamed = await all(
          Readable.from([json]).pipe(
            streamArray.withParserAsStream() as unknown as NodeJS.ReadWriteStream,
          ) as unknown as AsyncIterable<{ value: unknown }>,
        );
        expect(streamed.map(({ value }) => value)).toEqual(records);
        const cells = await all(parseString(csv, { headers: true }) as AsyncIterable<Record<string, string>>);
        expect(cells).toEqual(
          records.map(({ a, b, c }) => ({ a, b: String(b), c: c === undefined ? "" : JSON.stringify(c) })),
        );
      }),
      { numRuns: 60 },
    );
  });
});

function hasBrokenKeys(value: unknown): boolean {
  return JSON.stringify(value).includes("\\ud") || JSON.stringify(value).includes("__proto__");
}

describe("a CSV file", () => {
  const schema: RecordSchema = {
    type: "object",
    additionalProperties: false,
    required: ["s", "n", "t", "o"],
    properties: {
      s: { type: ["string", "null"] },
      n: { type: "number" },
      t: { type: "boolean" },
      o: {
        type: "object",
        additionalProperties: false,
        required: ["x.y", "~"],
        properties: { "x.y": { type: "string" }, "~": { type: "array", items: { type: "integer" } } },
      },
      opt: { type: "object", additionalProperties: false, properties: { z: { type: "string" } } },
    },
  };
  const rows = (csv: { bom?: boolean; formulaGuard?: "on" | "off" } = {}) => {
    const codec = compileCodec({ dataset: "d", schema, view, csv });
    return encode(codec, [
      { s: null, n: 1e21, t: true, o: { "x.y": '=1+1 "q"\r\n', "~": [1] } },
      { s: "", n: -0.5, t: false, o: { "x.y": "'", "~": [] }, opt: { z: "＝a" } },
    ]).csv;
  };

  it("has exactly these bytes", () => {
    expect(rows()).toBe(
      's,n,t,o.x~2y,o.~0,opt\r\n,1e+21,true,"\'=1+1 ""q""\r\n","[1]",\r\n"",-0.5,false,"\'\'","[]","{""z"":""＝a""}"\r\n',
    );
  });

  it("has a byte order mark and no guard when asked", () => {
    expect(rows({ bom: true, formulaGuard: "off" })).toBe(
      '\uFEFFs,n,t,o.x~2y,o.~0,opt\r\n,1e+21,true,"=1+1 ""q""\r\n","[1]",\r\n"",-0.5,false,"\'","[]","{""z"":""＝a""}"\r\n',
    );
  });

  for (const [why, text] of Object.entries({
    "a ragged row": "a,b\r\n1\r\n",
    "a bare quote": 'a,b\r\nx"y,1\r\n',
    "text after a quote": 'a,b\r\n"x"y,1\r\n',
    "a lone line feed": 'a,b\r\n"x",1\n',
    "a lone carriage return": 'a,b\r\n"x",1\r"y",2\r\n',
    "an open quote": 'a,b\r\n"x,1\r\n',
    "no line end": 'a,b\r\n"x",1',
    "another header": 'b,a\r\n"x",1\r\n',
    "a number that is none": 'a,b\r\n"x",y\r\n',
    "an unquoted string": "a,b\r\nx,1\r\n",
    "no header": "",
  })) {
    it(`with ${why} is refused`, async () => {
      const columns = [
        { name: "a", keys: ["a"], type: "string", empty: "null" },
        { name: "b", keys: ["b"], type: "integer", empty: "null" },
      ] as const;
      await expect(all(readCsv(chunksOf(text, 3), columns))).rejects.toMatchObject({ code: "BUNDLE_UNREADABLE" });
    });
  }

  it("with a cell beyond the limit is refused", async () => {
    await expect(all(readCsvRows(chunksOf(`"${"x".repeat(100)}`, 7), { maxCellLength: 50 }))).rejects.toMatchObject({
      code: "BUNDLE_UNREADABLE",
    });
  });
});

describe("projection", () => {
  const schema: RecordSchema = {
    type: "object",
    additionalProperties: false,
    required: ["id", "at"],
    properties: {
      id: { type: "string" },
      at: { type: "string", format: "date-time" },
      token: { type: "string", "x-privacy": { secret: true } },
      vault: {
        type: "object",
        additionalProperties: false,
        properties: { pin: { type: "string", writeOnly: true }, hint: { type: "string" } },
      },
      agent: { type: "string", "x-privacy": { thirdParty: "redact" } },
      peer: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
      lines: {
        type: "array",
        items: { type: "object", additionalProperties: false, required: ["n"], properties: { n: { type: "integer" } } },
      },
    },
  };
  const codec = compileCodec({ dataset: "d", schema, view });
  const at = "2026-01-01T00:00:00.000Z";

  it("drops what the schema does not name, counts it by pointer, and never counts a name that is data", () => {
    const { tally, json, errors } = encode(codec, [
      {
        id: "1",
        at,
        extra: 1,
        lines: [
          { n: 1, cost: 2 },
          { n: 2, cost: 3 },
        ],
        "alice@example.org": 1,
      },
    ]);
    expect(errors).toEqual([undefined]);
    expect(Object.fromEntries(tally.dropped)).toEqual({ "/extra": 1, "/lines/*/cost": 2, "/(other names)": 1 });
    expect(json).not.toMatch(/extra|cost|alice/);
  });

  it("never lets a secret through, in whatever shape it comes", () => {
    const secrets = [
      { id: "1", at, token: "hunter2", vault: { pin: "hunter2", hint: "h" } },
      { id: "1", at, token: { deep: "hunter2" }, vault: "hunter2" },
      { id: { token: "hunter2" }, at, vault: ["hunter2"] },
      { id: 1, at: 5, token: "hunter2", lines: "hunter2" },
    ];
    const { json, csv, quarantine, errors } = encode(codec, secrets);
    expect(`${json}${csv}${quarantine}${JSON.stringify(errors)}`).not.toContain("hunter2");
    expect(errors.map((each) => each === undefined)).toEqual([true, false, false, false]);
    expect(JSON.stringify(codec.schema)).not.toMatch(/token|pin/);
    expect(codec.withheld.map(({ pointer }) => pointer)).toEqual(["/token", "/vault/pin"]);
  });

  it("replaces what is about others, whatever it is, and counts it", () => {
    const { json, tally } = encode(codec, [
      { id: "1", at, agent: "Bob", peer: "Eve" },
      { id: "2", at, agent: { name: "Bob" }, peer: 7 },
    ]);
    expect(json).not.toMatch(/Bob/);
    expect(Object.fromEntries(tally.redacted)).toEqual({ "/agent": 2, "/peer": 2 });
  });

  it("makes strings of what stands for one, and errors of what JSON cannot say", () => {
    const loose = compileCodec({
      dataset: "d",
      view,
      schema: {
        type: "object",
        additionalProperties: false,
        properties: {
          s: { type: "string" },
          n: { type: "number" },
          b: { type: "string", contentEncoding: "base64" },
          l: { type: "array", items: { type: "integer" } },
        },
      },
    });
    const good = encode(loose, [
      { s: new Date(0), b: new Uint8Array([1, 2]) },
      { s: 12345678901234567890n, n: 5n },
      { s: { toJSON: () => "decimal" } },
      { s: "a\uD800b" },
    ]);
    expect(JSON.parse(good.json)).toEqual([
      { s: "1970-01-01T00:00:00.000Z", b: "AQI=" },
      { s: "12345678901234567890", n: 5 },
      { s: "decimal" },
      { s: "a\uFFFDb" },
    ]);
    const bad = [
      { n: Number.NaN },
      { n: Number.POSITIVE_INFINITY },
      { n: -0 },
      { n: 2n ** 60n },
      { s: () => 1 },
      { s: Symbol("x") },
      { s: {} },
      { s: new Date(Number.NaN) },
      { l: [1, undefined] },
      { l: { 0: 1 } },
      { n: "1" },
    ];
    expect(encode(loose, bad).errors.map((errors) => errors?.length)).toEqual(bad.map(() => 1));
  });

  it("reads a record's own properties and accessors, never what every object inherits", () => {
    const names = compileCodec({
      dataset: "d",
      view,
      schema: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(
          ["constructor", "toString", "x"].map((key) => [key, { type: "string" }]),
        ) as Record<string, RecordSchema>,
      },
    });
    class Row {
      get x() {
        return "accessor";
      }
    }
    const { json } = encode(names, [{}, new Row(), JSON.parse('{"__proto__":"own","constructor":"c"}')]);
    expect(json).toBe('[\n{},\n{"x":"accessor"},\n{"constructor":"c"}\n]\n');
    expect(({} as Record<string, unknown>)["own"]).toBeUndefined();
  });

  it("gives instants in UTC with at least milliseconds", () => {
    const times = [
      "2026-01-01T02:00:00+02:00",
      "2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00.123456Z",
      "2026-01-01t00:00:00.5z",
      "1990-12-31T23:59:60Z",
    ];
    const { json } = encode(
      codec,
      times.map((time) => ({ id: "1", at: time })),
    );
    expect((JSON.parse(json) as { at: string }[]).map((each) => each.at)).toEqual([
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:00.123456Z",
      "2026-01-01T00:00:00.500Z",
      "1990-12-31T23:59:60.000Z",
    ]);
    expect(
      encode(codec, [
        { id: "1", at: "yesterday" },
        { id: "1", at: "2026-13-01T00:00:00Z" },
      ]).errors.map((errors) => errors?.[0]?.keyword),
    ).toEqual(["format", "format"]);
  });

  it("does not follow a record without end", () => {
    const tree = compileCodec({
      dataset: "d",
      view,
      schema: { type: "object", additionalProperties: false, properties: { child: { $ref: "#" } } },
    });
    const endless: Record<string, unknown> = {};
    endless["child"] = endless;
    expect(encode(tree, [endless]).errors[0]?.[0]?.keyword).toBe("depth");
  });
});
