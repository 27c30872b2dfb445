import { compileValidate } from "../../codec/validate.ts";
import { type JsonValue, pointerKeys, pointerStep } from "../../model/json.ts";
import type { RecordSchema } from "../../model/record-schema.ts";
import type { Failures } from "./failure.ts";

/** What a body must be: a JSON Schema 2020-12, or a function that says whether it is right. */
export type HttpBodyCheck = RecordSchema | ((body: JsonValue) => boolean);

/** Makes the check of a body. It throws an error that names the place only as far as the schema does. */
export function bodyCheck(expected: HttpBodyCheck | undefined, name: string, failures: Failures) {
  if (expected === undefined) return () => undefined;
  if (typeof expected === "function")
    return (body: JsonValue): void => {
      let isRight: boolean;
      try {
        isRight = expected(body);
      } catch (cause) {
        throw failures.thrown(cause, "body");
      }
      if (!isRight) throw failures.failed("the answer is not what `body` expects.");
    };
  const validate = compileValidate(expected, name, { allErrors: false });
  const names = new Set<string>();
  JSON.stringify(expected, (key, value: unknown) => {
    if (key === "properties" && typeof value === "object") for (const each of Object.keys(value ?? {})) names.add(each);
    return value;
  });
  return (body: JsonValue): void => {
    const [error] = validate(body) ?? [];
    if (error === undefined) return;
    const where = (pointerKeys(error.pointer) ?? []).map((key) => (names.has(key) ? pointerStep(key) : "/*")).join("");
    throw failures.failed(`the answer does not match \`body\` at "${where}": it ${error.message}.`);
  };
}
