import type { ValidateFunction } from "ajv/dist/2020.js";
import { createAjv, toRecordError } from "../codec/ajv.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { RecordSchema } from "../model/record-schema.ts";

/** A refusal of a message in another vocabulary: where it is wrong, and never what stands there. */
export function refused(vocabulary: string, pointer: string, why: string): PortmanteauError {
  return new PortmanteauError("REQUEST_INVALID", `The ${vocabulary} request is wrong at "${pointer || "/"}": ${why}.`, {
    context: { pointer },
  });
}

/** A check that a message is one of its vocabulary; compiled when it is first needed. */
export function messageCheck<T>(vocabulary: string, schema: RecordSchema): (message: unknown) => T {
  let check: ValidateFunction | undefined;
  return (message) => {
    // Messages come from strangers, and may name what every object inherits.
    check ??= createAjv({ allErrors: false, ownProperties: true }).compile(schema);
    const error = check(message) ? undefined : (check.errors ?? []).map(toRecordError)[0];
    if (error !== undefined) throw refused(vocabulary, ownPointer(error.pointer, schema), error.message);
    return message as T;
  };
}

/** A pointer as far as the schema names its steps: a key that a stranger chose may be somebody's name. */
function ownPointer(pointer: string, schema: RecordSchema): string {
  const names = new Set(JSON.stringify(schema).match(/"[^"]+"(?=:)/g));
  const steps = pointer.split("/").slice(1);
  const end = steps.findIndex((step) => !names.has(JSON.stringify(step)) && !/^\d{1,6}$/.test(step));
  return steps
    .slice(0, end < 0 ? steps.length : end)
    .map((step) => `/${step}`)
    .join("");
}
