/** Anything JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
/** An object as JSON has it. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** One step of an RFC 6901 pointer, escaped: `~` → `~0`, `/` → `~1`. */
export function pointerStep(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The keys of an RFC 6901 pointer; `undefined` when it is not one. */
export function pointerKeys(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What a record holds where these keys lead; nothing when one of them is not there. Only own properties count. */
export function valueAt(record: JsonObject, keys: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = record;
  for (let depth = 0; depth < keys.length; depth++) {
    const key = keys[depth] as string;
    if (!isPlainObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key] as JsonValue;
  }
  return value;
}

/** Sets a property that is the object's own: assigned, `__proto__` would be something else. */
export function setOwn(object: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
