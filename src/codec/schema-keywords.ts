import { isPlainObject } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { privacyProblem } from "./ajv.ts";

/** Keywords that say something about a field without deciding which values pass. */
const annotationKeywords: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$defs",
  "$comment",
  "title",
  "description",
  "examples",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "contentEncoding",
  "contentMediaType",
  "x-privacy",
]);

/** Keywords that decide which values pass. Ajv asserts them on the projected record. */
export const assertionKeywords: ReadonlySet<string> = new Set([
  "$ref",
  "type",
  "enum",
  "const",
  "format",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "items",
  "minItems",
  "maxItems",
  "uniqueItems",
  "properties",
  "required",
  "additionalProperties",
  "minProperties",
  "maxProperties",
  "propertyNames",
  "anyOf",
  "oneOf",
]);

/** What to do instead of a keyword that is refused. */
const mends: ReadonlyMap<string, string> = new Map([
  ["definitions", "Rename it to $defs."],
  ["allOf", "Write the properties out in one closed object."],
  ["not", "Say what is allowed, not what is forbidden."],
  ["if", "Use optional properties."],
  ["then", "Use optional properties."],
  ["else", "Use optional properties."],
  ["patternProperties", "Use a map: additionalProperties with a schema."],
  ["unevaluatedProperties", "Use additionalProperties: false."],
  ["unevaluatedItems", "Use items."],
  ["prefixItems", "Use an object with named properties."],
  ["contains", "Use items."],
  ["dependentSchemas", "Use optional properties."],
  ["dependentRequired", "Use optional properties."],
  ["dependencies", "Use optional properties."],
  ["nullable", 'Write type: ["string", "null"].'],
  ["$dynamicRef", "Use $ref."],
  ["$anchor", "Use $ref with a pointer: #/$defs/…."],
  ["$vocabulary", "Remove it."],
]);

/** Refuses with a pointer into the schema and the mend. */
export type Refuse = (pointer: string, problem: string) => never;

/** Refuses what is not supported, or not well formed, at one node of a schema. */
export function checkKeywords(node: RecordSchema, pointer: string, refuse: Refuse): void {
  for (const keyword of Object.keys(node)) {
    if (annotationKeywords.has(keyword) || assertionKeywords.has(keyword) || keyword.startsWith("x-")) continue;
    refuse(
      pointer,
      `"${keyword}" is not supported. ${mends.get(keyword) ?? "Remove it, or say it with the supported keywords."}`,
    );
  }
  for (const keyword of ["required", "enum"]) {
    if (node[keyword] !== undefined && !Array.isArray(node[keyword]))
      refuse(`${pointer}/${keyword}`, `${keyword} must be a list. Put it in brackets.`);
  }
  if (node.properties !== undefined && !isPlainObject(node.properties))
    refuse(`${pointer}/properties`, "properties must be an object. Give each property its name.");
  const problem = node["x-privacy"] === undefined ? undefined : privacyProblem(node["x-privacy"]);
  if (problem !== undefined)
    refuse(`${pointer}/x-privacy${problem.pointer}`, `${problem.message}. See schemas/x-privacy.schema.json.`);
  if (
    node.$ref !== undefined &&
    Object.keys(node).some((keyword) => keyword !== "$ref" && assertionKeywords.has(keyword))
  ) {
    refuse(pointer, "$ref stands beside other rules. Move them into the definition it points at.");
  }
}
