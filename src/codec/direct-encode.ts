import { isDeepStrictEqual } from "node:util";
import { pointerStep } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { createAjv } from "./ajv.ts";
import { type Column, type CsvOptions, guarded } from "./columns.ts";
import { doubled, quoted } from "./csv-writer.ts";
import { identityText, isRecord, projectScalar, utcDateTime } from "./project.ts";
import { assertionKeywords } from "./schema-keywords.ts";
import type { ObjectShape, Property, ScalarShape, Shape } from "./shape.ts";
import { leftOut, redactedText, type View } from "./view.ts";

/** What a direct encoder made of a record, and what it needs for it; filled again for every record. */
export interface Encoded {
  /** The element of the JSON file, after a comma and a line feed. */
  json: string;
  /** The row of the CSV file, with its line end. */
  csv: string;
  /** The value of the time column, when there is one. */
  time: unknown;
  readonly pseudonym: (value: string) => string;
  /** Counts a field about somebody else that was replaced. */
  readonly redacted: (pointer: string) => void;
}

/**
 * Projects, validates and encodes a record in one go, from the source's own object. Gives false, and has done nothing, for a record that
 * is out of the ordinary: invalid, or with fields that nobody named. The plain way then says what is wrong with it.
 */
export type DirectEncode = (record: unknown, into: Encoded) => boolean;

export interface DirectInput {
  /** The schema of the source's records. */
  readonly schema: RecordSchema;
  /** Its shape. */
  readonly shape: ObjectShape;
  readonly view: View;
  readonly csv: CsvOptions;
  readonly timeColumn: Column | undefined;
}

/**
 * Generates the direct way from a record schema. What it writes is exactly what project, validate, `JSON.stringify` and the CSV row make
 * of the same record. Ajv decides which values pass, one compiled check per value that has more rules than its type. Names of the schema
 * enter the code as string literals only.
 *
 * @returns `undefined` for a schema with rules over whole objects, arrays or maps that the code does not check, or with fields about
 *   others inside of lists and maps
 */
export function compileDirectEncode(input: DirectInput): DirectEncode | undefined {
  try {
    return new Generator(input).compile();
  } catch (error) {
    if (error instanceof NotDirect) return undefined;
    throw error;
  }
}

/** The schema asks for what only the plain way does. */
class NotDirect extends Error {}

