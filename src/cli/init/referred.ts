import type { DatabaseFacts, Reference, Table } from "./facts.ts";
import { looksLikeOther, personalKind, personScore } from "./guesses.ts";
import { singular } from "./names.ts";
import type { Path, Step } from "./paths.ts";

/** A reference from rows of the person to rows that name no person themselves: `orders.address_id`. */
export interface Pointer {
  readonly from: Table;
  readonly reference: Reference;
  /** How the rows that refer lead to the person; none where they are the person's own. */
  readonly steps: readonly Step[];
}

/**
 * Tables that lead to nobody, hold what is personal, and are referred to by tables that lead to the subject: by which references. Tables of
 * other people are none of them, nor are references to somebody who acts on the row.
 */
export function referredTo(
  { tables }: DatabaseFacts,
  referencesOf: (table: Table) => readonly Reference[],
  paths: ReadonlyMap<string, Path>,
  wordsOf: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly Pointer[]> {
  const candidates = new Set(
    tables
      .filter((table) => !paths.has(table.table) && looksTheirs(table, wordsOf.get(table.table) ?? []))
      .map(({ table }) => table),
  );
  const found = new Map<string, Pointer[]>();
  for (const from of tables) {
    const steps = paths.get(from.table)?.steps;
    if (steps === undefined) continue;
    for (const reference of referencesOf(from)) {
      if (!candidates.has(reference.table) || reference.references.length === 0) continue;
      if (looksLikeOther(reference.columns)) continue;
      const others = found.get(reference.table) ?? [];
      const isAlike = others.every((other) => sorted(other.reference) === sorted(reference));
      if (isAlike) found.set(reference.table, [...others, { from, reference, steps }]);
    }
  }
  return found;
}

/** The columns that it refers to: a query compares the same of all references. */
function sorted({ references }: Reference): string {
  return JSON.stringify([...references].sort());
}

/** Whether rows may be about one who refers to them: an address, a profile; and not about people of their own, nor a list of cities. */
function looksTheirs(table: Table, itsWords: readonly string[]): boolean {
  const name = singular(itsWords.at(-1) ?? "");
  if (/^(?:seller|vendor|supplier|host|courier|doctor|teacher|instructor|admin|manager|moderator|operator)$/.test(name))
    return false;
  if (personScore(itsWords) > 0 && name !== "profile") return false;
  const kinds = table.columns.map(personalKind);
  return kinds.includes("email") || kinds.filter((kind) => kind === "personal").length > 1;
}

/** In words: `address_id of orders`. */
export function describePointers(pointers: readonly Pointer[]): string {
  const named = pointers.map(
    ({ from, reference: { columns, byName } }) =>
      `${columns.join(" and ")} of ${from.table}${byName ? " (by its name only)" : ""}`,
  );
  const last = named.pop() ?? "";
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}
