import { PortmanteauError } from "../model/errors.ts";
import { pointerStep } from "../model/json.ts";
import type { ObjectShape, Property, ScalarType, Shape } from "./shape.ts";

/** `json`: the cell holds JSON text: objects, arrays and unions of scalars. */
export type ColumnType = ScalarType | "json";

/** One CSV column: one scalar of the record, or one JSON cell. */
export interface Column {
  /** The name in the header: the path joined with `.`; in keys `~` is `~0` and `.` is `~2`; formula-guarded like any string. */
  readonly name: string;
  /** The keys that lead to the value. */
  readonly keys: readonly string[];
  /** RFC 6901 pointer of the value. */
  readonly pointer: string;
  readonly type: ColumnType;
  /** What an empty cell says: the value is null, or the property is not there. */
  readonly empty: "null" | "absent" | "never";
  readonly property: Property;
}

/** How CSV files are written. */
export interface CsvOptions {
  /** Start with a byte order mark, for spreadsheets that need one. Default `false`. */
  readonly bom?: boolean;
  /** Put a `'` before strings that a spreadsheet would take for a formula; the reader takes it off. Default `"on"`. */
  readonly formulaGuard?: "on" | "off";
}

/** Definitions that refer to each other twice can make any number of columns out of a few lines. */
const maxColumns = 10_000;
const maxColumnDepth = 100;

/**
 * The columns of a record shape, known before the first record.
 *
 * @throws {PortmanteauError} `SCHEMA_UNSUPPORTED` for a property that is both optional and nullable, and for a record without columns, with
 * more than 10,000, or with required objects that are nested deeper than 100.
 */
export function columnsOf(root: ObjectShape, dataset: string, { formulaGuard = "on" }: CsvOptions = {}): Column[] {
  const columns: Column[] = [];
  const walk = (shape: ObjectShape, path: readonly string[], within: readonly Shape[]): void => {
    for (const property of shape.properties) {
      const keys = [...path, property.name];
      const pointer = keys.map(pointerStep).join("");
      const { shape: child, required } = property;
      if (!required && child.nullable) {
        throw new PortmanteauError(
          "SCHEMA_UNSUPPORTED",
          `Schema of "${dataset}": "${pointer}" is both optional and nullable, and CSV cannot tell absent from null. Make it required, or not nullable.`,
          { context: { dataset, pointer } },
        );
      }
      if (child.kind === "object" && required && !child.nullable && child.properties.length > 0) {
        if (within.includes(child)) {
          throw new PortmanteauError(
            "SCHEMA_UNSUPPORTED",
            `Schema of "${dataset}": "${pointer}" requires itself, so no record can be finite. Make it optional.`,
            {
              context: { dataset, pointer },
            },
          );
        }
        if (path.length === maxColumnDepth) {
          throw new PortmanteauError(
            "SCHEMA_UNSUPPORTED",
            `Schema of "${dataset}" nests required objects deeper than ${maxColumnDepth}. Make one of them optional: then it is one column.`,
            { context: { dataset } },
          );
        }
        walk(child, keys, [...within, child]);
        continue;
      }
      if (columns.length === maxColumns) {
        throw new PortmanteauError(
          "SCHEMA_UNSUPPORTED",
          `Schema of "${dataset}" makes more than ${maxColumns} columns. Make an object optional: then it is one.`,
          { context: { dataset } },
        );
      }
      const name = keys.map((key) => key.replaceAll("~", "~0").replaceAll(".", "~2")).join(".");
      columns.push({
        name: formulaGuard === "on" ? guarded(name) : name,
        keys,
        pointer,
        type: columnType(child),
        empty: child.nullable ? "null" : required ? "never" : "absent",
        property,
      });
    }
  };
  walk(root, [], [root]);
  if (columns.length === 0) {
    throw new PortmanteauError(
      "SCHEMA_UNSUPPORTED",
      `Schema of "${dataset}" leaves no field to export. Name the fields under properties, or leave the dataset out.`,
      { context: { dataset } },
    );
  }
  return columns;
}

function columnType(shape: Shape): ColumnType {
  if (shape.kind !== "scalar") return "json";
  const [type, ...more] = shape.types;
  return more.length === 0 ? (type ?? "json") : "json";
}

const guardedStart = /^[=+\-@\t\r\n\0'＝＋－＠]/;

/** The string with a leading `'` when a spreadsheet would take it for a formula, or when it starts with `'` itself. */
export function guarded(text: string): string {
  return guardedStart.test(text) ? `'${text}` : text;
}

/** Takes the guard off. */
export function unguarded(text: string): string {
  return text.startsWith("'") ? text.slice(1) : text;
}
