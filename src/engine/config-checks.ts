import type { Category, Recipient } from "../model/controller.ts";
import type { Dataset } from "../model/dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { DatasetPrivacy } from "../model/privacy.ts";
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

/** Recipients, categories and foreign keys name what is there, and the datasets of a category state the same facts. */
export function checkReferences(
  datasets: readonly Dataset[],
  recipients: readonly Recipient[],
  categories: readonly Category[],
): void {
  const recipientIds = new Set(recipients.map(({ id }) => id));
  const names = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const facts = new Map<string, { readonly dataset: string; readonly privacy: DatasetPrivacy }>();
  for (const { name, privacy, foreignKeys } of datasets) {
    for (const id of privacy.recipients ?? []) {
      if (!recipientIds.has(id))
        refuse(
          "/recipients",
          `dataset "${name}" names the recipient "${id}", which is not listed. Add it to recipients.`,
        );
    }
    const first = facts.get(privacy.category);
    if (first === undefined) facts.set(privacy.category, { dataset: name, privacy });
    else if (JSON.stringify(sortedFacts(first.privacy)) !== JSON.stringify(sortedFacts(privacy))) {
      refuse(
        "/datasets",
        `"${first.dataset}" and "${name}" state different facts for the category "${privacy.category}". Share one object, or give one of them a category of its own.`,
      );
    }
    for (const { dataset: other } of foreignKeys ?? []) {
      if (!names.has(other)) refuse("/datasets", `"${name}" refers to the dataset "${other}", which is not there.`);
    }
  }
  for (const { id } of categories) {
    if (!facts.has(id)) refuse("/categories", `"${id}" is the category of no dataset. Remove it, or mend the id.`);
  }
}

function sortedFacts({
  category,
  purposes,
  legalBasis,
  origin,
  source,
  retention,
  recipients = [],
}: DatasetPrivacy): unknown {
  return [
    category,
    [...purposes].sort(),
    legalBasis,
    origin,
    source ?? null,
    retention.duration ?? null,
    retention.criteria ?? null,
    [...recipients].sort(),
  ];
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
