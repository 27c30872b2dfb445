import { type CsvOptions, unguarded } from "../../src/codec/columns.ts";
import type { ReadColumn } from "../../src/codec/csv-reader.ts";
import type { Cell, CsvLimits } from "../../src/codec/csv-rows.ts";
import { jsonTextProblem } from "../../src/codec/json-text.ts";
import { PortmanteauError } from "../../src/model/errors.ts";
import type { JsonValue } from "../../src/model/json.ts";

/** The plain way to read CSV, one character after the other: what the fast reader has to agree with. */
async function* readCsvRows(
  text: AsyncIterable<string>,
  { maxCellLength = 2 ** 26 }: CsvLimits = {},
): AsyncGenerator<Cell[]> {
  let row: Cell[] = [];
  let cell = "";
  let state: "start" | "bare" | "quoted" | "closed" | "cr" = "start";
  let rows = 0;

  const fail = (why: string): never => {
    throw new PortmanteauError("BUNDLE_UNREADABLE", `CSV row ${rows}: ${why}.`, { context: { recordIndex: rows - 1 } });
  };
  const endCell = (quoted: boolean) => {
    row.push({ text: cell, quoted });
    cell = "";
    state = "start";
  };

  for await (const chunk of text) {
    const finished: Cell[][] = [];
    let at = 0;
    while (at < chunk.length) {
      const char = chunk[at] as string;
      switch (state) {
        case "quoted": {
          const quote = chunk.indexOf('"', at);
          const end = quote === -1 ? chunk.length : quote;
          cell += chunk.slice(at, end);
          if (cell.length > maxCellLength) fail(`a cell is longer than ${maxCellLength}`);
          at = end + (quote === -1 ? 0 : 1);
          if (quote !== -1) state = "closed";
          continue;
        }
        case "closed":
          if (char === '"') {
            cell += '"';
            state = "quoted";
          } else if (char === ",") endCell(true);
          else if (char === "\r") {
            endCell(true);
            state = "cr";
          } else fail("text follows a closing quote");
          break;
        case "cr":
          if (char !== "\n") fail("a carriage return stands alone");
          finished.push(row);
          rows++;
          row = [];
          state = "start";
          break;
        case "start":
          if (char === '"') {
            state = "quoted";
            break;
          }
          state = "bare";
          continue;
        case "bare":
          if (char === ",") endCell(false);
          else if (char === "\r") {
            endCell(false);
            state = "cr";
          } else if (char === '"' || char === "\n")
            fail(char === "\n" ? "a line feed stands alone" : "a quote stands in an unquoted cell");
          else cell += char;
          break;
        default:
          throw new TypeError(`Unknown state: ${state satisfies never}`);
      }
      at++;
    }
    if (cell.length > maxCellLength) fail(`a cell is longer than ${maxCellLength}`);
    yield* finished;
  }
  if (state !== "start" || row.length > 0) fail("the file ends inside a row");
}

/** A number as JSON writes it: `Number` alone also takes `0x10`, `1.` and spaces. */
const bareNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export async function* readCsv(
  text: AsyncIterable<string>,
  columns: readonly ReadColumn[],
  { formulaGuard = "on", ...limits }: CsvOptions & CsvLimits = {},
): AsyncGenerator<Record<string, JsonValue>> {
  const plain = formulaGuard === "on" ? unguarded : (value: string) => value;
  let recordIndex = -1;
  const fail = (
    why: string,
    column?: ReadColumn,
    code: "BUNDLE_UNREADABLE" | "LIMIT_EXCEEDED" = "BUNDLE_UNREADABLE",
  ): never => {
    throw new PortmanteauError(
      code,
      `CSV record ${recordIndex}${column === undefined ? "" : `, column "${column.name}"`}: ${why}.`,
      { context: { recordIndex } },
    );
  };

  const parse = (cell: string, column: ReadColumn): JsonValue => {
    const problem = jsonTextProblem(cell);
    if (problem !== undefined)
      return fail(`the cell ${problem}`, column, problem === "repeats a key" ? undefined : "LIMIT_EXCEEDED");
    try {
      return JSON.parse(cell) as JsonValue;
    } catch {
      return fail("the cell is not JSON", column);
    }
  };

  const decode = ({ text: cell, quoted }: Cell, column: ReadColumn): JsonValue | undefined => {
    if (cell === "" && !quoted)
      return column.empty === "null" ? null : column.empty === "absent" ? undefined : fail("the cell is empty", column);
    switch (column.type) {
      case "string":
        return quoted ? plain(cell) : fail("a string is not quoted", column);
      case "json":
        return parse(plain(cell), column);
      case "boolean":
        return cell === "true" ? true : cell === "false" ? false : fail("the cell is not a boolean", column);
      case "integer":
      case "number": {
        const value = !quoted && bareNumber.test(cell) ? Number(cell) : Number.NaN;
        return Number.isFinite(value) && !Object.is(value, -0) ? value : fail("the cell is not a number", column);
      }
      default:
        throw new TypeError(`Unknown column type: ${column.type satisfies never}`);
    }
  };

  for await (const row of readCsvRows(withoutBom(text), limits)) {
    if (row.length !== columns.length) fail(`${row.length} cells stand where ${columns.length} are expected`);
    if (recordIndex === -1) {
      row.forEach(
        ({ text: name }, index) =>
          void (name === columns[index]?.name || fail("the header has another name", columns[index])),
      );
    } else {
      const record: Record<string, JsonValue> = {};
      for (let index = 0; index < columns.length; index++)
        place(record, (columns[index] as ReadColumn).keys, decode(row[index] as Cell, columns[index] as ReadColumn));
      yield record;
    }
    recordIndex++;
  }
  if (recordIndex === -1) fail("the header is missing");
}

/** Puts a value where its keys lead; the objects on the way are there even when the value is not. */
function place(record: Record<string, JsonValue>, keys: readonly string[], value: JsonValue | undefined): void {
  let at = record;
  keys.forEach((key, depth) => {
    const last = depth === keys.length - 1;
    if (last && value === undefined) return;
    if (!last && Object.hasOwn(at, key)) at = at[key] as Record<string, JsonValue>;
    else {
      const made = last ? (value as JsonValue) : {};
      Object.defineProperty(at, key, { value: made, enumerable: true, configurable: true, writable: true });
      if (!last) at = made as Record<string, JsonValue>;
    }
  });
}

async function* withoutBom(text: AsyncIterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const chunk of text) {
    if (chunk === "") continue;
    yield first && chunk.startsWith("\uFEFF") ? chunk.slice(1) : chunk;
    first = false;
  }
}
