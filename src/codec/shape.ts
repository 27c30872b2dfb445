import { PortmanteauError } from "../model/errors.ts";
import { isPlainObject, pointerStep } from "../model/json.ts";
import type { FieldPrivacy } from "../model/privacy.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { definition, definitionName, privacyOf } from "./definitions.ts";
import { checkKeywords, type Refuse } from "./schema-keywords.ts";

export type ScalarType = "string" | "integer" | "number" | "boolean";

/**
 * What a value may look like, read once from the record schema. Views, projection, columns and the page all work from shapes; only
 * Ajv reads the schema itself. Recursive schemas give cyclic shapes.
 */
export type Shape = ScalarShape | ObjectShape | ArrayShape | MapShape;

interface ShapeFacts {
  nullable: boolean;
  /** The schema that says this, any `$ref` followed. */
  readonly node: RecordSchema;
  /** The `anyOf` or `oneOf` around it that adds null and nothing else. */
  readonly union?: RecordSchema;
  readonly title: string | undefined;
  readonly description: string | undefined;
}
/** One scalar, or a union of scalars. No types at all: always null. */
export interface ScalarShape extends ShapeFacts {
  readonly kind: "scalar";
  readonly types: ReadonlySet<ScalarType>;
  readonly format: string | undefined;
  readonly base64: boolean;
}
/** An object that names all its properties. */
export interface ObjectShape extends ShapeFacts {
  readonly kind: "object";
  readonly properties: Property[];
}
interface ArrayShape extends ShapeFacts {
  readonly kind: "array";
  items: Shape;
}
/** An object whose keys are data: `additionalProperties` is a schema. */
interface MapShape extends ShapeFacts {
  readonly kind: "map";
  values: Shape;
}
export interface Property {
  readonly name: string;
  /** The schema at the property, as written there. */
  readonly schema: RecordSchema;
  readonly required: boolean;
  readonly shape: Shape;
  /** The facts that stand at the property or at what it refers to; `writeOnly` counts as `secret`. */
  readonly privacy: FieldPrivacy;
  readonly title: string | undefined;
  readonly description: string | undefined;
}

/**
 * Reads a record schema, and refuses what cannot be exported without loss or doubt.
 *
 * @throws {PortmanteauError} `SCHEMA_UNSUPPORTED`, with the pointer into the schema and the mend.
 */
