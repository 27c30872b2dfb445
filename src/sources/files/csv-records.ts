import { type Column, columnsOf } from "../../codec/columns.ts";
import { losslessJson } from "../../codec/lossless-json.ts";
import { readShape } from "../../codec/shape.ts";
import { type JsonValue, pointerKeys, pointerStep, setOwn } from "../../model/json.ts";
import { invalid } from "../../model/source-error.ts";
import type { CsvFormatOptions } from "./csv.ts";
import { failed } from "./failure.ts";

/** What the cells of a column are read as. */
export type CsvColumnType = "string" | "integer" | "number" | "boolean" | "json";

/** A number as JSON writes it: `Number` alone also takes `0x10`, `1.` and spaces. */
const bareNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

interface FileColumn {
  readonly header: string;
  readonly keys: readonly string[];
  readonly type: CsvColumnType;
  readonly empty: "null" | "absent" | "text" | "refused";
}

interface Place {
  readonly line: number;
  readonly file: number;
}

type MutableObject = { [key: string]: JsonValue };

/** Makes records of rows. */
export class CsvRecords {
  readonly #byName: ReadonlyMap<string, Column>;
  readonly #byPointer: ReadonlyMap<string, Column>;
  readonly #rename: ReadonlyMap<string, readonly string[]>;
  readonly #types: ReadonlyMap<string, CsvColumnType>;

  constructor({ schema, rename = {}, types = {} }: CsvFormatOptions) {
    const columns =
      schema === undefined ? [] : columnsOf(readShape(schema, "the file"), "the file", { formulaGuard: "off" });
    this.#byName = new Map(columns.map((column) => [column.name, column]));
    this.#byPointer = new Map(columns.map((column) => [column.pointer, column]));
    this.#rename = new Map(Object.entries(rename).map(([header, pointer]) => [header, fieldKeys(pointer)]));
    this.#types = new Map(Object.entries(types));
    for (const [pointer, type] of this.#types) {
      fieldKeys(pointer);
      if (!["string", "integer", "number", "boolean", "json"].includes(type))
        throw invalid(`The type of "${pointer}" is none. Use string, integer, number, boolean or json.`);
    }
  }

  /** @param file 0 before any file is read: then the headers come from the options */
  columnsFor(headers: readonly string[], file: number): readonly FileColumn[] {
    const refuse = (what: string) =>
      file === 0 ? invalid(`\`headers\` ${what}`) : failed(`The header of file ${file} ${what}`);
    const taken = new Set<string>();
    const columns = headers.map((header, index) => {
      if (header === "") throw refuse(`has no name for column ${index + 1}. Give names with \`headers\`.`);
      const keys = this.#rename.get(header) ?? this.#byName.get(header)?.keys ?? [header];
      const pointer = keys.map(pointerStep).join("");
      if (taken.has(pointer)) throw refuse(`leads twice to one field, in column ${index + 1} again. Rename one.`);
      taken.add(pointer);
      const column = this.#byPointer.get(pointer);
      const type = this.#types.get(pointer) ?? column?.type ?? "string";
      return { header, keys, type, empty: emptyOf(column, type) };
    });
    for (const header of this.#rename.keys())
      if (!headers.includes(header)) throw refuse(`has no column "${header}", which \`rename\` names.`);
    for (const pointer of taken)
      for (const other of taken)
        if (other.startsWith(`${pointer}/`)) throw refuse(`leads to a field and into it. Rename one.`);
    return columns;
  }

  recordOf(cells: readonly string[], columns: readonly FileColumn[], at: Place): JsonValue {
    if (cells.length !== columns.length)
      throw failed(
        `Line ${at.line} of file ${at.file} has ${cells.length} cells where ${columns.length} are expected.`,
      );
    const record: MutableObject = {};
    columns.forEach((column, index) => {
      const value = decoded(cells[index] as string, column, at);
      if (value !== undefined) place(record, column.keys, value);
    });
    return record;
  }
}

function emptyOf(column: Column | undefined, type: CsvColumnType): FileColumn["empty"] {
  if (column === undefined) return type === "string" ? "text" : "null";
  return column.empty === "never" ? (type === "string" ? "text" : "refused") : column.empty;
}

function decoded(cell: string, { type, empty, header }: FileColumn, { line, file }: Place): JsonValue | undefined {
  const problem = (what: string) => failed(`Line ${line} of file ${file}, column "${header}": ${what}.`);
  if (cell === "") {
    if (empty === "refused") throw problem("the cell is empty");
    return empty === "text" ? "" : empty === "null" ? null : undefined;
  }
  switch (type) {
    case "string":
      return cell;
    case "boolean":
      if (cell !== "true" && cell !== "false") throw problem("the cell is neither true nor false");
      return cell === "true";
    case "integer":
    case "number": {
      const value = bareNumber.test(cell) ? losslessJson(cell) : undefined;
      if (value === undefined) throw problem("the cell is not a number");
      if (typeof value !== "number")
        throw problem("the cell is a number that JavaScript cannot hold: make it a string");
      if (type === "integer" && !Number.isInteger(value)) throw problem("the cell is not a whole number");
      return value;
    }
    case "json":
      try {
        return losslessJson(cell);
      } catch {
        throw problem("the cell is not JSON");
      }
    default:
      throw new TypeError(`Unknown column type: ${type satisfies never}`);
  }
}

function fieldKeys(pointer: string): readonly string[] {
  const keys = pointerKeys(pointer);
  if (keys === undefined || keys.length === 0) throw invalid(`"${pointer}" is no pointer into a record.`);
  return keys;
}

function place(record: MutableObject, keys: readonly string[], value: JsonValue): void {
  let at = record;
  keys.forEach((key, depth) => {
    const isLast = depth === keys.length - 1;
    if (isLast || !Object.hasOwn(at, key)) setOwn(at, key, isLast ? value : {});
    at = at[key] as MutableObject;
  });
}
