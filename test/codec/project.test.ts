import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utcDateTime } from "../../src/codec/date-time.ts";
import { PartEncoder } from "../../src/codec/part-encoder.ts";
import { hostileText, wellFormed } from "./arbitrary-records.ts";
import { access, codecOf, encode, object } from "./encoding.ts";

const text = { type: "string" };
const list = (items: unknown) => ({ type: "array", items });
const map = (values: unknown) => ({ type: "object", additionalProperties: values });
const records = (json: string) => JSON.parse(json) as unknown[];
const everything = ({ json, csv, quarantine, errors, dropped, redacted, encoder }: ReturnType<typeof encode>) =>
  `${json}${csv}${quarantine}${JSON.stringify([errors, dropped, redacted, encoder.preview])}`;

describe("fields that the schema does not name", () => {
  const codec = codecOf(
    object({ id: text, o: object({ x: text }), lines: list(object({ n: text })), map: map(object({ n: text })) }),
  );

  it("are dropped and counted by pointer, in objects, arrays and maps", () => {
    const found = encode(codec, [
      { id: "1", email: "leak", o: { x: "1", y: "leak" } },
      { id: "2", email: "leak", lines: [{ n: "1", x: "leak" }, { x: { n: "leak" } }], map: { k: { x: "leak" } } },
    ]);
    expect(found.dropped).toEqual({ "/email": 2, "/o/y": 1, "/lines/*/x": 2, "/map/*/x": 1 });
    expect(everything(found)).not.toContain("leak");
    expect(records(found.json)[1]).toEqual({ id: "2", lines: [{ n: "1" }, {}], map: { k: {} } });
  });

  it("are counted without their name when it is not a programmer's: a name can be data", () => {
    const found = encode(codec, [
      { "alice@example.org": 1, "Alice Smith": 1, "+49 170 1": 1, "": 1, ["x".repeat(65)]: 1, "\uD800": 1, "1": 1 },
      { o: { "alice@example.org": 1 } },
    ]);
    expect(found.dropped).toEqual({ "/(other names)": 7, "/o/(other names)": 1 });
  });

  it("never have a map's key in their pointer: it is data", () => {
    const found = encode(codec, [{ map: { "alice@example.org": { x: 1 }, bob: { x: 1 } } }]);
    expect(found.dropped).toEqual({ "/map/*/x": 2 });
  });

  it("are counted under at most a hundred names and a rest", () => {
    const raw = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`name${index}`, 1]));
    const { dropped } = encode(codec, [raw]);
    expect(Object.keys(dropped).length).toBeLessThanOrEqual(101);
    expect(Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(1_000);
  });
});

describe("secrets", () => {
  const secret = { ...text, "x-privacy": { secret: true } };
  const schema = object(
    {
      id: text,
      token: secret,
      password: { ...text, writeOnly: true },
      vault: object({ pin: secret, hint: text }),
      keys: list(object({ key: secret, name: text })),
      map: map(object({ key: secret })),
      home: { $ref: "#/$defs/place" },
      work: { $ref: "#/$defs/place" },
      hidden: { $ref: "#/$defs/credential" },
      tree: { $ref: "#/$defs/node" },
    },
    {
      required: ["id"],
      $defs: {
        place: object({ code: secret, city: text }),
        credential: { ...text, writeOnly: true },
        node: object({ code: secret, child: { $ref: "#/$defs/node" } }),
      },
    },
  );
  const codec = codecOf(schema);
  const s = "hunter2";

  it("never reach any output, wherever they stand", () => {
    const found = encode(codec, [
      {
        ...{ id: "1", token: s, password: s, vault: { pin: s, hint: "h" }, keys: [{ key: s, name: "n" }] },
        ...{ map: { k: { key: s } }, home: { code: s, city: "c" }, work: { code: s }, hidden: s },
        tree: { code: s, child: { code: s, child: { code: s } } },
      },
    ]);
    expect(found.errors).toEqual([undefined]);
    expect(everything(found)).not.toContain(s);
    expect(records(found.json)).toEqual([
      {
        ...{ id: "1", vault: { hint: "h" }, keys: [{ name: "n" }], map: { k: {} }, home: { city: "c" }, work: {} },
        tree: { child: { child: {} } },
      },
    ]);
  });

  it("never reach any output in a shape that the schema did not expect, nor from a quarantined record", () => {
    const misshapen = [
      { id: "1", token: { deep: s }, password: [s], vault: s, keys: s, map: s, tree: [s] },
      { id: "2", vault: [{ pin: s }], keys: { key: s }, map: [{ key: s }], home: () => s },
      { id: { token: s }, keys: [s, [s], { key: { key: s } }] },
      { token: s, vault: { pin: s } },
      s,
      [s],
      null,
      undefined,
      () => s,
      new Map([["token", s]]),
    ];
    const found = encode(codec, misshapen);
    expect(everything(found)).not.toContain(s);
    expect(found.encoder.quarantined).toBe(misshapen.length);
    expect(records(found.quarantine).map((each) => (each as { index: number }).index)).toEqual([...misshapen.keys()]);
  });

  it("are not even read", () => {
    const found = encode(codec, [
      {
        id: "1",
        get token(): never {
          throw new Error("The secret was read.");
        },
      },
    ]);
    expect(found.errors).toEqual([undefined]);
  });

  it("are gone from the schema and the columns, and listed as withheld, each place of a shared definition too", () => {
    expect(JSON.stringify([codec.schema, codec.columns.map(({ name, pointer }) => [name, pointer])])).not.toMatch(
      /token|password|pin|credential/,
    );
    expect(codec.withheld.map(({ pointer, reason }) => [pointer, reason])).toEqual(
      [
        ...["/token", "/password", "/vault/pin", "/keys/*/key", "/map/*/key", "/home/code", "/work/code", "/hidden"],
        "/tree/code",
      ].map((pointer) => [pointer, "secret"]),
    );
  });

  it("do not pass validation when they are there all the same", () => {
    expect(codec.validate({ id: "1", token: s })?.[0]).toMatchObject({ keyword: "additionalProperties" });
  });
});

