import { Ajv2020, type AnySchemaObject, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import privacySchema from "../../schemas/x-privacy.schema.json" with { type: "json" };
import { exactFormats } from "./formats.ts";

/** One reason why a value does not match its schema. The message never quotes the value. */
export interface RecordError {
  /** RFC 6901 pointer into the value. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

/**
 * An Ajv for JSON Schema 2020-12 in strict mode, formats asserted in full, `x-privacy` known. It does not check schemas themselves: each
 * instance would compile the meta-schema first, which takes longer than the rest (12 ms). `requireSchema` does, once for all.
 *
 * @param ownProperties look at own properties only; needed (and slower) when a schema names what every object inherits
 * @param allErrors find every error; of what strangers made only the first is safe to ask for: a million of them fill the memory
 */
export function createAjv({ ownProperties = false, allErrors = true } = {}): Ajv2020 {
  const ajv = withFormats(
    new Ajv2020({
      strict: true,
      allowUnionTypes: true,
      allErrors,
      validateFormats: true,
      inlineRefs: 20, // keywords: a large definition is one function, however often it is referred to
      validateSchema: false,
      ownProperties,
    }),
  );
  for (const [name, validate] of exactFormats) ajv.addFormat(name, { type: "string", validate });
  ajv.addKeyword({ keyword: "x-privacy" });
  return ajv;
}

function withFormats(ajv: Ajv2020): Ajv2020 {
  addFormats.default(ajv, { mode: "full", keywords: false });
  return ajv;
}

const schemaChecker = withFormats(new Ajv2020());

/** @throws {Error} when something is no JSON Schema 2020-12; it says what, as Ajv does */
export function requireSchema(schema: AnySchemaObject): void {
  schemaChecker.validateSchema(schema, true);
}

const checkPrivacy = createAjv().compile(privacySchema);

/** Says what is wrong with an `x-privacy` value: a typing error there must not let a secret out. */
export function privacyProblem(value: unknown): RecordError | undefined {
  return checkPrivacy(value) ? undefined : (checkPrivacy.errors ?? []).map(toRecordError)[0];
}

/** Ajv's messages name the rule and never the value; the parameters (which can hold a key that is data) are left behind. */
export function toRecordError({ instancePath, keyword, message = keyword }: ErrorObject): RecordError {
  return { pointer: instancePath, keyword, message };
}
