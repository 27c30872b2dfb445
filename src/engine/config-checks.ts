import { PortmanteauError } from "../model/errors.ts";
import { openMarks, unanswered } from "../model/review.ts";
import type { ExporterConfig } from "./config.ts";

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

/** What `portmanteau init` guessed leaves in no bundle before somebody has said that it is so. */
export function refuseOpenMarks({ datasets, ...config }: ExporterConfig): void {
  const { controller, recipients, categories, rights, complaint, automatedDecisions, excluded } = config;
  const words = { controller, recipients, categories, rights, complaint, automatedDecisions, excluded };
  const open = [
    ...openMarks(words),
    ...datasets.flatMap(({ name, title, description, schema, privacy }, index) => {
      // The datasets of a category share their facts: what is open there is said once.
      const isKnown = datasets.slice(0, index).some((earlier) => earlier.privacy.category === privacy.category);
      return openMarks({ title, description, schema, ...(isKnown ? {} : { privacy }) }, `/datasets/${name}`);
    }),
  ];
  const [first] = open;
  if (first === undefined) return;
  throw new PortmanteauError("CONFIG_INVALID", `Configuration: ${unanswered(open)}`, { context: { pointer: first } });
}

/** Says what is wrong, where, and the mend. */
export function refuse(pointer: string, problem: string): never {
  throw new PortmanteauError("CONFIG_INVALID", `Configuration, ${pointer}: ${problem}`, { context: { pointer } });
}