describe("fields about others", () => {
  const codec = codecOf(
    object({
      agent: { ...text, "x-privacy": { thirdParty: "redact" } },
      peer: { ...text, "x-privacy": { thirdParty: "pseudonymize" } },
      nobody: { type: "integer", "x-privacy": { thirdParty: "redact" } },
      lines: list(object({ by: { ...text, "x-privacy": { thirdParty: "redact" } } })),
      parents: { ...list(text), "x-privacy": { thirdParty: "redact" } },
    }),
  );

  it("are redacted or pseudonymised whatever they are, and counted", () => {
    const found = encode(codec, [
      { agent: "Bob", peer: "Bob", nobody: 7, lines: [{ by: "Bob" }, { by: "Bob" }], parents: ["Bob"] },
      { agent: { name: "Bob" }, peer: { name: "Bob" } },
      { agent: ["Bob"], peer: 5n },
    ]);
    expect(found.errors).toEqual([undefined, undefined, undefined]);
    expect(everything(found)).not.toContain("Bob");
    expect(found.redacted).toEqual({ "/agent": 3, "/peer": 3, "/nobody": 1, "/lines/*/by": 2, "/parents": 1 });
    expect(records(found.json)[0]).toMatchObject({ agent: "[redacted]", nobody: "[redacted]", parents: "[redacted]" });
  });

  it("have one pseudonym per person: the same value the same, another another", () => {
    const { json } = encode(codec, [{ peer: "Bob" }, { peer: "Eve" }, { peer: "Bob" }]);
    const [one, two, three] = (records(json) as { peer: string }[]).map(({ peer }) => peer);
    expect(one).toMatch(/^person-/);
    expect([three, two === one]).toEqual([one, false]);
  });

  it("that no pseudonym can stand for are an error of the record, and do not leave", () => {
    const circular: Record<string, unknown> = { name: "Bob" };
    circular["self"] = circular;
    const found = encode(codec, [{ peer: circular }]);
    expect(found.errors[0]?.[0]).toMatchObject({ pointer: "/peer", keyword: "type" });
    expect(everything(found)).not.toContain("Bob");
  });

  it("that are null stay null and are not counted", () => {
    const nullable = codecOf(
      object({ a: { type: ["string", "null"], "x-privacy": { thirdParty: "redact" } } }, { required: ["a"] }),
    );
    const found = encode(nullable, [{ a: null }, { a: "Bob" }]);
    expect([records(found.json), found.redacted]).toEqual([[{ a: null }, { a: "[redacted]" }], { "/a": 1 }]);
  });
});

