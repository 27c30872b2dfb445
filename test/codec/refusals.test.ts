import type { PortmanteauError, RecordSchema } from "portmanteau";
import { describe, expect, it } from "vitest";
import { compileCodec } from "../../src/codec/record-codec.ts";

const object = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...more,
});

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
          view: { scope: "access", origin: "provided", legalBasis: "eu-gdpr:A6-1-b" },
        });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: "SCHEMA_UNSUPPORTED", context: { dataset: "d", pointer } });
      expect((error as PortmanteauError).message).toMatch(mend);
    });
  }

  for (const [what, schema] of Object.entries({
    "a broken pattern": object({ a: { type: "string", pattern: "(" } }),
    "an unknown format": object({ a: { type: "string", format: "zodiac" } }),
    "no field that leaves": object({ a: { type: "string", writeOnly: true } }),
  })) {
    it(`with ${what} is refused at start-up`, () => {
      expect(() =>
        compileCodec({
          dataset: "d",
          schema: schema as RecordSchema,
          view: { scope: "access", origin: "provided", legalBasis: "eu-gdpr:A6-1-b" },
        }),
      ).toThrowError(expect.objectContaining({ code: "SCHEMA_UNSUPPORTED" }));
    });
  }
});
