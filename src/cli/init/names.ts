import type { Table } from "./facts.ts";

/** `userId`, `user_id`, `UserID` → `user`, `id`. */
export function words(name: string): string[] {
  return name
    .normalize("NFKC")
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== "");
}

/** One of many, as English mostly does it. */
export function singular(word: string): string {
  if (word === "people") return "person";
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && word.length > 3 ? word.slice(0, -1) : word;
}

const fillers = new Set([
  "tbl",
  "table",
  "entity",
  "entities",
  "model",
  "master",
  "app",
  "auth",
  "core",
  "main",
  "public",
]);

/** What the rows of each table are, in words: without the word that most names of the database begin with (`wp_`, `spree_`). */
export function tableWords(tables: readonly Table[]): ReadonlyMap<string, readonly string[]> {
  const all = new Map(tables.map(({ table, name }) => [table, words(name)] as const));
  const counts = new Map<string, number>();
  for (const [first = "", second] of all.values())
    if (second !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  const isPrefix = (word: string) => all.size >= 3 && (counts.get(word) ?? 0) > all.size * 0.6;
  return new Map(
    [...all].map(([table, [first = "", ...rest]]) => {
      const without = rest.length > 0 && isPrefix(first) ? rest : [first, ...rest];
      const kept = without.filter(
        (word, index) => !(fillers.has(word) && (index === 0 || index === without.length - 1)),
      );
      return [table, (kept.length > 0 ? kept : without).filter((word) => word !== "")];
    }),
  );
}

/** Names of datasets, each once: `order_items` → `order-items`. Letters that file names cannot have everywhere are left out. */
export function datasetNames(tables: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    [...tables].map(([table, itsWords]) => {
      const plain = itsWords
        .map((word) => word.normalize("NFKD").replace(/[^a-z0-9]/g, ""))
        .filter((word) => word !== "")
        .join("-")
        .slice(0, 80)
        .replace(/-$/, "");
      const base =
        plain === "" || /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(plain) ? `table${plain && "-"}${plain}` : plain;
      let name = base;
      for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
      taken.add(name);
      return [table, name];
    }),
  );
}

/** For people: `Order items`. */
export function titleOf(itsWords: readonly string[]): string {
  const text = itsWords.join(" ");
  return text === "" ? "Records" : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