describe("values that are not JSON", () => {
  const codec = codecOf(
    object({
      ...{ s: text, n: { type: "number" }, i: { type: "integer" }, b: { ...text, contentEncoding: "base64" } },
      ...{ l: list({ type: ["number", "null"] }), m: map({ type: "number" }), t: { type: "boolean" }, o: object({}) },
    }),
  );
  const pool = new Uint8Array([0, 1, 2, 3]);

  for (const [what, raw, expected] of [
    ["a Date", { s: new Date(0) }, { s: "1970-01-01T00:00:00.000Z" }],
    ["a bigint where a string is due", { s: 2n ** 64n }, { s: "18446744073709551616" }],
    ["a bigint that is a safe integer", { i: 2n ** 53n - 1n }, { i: 2 ** 53 - 1 }],
    ["bytes", { b: Buffer.from("hi") }, { b: "aGk=" }],
    ["a view of some bytes of a buffer", { b: pool.subarray(1, 3) }, { b: "AQI=" }],
    ["what has a toJSON that gives a string", { s: { toJSON: () => "19.99" } }, { s: "19.99" }],
    ["what has a toJSON that gives a broken string", { s: { toJSON: () => "\uDC00" } }, { s: "\uFFFD" }],
    ["undefined", { s: undefined, m: { a: undefined } }, { m: {} }],
    ["a lone surrogate", { s: "a\uD800b\uDC00" }, { s: "a\uFFFDb\uFFFD" }],
    ["a lone surrogate in a map's key", { m: { "\uD800": 1 } }, { m: { "\uFFFD": 1 } }],
  ] as const) {
    it(`become what stands for them: ${what}`, () => {
      const { errors, json } = encode(codec, [raw]);
      expect(errors).toEqual([undefined]);
      expect(records(json)).toEqual([expected]);
    });
  }

  for (const [what, raw, pointer] of [
    ["negative zero", { n: -0 }, "/n"],
    ["NaN", { n: Number.NaN }, "/n"],
    ["an infinite number", { n: Number.NEGATIVE_INFINITY }, "/n"],
    ["an unsafe bigint where a number is due", { i: 2n ** 53n }, "/i"],
    ["a function", { s: () => "x" }, "/s"],
    ["a symbol", { s: Symbol("x") }, "/s"],
    ["an invalid Date", { s: new Date(Number.NaN) }, "/s"],
    ["bytes where text is due", { s: pool }, "/s"],
    ["bytes where an object is due", { o: pool }, "/o"],
    ["a Date where an object is due", { o: new Date(0) }, "/o"],
    ["a toJSON that gives an object", { s: { toJSON: () => ({ a: 1 }) } }, "/s"],
    ["a hole in an array", { l: Object.assign(new Array(3), { 0: 1, 2: 2 }) }, "/l/1"],
    ["undefined in an array", { l: [1, undefined] }, "/l/1"],
    ["NaN in an array", { l: [Number.NaN] }, "/l/0"],
    ["NaN in a map", { m: { "a/b": Number.NaN } }, "/m/a~1b"],
    ["keys that become the same", { m: { "\uD800": 1, a: 3, "\uDC00": 2 } }, "/m/\uFFFD"],
    ["an object where an array is due", { l: { 0: 1, length: 1 } }, "/l"],
    ["an array where an object is due", { m: [1] }, "/m"],
    ["a number as text", { n: "1" }, "/n"],
    ["a fraction where an integer is due", { i: 1.5 }, "/i"],
    ["a word for a boolean", { t: "true" }, "/t"],
  ] as const) {
    it(`are an error at their place, and the record is quarantined: ${what}`, () => {
      const { errors, json, quarantine } = encode(codec, [raw]);
      expect(errors[0]?.map((error) => error.pointer)).toEqual([pointer]);
      expect(json).toBe("[\n]\n");
      expect(records(quarantine)).toHaveLength(1);
    });
  }

  it("never stand in an error's message", () => {
    const secretive = codecOf(
      object({ e: { enum: ["a"] }, p: { ...text, pattern: "^a$" }, f: { ...text, format: "date" }, c: { const: 1 } }),
    );
    const { errors } = encode(secretive, [{ e: "alice", p: "alice", f: "alice", c: 7777 }]);
    expect(errors[0]).toHaveLength(4);
    expect(JSON.stringify(errors)).not.toMatch(/alice|7777/);
  });

  it("nested beyond measure, or without end, are an error and no overflow", () => {
    const tree = codecOf(
      object(
        { child: { $ref: "#" }, list: { $ref: "#/$defs/list" } },
        { $defs: { list: list({ $ref: "#/$defs/list" }) } },
      ),
    );
    const endless: Record<string, unknown> = {};
    endless["child"] = endless;
    const endlessList: unknown[] = [];
    endlessList.push(endlessList);
    let deep: Record<string, unknown> = {};
    for (let level = 1; level < 200; level++) deep = { child: deep };
    const { errors } = encode(tree, [endless, { list: endlessList }, deep, { child: deep }]);
    expect(errors.map((each) => each?.[0]?.keyword)).toEqual(["depth", "depth", undefined, "depth"]);
  });
});

