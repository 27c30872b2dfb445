import type { Column, DatabaseFacts, Table } from "./facts.ts";
import { looksSecret, personalKind, personScore } from "./guesses.ts";

export interface SubjectGuess {
  readonly table: Table;
  /** The column whose value a request names. */
  readonly key: Column;
  /** Why, in words. */
  readonly why: string;
  /** The next best tables. */
  readonly others: readonly string[];
}

/** Which table holds the people, best first. */
function rankSubjects({ tables }: DatabaseFacts, wordsOf: ReadonlyMap<string, readonly string[]>) {
  const referrers = new Map<string, Set<string>>();
  for (const { table, foreignKeys } of tables)
    for (const { table: parent } of foreignKeys) {
      if (parent !== table) referrers.set(parent, (referrers.get(parent) ?? new Set()).add(table));
    }
  return tables
    .map((table) => {
      const byName = personScore(wordsOf.get(table.table) ?? []);
      const kinds = table.columns.map(personalKind);
      const hasEmail = kinds.includes("email");
      const personal = kinds.filter((kind) => kind === "personal").length;
      const referred = referrers.get(table.table)?.size ?? 0;
      const isPart = table.foreignKeys.some(({ columns }) => columns.every((name) => table.keys[0]?.includes(name)));
      const score =
        byName +
        (hasEmail ? 40 : 0) +
        Math.min(personal, 4) * 6 +
        Math.min(referred * 6, 60) +
        (table.columns.some(looksSecret) ? 10 : 0) -
        (isPart ? 40 : 0) -
        (table.keys.length === 0 ? 80 : 0);
      return { table, score, isPerson: byName > 0 || hasEmail || personal > 1, hasEmail, referred };
    })
    .filter(({ score, isPerson }) => isPerson && score >= 45)
    .sort((a, b) => b.score - a.score || (a.table.table < b.table.table ? -1 : 1));
}

/** The column that a request names a person by: a key of one column, the primary one first. */
export function subjectKey(table: Table): Column | undefined {
  const name = table.keys.find((key) => key.length === 1)?.[0] ?? table.keys[0]?.at(-1) ?? table.columns[0]?.name;
  return table.columns.find((column) => column.name === name);
}

/** The best guess; nothing when no table looks like people. */
export function guessSubject(
  facts: DatabaseFacts,
  wordsOf: ReadonlyMap<string, readonly string[]>,
): SubjectGuess | undefined {
  const [best, ...others] = rankSubjects(facts, wordsOf);
  const key = best && subjectKey(best.table);
  if (best === undefined || key === undefined) return undefined;
  const { table, hasEmail, referred } = best;
  const reasons = [
    "its name",
    ...(hasEmail ? ["an e-mail address in it"] : []),
    ...(referred > 0 ? [`${referred} ${referred === 1 ? "table that refers" : "tables that refer"} to it`] : []),
  ];
  return { table, key, why: reasons.join(", "), others: others.slice(0, 3).map((other) => other.table.table) };
}
