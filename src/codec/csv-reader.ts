import { PortmanteauError } from "../model/errors.ts";
import { type JsonObject, type JsonValue, setOwn } from "../model/json.ts";
import { type Column, type CsvOptions, unguarded } from "./columns.ts";
import { type Cell, type CsvLimits, CsvRows } from "./csv-rows.ts";
import { compileTwin } from "./csv-twin.ts";
import { type JsonTextLimits, jsonLimits, jsonTextProblem } from "./json-text.ts";

/** A number as JSON writes it: `Number` alone also takes `0x10`, `1.` and spaces. */
const bareNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What is needed of a column to read it back; a data package's fields say it too. */
export type ReadColumn = Pick<Column, "name" | "keys" | "type" | "empty">;

/**
 * Reads records back from CSV: deep-equal to those of the JSON file. Bytes are fed as they arrive, records are asked for; no promise per record.
 *
 * Its methods throw {PortmanteauError} `BUNDLE_UNREADABLE` when the header or a cell is not what the columns say.
 *
 * @example
 * ```ts
 * const reader = new CsvReader(codec.columns);
 * reader.feed(bytes);
 * for (let record = reader.next(); record !== undefined; record = reader.next()) console.log(record);
 * ```
 */
export class CsvReader {
  readonly #rows: CsvRows;
  readonly #columns: readonly ReadColumn[];
  readonly #guarded: boolean;
  readonly #limits: Required<JsonTextLimits>;
  readonly #isTwin: ReturnType<typeof compileTwin>;
  #recordIndex = -1;

  constructor(
    columns: readonly ReadColumn[],
    { formulaGuard = "on", ...limits }: CsvOptions & CsvLimits & JsonTextLimits = {},
  ) {
    this.#limits = jsonLimits(limits);
    this.#rows = new CsvRows({ ...limits, maxCells: columns.length + 100 });
    this.#columns = columns;
    this.#guarded = formulaGuard === "on";
    this.#isTwin = compileTwin(columns, formulaGuard);
  }

  /** Takes the next bytes, when `next` has given all records of those before: UTF-8, cut between characters. */
  feed(bytes: Buffer): void {
    this.#rows.feed(bytes);
  }

  /**
   * The next record, or nothing as long as it has not been fed whole.
   *
   * @param like a valid record that is expected: it comes back itself, and nothing is decoded, when the next line is seen to say just that
   */
  next(like?: JsonObject): JsonObject | undefined {
    if (this.#recordIndex === -1) {
      const header = this.#rows.next();
      if (header === undefined) return undefined;
      this.#checkHeader(header);
    }
    if (like !== undefined && this.#isNext(like)) {
      this.#rows.skipLine();
      this.#recordIndex++;
      return like;
    }
    const row = this.#rows.next();
    if (row === undefined) return undefined;
    this.#checkLength(row);
    const record: MutableObject = {};
    for (let index = 0; index < row.length; index++) {
      const column = this.#columns[index] as ReadColumn;
      place(record, column.keys, this.#decode(row[index] as Cell, column));
    }
    this.#recordIndex++;
    return record;
  }

  /** Says that no more bytes follow. */
  end(): void {
    this.#rows.end();
    if (this.#recordIndex === -1) this.#fail("the header is missing");
  }

  #isNext(record: JsonObject): boolean {
    const line = this.#rows.peekLine();
    return line !== undefined && this.#isTwin(record, line);
  }

  #checkHeader(row: readonly Cell[]): void {
    this.#checkLength(row);
    for (let index = 0; index < row.length; index++) {
      const { name } = this.#columns[index] as ReadColumn;
      if (row[index]?.text !== name) this.#fail("the header has another name", this.#columns[index]);
    }
    this.#recordIndex = 0;
  }

  #checkLength(row: readonly Cell[]): void {
    if (row.length !== this.#columns.length)
      this.#fail(`${row.length} cells stand where ${this.#columns.length} are expected`);
  }

  #decode({ text, quoted }: Cell, column: ReadColumn): JsonValue | undefined {
    if (text === "" && !quoted)
      return column.empty === "null"
        ? null
        : column.empty === "absent"
          ? undefined
          : this.#fail("the cell is empty", column);
    switch (column.type) {
      case "string":
        return quoted ? this.#plain(text) : this.#fail("a string is not quoted", column);
      case "json":
        return this.#parse(this.#plain(text), column);
      case "boolean":
        return text === "true" ? true : text === "false" ? false : this.#fail("the cell is not a boolean", column);
      case "integer":
      case "number": {
        const value = !quoted && bareNumber.test(text) ? Number(text) : Number.NaN;
        return Number.isFinite(value) && !Object.is(value, -0) ? value : this.#fail("the cell is not a number", column);
      }
      default:
        throw new TypeError(`Unknown column type: ${column.type satisfies never}`);
    }
  }

  #parse(text: string, column: ReadColumn): JsonValue {
    const problem = jsonTextProblem(text, this.#limits);
    if (problem !== undefined)
      return this.#fail(`the cell ${problem}`, column, problem === "repeats a key" ? undefined : "LIMIT_EXCEEDED");
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      return this.#fail("the cell is not JSON", column);
    }
  }

  #plain(text: string): string {
    return this.#guarded ? unguarded(text) : text;
  }

  #fail(why: string, column?: ReadColumn, code: "BUNDLE_UNREADABLE" | "LIMIT_EXCEEDED" = "BUNDLE_UNREADABLE"): never {
    throw new PortmanteauError(
      code,
      `CSV record ${this.#recordIndex}${column === undefined ? "" : `, column "${column.name}"`}: ${why}.`,
      { context: { recordIndex: this.#recordIndex } },
    );
  }
}

type MutableObject = { [key: string]: JsonValue };

/** Puts a value where its keys lead; the objects on the way are there even when the value is not. */
function place(record: MutableObject, keys: readonly string[], value: JsonValue | undefined): void {
  let at = record;
  const last = keys.length - 1;
  for (let depth = 0; depth < last; depth++) {
    const key = keys[depth] as string;
    if (!Object.hasOwn(at, key)) setOwn(at, key, {});
    at = at[key] as MutableObject;
  }
  if (value !== undefined) setOwn(at, keys[last] as string, value);
}