describe("names that every object inherits", () => {
  const inherited = ["constructor", "toString", "hasOwnProperty", "valueOf"];
  const codec = codecOf(object(Object.fromEntries([...inherited, "x"].map((name) => [name, text]))));

  it("are absent when the record does not have them itself", () => {
    const { json, csv, errors } = encode(codec, [{}, Object.create(null), { x: "1" }]);
    expect(errors).toEqual([undefined, undefined, undefined]);
    expect(records(json)).toEqual([{}, {}, { x: "1" }]);
    expect(csv.split("\r\n").slice(1)).toEqual([",,,,", ",,,,", ',,,,"1"', ""]);
  });

  it("are carried when it does", () => {
    const own = Object.fromEntries(inherited.map((name) => [name, name]));
    const { json } = encode(codec, [own]);
    expect(records(json)).toEqual([own]);
  });

  it("are still required when the schema says so", () => {
    const strict = codecOf(object({ constructor: text }, { required: ["constructor"] }));
    expect(encode(strict, [{}]).errors[0]?.[0]?.keyword).toBe("required");
  });

  it("are dropped and counted like any other when they are not declared", () => {
    const plain = codecOf(object({ x: text }));
    const raw = JSON.parse(
      '{"x":"1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"t"}',
    );
    const { json, dropped } = encode(plain, [raw]);
    expect(records(json)).toEqual([{ x: "1" }]);
    expect(dropped).toEqual({ "/__proto__": 1, "/constructor": 1, "/toString": 1 });
  });

  it("pollute no prototype as keys of a map, and are kept", () => {
    const free = codecOf(object({ m: map(map(text)) }));
    const json = '{"m":{"__proto__":{"polluted":"yes"},"constructor":{"prototype":"yes"}}}';
    expect(encode(free, [JSON.parse(json)]).json).toBe(`[\n${json}\n]\n`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.hasOwn(Object, "polluted")).toBe(false);
  });

  it("do not hide what an instance of a class gives through its accessors", () => {
    class Base {
      get x() {
        return "accessor";
      }
    }
    class Row extends Base {
      readonly extra = 1;
      #hidden = "hidden";
      reveal() {
        return this.#hidden;
      }
    }
    const { json, dropped } = encode(codec, [new Row()]);
    expect(records(json)).toEqual([{ x: "accessor" }]);
    expect(dropped).toEqual({ "/extra": 1 });
  });
});

describe("text", () => {
  it("leaves well-formed, and otherwise as it came", () => {
    const codec = codecOf(object({ s: text }, { required: ["s"] }));
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 5 }), (texts) => {
        const { json } = encode(
          codec,
          texts.map((s) => ({ s })),
        );
        expect(records(json)).toEqual(texts.map((s) => ({ s: wellFormed(s) })));
      }),
    );
  });
});

