import type { ValidateFunction } from "ajv/dist/2020.js";
import datapackageSchema from "../../schemas/bundle/v1/datapackage.schema.json" with { type: "json" };
import manifestSchema from "../../schemas/bundle/v1/manifest.schema.json" with { type: "json" };
import reportSchema from "../../schemas/bundle/v1/report.schema.json" with { type: "json" };
import requestSchema from "../../schemas/bundle/v1/request.schema.json" with { type: "json" };
import { createAjv, type RecordError, toRecordError } from "../codec/ajv.ts";

/** The documents that cross a process or a disk, each with its schema. */
const schemas = {
  datapackage: datapackageSchema,
  manifest: manifestSchema,
  report: reportSchema,
  request: requestSchema,
};
const checks = new Map<keyof typeof schemas, ValidateFunction>();

/** The first thing that is wrong with a document; nothing when it matches its schema. */
export function documentErrors(kind: keyof typeof schemas, value: unknown): readonly RecordError[] {
  let check = checks.get(kind);
  if (check === undefined) {
    check = createAjv({ allErrors: false }).compile(schemas[kind]);
    checks.set(kind, check);
  }
  return check(value) ? [] : (check.errors ?? []).map(toRecordError);
}

/** JSON for people and diffs: two spaces, a line end at the end. */
export function documentBytes(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
