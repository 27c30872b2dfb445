import type { PortmanteauError, RecordSchema } from "portmanteau";
import { describe, expect, it } from "vitest";
import { compileCodec } from "../../src/codec/record-codec.ts";
import { access, codecOf, encode, object } from "./encoding.ts";

/** What is refused: its schema, where, and a word of the mend. */
const refused: Record<string, readonly [schema: unknown, pointer: string, mend: RegExp]> = {
  "an open root": [{ type: "object", properties: {} }, "", /additionalProperties: false/],
  "an open object inside": [
    object({ a: { type: "object", properties: {} } }),
    "/properties/a",
    /additionalProperties: false/,
  ],
  "an open object in an array": [
    object({ a: { type: "array", items: { type: "object" } } }),
    "/properties/a/items",
    /additionalProperties: false/,
  ],
  "named and free properties together": [
    object({ a: { type: "object", properties: {}, additionalProperties: { type: "string" } } }),
    "/properties/a",
    /map/,
  ],
  "a root that is no object": [{ type: "array", items: { type: "string" } }, "", /closed object/],
  "a remote $ref": [object({ a: { $ref: "https://example.org/a.json" } }), "/properties/a", /\$defs/],
  "a $ref whose escape is no UTF-8": [object({ a: { $ref: "#/$defs/%FF" } }), "/properties/a", /\$defs/],
  "a $ref to nothing": [object({ a: { $ref: "#/$defs/b" } }), "/properties/a", /\$defs/],
  "a $ref in a circle": [
    object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: { $ref: "#/$defs/b" } } }),
    "/properties/a",
    /itself/,
  ],
  "rules beside a $ref": [
    object({ a: { $ref: "#/$defs/b", minLength: 1 } }, { $defs: { b: { type: "string" } } }),
    "/properties/a",
    /definition/,
  ],
  "no type": [object({ a: {} }), "/properties/a", /type/],
  "a schema that is true": [object({ a: true }), "/properties/a", /object/],
  "an object or a text": [
    object({ a: { type: ["object", "string"], additionalProperties: false } }),
    "/properties/a",
    /one type/,
  ],
  "several object shapes": [
    object({ a: { anyOf: [object({}), { type: "string" }] } }),
    "/properties/a",
    /one closed object/,
  ],
  "an array of anything": [object({ a: { type: "array" } }), "/properties/a", /items/],
  "an unknown type": [object({ a: { type: "date" } }), "/properties/a", /string, integer/],
  "another draft": [
    { $schema: "http://json-schema.org/draft-07/schema#", ...object({ a: { type: "string" } }) },
    "/$schema",
    /2020-12/,
  ],
  allOf: [object({ a: { type: "string" } }, { allOf: [] }), "", /one closed object/],
  patternProperties: [
    object({ a: { type: "object", additionalProperties: false, patternProperties: {} } }),
    "/properties/a",
    /map/,
  ],
  if: [object({ a: { type: "string", if: {} } }), "/properties/a", /optional/],
  definitions: [object({ a: { type: "string" } }, { definitions: {} }), "", /\$defs/],
  prefixItems: [
    object({ a: { type: "array", prefixItems: [], items: { type: "string" } } }),
    "/properties/a",
    /named properties/,
  ],
  "a required name that is no property": [
    object({ a: { type: "string" } }, { required: ["b"] }),
    "/required",
    /Add it/,
  ],
  "a typing error in x-privacy": [
    object({ a: { type: "string", "x-privacy": { secert: true } } }),
    "/properties/a/x-privacy",
    /x-privacy/,
  ],
  "an unknown treatment in x-privacy": [
    object({ a: { type: "string", "x-privacy": { thirdParty: "redcat" } } }),
    "/properties/a/x-privacy/thirdParty",
    /x-privacy/,
  ],
  "a property that no validator can check": [
    object(JSON.parse('{"__proto__":{"type":"string"}}') as Record<string, unknown>),
    "/properties/__proto__",
    /Rename/,
  ],
  "secret elements": [
    object({ a: { type: "array", items: { type: "string", writeOnly: true } } }),
    "/properties/a/items",
    /property/,
  ],
  "a secret record": [object({ a: { type: "string" } }, { writeOnly: true }), "", /excluded/],
  "optional and nullable at once": [object({ a: { type: ["string", "null"] } }), "/a", /required, or not nullable/],
  "optional and nullable inside": [
    object({ o: object({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }) }, { required: ["o"] }),
    "/o/a",
    /required, or not nullable/,
  ],
  "a schema that is no object": [null, "", /must be an object/],
  "an open object three levels down": [
    object({ a: { type: "array", items: object({ b: object({ c: { type: "object" } }) }) } }),
    "/properties/a/items/properties/b/properties/c",
    /additionalProperties: false/,
  ],
  "an open object in a map": [
    object({ a: { type: "object", additionalProperties: { type: "object", additionalProperties: true } } }),
    "/properties/a/additionalProperties",
    /additionalProperties: false/,
  ],
  "an open object in a branch": [
    object({ a: { anyOf: [{ type: "object" }, { type: "null" }] } }),
    "/properties/a/anyOf/0",
    /additionalProperties: false/,
  ],
  "an open object behind a $ref": [
    object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: { type: "object" } } }),
    "/properties/a",
    /additionalProperties: false/,
  ],
  "a pointer whose steps need escaping": [object({ "a/b~c": {} }), "/properties/a~1b~0c", /Give a type/],
  "a $ref to a property": [
    object({ a: { type: "string" }, b: { $ref: "#/properties/a" } }),
    "/properties/b",
    /not local.*\$defs/,
  ],
  "a $ref to what every object inherits": [
    object({ a: { $ref: "#/$defs/constructor" } }, { $defs: {} }),
    "/properties/a",
    /points at nothing.*\$defs/,
  ],
  "a $ref that is no URI": [object({ a: { $ref: "#/$defs/%" } }), "/properties/a", /\$defs/],
  "a $ref in a circle of two": [
    object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: { $ref: "#/$defs/c" }, c: { $ref: "#/$defs/b" } } }),
    "/properties/a",
    /itself/,
  ],
  "a union that is its own branch": [
    object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: { anyOf: [{ type: "string" }, { $ref: "#/$defs/b" }] } } }),
    "/properties/a/anyOf/1/anyOf/1",
    /Point it at a schema/,
  ],
  "anyOf beside oneOf": [
    object({ a: { anyOf: [{ type: "string" }], oneOf: [{ type: "string" }] } }),
    "/properties/a",
    /Use one of them/,
  ],
  "an empty anyOf": [object({ a: { anyOf: [] } }), "/properties/a", /must list schemas/],
  "an array or a number": [
    object({ a: { type: ["array", "number"], items: { type: "string" } } }),
    "/properties/a",
    /one type/,
  ],
  "an array or a text as branches": [
    object({ a: { oneOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] } }),
    "/properties/a",
    /one closed object/,
  ],
  "two objects as branches": [
    object({ a: { anyOf: [object({ x: { type: "string" } }), object({ y: { type: "string" } })] } }),
    "/properties/a",
    /optional properties/,
  ],
  "rules for maps on a closed object": [object({ a: object({}, { minProperties: 1 }) }), "/properties/a", /required/],
  "a required that is no list": [object({ a: { type: "string" } }, { required: "a" }), "/required", /brackets/],
  "an enum that is no list": [object({ a: { enum: "x" } }), "/properties/a/enum", /brackets/],
  "properties that are a list": [
    { type: "object", additionalProperties: false, properties: [] },
    "/properties",
    /Give each property its name/,
  ],
  "a required name inside that is no property": [
    object({ a: object({}, { required: ["b"] }) }),
    "/properties/a/required",
    /Add it/,
  ],
  "a root that may be null": [{ ...object({ a: { type: "string" } }), type: ["object", "null"] }, "", /closed object/],
  "a root that is a map": [{ type: "object", additionalProperties: { type: "string" } }, "", /closed object/],
  "a property name with a lone surrogate": [
    object({ "\uD800": { type: "string" } }),
    "/properties/\uD800",
    /Rename it/,
  ],
  "a secret that is false": [
    object({ a: { type: "string", "x-privacy": { secret: false } } }),
    "/properties/a/x-privacy/secret",
    /x-privacy/,
  ],
  "an x-privacy that says nothing": [
    object({ a: { type: "string", "x-privacy": {} } }),
    "/properties/a/x-privacy",
    /x-privacy/,
  ],
  "a typing error in the x-privacy of a definition": [
    object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: { type: "string", "x-privacy": { secrets: true } } } }),
    "/properties/a/x-privacy",
    /x-privacy/,
  ],
  "a record secret by x-privacy": [
    object({ a: { type: "string" } }, { "x-privacy": { secret: true } }),
    "",
    /Leave the dataset out under excluded/,
  ],
  "a record about somebody else": [
    object({ a: { type: "string" } }, { "x-privacy": { thirdParty: "redact" } }),
    "",
    /dataset's privacy/,
  ],
  "elements about others": [
    object({ a: { type: "array", items: { type: "string", "x-privacy": { thirdParty: "redact" } } } }),
    "/properties/a/items",
    /Mark the property/,
  ],
  "elements about others behind a $ref": [
    object(
      { a: { type: "array", items: { $ref: "#/$defs/b" } } },
      { $defs: { b: { type: "string", "x-privacy": { thirdParty: "redact" } } } },
    ),
    "/properties/a/items",
    /Mark the property/,
  ],
  "elements that are derived": [
    object({ a: { type: "array", items: { type: "string", "x-privacy": { origin: "derived" } } } }),
    "/properties/a/items",
    /Mark the property/,
  ],
  "secret values of a map": [
    object({ a: { type: "object", additionalProperties: { type: "string", writeOnly: true } } }),
    "/properties/a/additionalProperties",
    /Mark the property/,
  ],
  "withheld values of a map": [
    object({ a: { type: "object", additionalProperties: { type: "string", "x-privacy": { withhold: "reason" } } } }),
    "/properties/a/additionalProperties",
    /Mark the property/,
  ],
  "a secret branch": [
    object({ a: { anyOf: [{ type: "null" }, { type: "string", writeOnly: true }] } }, { required: ["a"] }),
    "/properties/a/anyOf/1",
    /Mark the property/,
  ],
  "a secret branch behind a $ref": [
    object(
      { a: { oneOf: [{ $ref: "#/$defs/b" }, { type: "null" }] } },
      { required: ["a"], $defs: { b: { type: "string", "x-privacy": { secret: true } } } },
    ),
    "/properties/a/oneOf/0",
    /Mark the property/,
  ],
  "an optional property that is always null": [object({ a: { type: "null" } }), "/a", /required, or not nullable/],
  "an optional property whose enum has null": [object({ a: { enum: ["x", null] } }), "/a", /required, or not nullable/],
  "an optional map that may be null": [
    object({ a: { type: ["object", "null"], additionalProperties: { type: "string" } } }),
    "/a",
    /required, or not nullable/,
  ],
  "records that need each other": [
    object(
      { a: { $ref: "#/$defs/b" } },
      {
        required: ["a"],
        $defs: {
          b: object({ c: { $ref: "#/$defs/c" } }, { required: ["c"] }),
          c: object({ b: { $ref: "#/$defs/b" } }, { required: ["b"] }),
        },
      },
    ),
    "/a/c/b",
    /optional/,
  ],
  "a record that needs itself": [object({ a: { $ref: "#" } }, { required: ["a"] }), "/a", /optional/],
};

