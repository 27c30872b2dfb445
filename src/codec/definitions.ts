import type { FieldPrivacy } from "../model/privacy.ts";
import type { RecordSchema } from "../model/record-schema.ts";

/** The name in a `$ref` to `#/$defs/name`; empty for `#`, the root; `undefined` for any other. */
export function definitionName($ref: string): string | undefined {
  if ($ref === "#") return "";
  const step = /^#\/\$defs\/([^/]+)$/.exec($ref)?.[1];
  try {
    return step === undefined ? undefined : decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined; // a broken escape names nothing
  }
}

export function definition(schema: RecordSchema, name: string): RecordSchema | undefined {
  return schema.$defs !== undefined && Object.hasOwn(schema.$defs, name) ? schema.$defs[name] : undefined;
}

/** The facts nearest to the property win; a secret anywhere on the way makes it secret. */
export function privacyOf(chain: readonly RecordSchema[]): FieldPrivacy {
  const merged = Object.assign({}, ...chain.map((link) => link["x-privacy"] ?? {}).reverse()) as FieldPrivacy;
  const secret = chain.some((link) => link.writeOnly === true || link["x-privacy"]?.secret === true);
  return secret ? { ...merged, secret: true } : merged;
}
