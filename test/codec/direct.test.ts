import fc from "fast-check";
import * as readyMade from "portmanteau/records";
import { describe, expect, it } from "vitest";
import type { RecordCodec } from "../../src/codec/record-codec.ts";
import { TextBuffer } from "../../src/codec/text-buffer.ts";
import { hostileText, record, type Sample } from "./arbitrary-records.ts";
import { access, codecOf, encode, object } from "./encoding.ts";

const text = { type: "string" };

/** The reference: the plain way, one step after the other, for every record. */
const plainly = (codec: RecordCodec): RecordCodec => ({ ...codec, direct: () => undefined });

/** Everything that encoding a part gives. */
function outcome(codec: RecordCodec, records: readonly unknown[]) {
  const { errors, encoder, dropped, redacted, json, csv, quarantine } = encode(codec, records, 0);
  const { written, quarantined, period } = encoder;
  return { errors, dropped, redacted, json, csv, quarantine, written, quarantined, period };
}

/** Whether the direct way takes a record. */
function takes(codec: RecordCodec, raw: unknown): boolean {
  const [json, csv] = [new TextBuffer(() => {}), new TextBuffer(() => {})];
  const taken = codec.direct()?.(raw, { json, csv, pseudonym: String, redacted: () => {}, time: undefined }) === true;
  expect([json.used > 0, csv.used > 0]).toEqual([taken, taken]);
  return taken;
}

class Row {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
  get derived() {
    return 1;
  }
}

/** What a source might put where something else was promised. */
const oddValues: readonly unknown[] = [
  ...[null, undefined, true, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1.5, 7, 2 ** 53, 5n, 2n ** 64n],
  ...["", "a", "b", "abcd", "\uD800", "a\uDC00", 'say "a"', "a\nb", "=a", "＝a", "null", "5"],
  ...["2024-02-29T12:00:00+02:00", "2023-02-29T00:00:00Z", "2024-01-01\n00:00:00Z", "2024-06-30t23:59:60z"],
  ...["00000000-0000-0000-0000-000000000000", "urn:uuid:00000000-0000-0000-0000-00000000000A", "127.0.0.1", "1.1.1.01"],
  ...[new Date(0), new Date(Number.NaN), Buffer.from("bytes"), Symbol("s"), () => 1, new Map([["a", 1]])],
  ...[[], ["a"], ["a", null], ["a", "a"], ["a", "b", "c"], [[]], [undefined], ["\uD800"], Array(2)],
  ...[
    {},
    { a: "a" },
    { a: 1 },
    { a: null },
    { a: undefined },
    { "\uD800": 1 },
    { "\uD800": 1, "\uFFFD": 2 },
    { 2: 1, 1: 2 },
  ],
  ...[{ toJSON: () => "12.50" }, { toJSON: () => null }, { toJSON: () => undefined }, { toJSON: () => 4 }],
  ...[Object.create({ a: 1 }), JSON.parse('{"__proto__": 1}'), Object.create(null), new Row({ a: 1 })],
];
const odd = fc.oneof(hostileText, fc.constantFrom(...oddValues));

/** The value with one place of it replaced, one field added or one taken away. */
const disturbed = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== "object" || value === null) return odd;
  const keys = Object.keys(value);
  const replaced = (key: string, child: unknown) =>
    Array.isArray(value)
      ? value.map((each, index) => (String(index) === key ? child : each))
      : Object.fromEntries([...Object.entries(value), [key, child]]);
  const inside = keys.map((key) =>
    disturbed((value as Record<string, unknown>)[key]).map((child) => replaced(key, child)),
  );
  const removed = Array.isArray(value)
    ? []
    : keys.map((key) => fc.constant(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))));
  const reversed = Array.isArray(value) ? [] : [fc.constant(Object.fromEntries(Object.entries(value).reverse()))];
  return fc.oneof(
    ...inside.map((arbitrary) => ({ weight: 3, arbitrary })),
    ...[...removed, ...reversed].map((arbitrary) => ({ weight: 1, arbitrary })),
    { weight: 1, arbitrary: odd },
    {
      weight: 1,
      arbitrary: odd.map((extra) => (Array.isArray(value) ? [...value, extra] : { ...value, unnamed: extra })),
    },
    { weight: 1, arbitrary: fc.constant(Array.isArray(value) ? value : new Row(value)) },
  );
};