/** How deep containers are followed into each other. Deeper records take the plain way, which has the limit that counts. */
const maxDepth = 100;
/** A string without any of these is the same in JSON and in CSV, but for a formula's start. */
const special = /["\\\u0000-\u001f\ud800-\udfff]/;
/** The formats whose values hold nothing special and never start a formula. */
const plainFormats: ReadonlySet<string | undefined> = new Set(["uuid", "ipv4"]);

/** A part of a line of a file: text that stands in every record, or the expression that gives it. */
type Piece = { readonly text: string } | { readonly code: string };
const text = (value: string): Piece => ({ text: value });
const code = (expression: string): Piece => ({ code: expression });

/** A value as it leaves: its JSON, and the CSV cells that it fills. */
interface Written {
  readonly json: readonly Piece[];
  readonly cells: readonly (readonly Piece[])[];
}

/** Where generated statements go. */
interface Place {
  readonly lines: string[];
  /** The statement for a record that is out of the ordinary. */
  readonly giveUp: "return false;" | "return undefined;";
  /** The way here from the record, while every step has columns of its own; `undefined` inside a cell of JSON. */
  readonly path: readonly string[] | undefined;
}

class Generator {
  readonly #input: DirectInput;
  readonly #ajv = createAjv();
  readonly #checks = new Map<string, (value: unknown) => boolean>();
  readonly #constants = new Map<unknown, string>();
  readonly #functions = new Map<Shape, string>();
  readonly #source: string[] = [];
  /** What is done when the record has turned out to be ordinary. */
  readonly #last: string[] = [];
  #variables = 0;
  #time = "undefined";

  constructor(input: DirectInput) {
    this.#input = input;
  }

  compile(): DirectEncode {
    const place: Place = { lines: [], giveUp: "return false;", path: [] };
    const { json, cells } = this.#object(this.#input.shape, "record", place);
    const row = cells.flatMap((cell, index) => (index === 0 ? cell : [text(","), ...cell]));
    const source = [
      '"use strict";',
      ...this.#source,
      "return function encode(record, into) {",
      ...place.lines,
      `into.json = ${concat([text(",\n"), ...json])};`,
      `into.csv = ${concat([...row, text("\r\n")])};`,
      `into.time = ${this.#time};`,
      ...this.#last,
      "return true;",
      "};",
    ].join("\n");
    return new Function(...this.#constants.values(), source)(...this.#constants.keys()) as DirectEncode;
  }

  #object(shape: ObjectShape, value: string, place: Place): Written {
    requireOnly(shape.node, ["type", "properties", "required", "additionalProperties"]);
    const known = this.#constant(new KnownNames(shape.properties));
    place.lines.push(`if (!${this.#constant(isRecord)}(${value}) || !${known}.hold(${value})) ${place.giveUp}`);
    const members: Piece[] = [];
    const cells: (readonly Piece[])[] = [];
    for (const property of this.#kept(shape)) {
      const name = JSON.stringify(property.name);
      const read = `${value}[${name}]`;
      const inherited = property.name in Object.prototype;
      const own = `${this.#constant(Object.hasOwn)}(${value}, ${name}) ? ${read} : undefined`;
      const field = this.#let(place, inherited ? own : read);
      const path = place.path && [...place.path, property.name];
      const replaced = property.privacy.thirdParty !== undefined;
      const within = { ...place, path };
      const written = replaced
        ? this.#replaced(property, field, within)
        : this.#value(property.shape, property.required, field, within);
      // Every member brings its comma; the first one's is taken off.
      const member = [text(`,${name}:`), ...written.json];
      members.push(...(property.required ? member : [code(`(${field} === undefined ? "" : ${concat(member)})`)]));
      cells.push(...written.cells);
      if (path !== undefined && path.join("\0") === this.#input.timeColumn?.keys.join("\0")) this.#time = field;
    }
    const [first, ...rest] = members;
    if (first !== undefined && "code" in first)
      return { json: [text("{"), code(`(${concat(members)}).slice(1)`), text("}")], cells };
    return { json: [text(`{${first?.text.slice(1) ?? ""}`), ...rest, text("}")], cells };
  }

  #kept({ properties }: ObjectShape): Property[] {
    return properties.filter(({ privacy }) => leftOut(privacy, this.#input.view) === undefined);
  }

  /** A value, which may be absent or null where the schema says so. */
  #value(shape: Shape, required: boolean, value: string, place: Place): Written {
    if (!shape.nullable && required) {
      const flat = place.path !== undefined && shape.kind === "object" && this.#kept(shape).length > 0;
      return flat ? this.#object(shape, value, place) : this.#present(shape, value, place);
    }
    const may = { beAbsent: !required, beNull: this.#takesNull(shape) };
    return this.#unlessMissing(may, value, place, (inner) => this.#present(shape, value, inner));
  }

  /** What stands for a field about somebody else. */
  #replaced({ shape, required, privacy: { thirdParty } }: Property, value: string, place: Place): Written {
    if (place.path === undefined) throw new NotDirect();
    const pointer = JSON.stringify(place.path.map(pointerStep).join(""));
    this.#last.push(`if (${value} !== undefined && ${value} !== null) into.redacted(${pointer});`);
    const may = { beAbsent: !required, beNull: shape.nullable };
    return this.#unlessMissing(may, value, place, (inner) => {
      if (thirdParty === "redact") return { json: [text(`"${redactedText}"`)], cells: [[text(`"${redactedText}"`)]] };
      const identity = this.#let(inner, `${this.#constant(identityText)}(${value})`);
      inner.lines.push(`if (${identity} === undefined) ${inner.giveUp}`);
      const pseudonym = [text('"'), code(this.#let(inner, `into.pseudonym(${identity})`)), text('"')];
      return { json: pseudonym, cells: [pseudonym] };
    });
  }

  /** A value that may be missing: `present` writes what is done when it is there. */
  #unlessMissing(
    may: { readonly beAbsent: boolean; readonly beNull: boolean },
    value: string,
    place: Place,
    present: (inner: Place) => Written,
  ): Written {
    const [json, cell] = [this.#let(place, '"null"'), this.#let(place, '""')];
    const inner: Place = { ...place, lines: [] };
    const written = present(inner);
    place.lines.push(
      `if (${value} === undefined) { ${may.beAbsent ? "" : place.giveUp} }`,
      `else if (${value} === null) { ${may.beNull ? "" : place.giveUp} }`,
      "else {",
      ...inner.lines,
      `${json} = ${concat(written.json)};`,
      `${cell} = ${concat(written.cells.flat())};`,
      "}",
    );
    return { json: [code(json)], cells: [[code(cell)]] };
  }

  /** A value that must be there and must not be null. */
  #present(shape: Shape, value: string, place: Place): Written {
    if (shape.kind === "scalar") return this.#scalar(shape, value, place);
    const json = this.#let(
      place,
      `${this.#container(shape)}(${value}, ${place.path === undefined ? "depth + 1" : "1"})`,
    );
    place.lines.push(`if (${json} === undefined) ${place.giveUp}`);
    return { json: [code(json)], cells: [this.#jsonCell(json)] };
  }

  #scalar(shape: ScalarShape, value: string, place: Place): Written {
    const { lines, giveUp } = place;
    const [type, ...more] = shape.types;
    const check = this.#check(shape);
    const convert = `${value} = ${this.#constant(projectScalar(shape))}(${value});`;
    const checked = () => check !== undefined && lines.push(`if (!${this.#constant(check)}(${value})) ${giveUp}`);
    if (type === undefined || more.length > 0) {
      lines.push(convert, `if (${value} === undefined) ${giveUp}`);
      checked();
      const json = this.#let(place, `JSON.stringify(${value})`);
      return { json: [code(json)], cells: [this.#jsonCell(json)] };
    }
    const odd = type === "integer" ? `!Number.isInteger(${value})` : `typeof ${value} !== "${type}"`;
    lines.push(`if (${odd}) { ${convert} if (${odd}) ${giveUp} }`);
    if (type !== "string") {
      if (type !== "boolean")
        lines.push(`if (${value} === 0 ? 1 / ${value} < 0 : !Number.isFinite(${value})) ${giveUp}`);
      checked();
      const bare = [code(this.#let(place, `"" + ${value}`))];
      return { json: bare, cells: [bare] };
    }
    if (shape.format === "date-time") lines.push(`${value} = ${this.#constant(utcDateTime)}(${value});`);
    if (plainFormats.has(shape.format)) {
      checked();
      const plain = [text('"'), code(value), text('"')];
      return { json: plain, cells: [plain] };
    }
    const guard = this.#input.csv.formulaGuard === "off" ? "" : this.#constant(guarded);
    const [json, cell] = [this.#let(place, value), this.#let(place, value)];
    lines.push(
      `if (${this.#constant(special)}.test(${value})) {`,
      `${value} = ${value}.toWellFormed();`,
      `${json} = JSON.stringify(${value}).slice(1, -1);`,
      `${cell} = ${this.#constant(doubled)}(${guard}(${value}));`,
      `} else ${cell} = ${guard}(${value});`,
    );
    checked();
    return { json: [text('"'), code(json), text('"')], cells: [[text('"'), code(cell), text('"')]] };
  }

  /** The name of the function that gives the JSON of an object, array or map, or `undefined` when something in it is out of the ordinary. */
  #container(shape: Exclude<Shape, ScalarShape>): string {
    const known = this.#functions.get(shape);
    if (known !== undefined) return known;
    const name = `f${this.#functions.size}`;
    this.#functions.set(shape, name);
    const place: Place = { lines: [], giveUp: "return undefined;", path: undefined };
    const { lines, giveUp } = place;
    lines.push(`if (depth > ${maxDepth}) ${giveUp}`);
    if (shape.kind === "object") {
      const { json } = this.#object(shape, "value", place);
      lines.push(`return ${concat(json)};`);
    } else if (shape.kind === "array") {
      requireOnly(shape.node, ["type", "items", "minItems", "maxItems"]);
      const { minItems = 0, maxItems = Number.MAX_SAFE_INTEGER } = shape.node;
      lines.push(
        `if (!Array.isArray(value) || value.length < ${Number(minItems)} || value.length > ${Number(maxItems)}) ${giveUp}`,
        'let json = "";',
        "for (let index = 0; index < value.length; index++) {",
        "let each = value[index];",
      );
      lines.push(
        `json += (index === 0 ? "" : ",") + ${concat(this.#value(shape.items, true, "each", place).json)};`,
        "}",
        'return "[" + json + "]";',
      );
    } else {
      requireOnly(shape.node, ["type", "additionalProperties"]);
      lines.push(
        `if (!${this.#constant(isRecord)}(value)) ${giveUp}`,
        'let json = "";',
        "for (const key in value) {",
        `if (!${this.#constant(Object.hasOwn)}(value, key) || !key.isWellFormed()) ${giveUp}`,
        "let each = value[key];",
        "if (each === undefined) continue;",
      );
      const member = concat([
        code("JSON.stringify(key)"),
        text(":"),
        ...this.#value(shape.values, true, "each", place).json,
      ]);
      lines.push(`json += (json === "" ? "" : ",") + ${member};`, "}", 'return "{" + json + "}";');
    }
    this.#source.push(`function ${name}(value, depth) {\n${lines.join("\n")}\n}`);
    return name;
  }

  #jsonCell(json: string): Piece[] {
    const guard = this.#input.csv.formulaGuard === "off" ? "" : this.#constant(guarded);
    return [code(`${this.#constant(quoted)}(${guard}(${json}))`)];
  }

  /** Ajv's check of a scalar, if its schema says more than one type. */
  #check({ node, union, types }: ScalarShape): ((value: unknown) => boolean) | undefined {
    const schema = union ?? node;
    const rules = Object.entries(schema).filter(([keyword]) => assertionKeywords.has(keyword));
    if (types.size === 1 && rules.every(([keyword]) => keyword === "type")) return undefined;
    const key = JSON.stringify(rules);
    const known = this.#checks.get(key);
    if (known !== undefined) return known;
    const { $defs } = this.#input.schema;
    const check = this.#ajv.compile({ ...($defs && { $defs }), ...Object.fromEntries(rules) });
    this.#checks.set(key, check);
    return check;
  }

  #takesNull(shape: Shape): boolean {
    if (!shape.nullable) return false;
    if (shape.kind === "scalar") return this.#check(shape)?.(null) ?? true;
    // Inside a union, null is certain only where a branch says nothing else.
    return (
      shape.union === undefined ||
      shape.union.anyOf?.some((branch) => isDeepStrictEqual(branch, { type: "null" })) === true
    );
  }

  #let(place: Place, value: string): string {
    const name = `v${this.#variables++}`;
    place.lines.push(`let ${name} = ${value};`);
    return name;
  }

  #constant(value: unknown): string {
    const name = this.#constants.get(value) ?? `c${this.#constants.size}`;
    this.#constants.set(value, name);
    return name;
  }
}

/** Pieces as one expression that gives a string. */
function concat(pieces: readonly Piece[]): string {
  const terms: string[] = [];
  let literal = "";
  for (const piece of [...pieces, code("")]) {
    if ("text" in piece) literal += piece.text;
    else {
      if (literal !== "") terms.push(JSON.stringify(literal));
      literal = "";
      if (piece.code !== "") terms.push(piece.code);
    }
  }
  return terms.join(" + ") || '""';
}

/** @throws {NotDirect} when a schema has rules that the code does not check */
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