export function readShape(schema: RecordSchema, dataset: string): ObjectShape {
  const known = new Map<RecordSchema, Shape>();
  const unions = new Map<RecordSchema, number>();

  const refuse: Refuse = (pointer, problem) => {
    throw new PortmanteauError("SCHEMA_UNSUPPORTED", `Schema of "${dataset}" at "${pointer || "/"}": ${problem}`, {
      context: { dataset, pointer },
    });
  };

  const resolve = (node: RecordSchema, pointer: string): RecordSchema[] => {
    const chain = [node];
    for (let at = node; at.$ref !== undefined; ) {
      const name = definitionName(at.$ref);
      if (name === undefined)
        return refuse(pointer, `$ref "${at.$ref}" is not local. Copy the definition into $defs and write "#/$defs/…".`);
      const target = name === "" ? schema : definition(schema, name);
      if (!isPlainObject(target)) return refuse(pointer, `$ref "${at.$ref}" points at nothing. Add it under $defs.`);
      at = target;
      if (chain.includes(at)) return refuse(pointer, `$ref "${at.$ref}" leads back to itself. Point it at a schema.`);
      chain.push(at);
    }
    return chain;
  };

  /** Only properties are treated: a fact that stands anywhere else would be read by nobody, and let a secret out. */
  const refuseTreatment = (node: RecordSchema, pointer: string, what: string, mend: string): void => {
    const privacy = privacyOf(resolve(node, pointer));
    const fact = (["secret", "thirdParty", "withhold", "origin"] as const).find((key) => privacy[key] !== undefined);
    if (fact !== undefined) refuse(pointer, `${what} cannot have a privacy fact of their own ("${fact}"). ${mend}`);
  };

  const read = (node: unknown, pointer: string): Shape => {
    if (!isPlainObject(node))
      return refuse(
        pointer,
        "a schema must be an object. `true` and `false` name no fields; name them under properties.",
      );
    const chain = resolve(node as RecordSchema, pointer);
    for (const link of chain) checkKeywords(link, pointer, refuse);
    const target = chain.at(-1) as RecordSchema;
    const seen = known.get(target);
    if (seen !== undefined) return seen;

    const facts = { nullable: false, node: target, title: target.title, description: target.description };
    const types = typesOf(target);
    const branches = target.anyOf ?? target.oneOf;
    if (branches !== undefined) return readUnion(target, branches, pointer);
    if (types === undefined)
      return refuse(pointer, "no type is given, so any value would pass. Give a type, an enum or a const.");

    facts.nullable = types.delete("null");
    const container = types.has("object") ? "object" : types.has("array") ? "array" : undefined;
    if (container !== undefined && types.size > 1) {
      return refuse(
        pointer,
        `the value may be ${[...types].join(" or ")}: it cannot be projected exactly. Give one type.`,
      );
    }
    if (container === "array") {
      const shape: ArrayShape = { kind: "array", ...facts, items: undefined as unknown as Shape };
      known.set(target, shape);
      if (target.items === undefined) return refuse(pointer, "an array needs items. Say what its elements are.");
      shape.items = read(target.items, `${pointer}/items`);
      refuseTreatment(target.items, `${pointer}/items`, "elements", "Mark the property that holds the array.");
      return shape;
    }
    if (container === "object") return readObject(target, facts, pointer);
    for (const type of types) {
      if (!scalarTypes.has(type))
        return refuse(pointer, `"${type}" is not a type. Use string, integer, number, boolean, object, array or null.`);
    }
    const shape: ScalarShape = {
      kind: "scalar",
      ...facts,
      types: types as Set<ScalarType>,
      format: target.format,
      base64: target.contentEncoding === "base64",
    };
    known.set(target, shape);
    return shape;
  };

  const readUnion = (node: RecordSchema, branches: readonly RecordSchema[], pointer: string): Shape => {
    const key = node.anyOf !== undefined ? "anyOf" : "oneOf";
    if (node.anyOf !== undefined && node.oneOf !== undefined)
      return refuse(pointer, "anyOf stands beside oneOf. Use one of them.");
    if (!Array.isArray(branches) || branches.length === 0) return refuse(pointer, `${key} must list schemas.`);
    // Every container that is entered is known before what it holds is read: when nothing new is, the union is its own branch.
    if (unions.get(node) === known.size) return refuse(pointer, `${key} leads back to itself. Point it at a schema.`);
    unions.set(node, known.size);
    const shapes = branches.map((branch, index) => {
      const shape = read(branch, `${pointer}/${key}/${index}`);
      refuseTreatment(branch, `${pointer}/${key}/${index}`, "branches", "Mark the property that holds the union.");
      return shape;
    });
    unions.delete(node);
    const isNull = (shape: Shape) => shape.kind === "scalar" && shape.types.size === 0;
    const kept = shapes.filter((shape) => !isNull(shape));
    const nullable = shapes.some((shape) => shape.nullable);
    const facts = { nullable, node, title: node.title, description: node.description };
    const [only] = kept;
    if (kept.length === 1 && only !== undefined) {
      const title = node.title ?? only.title;
      const whole = {
        nullable,
        node: only.node,
        union: node,
        title,
        description: node.description ?? only.description,
      };
      // A recursive array or map is still being read here: what it holds is looked up later.
      if (only.kind === "array") {
        return {
          ...{ kind: only.kind, ...whole },
          get items() {
            return only.items;
          },
        };
      }
      if (only.kind === "map") {
        return {
          ...{ kind: only.kind, ...whole },
          get values() {
            return only.values;
          },
        };
      }
      return { ...only, ...whole };
    }
    const types = new Set<ScalarType>();
    for (const shape of kept) {
      if (shape.kind !== "scalar")
        return refuse(
          pointer,
          `${key} has several shapes with objects or arrays: which fields are allowed is in doubt. Give one closed object with optional properties.`,
        );
      for (const type of shape.types) types.add(type);
    }
    const formats = new Set(kept.map((shape) => (shape.kind === "scalar" ? shape.format : undefined)));
    return { kind: "scalar", ...facts, types, format: formats.size === 1 ? [...formats][0] : undefined, base64: false };
  };

  const readObject = (node: RecordSchema, facts: ShapeFacts, pointer: string): Shape => {
    const { additionalProperties, properties } = node;
    if (isPlainObject(additionalProperties)) {
      if (properties !== undefined)
        return refuse(
          pointer,
          "the object has named properties and free ones. Close it (additionalProperties: false), and put the free ones in a map of their own.",
        );
      const map: MapShape = { kind: "map", ...facts, values: undefined as unknown as Shape };
      known.set(node, map);
      map.values = read(additionalProperties, `${pointer}/additionalProperties`);
      refuseTreatment(
        additionalProperties as RecordSchema,
        `${pointer}/additionalProperties`,
        "values",
        "Mark the property that holds the map.",
      );
      return map;
    }
    if (additionalProperties !== false)
      return refuse(
        pointer,
        "the object is open: fields nobody named would leave with it. Set additionalProperties: false.",
      );
    if (node.minProperties !== undefined || node.maxProperties !== undefined || node.propertyNames !== undefined) {
      return refuse(pointer, "minProperties, maxProperties and propertyNames make sense for maps only. Use required.");
    }
    const shape: ObjectShape = { kind: "object", ...facts, properties: [] };
    known.set(node, shape);
    const required = new Set(node.required ?? []);
    for (const [name, child] of Object.entries(properties ?? {})) {
      const at = `${pointer}/properties${pointerStep(name)}`;
      if (!name.isWellFormed()) return refuse(at, "the property's name holds a lone surrogate. Rename it.");
      if (name === "__proto__") return refuse(at, "no validator can check a property of this name. Rename it.");
      const childShape = read(child, at);
      const privacy = privacyOf(resolve(child, at));
      shape.properties.push({
        name,
        schema: child,
        required: required.delete(name),
        shape: childShape,
        privacy,
        title: child.title ?? childShape.title,
        description: child.description ?? childShape.description,
      });
    }
    const [unnamed] = required;
    if (unnamed !== undefined)
      return refuse(`${pointer}/required`, `"${unnamed}" is required but is not among the properties. Add it there.`);
    return shape;
  };

  if (!isPlainObject(schema)) refuse("", "a schema must be an object. Describe one record in it.");
  if (schema.$schema !== undefined && !/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(schema.$schema)) {
    refuse(
      "/$schema",
      `"${schema.$schema}" is not JSON Schema 2020-12. Set "https://json-schema.org/draft/2020-12/schema".`,
    );
  }
  const root = read(schema, "");
  if (root.kind !== "object" || root.nullable)
    return refuse("", 'a record must be a closed object. Set type: "object" and additionalProperties: false.');
  if (privacyOf(resolve(schema, "")).secret)
    refuse("", "the whole record is secret. Leave the dataset out under excluded instead.");
  refuseTreatment(schema, "", "records", "Say it in the dataset's privacy, or at the properties.");
  return root;
}

const scalarTypes: ReadonlySet<string> = new Set<ScalarType>(["string", "integer", "number", "boolean"]);

function typesOf(node: RecordSchema): Set<string> | undefined {
  if (node.type !== undefined) return new Set(typeof node.type === "string" ? [node.type] : node.type);
  const values = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (values === undefined) return undefined;
  return new Set(values.map((value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value)));
}
