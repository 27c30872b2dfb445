import { contract } from "../../model/source-error.ts";

/** What records are ordered by: a text or a number, or several, the first deciding. Texts are ordered by their UTF-8 bytes. */
export type SortKey = string | number | readonly (string | number)[];

/** A key as it is compared, and as a cursor carries it. */
export type KeyParts = readonly (string | number)[];

/** What the caller's function gave as a key, if it is one. */
export function keyParts(key: unknown, source: string): KeyParts {
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.length === 0 || !parts.every((part) => typeof part === "string" || Number.isFinite(part)))
    throw contract(`A record of source "${source}" has no key: it is a text or a finite number, or a list of them.`);
  return parts as KeyParts;
}

/** Less than 0 when `a` comes first, 0 when they are the same. */
export function compareKeys(a: KeyParts, b: KeyParts, source: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || typeof left !== typeof right)
      throw contract(`The keys of source "${source}" differ in type or length from others. Make them of one kind.`);
    const order =
      typeof left === "number"
        ? left - (right as number)
        : Buffer.compare(Buffer.from(left), Buffer.from(right as string));
    if (order !== 0) return order;
  }
  return 0;
}