/** Scalars with rules that the arbitrary schemas do not have. */
const rules: readonly Record<string, unknown>[] = [
  { ...text, format: "uuid" },
  { ...text, format: "ipv4" },
  { ...text, format: "date-time" },
  { ...text, minLength: 1, maxLength: 3 },
  { ...text, pattern: "^[a-c]*$" },
  { ...text, contentEncoding: "base64" },
  { type: "integer", minimum: 0, maximum: 10 },
  { type: "number", multipleOf: 0.5 },
  { const: "a" },
  { enum: ["a", 1, true] },
  { enum: ["a", null] },
  { type: ["string", "null"], enum: ["a", "b"] },
  { oneOf: [{ ...text, maxLength: 2 }, { type: "integer" }, { type: "null" }] },
  { anyOf: [{ ...text, format: "date-time" }, { type: "null" }] },
  { oneOf: [{ type: ["array", "null"], items: text }, { type: "null" }] },
  { oneOf: [object({ a: text }), { type: "null" }] },
  { anyOf: [object({ a: text }), { type: "null" }] },
  {
    anyOf: [
      { type: "array", items: text },
      { type: "null", const: 1 },
    ],
  },
  { anyOf: [{ $ref: "#/$defs/short" }, { type: "null" }] },
  { $ref: "#/$defs/short" },
  { ...text, "x-privacy": { thirdParty: "redact" } },
  { ...text, "x-privacy": { thirdParty: "pseudonymize" } },
  { type: ["integer", "null"], "x-privacy": { thirdParty: "redact" } },
  { type: ["string", "null"], "x-privacy": { thirdParty: "pseudonymize" } },
  object({ name: { ...text, "x-privacy": { thirdParty: "redact" } } }),
  { type: ["object", "null"], additionalProperties: { type: ["integer", "null"] } },
  { type: "array", items: { type: ["string", "null"] }, minItems: 1, maxItems: 2 },
  { type: "array", items: text, uniqueItems: true },
];
const ruled: fc.Arbitrary<Sample> = fc.constantFrom(...rules).map((schema) => ({ schema, values: odd }));

