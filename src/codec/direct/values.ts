import { isDeepStrictEqual } from "node:util";
import type { RecordSchema } from "../../model/record-schema.ts";
import { createAjv } from "../ajv.ts";
import { utcDateTime } from "../date-time.ts";
import { type Look, looks } from "../formats.ts";
import { isRecord, projectScalar } from "../project.ts";
import { assertionKeywords } from "../schema-keywords.ts";
import type { ObjectShape, Property, ScalarShape, ScalarType, Shape } from "../shape.ts";
import { leftOut, type View } from "../view.ts";
import { type Code, NotDirect, type Program } from "./code.ts";

/** How deep containers are followed into each other. Deeper records take the plain way, which has the limit that counts. */
const maxDepth = 100;

/** Generates the statements that read values, convert them, and check them; Ajv decides which pass. */
export class Values {
  readonly #program: Program;
  readonly #schema: RecordSchema;
  readonly #view: View;
  readonly #ajv = createAjv();
  readonly #checks = new Map<string, (value: unknown) => boolean>();
  readonly #containers = new Map<Shape, string>();

  constructor(program: Program, schema: RecordSchema, view: View) {
    this.#program = program;
    this.#schema = schema;
    this.#view = view;
  }

  /** Those that leave. */
  properties({ properties }: ObjectShape): Property[] {
    return properties.filter(({ privacy }) => leftOut(privacy, this.#view) === undefined);
  }

  /** Reads the properties that leave into variables, from an object that has no other ones than its shape. */
  readFields(shape: ObjectShape, object: string, code: Code): (readonly [property: Property, variable: string])[] {
    requireOnly(shape.node, ["type", "properties", "required", "additionalProperties"]);
    const [is, hasOwn] = [this.#program.constant(isRecord), this.#program.constant(Object.hasOwn)];
    const known = this.#program.constant(new KnownNames(shape.properties));
    code.lines.push(`if (!${is}(${object}) || !${known}.hold(${object})) ${code.giveUp}`);
    return this.properties(shape).map((property) => {
      const name = JSON.stringify(property.name);
      const read = `${object}[${name}]`;
      const inherited = property.name in Object.prototype;
      return [property, code.let(inherited ? `${hasOwn}(${object}, ${name}) ? ${read} : undefined` : read)];
    });
  }

  /** A value that may be missing; `whenThere` writes the statements for one that is there. */
  unlessMissing(
    value: string,
    may: { readonly beAbsent: boolean; readonly beNull: boolean },
    code: Code,
    whenThere: () => void,
  ) {
    code.lines.push(
      `if (${value} === undefined) { ${may.beAbsent ? "" : code.giveUp} }`,
      `else if (${value} === null) { ${may.beNull ? "" : code.giveUp} }`,
      "else {",
    );
    whenThere();
    code.lines.push("}");
  }

  takesNull(shape: Shape): boolean {
    if (!shape.nullable) return false;
    if (shape.kind === "scalar") return this.#check(shape)?.(null) ?? true;
    // Inside a union, null is certain only where a branch says nothing else.
    const { union } = shape;
    return union === undefined || union.anyOf?.some((branch) => isDeepStrictEqual(branch, { type: "null" })) === true;
  }

  /**
   * Converts and checks a scalar that is neither absent nor null. Gives its type, or `mixed`.
   *
   * @param isLookedAt its format is checked when it is written: it need not be checked here
   */
  scalar(shape: ScalarShape, value: string, code: Code, isLookedAt = false): ScalarType | "mixed" {
    const [type, ...more] = shape.types;
    const check = isLookedAt ? undefined : this.#check(shape);
    const convert = `${value} = ${this.#program.constant(projectScalar(shape))}(${value});`;
    const refuse = (condition: string) => code.lines.push(`if (${condition}) ${code.giveUp}`);
    const mixed = type === undefined || more.length > 0;
    if (mixed) {
      code.lines.push(convert);
      refuse(`${value} === undefined`);
    } else {
      const odd = type === "integer" ? `!Number.isInteger(${value})` : `typeof ${value} !== "${type}"`;
      code.lines.push(`if (${odd}) { ${convert} if (${odd}) ${code.giveUp} }`);
      if (type === "number" || type === "integer")
        refuse(`${value} === 0 ? 1 / ${value} < 0 : !Number.isFinite(${value})`);
      if (shape.format === "date-time") code.lines.push(`${value} = ${this.#program.constant(utcDateTime)}(${value});`);
      if (type === "string" && check !== undefined) refuse(`!${value}.isWellFormed()`);
    }
    if (check !== undefined) refuse(`!${this.#program.constant(check)}(${value})`);
    return mixed ? "mixed" : type;
  }

  /** The name of the function `(value, depth)` that gives the JSON of an object, array or map; `undefined` when it is out of the ordinary. */
  container(shape: Exclude<Shape, ScalarShape>): string {
    const known = this.#containers.get(shape);
    if (known !== undefined) return known;
    const name = this.#program.nextName();
    this.#containers.set(shape, name);
    const code = this.#program.code("return undefined;");
    code.lines.push(`if (depth > ${maxDepth}) ${code.giveUp}`, 'let json = "";');
    if (shape.kind === "object") this.#object(shape, code);
    else if (shape.kind === "array") this.#array(shape, code);
    else this.#map(shape, code);
    this.#program.addFunction(`function ${name}(value, depth) {\n${code.text()}\n}`);
    return name;
  }

  #object(shape: ObjectShape, code: Code): void {
    for (const [property, field] of this.readFields(shape, "value", code)) {
      if (property.privacy.thirdParty !== undefined) throw new NotDirect();
      const key = JSON.stringify(`,${JSON.stringify(property.name)}:`);
      this.#json(property.shape, field, !property.required, code, (json) => `json += ${key} + ${json};`);
    }
    code.lines.push('return "{" + json.slice(1) + "}";');
  }

  #array(shape: Extract<Shape, { kind: "array" }>, code: Code): void {
    requireOnly(shape.node, ["type", "items", "minItems", "maxItems"]);
    const { minItems = 0, maxItems = Number.MAX_SAFE_INTEGER } = shape.node;
    code.lines.push(
      `if (!Array.isArray(value) || value.length < ${Number(minItems)} || value.length > ${Number(maxItems)}) ${code.giveUp}`,
      "for (let index = 0; index < value.length; index++) {",
    );
    this.#json(shape.items, code.let("value[index]"), false, code, (json) => `json += "," + ${json};`);
    code.lines.push("}", 'return "[" + json.slice(1) + "]";');
  }

  #map(shape: Extract<Shape, { kind: "map" }>, code: Code): void {
    requireOnly(shape.node, ["type", "additionalProperties"]);
    code.lines.push(
      `if (!${this.#program.constant(isRecord)}(value)) ${code.giveUp}`,
      "for (const key in value) {",
      `if (!${this.#program.constant(Object.hasOwn)}(value, key) || !key.isWellFormed()) ${code.giveUp}`,
    );
    const held = code.let("value[key]");
    this.#json(shape.values, held, true, code, (json) => `json += "," + JSON.stringify(key) + ":" + ${json};`);
    code.lines.push("}", 'return "{" + json.slice(1) + "}";');
  }

