import type { ValidateFunction } from "ajv/dist/2020.js";
import { PortmanteauError } from "../model/errors.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { createAjv, type RecordError, requireSchema, toRecordError } from "./ajv.ts";

const maxErrors = 20;

/** Checks a projected record; gives nothing when it is valid. */
export type Validate = (record: unknown) => readonly RecordError[] | undefined;

/**
 * Makes the check for one record schema.
 *
 * @param allErrors whether it goes on after the first error
 * @throws {PortmanteauError} `SCHEMA_UNSUPPORTED` when Ajv cannot compile it
 */
export function compileValidate(schema: RecordSchema, dataset: string, { allErrors = true } = {}): Validate {
  let check: ValidateFunction;
  try {
    requireSchema(schema);
    check = createAjv({ ownProperties: namesInherited(schema), allErrors }).compile(schema);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PortmanteauError("SCHEMA_UNSUPPORTED", `Schema of "${dataset}": ${why}. Mend the schema there.`, {
      context: { dataset },
      cause,
    });
  }
  return (record) => (check(record) ? undefined : (check.errors ?? []).slice(0, maxErrors).map(toRecordError));
}

/** Whether a schema names a property such as `constructor`, which every object has by inheritance. */
function namesInherited(schema: RecordSchema): boolean {
  let found = false;
  JSON.stringify(schema, (key, value: unknown) => {
    found ||= key in Object.prototype;
    return value;
  });
  return found;
}
