import { isDeepStrictEqual } from "node:util";

/** A value with its keys in one order, as JSON: two records are the same when this is. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : typeof part === "bigint"
          ? `${part}n`
          : part,
    ) ?? String(value)
  );
}

/** How two lists of records differ, in words; nothing when they do not. */
export function difference(got: readonly unknown[], expected: readonly unknown[]): string | undefined {
  const [gotTexts, expectedTexts] = [got.map(canonical), expected.map(canonical)];
  const at = expectedTexts.findIndex((text, index) => text !== gotTexts[index]);
  if (at < 0 && got.length === expected.length) return undefined;
  const known = new Set(expectedTexts);
  const seen = new Set<string>();
  const twice = gotTexts.filter((text) => seen.size === seen.add(text).size).length;
  const missing = expectedTexts.filter((text) => !seen.has(text)).length;
  const unknown = gotTexts.filter((text) => !known.has(text)).length;
  const where =
    at < 0
      ? `after record ${expected.length - 1} came ${short(gotTexts[expected.length])}`
      : `record ${at} is ${short(gotTexts[at])} where ${short(expectedTexts[at])} is expected`;
  return `${got.length} records of ${expected.length} expected: ${missing} missing, ${twice} given twice, ${unknown} unknown; ${where}`;
}

function short(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Where a value is not plain JSON, and what is there; nothing when it is. */
export function notJson(value: unknown, path = ""): string | undefined {
  const at = path === "" ? "the record itself" : path;
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${at} is ${value}`;
  if (typeof value !== "object") return `${at} is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`;
  if (Array.isArray(value)) {
    // By index: the methods of arrays step over holes.
    for (let index = 0; index < value.length; index++) {
      const inside = notJson(value[index], `${path}/${index}`);
      if (inside !== undefined) return inside;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return `${at} is a ${(value as object).constructor?.name ?? "object of some class"}`;
  for (const [key, part] of Object.entries(value)) {
    const inside = notJson(part, `${path}/${key}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Whether a value is the same after it was written as JSON and read again. */
export function survivesJson(value: unknown): boolean {
  const text = JSON.stringify(value);
  return text !== undefined && isDeepStrictEqual(JSON.parse(text), value);
}