  /** The statements for a value inside a cell of JSON; `add` makes the one that adds its JSON. */
  #json(shape: Shape, value: string, mayBeAbsent: boolean, code: Code, add: (json: string) => string): void {
    const whenThere = () => {
      if (shape.kind === "scalar") {
        const type = this.scalar(shape, value, code);
        const text = type === "string" ? `${value}.toWellFormed()` : value;
        const json = type === "string" || type === "mixed" ? `JSON.stringify(${text})` : value;
        code.lines.push(add(json));
      } else {
        const json = code.let(`${this.container(shape)}(${value}, depth + 1)`);
        code.lines.push(`if (${json} === undefined) ${code.giveUp}`, add(json));
      }
    };
    if (!mayBeAbsent && !shape.nullable) {
      whenThere();
      return;
    }
    const may = { beAbsent: mayBeAbsent, beNull: this.takesNull(shape) };
    this.unlessMissing(value, may, code, whenThere);
    if (may.beNull) code.lines.push(`if (${value} === null) ${add('"null"')}`);
  }

  /** The quick look that checks a string when it is written, if its schema says no more than its format. */
  look(shape: ScalarShape): Look | undefined {
    const isString = shape.types.size === 1 && shape.types.has("string");
    const isAll = rulesOf(shape).every(([keyword]) => keyword === "type" || keyword === "format");
    return isString && isAll ? looks.get(shape.format ?? "") : undefined;
  }

  /** Ajv's check of a scalar, if its schema says more than one type. */
  #check(shape: ScalarShape): ((value: unknown) => boolean) | undefined {
    const rules = rulesOf(shape);
    if (shape.types.size === 1 && rules.every(([keyword]) => keyword === "type")) return undefined;
    const key = JSON.stringify(rules);
    const known = this.#checks.get(key);
    if (known !== undefined) return known;
    const { $defs } = this.#schema;
    const check = this.#ajv.compile({ ...($defs && { $defs }), ...Object.fromEntries(rules) });
    this.#checks.set(key, check);
    return check;
  }
}

/** The keywords that decide which values of a scalar pass. */
function rulesOf({ node, union }: ScalarShape): [keyword: string, value: unknown][] {
  return Object.entries(union ?? node).filter(([keyword]) => assertionKeywords.has(keyword));
}

/** @throws {NotDirect} when a schema has rules that the generated code does not check */
function requireOnly(node: RecordSchema, keywords: readonly string[]): void {
  if (Object.keys(node).some((keyword) => assertionKeywords.has(keyword) && !keywords.includes(keyword)))
    throw new NotDirect();
}

/** The names of an object's properties, those that do not leave too. */
class KnownNames {
  readonly #inOrder: readonly string[];
  readonly #all: ReadonlySet<string>;

  constructor(properties: readonly Property[]) {
    this.#inOrder = properties.map(({ name }) => name);
    this.#all = new Set(this.#inOrder);
  }

  /** Whether an object has no other keys. Costs almost nothing when its keys come in the schema's order. */
  hold(value: object): boolean {
    let index = 0;
    for (const key in value) if (key !== this.#inOrder[index++] && !this.#all.has(key)) return false;
    return true;
  }
}
