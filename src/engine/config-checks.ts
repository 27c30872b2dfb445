import { PortmanteauError } from "../model/errors.ts";

/** A number of the configuration, or what stands for it. */
export function whole(
  pointer: string,
  value: number | undefined,
  fallback: number,
  least: number,
  most: number,
): number {
  const chosen = value ?? fallback;
  if (!Number.isInteger(chosen) || chosen < least || chosen > most)
    refuse(pointer, `must be a whole number from ${least} to ${most}.`);
  return chosen;
}

export function unique(pointer: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuse(pointer, `"${name}" is there twice. Rename one of them.`);
    seen.add(name);
  }
}

/** Says what is wrong, where, and the mend. */
export function refuse(pointer: string, problem: string): never {
  throw new PortmanteauError("CONFIG_INVALID", `Configuration, ${pointer}: ${problem}`, { context: { pointer } });
}
