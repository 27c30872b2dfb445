import { pointerStep } from "../../model/json.ts";
import type { RecordSchema } from "../../model/record-schema.ts";
import { type Column, type CsvOptions, guarded } from "../columns.ts";
import { quoted } from "../csv-writer.ts";
import type { Look } from "../formats.ts";
import { identityText } from "../project.ts";
import type { ObjectShape, Property, Shape } from "../shape.ts";
import type { TextBuffer } from "../text-buffer.ts";
import { redactedText, type View } from "../view.ts";
import { NotDirect, Program } from "./code.ts";
import { Lines } from "./lines.ts";
import { Values } from "./values.ts";

/** Where a direct encoder writes to, and what it needs. */
export interface DirectTarget {
  /** Gets a comma, a line feed and the record. */
  readonly json: TextBuffer;
  /** Gets the row, with its line end. */
  readonly csv: TextBuffer;
  readonly pseudonym: (value: string) => string;
  /** Counts a field about somebody else that was replaced. */
  readonly redacted: (pointer: string) => void;
  /** The time column's value in the last record that was written. */
  time: unknown;
}

/**
 * Projects, validates and encodes a record in one go, from the source's own object into the bytes of both files. Gives false, and has
 * done nothing, for a record that is out of the ordinary: invalid, very long, or with fields that nobody named. It then takes the plain
 * way, which says what is wrong with it.
 */
export type DirectEncode = (record: unknown, into: DirectTarget) => boolean;

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
 * of the same record. First everything is read and checked, then everything is written: no object, closure or promise per record. Names
 * of the schema enter the code as string literals and bytes only.
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

/** The longest line that is written directly. Node writes longer texts as fast. */
const maxLineBytes = 64 * 1024;
/** A number, or true, or false. */
const maxBareBytes = 25;
/** A UTF-16 unit in JSON: `\u0000`. */
const maxUnitBytes = 6;

class Generator {
  readonly #input: DirectInput;
  readonly #program = new Program();
  readonly #code = this.#program.code("return false;");
  readonly #values: Values;
  readonly #lines: Lines;
  /** Variables whose length decides how much room a line needs. */
  readonly #texts: string[] = [];
  /** What is done when the record has turned out to be ordinary. */
  readonly #last: string[] = [];
  #bareValues = 0;
  #columns = 0;
  #time = "undefined";

  constructor(input: DirectInput) {
    this.#input = input;
    this.#values = new Values(this.#program, input.schema, input.view);
    this.#lines = new Lines(this.#program, input.csv.formulaGuard !== "off");
  }