describe("a date-time", () => {
  for (const [given, expected] of [
    ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01t00:00:00.5z", "2026-01-01T00:00:00.500Z"],
    ["2026-01-01 00:00:00.123456+00:00", "2026-01-01T00:00:00.123456Z"],
    ["2026-01-01T02:00:00.123456789+02:00", "2026-01-01T00:00:00.123456789Z"],
    ["2026-01-01T00:00:00-0000", "2026-01-01T00:00:00.000Z"],
    ["2025-12-31T18:30:00.1-05:30", "2026-01-01T00:00:00.100Z"],
    ["2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000Z"],
    ["1990-12-31T23:59:60Z", "1990-12-31T23:59:60.000Z"],
    ["1990-12-31T15:59:60.25-08:00", "1990-12-31T23:59:60.250Z"],
  ] as const) {
    it(`leaves in UTC, with its digits: ${given}`, () => {
      expect(utcDateTime(given)).toBe(expected);
      const codec = codecOf(object({ at: { ...text, format: "date-time" } }));
      const { errors, json } = encode(codec, [{ at: given }]);
      expect([errors, records(json)]).toEqual([[undefined], [{ at: expected }]]);
    });
  }

  for (const given of [
    ...["yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+25:00"],
    ...[
      "2026-02-30T00:00:00+02:00",
      "2026-02-29T00:00:00+01:00",
      "2026-04-31T12:00:00-01:00",
      "2026-01-01T24:00:00+02:00",
    ],
    ...["2026-01-01T12:30:60+02:00", "2026-01-01T00:61:00+02:00", " 2026-01-01T00:00:00Z"],
  ]) {
    it(`that is none is never made one: ${given}`, () => {
      const codec = codecOf(object({ at: { ...text, format: "date-time" } }));
      const { errors } = encode(codec, [{ at: given }]);
      expect(errors[0]?.map(({ keyword }) => keyword)).toEqual(["format"]);
    });
  }

  it("means the same instant afterwards, whatever its offset", () => {
    const moments = fc.date({ noInvalidDate: true, min: new Date("0001-01-02"), max: new Date("9999-12-30") });
    fc.assert(
      fc.property(moments, fc.integer({ min: -1439, max: 1439 }), (moment, minutes) => {
        const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
          `${part}`.padStart(2, "0"),
        );
        expect(utcDateTime(`${local}${minutes < 0 ? "-" : "+"}${hours}:${rest}`)).toBe(moment.toISOString());
      }),
    );
  });

  it("is part of the period that the records cover, unless UTC has no year for it", () => {
    const schema = object({ at: { ...text, format: "date-time" } });
    const codec = codecOf(schema, access, {}, "/at");
    const sinks = { json: () => {}, csv: () => {}, quarantine: () => {} };
    const encoder = new PartEncoder(codec, { ...sinks, pseudonym: String, previewRecords: 0 });
    const times = [
      "2026-01-01T01:00:00+02:00",
      "1990-12-31T15:59:60-08:00",
      "9999-12-31T23:59:59-02:00",
      "2026-02-30T00:00:00Z",
    ];
    expect(times.map((at) => encoder.encode({ at }) === undefined)).toEqual([true, true, true, false]);
    expect(encoder.period).toEqual({ from: "1990-12-31T23:59:60.000Z", to: "2025-12-31T23:00:00.000Z" });
  });
});

describe("a portability view", () => {
  const fact = (privacy: object) => ({ ...text, "x-privacy": privacy });
  const schema = object(
    {
      email: text,
      visits: fact({ origin: "observed" }),
      score: fact({ origin: "derived" }),
      segment: fact({ origin: "inferred" }),
      token: fact({ secret: true }),
      note: { ...fact({ withhold: "third-party-rights" }), description: "What others wrote." },
      file: fact({ withhold: "trade secret" }),
      deep: object({ rank: fact({ origin: "derived" }), name: text }, { required: ["rank"] }),
    },
    { required: ["email", "score"] },
  );
  const raw = {
    ...{ email: "e", visits: "v", score: "kept-back", segment: "kept-back", token: "kept-back", note: "kept-back" },
    ...{ file: "kept-back", deep: { rank: "kept-back", name: "n" } },
  };

  it("gives what was provided or observed, strips the rest and lists it as withheld, with the reason", () => {
    const codec = codecOf(schema, { ...access, scope: "law" });
    const found = encode(codec, [raw]);
    expect(found.errors).toEqual([undefined]);
    expect(records(found.json)).toEqual([{ email: "e", visits: "v", deep: { name: "n" } }]);
    expect(everything(found)).not.toContain("kept-back");
    expect(codec.withheld.map(({ pointer, reason }) => [pointer, reason])).toEqual([
      ["/score", "not-portable-origin"],
      ["/segment", "not-portable-origin"],
      ["/token", "secret"],
      ["/note", "third-party-rights"],
      ["/file", "declared"],
      ["/deep/rank", "not-portable-origin"],
    ]);
    expect(codec.withheld[3]?.description).toBe("What others wrote.");
    expect(codec.schema).toMatchObject({ required: ["email"], properties: { deep: { required: [] } } });
  });

  it("gives nothing of a legal basis that is not portable, unless the controller promises more", () => {
    const interest = { origin: "provided", legalBasis: "eu-gdpr:A6-1-f" } as const;
    expect(() => codecOf(schema, { ...interest, scope: "law" })).toThrow(/no field to export/);
    const more = codecOf(schema, { ...interest, scope: "all-but-derived" });
    expect(records(encode(more, [raw]).json)).toEqual([{ email: "e", visits: "v", deep: { name: "n" } }]);
  });

  it("is another than the access view, which gives derived fields too", () => {
    expect(records(encode(codecOf(schema), [raw]).json)[0]).toMatchObject({ score: "kept-back", segment: "kept-back" });
  });
});
