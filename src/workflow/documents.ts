import type { ValidateFunction } from "ajv/dist/2020.js";
import lineSchema from "../../schemas/workflow/v1/event-log-line.schema.json" with { type: "json" };
import recordSchema from "../../schemas/workflow/v1/request-record.schema.json" with { type: "json" };
import { createAjv, type RecordError, toRecordError } from "../codec/ajv.ts";

const ajv = createAjv({ allErrors: false });
ajv.addSchema(recordSchema);
ajv.addSchema(lineSchema);
const checks = new Map<string, ValidateFunction>();

/** What is wrong with a value that should match a schema of the workflow; nothing when it does. Never quotes the value. */
export function schemaProblem(reference: string, value: unknown): RecordError | undefined {
  let check = checks.get(reference);
  if (check === undefined) {
    check = ajv.compile({ $ref: `urn:portmanteau:schema:workflow:v1:${reference}` });
    checks.set(reference, check);
  }
  return check(value) ? undefined : check.errors?.map(toRecordError)[0];
}

/** The first thing that is wrong with an event. */
export function eventProblem(event: unknown): RecordError | undefined {
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : undefined;
  const name = `${String(type)}Event`;
  if (typeof type !== "string" || !Object.hasOwn(recordSchema.$defs, name))
    return { pointer: "/type", keyword: "enum", message: "must be a kind of event that there is" };
  return schemaProblem(`request-record#/$defs/${name}`, event);
}