describe("the direct way and the plain way", () => {
  it("give the same bytes, errors and counts for every record of every schema", () => {
    const seen = { direct: 0, plain: 0 };
    const runs = fc
      .oneof(
        { weight: 3, arbitrary: record(2) },
        {
          weight: 2,
          arbitrary: fc.array(ruled, { minLength: 1, maxLength: 3 }).map((samples) => ({
            schema: object(Object.fromEntries(samples.map(({ schema }, at) => [`f${at}`, schema])), {
              required: samples.map((_, at) => `f${at}`),
              $defs: { short: { ...text, maxLength: 1 } },
            }),
            values: fc.tuple(...samples.map(({ values }) => values)).map((values) => ({
              ...Object.fromEntries(values.map((value, at) => [`f${at}`, value])),
            })),
          })),
        },
      )
      .chain(({ schema, values }) =>
        fc.record({
          schema: fc.constant(schema),
          records: fc.array(fc.oneof(values, values.chain(disturbed), values.chain(disturbed).chain(disturbed)), {
            minLength: 2,
            maxLength: 8,
          }),
          formulaGuard: fc.constantFrom("on" as const, "off" as const),
        }),
      );
    fc.assert(
      fc.property(runs, ({ schema, records, formulaGuard }) => {
        const codec = codecOf(schema, access, { formulaGuard });
        expect(outcome(codec, records)).toStrictEqual(outcome(plainly(codec), records));
        for (const raw of records) seen[takes(codec, raw) ? "direct" : "plain"]++;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.direct, seen.plain)).toBeGreaterThan(200);
  });

  it("give the same for every odd value under every rule, required or optional", () => {
    for (const schema of rules) {
      for (const required of [["field"], []]) {
        const nullable = JSON.stringify(schema).includes("null");
        if (nullable && required.length === 0) continue;
        const codec = codecOf(object({ field: schema }, { required, $defs: { short: { ...text, maxLength: 1 } } }));
        // Twice, because the plain way is taken until one record is written.
        const records = [...oddValues, ...oddValues].map((field) => ({ field }));
        expect(outcome(codec, records), JSON.stringify(schema)).toStrictEqual(outcome(plainly(codec), records));
      }
    }
  });

  it("keep the same period of a time column, in UTC", () => {
    const schema = object({ at: { ...text, format: "date-time" } });
    const records = ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+02:00", "2024-05-01 00:00:00.123456Z", new Date(5)];
    const codec = codecOf(schema, access, {}, "/at");
    const direct = outcome(
      codec,
      records.map((at) => ({ at })),
    );
    expect(direct).toStrictEqual(
      outcome(
        plainly(codec),
        records.map((at) => ({ at })),
      ),
    );
    expect(direct.period).toEqual({ from: "1970-01-01T00:00:00.005Z", to: "2024-05-01T00:00:00.123456Z" });
    const digits = ["2024-05-01T00:00:00.1234Z", "2024-05-01T00:00:00.123Z", "2024-05-01T00:00:00.1239Z"];
    const period = { from: "2024-05-01T00:00:00.123Z", to: "2024-05-01T00:00:00.1239Z" };
    expect(
      outcome(
        codec,
        digits.map((at) => ({ at })),
      ).period,
    ).toEqual(period);
    expect(records.map((at) => takes(codec, { at }))).toEqual([true, true, true, true]);
  });

  it("fill the same pieces where every character needs the most bytes and a piece may end anywhere", () => {
    const longest = -Number("1.2345678901234567e-300");
    const list = { type: "array", items: text };
    // Each with as little beside it as can be, so that the room that is kept for a line is only just enough.
    const works = ["\0", '"', "é", "€", "😀", "x"].flatMap((char) => [
      [{ a: text }, (length: number) => ({ a: char.repeat(length % 60) })] as const,
      [{ a: text }, (length: number) => ({ a: `=${char.repeat(length % 47)}` })] as const,
      [{ a: list }, (length: number) => ({ a: [char.repeat(length % 60)] })] as const,
    ]);
    const numbers = { a: { type: "number" }, b: { type: "number" }, c: { type: "boolean" } };
    for (const [properties, make] of [...works, [numbers, () => ({ a: longest, b: longest, c: false })] as const]) {
      const codec = codecOf(object(properties, { required: Object.keys(properties) }));
      const records = Array.from({ length: 1_500 }, (_, index) => make(index));
      expect(records.filter((each) => takes(codec, each)).length).toBe(records.length);
      const [direct, plain] = [outcome(codec, records), outcome(plainly(codec), records)];
      const same = [direct.json === plain.json, direct.csv === plain.csv, direct.written];
      expect(same, JSON.stringify(make(3))).toEqual([true, true, 1_500]);
    }
  });

  it("stop at the same depth", () => {
    const schema = { ...object({ id: text, next: { $ref: "#" } }), required: ["id"] };
    const codec = codecOf(schema);
    const nested = (depth: number): object => (depth === 0 ? { id: "end" } : { id: "a", next: nested(depth - 1) });
    const records = [1, 50, 99, 150, 198, 199, 200, 201, 5_000].map(nested);
    expect(outcome(codec, records)).toStrictEqual(outcome(plainly(codec), records));
    expect([takes(codec, nested(50)), takes(codec, nested(150))]).toEqual([true, false]);
  });
});

describe("the direct way", () => {
  it("is there for every ready-made schema", () => {
    const schemas = Object.entries(readyMade as Record<string, object>);
    expect(schemas.length).toBeGreaterThan(5);
    for (const [name, schema] of schemas) expect(codecOf(schema).direct(), name).toBeDefined();
  });

  it("leaves schemas with rules over whole objects and lists to the plain way", () => {
    const list = { type: "array", items: text };
    for (const field of [
      { ...list, uniqueItems: true },
      { type: "object", additionalProperties: text, minProperties: 1 },
      { type: "object", additionalProperties: text, propertyNames: { maxLength: 3 } },
      { ...list, enum: [["a"]] },
      { type: "array", items: object({ author: { ...text, "x-privacy": { thirdParty: "redact" } } }) },
    ])
      expect(codecOf(object({ field })).direct(), JSON.stringify(field)).toBeUndefined();
    expect(codecOf(object({ field: list })).direct()).toBeDefined();
  });

  it("never reads what does not leave", () => {
    const codec = codecOf(object({ id: text, token: { ...text, "x-privacy": { secret: true } } }));
    const raw = { id: "a" };
    Object.defineProperty(raw, "token", { enumerable: true, get: () => expect.unreachable() });
    expect(takes(codec, raw)).toBe(true);
    expect(encode(codec, [{ id: "b" }, raw], 0).json).toBe('[\n{"id":"b"},\n{"id":"a"}\n]\n');
  });

  it("takes names and values of a hostile schema as text", () => {
    const attack = "globalThis.portmanteauWasHere = true";
    const names = [
      `"]; ${attack}; //`,
      `'+(${attack})+'`,
      `\`\${${attack}}\``,
      `*/ ${attack} /*`,
      `\u2028${attack}\u2029`,
      `\\"]; ${attack}`,
      `\n}; ${attack}; {`,
      "constructor",
      "hasOwnProperty",
      "</script>",
      "into",
      "record",
    ];
    const rules = (name: string) => ({ enum: [name, attack], title: name, description: name });
    const properties = Object.fromEntries(names.map((name) => [name, rules(name)]));
    const deep = {
      type: "array",
      items: object({ ...properties, map: { type: "object", additionalProperties: text } }),
    };
    const codec = codecOf(object({ ...properties, deep }, { required: [...names, "deep"] }));
    const own = Object.fromEntries(names.map((name) => [name, name]));
    const raw = { ...own, deep: [{ ...own, map: own }] };
    expect(takes(codec, raw)).toBe(true);
    const { json, errors } = encode(codec, [raw, raw, { ...raw, into: 1 }], 0);
    expect(JSON.parse(json)).toEqual([raw, raw]);
    expect(errors.map((each) => each?.map(({ keyword }) => keyword))).toEqual([undefined, undefined, ["enum"]]);
    expect(globalThis).not.toHaveProperty("portmanteauWasHere");
  });

  it("takes any name", () => {
    const name = fc
      .string({ unit: "binary", maxLength: 8 })
      .filter((each) => each.isWellFormed() && each !== "__proto__");
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), hostileText, (names, value) => {
        const codec = codecOf(object(Object.fromEntries(names.map((each) => [each, text])), { required: names }));
        const raw = Object.fromEntries(names.map((each) => [each, value]));
        expect(takes(codec, raw)).toBe(true);
        expect(outcome(codec, [raw, raw])).toStrictEqual(outcome(plainly(codec), [raw, raw]));
      }),
      { numRuns: 60 },
    );
  });
});