describe("a record schema", () => {
  for (const [what, [schema, pointer, mend]] of Object.entries(refused)) {
    it(`with ${what} is refused at start-up, with the pointer and the mend`, () => {
      let error: unknown;
      try {
        compileCodec({
          dataset: "d",
          schema: schema as RecordSchema,
          view: access,
        });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: "SCHEMA_UNSUPPORTED", context: { dataset: "d", pointer } });
      expect((error as PortmanteauError).message).toMatch(mend);
    });
  }

  for (const [keyword, value, mend] of [
    ["allOf", [], /one closed object/],
    ["not", {}, /what is allowed/],
    ["if", {}, /optional properties/],
    ["then", {}, /optional properties/],
    ["else", {}, /optional properties/],
    ["patternProperties", {}, /map/],
    ["unevaluatedProperties", false, /additionalProperties: false/],
    ["unevaluatedItems", false, /items/],
    ["prefixItems", [], /named properties/],
    ["contains", {}, /items/],
    ["dependentSchemas", {}, /optional properties/],
    ["dependentRequired", {}, /optional properties/],
    ["dependencies", {}, /optional properties/],
    ["definitions", {}, /\$defs/],
    ["nullable", true, /type: \["string", "null"\]/],
    ["$dynamicRef", "#a", /\$ref/],
    ["$anchor", "a", /\$ref/],
    ["$vocabulary", {}, /Remove it/],
    ["formatMinimum", "a", /Remove it/],
    ["addtionalProperties", false, /Remove it/],
  ] as const) {
    it(`with the keyword ${keyword} is refused wherever it stands, with the mend`, () => {
      const bad = { type: "string", [keyword]: value };
      for (const [schema, pointer] of [
        [object({ a: { type: "string" } }, { [keyword]: value }), ""],
        [object({ a: bad }), "/properties/a"],
        [object({ a: { type: "array", items: bad } }), "/properties/a/items"],
        [object({ a: { type: "object", additionalProperties: bad } }), "/properties/a/additionalProperties"],
        [object({ a: { anyOf: [bad, { type: "number" }] } }), "/properties/a/anyOf/0"],
        [object({ a: { $ref: "#/$defs/b" } }, { $defs: { b: bad } }), "/properties/a"],
      ] as const) {
        expect(() => codecOf(schema)).toThrowError(
          expect.objectContaining({
            code: "SCHEMA_UNSUPPORTED",
            context: { dataset: "d", pointer },
            message: expect.stringMatching(mend),
          }),
        );
      }
    });
  }

  it("may be optional and nullable where CSV has a cell of JSON, which tells them apart", () => {
    const loose = object({ x: { type: ["string", "null"] } });
    const codec = codecOf(object({ list: { type: "array", items: loose }, optional: loose }));
    expect(codec.columns.map(({ pointer, type }) => [pointer, type])).toEqual([
      ["/list", "json"],
      ["/optional", "json"],
    ]);
  });

  it("may be recursive where a record can end: in what is optional, nullable, an array or a map", () => {
    const node = { $ref: "#/$defs/node" };
    const nullable = { anyOf: [node, { type: "null" }] };
    const schema = object(
      { root: node },
      {
        $defs: {
          node: object(
            {
              optional: node,
              nullable,
              list: { type: "array", items: nullable },
              map: { type: "object", additionalProperties: nullable },
              nested: { $ref: "#/$defs/nested" },
              named: { $ref: "#/$defs/named" },
            },
            { required: ["nullable"] },
          ),
          nested: { type: "array", items: { anyOf: [{ $ref: "#/$defs/nested" }, { type: "null" }] } },
          named: { type: "object", additionalProperties: { oneOf: [{ $ref: "#/$defs/named" }, { type: "null" }] } },
        },
      },
    );
    const leaf = { nullable: null };
    const root = {
      ...{ optional: leaf, nullable: leaf, list: [leaf, null], map: { k: leaf, n: null } },
      ...{ nested: [[null], []], named: { a: { b: null } } },
    };
    const { errors, json } = encode(codecOf(schema), [{ root }]);
    expect([errors, JSON.parse(json)]).toEqual([[undefined], [{ root }]]);
  });

  for (const [what, schema] of Object.entries({
    "a broken pattern": object({ a: { type: "string", pattern: "(" } }),
    "a broken pattern inside": object({ a: { type: "array", items: { type: "string", pattern: "[" } } }),
    "a rule for another type": object({ a: { type: "string", minimum: 1 } }),
    "an unknown format": object({ a: { type: "string", format: "zodiac" } }),
    "no field that leaves": object({ a: { type: "string", writeOnly: true } }),
  })) {
    it(`with ${what} is refused at start-up`, () => {
      expect(() =>
        compileCodec({
          dataset: "d",
          schema: schema as RecordSchema,
          view: access,
        }),
      ).toThrowError(expect.objectContaining({ code: "SCHEMA_UNSUPPORTED" }));
    });
  }
});

describe("columns", () => {
  /** Required objects, one in the other, with `width` fields in the innermost. */
  const nested = (depth: number, width: number) => {
    let schema = object(
      Object.fromEntries(Array.from({ length: width }, (_, index) => [`p${index}`, { type: "integer" }])),
    );
    for (let level = 0; level < depth; level++) schema = object({ a: schema }, { required: ["a"] });
    return schema;
  };

  it("may be 100 objects deep, and 10,000 in number", () => {
    for (const [depth, width, limit] of [
      [100, 1, "deeper than 100"],
      [1, 10_000, "more than 10000 columns"],
    ] as const) {
      expect(codecOf(nested(depth, width)).columns).toHaveLength(width);
      const beyond = depth === 1 ? nested(1, width + 1) : nested(depth + 1, width);
      expect(() => codecOf(beyond)).toThrow(limit);
    }
  });
});
