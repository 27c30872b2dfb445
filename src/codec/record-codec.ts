import { PortmanteauError } from "../model/errors.ts";
import { pointerKeys } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { type Column, type CsvOptions, columnsOf } from "./columns.ts";
import { type CsvRow, compileCsvRow } from "./csv-writer.ts";
import { compileDirectEncode, type DirectEncode } from "./direct/index.ts";
import { compileProject, type Project } from "./project.ts";
import { type ObjectShape, readShape } from "./shape.ts";
import { compileValidate, type Validate } from "./validate.ts";
import { type View, viewSchema, viewShape, type WithheldField, withheldFields } from "./view.ts";

/** Everything that is compiled once from a record schema, for one view of it. */
export interface RecordCodec {
  /** The record as it leaves. */
  readonly shape: ObjectShape;
  /** Its JSON Schema: what the bundle carries. */
  readonly schema: RecordSchema;
  readonly columns: readonly Column[];
  readonly withheld: readonly WithheldField[];
  readonly csv: Required<CsvOptions>;
  readonly project: Project;
  readonly validate: Validate;
  readonly csvRow: CsvRow;
  readonly timeColumn: Column | undefined;
  /** The direct way for ordinary records, generated when it is first asked for; `undefined` when the schema has none. */
  direct(): DirectEncode | undefined;
}

export interface CodecInput {
  /** Name of the dataset, for messages. */
  readonly dataset: string;
  readonly schema: RecordSchema;
  readonly view: View;
  readonly csv?: CsvOptions;
  /** Pointer of the date-time column whose earliest and latest value are kept. */
  readonly timeField?: string;
}

/**
 * Compiles a record schema. Costs some milliseconds; do it once.
 *
 * @throws {PortmanteauError} `SCHEMA_UNSUPPORTED`, with the pointer and the mend.
 */
export function compileCodec({
  dataset,
  schema,
  view,
  csv: { bom = false, formulaGuard = "on" } = {},
  timeField,
}: CodecInput): RecordCodec {
  const whole = readShape(schema, dataset);
  const shape = viewShape(whole, view);
  const csv = { bom, formulaGuard };
  const columns = columnsOf(shape, dataset, csv);
  const leaving = viewSchema(schema, whole, view);
  const timeColumn = timeField === undefined ? undefined : columnNamed(columns, timeField);
  let direct: { readonly encode: DirectEncode | undefined } | undefined;
  return {
    shape,
    schema: leaving,
    columns,
    withheld: withheldFields(whole, view),
    csv,
    project: compileProject(whole, view),
    validate: compileValidate(leaving, dataset),
    csvRow: compileCsvRow(columns, csv),
    timeColumn,
    direct() {
      direct ??= { encode: compileDirectEncode({ schema, shape: whole, view, csv, timeColumn }) };
      return direct.encode;
    },
  };
}

/** Whether a view gives any field at all. */
export function leavesFields({ dataset, schema, view }: CodecInput): boolean {
  return viewShape(readShape(schema, dataset), view).properties.length > 0;
}

/** The column that a pointer names, if there is one. */
function columnNamed(columns: readonly Column[], pointer: string): Column | undefined {
  const wanted = pointerKeys(pointer)?.join("\0");
  return columns.find(({ keys }) => keys.join("\0") === wanted);
}

/** Refuses a pointer that names no column. */
export function requireColumn(codec: RecordCodec, pointer: string, dataset: string, what: string): Column {
  const column = columnNamed(codec.columns, pointer);
  if (column !== undefined) return column;
  throw new PortmanteauError(
    "CONFIG_INVALID",
    `Dataset "${dataset}", /${what}: "${pointer}" names no column. Columns are: ${codec.columns.map((each) => each.pointer).join(", ")}.`,
    {
      context: { dataset, pointer },
    },
  );
}