  compile(): DirectEncode {
    this.#lines.fixed(",\n", "");
    this.#object(this.#input.shape, "record", []);
    this.#lines.fixed("", "\r\n");
    this.#lines.flush();
    const lengths = this.#texts.map((name) => ` + (${name} ? ${name}.length : 0)`).join("");
    return this.#program.run(`function encode(record, into) {
${this.#code.text()}
const most = ${this.#lines.fixedBytes + this.#bareValues * maxBareBytes} + ${maxUnitBytes} * (${this.#texts.length}${lengths});
if (most > ${maxLineBytes}) return false;
const J = into.json.reserve(most);
const K = into.csv.reserve(most);
let p = into.json.used, q = into.csv.used, s = 0, a = 0, b = 0, i = 0, n = 0, c = 0;
${this.#lines.statements.join("\n")}
into.json.used = p;
into.csv.used = q;
into.time = ${this.#time};
${this.#last.join("\n")}
return true;
}`) as DirectEncode;
  }

  /** An object whose properties have columns of their own. */
  #object(shape: ObjectShape, object: string, path: readonly string[]): void {
    const fields = this.#values.readFields(shape, object, this.#code);
    // Where it is open which member is the first, each brings a comma, and the brace takes the first one's place.
    const start = fields[0]?.[0].required === false ? this.#code.let("0") : undefined;
    if (start === undefined) this.#lines.fixed("{", "");
    else this.#lines.statement(`${start} = p;`);
    fields.forEach(([property, field], index) => {
      const key = `${index === 0 && start === undefined ? "" : ","}${JSON.stringify(property.name)}:`;
      this.#member(property, field, key, [...path, property.name]);
    });
    if (start !== undefined) this.#lines.statement(`if (p === ${start}) p++;`, `J[${start}] = 123;`);
    this.#lines.fixed("}", "");
  }

  #member(property: Property, field: string, key: string, path: readonly string[]): void {
    const { shape, required, privacy } = property;
    const isReplaced = privacy.thirdParty !== undefined;
    const isCertain = required && !shape.nullable && !isReplaced;
    if (path.join("\0") === this.#input.timeColumn?.keys.join("\0")) this.#time = field;
    if (isCertain && shape.kind === "object" && this.#values.properties(shape).length > 0) {
      this.#lines.fixed(key, "");
      this.#object(shape, field, path);
      return;
    }
    if (this.#columns++ > 0) this.#lines.fixed("", ",");
    let write = () => {};
    const check = () => {
      write = isReplaced ? this.#replaced(property, field, path) : this.#value(shape, field);
    };
    if (required) this.#lines.fixed(key, "");
    if (isCertain) {
      check();
      write();
      return;
    }
    const may = { beAbsent: !required, beNull: isReplaced ? shape.nullable : this.#values.takesNull(shape) };
    this.#values.unlessMissing(field, may, this.#code, check);
    this.#lines.branch(
      `${field} === ${required ? "null" : "undefined"}`,
      () => this.#lines.fixed(required ? "null" : "", ""),
      () => {
        if (!required) this.#lines.fixed(key, "");
        write();
      },
    );
  }

  /** Checks a value that is there. Gives what writes it. */
  #value(shape: Shape, value: string): () => void {
    if (shape.kind === "scalar") {
      const look = this.#values.look(shape);
      const type = this.#values.scalar(shape, value, this.#code, look !== undefined);
      if (type === "string") return this.#characters(value, look);
      if (type !== "mixed") {
        this.#bareValues++;
        const bare = this.#code.let(`"" + ${value}`);
        return () => this.#lines.bare(bare);
      }
    }
    const json = this.#code.let(
      shape.kind === "scalar" ? `JSON.stringify(${value})` : `${this.#values.container(shape)}(${value}, 1)`,
    );
    this.#code.lines.push(`if (${json} === undefined) ${this.#code.giveUp}`);
    const guard = this.#input.csv.formulaGuard === "off" ? "" : this.#program.constant(guarded);
    const cell = this.#code.let(`${this.#program.constant(quoted)}(${guard}(${json}))`);
    this.#texts.push(json, cell);
    return () => this.#lines.texts(json, cell);
  }

  /** What stands for a field about somebody else. */
  #replaced({ privacy }: Property, value: string, path: readonly string[]): () => void {
    const pointer = JSON.stringify(path.map(pointerStep).join(""));
    this.#last.push(`if (${value} !== undefined && ${value} !== null) into.redacted(${pointer});`);
    if (privacy.thirdParty === "redact") return () => this.#lines.fixed(`"${redactedText}"`, `"${redactedText}"`);
    const identity = this.#code.let(`${this.#program.constant(identityText)}(${value})`);
    this.#code.lines.push(`if (${identity} === undefined) ${this.#code.giveUp}`);
    return this.#characters(this.#code.let(`into.pseudonym(${identity})`));
  }

  #characters(value: string, look?: Look): () => void {
    this.#texts.push(value);
    return () => {
      this.#lines.fixed('"', '"');
      if (look === undefined) this.#lines.characters(value);
      else {
        this.#lines.statement("s = p;");
        this.#lines.characters(value);
        this.#lines.statement(`if (!${this.#program.constant(look)}(J, s, p)) return false;`);
      }
      this.#lines.fixed('"', '"');
    };
  }
}
