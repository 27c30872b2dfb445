import { pointerStep } from "../model/json.ts";
import { type FieldPrivacy, notPortable, type Origin, type PortabilityScope } from "../model/privacy.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { definition, definitionName } from "./definitions.ts";
import type { ObjectShape, Property, Shape } from "./shape.ts";

/** For whom a record is exported: everything one may see, or what one may carry elsewhere. */
export interface View {
  readonly scope: "access" | PortabilityScope;
  /** The dataset's own facts; a field's `x-privacy.origin` overrides the origin. */
  readonly origin: Origin;
  readonly legalBasis: string;
}

/** A field that is known to exist and is not given. */
export interface WithheldField {
  /** Pointer into the record; `*` stands for every element. */
  readonly pointer: string;
  readonly reason: "secret" | "third-party-rights" | "not-portable-basis" | "not-portable-origin" | "declared";
  readonly basis?: string;
  readonly description?: string;
}

const secretBasis = "GDPR 32; 11 CCR 7024(d)";

/** Why a field does not leave in this view, or `undefined` when it does. */
export function leftOut(privacy: FieldPrivacy, view: View): Omit<WithheldField, "pointer" | "description"> | undefined {
  if (privacy.secret === true) return { reason: "secret", basis: secretBasis };
  if (privacy.withhold !== undefined) {
    return privacy.withhold === "third-party-rights"
      ? { reason: "third-party-rights", basis: "GDPR 15(4), 20(4)" }
      : { reason: "declared" };
  }
  if (view.scope === "access") return undefined;
  const reason = notPortable({ legalBasis: view.legalBasis, origin: privacy.origin ?? view.origin }, view.scope);
  return reason === undefined ? undefined : { reason, basis: "GDPR 20(1)" };
}

/** What stands where a field about somebody else was redacted. */
export const redactedText = "[redacted]";
/** Pseudonyms are the first 128 bits of an HMAC-SHA-256, in hex. */
const pseudonymPattern = "^person-[0-9a-f]{32}$";

/** The shape as it leaves: fields that are left out are gone, fields about others are strings. */
export function viewShape(root: ObjectShape, view: View): ObjectShape {
  const known = new Map<Shape, Shape>();
  const visit = (shape: Shape): Shape => {
    const seen = known.get(shape);
    if (seen !== undefined) return seen;
    const copy: Shape = shape.kind === "object" ? { ...shape, properties: [] } : { ...shape };
    known.set(shape, copy);
    if (copy.kind === "array") copy.items = visit(copy.items);
    if (copy.kind === "map") copy.values = visit(copy.values);
    if (copy.kind === "object" && shape.kind === "object") {
      for (const property of shape.properties) {
        if (leftOut(property.privacy, view) !== undefined) continue;
        const replaced = property.privacy.thirdParty !== undefined;
        copy.properties.push({ ...property, shape: replaced ? replacedShape(property) : visit(property.shape) });
      }
    }
    return copy;
  };
  return visit(root) as ObjectShape;
}

function replacedShape(property: Property): Shape {
  const { shape, title, description } = property;
  const facts = { nullable: shape.nullable, node: replacedSchema(property), title, description };
  return { kind: "scalar", ...facts, types: new Set(["string"]), format: undefined, base64: false };
}

function replacedSchema({ schema, privacy, shape, title, description }: Property): RecordSchema {
  const type = shape.nullable ? ["string", "null"] : "string";
  const text =
    privacy.thirdParty === "redact"
      ? { enum: shape.nullable ? [redactedText, null] : [redactedText] }
      : { pattern: pseudonymPattern };
  const facts = { title, description, "x-privacy": schema["x-privacy"] };
  return { type, ...text, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) };
}

/** The record schema as it leaves: what the bundle carries and what Ajv asserts. Definitions that nothing refers to any more are gone. */
export function viewSchema(schema: RecordSchema, root: ObjectShape, view: View): RecordSchema {
  const properties = propertiesBySchema(root);
  const used = new Set<string>();

  const visit = (node: RecordSchema): RecordSchema => {
    if (node.$ref !== undefined) used.add(definitionName(node.$ref) ?? "");
    const copy: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) {
      if (key === "$defs") continue;
      else if (key === "properties") copy[key] = visitProperties(value as Record<string, RecordSchema>);
      else if (key === "items" || (key === "additionalProperties" && typeof value === "object"))
        copy[key] = visit(value as RecordSchema);
      else if (key === "anyOf" || key === "oneOf") copy[key] = (value as RecordSchema[]).map(visit);
      else copy[key] = value;
    }
    if (node.required !== undefined)
      copy.required = node.required.filter((name) => Object.hasOwn(copy.properties ?? {}, name));
    return copy;
  };
  const visitProperties = (children: Record<string, RecordSchema>): Record<string, RecordSchema> => {
    const kept: [string, RecordSchema][] = [];
    for (const [name, child] of Object.entries(children)) {
      const property = properties.get(child);
      if (property === undefined || leftOut(property.privacy, view) !== undefined) continue;
      kept.push([name, property.privacy.thirdParty === undefined ? visit(child) : replacedSchema(property)]);
    }
    return Object.fromEntries(kept);
  };

  const copy = visit(schema);
  const definitions: [string, RecordSchema][] = [];
  for (const name of used) {
    const target = definition(schema, name);
    if (target !== undefined) definitions.push([name, visit(target)]);
  }
  return definitions.length === 0 ? copy : { ...copy, $defs: Object.fromEntries(definitions) };
}

function propertiesBySchema(root: ObjectShape): Map<RecordSchema, Property> {
  const found = new Map<RecordSchema, Property>();
  forEachProperty(root, (property) => void found.set(property.schema, property));
  return found;
}

/** Calls `visit` once per property, at every depth, with its pointer; `*` stands for every element of an array or map. */
export function forEachProperty(root: Shape, visit: (property: Property, pointer: string) => void): void {
  // A definition that is used twice is visited twice, a recursive one once on every way to it.
  const walk = (shape: Shape, pointer: string, above: readonly Shape[]): void => {
    if (above.includes(shape)) return;
    const within = [...above, shape];
    if (shape.kind === "array") walk(shape.items, `${pointer}/*`, within);
    if (shape.kind === "map") walk(shape.values, `${pointer}/*`, within);
    if (shape.kind !== "object") return;
    for (const property of shape.properties) {
      const at = pointer + pointerStep(property.name);
      visit(property, at);
      walk(property.shape, at, within);
    }
  };
  walk(root, "", []);
}

/** The fields of a record that this view does not give, in schema order. */
export function withheldFields(root: ObjectShape, view: View): WithheldField[] {
  const found: WithheldField[] = [];
  const hidden: string[] = [];
  forEachProperty(root, ({ privacy, title, description }, pointer) => {
    if (hidden.some((parent) => pointer.startsWith(`${parent}/`))) return;
    const reason = leftOut(privacy, view);
    if (reason === undefined) return;
    hidden.push(pointer);
    const words = [privacy.withhold === reason.reason ? undefined : privacy.withhold, description ?? title].find(
      (word) => word !== undefined,
    );
    found.push({ pointer, ...reason, ...(words === undefined ? {} : { description: words }) });
  });
  return found;
}
