import { type Column, type DatabaseFacts, isWhole, type Reference, type Table } from "./facts.ts";
import { looksLikeOther } from "./guesses.ts";
import { singular, words } from "./names.ts";

/** How a table's rows lead to the person: reference after reference, the last one to the subject's table. */
export interface Path {
  readonly steps: readonly Step[];
  readonly cost: number;
}

export interface Step {
  readonly from: Table;
  readonly reference: Reference;
  readonly to: Table;
}

/** The cheapest path from every table that has one; the subject's own is empty. */
export function pathsTo(
  subject: Table,
  { tables }: DatabaseFacts,
  referencesOf: (table: Table) => readonly Reference[],
  wordsOf: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, Path> {
  const byName = new Map(tables.map((table) => [table.table, table]));
  const arriving = new Map<string, Step[]>();
  for (const from of tables)
    for (const reference of referencesOf(from)) {
      const to = byName.get(reference.table);
      if (to === undefined || to === from || !reachesOneRow(to, reference)) continue;
      const steps = arriving.get(to.table);
      if (steps === undefined) arriving.set(to.table, [{ from, reference, to }]);
      else steps.push({ from, reference, to });
    }
  const found = new Map<string, Path>([[subject.table, { steps: [], cost: 0 }]]);
  const done = new Set<string>();
  for (;;) {
    let nearest: [string, Path] | undefined;
    for (const [table, path] of found)
      if (!done.has(table) && (nearest === undefined || path.cost < nearest[1].cost)) nearest = [table, path];
    if (nearest === undefined) return found;
    const [table, path] = nearest;
    done.add(table);
    for (const step of arriving.get(table) ?? []) {
      const cost = path.cost + costOf(step, wordsOf);
      const known = found.get(step.from.table);
      if (known === undefined || cost < known.cost) found.set(step.from.table, { steps: [step, ...path.steps], cost });
    }
  }
}

/** A join to columns that are no key could double rows. */
function reachesOneRow(to: Table, { references, byName }: Reference): boolean {
  if (references.length === 0) return false;
  return byName !== true || to.keys.some((key) => key.length === 1 && key[0] === references[0]);
}

/** A step counts one; more when the reference is to somebody who acts on the row, may be empty, or is a guess itself. */
function costOf({ from, reference, to }: Step, wordsOf: ReadonlyMap<string, readonly string[]>): number {
  const { columns, byName } = reference;
  const isNullable = columns.some((name) => from.columns.find((column) => column.name === name)?.nullable ?? false);
  const itsName = singular(wordsOf.get(to.table)?.at(-1) ?? "");
  const isPlain = columns.some((name) => {
    const stem = words(name).filter((word) => word !== "id" && word !== "fk");
    return (
      stem.length === 1 &&
      (stem[0] === itsName || ["user", "owner", "customer", "author", "member"].includes(stem[0] ?? ""))
    );
  });
  return 1 + (byName ? 1.5 : 0) + (looksLikeOther(columns) ? 2 : 0) + (isNullable ? 0.2 : 0) + (isPlain ? 0 : 0.1);
}

/**
 * References of every table: its foreign keys, and where a column has none, what its name says: `user_id` refers to `users` when that has a
 * key of one column of the same type.
 */
export function referencesWithNames(
  { tables }: DatabaseFacts,
  subject: Table,
  key: Column,
  wordsOf: ReadonlyMap<string, readonly string[]>,
): (table: Table) => readonly Reference[] {
  const named = new Map<string, Table>();
  for (const table of tables) {
    const name = (wordsOf.get(table.table) ?? []).map(singular).join(" ");
    if (!named.has(name)) named.set(name, table);
  }
  named.set((wordsOf.get(subject.table) ?? []).map(singular).join(" "), subject);
  /** Databases without a single foreign key to the people leave it to names like `post_author`. */
  const isLoose = !tables.some(({ foreignKeys }) => foreignKeys.some(({ table }) => table === subject.table));
  const keyOf = (table: Table) =>
    table === subject
      ? key
      : table.columns.find(({ name }) => table.keys.find((each) => each.length === 1)?.[0] === name);

  const all = tables.map((table): [Table, readonly Reference[]] => {
    const taken = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
    const guessed = table.columns.flatMap((column): Reference[] => {
      const its = words(column.name);
      const stem = its.at(-1) === "id" || its.at(-1) === "fk" ? its.slice(0, -1) : its;
      if (taken.has(column.name) || stem.length === 0) return [];
      const parent =
        (stem.length < its.length ? named.get(stem.map(singular).join(" ")) : undefined) ??
        (isLoose && isPersonWord(stem.at(-1) ?? "", subject, wordsOf) ? subject : undefined);
      const target = parent && keyOf(parent);
      if (parent === undefined || target === undefined || parent === table || !isAlike(column, target)) return [];
      return [{ columns: [column.name], table: parent.table, references: [target.name], byName: true }];
    });
    return [table, [...table.foreignKeys, ...guessed]];
  });
  const byTable = new Map(all);
  return (table) => byTable.get(table) ?? [];
}

function isPersonWord(word: string, subject: Table, wordsOf: ReadonlyMap<string, readonly string[]>): boolean {
  return (
    word === singular(wordsOf.get(subject.table)?.at(-1) ?? "") ||
    ["user", "author", "owner", "customer"].includes(word)
  );
}

function isAlike(one: Column, other: Column): boolean {
  if (isNumber(one) && isNumber(other)) return true;
  const [a, b] = [one.schema, other.schema];
  return (
    a.type === b.type &&
    a.format === b.format &&
    a.contentEncoding === b.contentEncoding &&
    a.enum === undefined &&
    one.cast === other.cast
  );
}

function isNumber({ schema, cast, compare }: Column): boolean {
  return isWhole(schema) || cast === "bigint" || compare !== undefined;
}

/** A path in words: `order_id to orders, then user_id to users`. */
export function describePath(steps: readonly Step[]): string {
  return steps
    .map(
      ({ reference: { columns, byName }, to }) =>
        `${columns.join(" and ")}${byName ? " (by its name only)" : ""} to ${to.table}`,
    )
    .join(", then ");
}
