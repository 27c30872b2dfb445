import type { ColumnSchema } from "../../sources/sql/column-schema.ts";
import { type CategoryGuess, categoryOf } from "./categories.ts";
import { type Column, type DatabaseFacts, isWhole, type Reference, type Table } from "./facts.ts";
import { looksLikeOther, looksSecret, mayNameOther, personalKind, personScore } from "./guesses.ts";
import { datasetNames, tableWords, titleOf } from "./names.ts";
import { describePath, type Path, pathsTo, referencesWithNames } from "./paths.ts";
import { fieldOf, type TableQuery, tableQuery } from "./queries.ts";
import { describePointers, type Pointer, referredTo } from "./referred.ts";
import type { SubjectGuess } from "./subject.ts";

/** One dataset, as it will be written. */
export interface DatasetGuess {
  readonly table: Table;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly category: CategoryGuess;
  /** How its rows lead to the person, and what else was possible. */
  readonly notes: readonly string[];
  readonly fields: readonly FieldGuess[];
  readonly primaryKey: readonly string[];
  readonly query: TableQuery;
}

export interface FieldGuess {
  readonly name: string;
  readonly schema: PropertySchema;
  /** A guess about this field, to be looked at. */
  readonly note?: string;
}

interface PropertySchema extends Omit<ColumnSchema, "enum"> {
  readonly enum?: readonly (string | null)[];
  readonly description?: string;
  readonly writeOnly?: true;
  readonly "x-privacy"?: { readonly thirdParty: "pseudonymize" };
}

/** A table that no dataset gives, and what is known of it. */
export interface UndecidedTable {
  readonly table: string;
  readonly reason: string;
}

export interface Guesses {
  readonly datasets: readonly DatasetGuess[];
  readonly undecided: readonly UndecidedTable[];
}

/** Guesses a dataset for every table that leads to the subject; the subject's own comes first, then the nearest. */
export function guessDatasets(facts: DatabaseFacts, { table: subject, key }: SubjectGuess, width: number): Guesses {
  const wordsOf = tableWords(facts.tables);
  const names = datasetNames(wordsOf);
  const referencesOf = referencesWithNames(facts, subject, key, wordsOf);
  const paths = pathsTo(subject, facts, referencesOf, wordsOf);
  const referred = referredTo(facts, referencesOf, paths, wordsOf);
  const reached = facts.tables.filter(
    ({ table, columns }) => (paths.has(table) || referred.has(table)) && columns.length > 0,
  );
  reached.sort((a, b) => costOf(paths, a) - costOf(paths, b) || (a.table < b.table ? -1 : 1));
  const isStaff = (table: string) =>
    /^(?:employee|staff|admin|agent|manager|moderator|operator)s?$/.test(wordsOf.get(table)?.at(-1) ?? "");

  const datasets = reached.map((table): DatasetGuess => {
    const steps = paths.get(table.table)?.steps ?? [];
    const pointers = referred.get(table.table);
    const query = tableQuery({ dialect: facts.dialect, table, steps, pointers, key, width });
    const references = referencesOf(table);
    const own = new Set(steps[0]?.reference.columns ?? (pointers ? [] : [key.name]));
    const fields = table.columns.map((column) => {
      const to = references.filter(({ columns }) => columns.includes(column.name));
      const isOther =
        !own.has(column.name) &&
        (to.some((reference) => leadsToOther(reference, subject, isStaff, personScoreOf(wordsOf))) ||
          (to.length === 0 && mayNameOther(column) && !table.keys[0]?.includes(column.name)));
      return fieldGuess(column, isOther, facts.dialect);
    });
    if (query.owner !== undefined) {
      const { type, ...rest } = query.owner.schema;
      const schema = { type: type ?? "string", ...rest, description: "Whose record it is." };
      fields.push({ name: query.subjectField, schema });
    }
    const hidden = new Set(fields.flatMap(({ name, schema }) => (schema.writeOnly ? [name] : [])));
    const byName = new Map(table.columns.map((column) => [column.name, column]));
    const primaryKey = (table.keys[0] ?? []).flatMap((name) => byName.get(name) ?? []).map(fieldOf);
    const itsWords = wordsOf.get(table.table) ?? [];
    const title = titleOf(itsWords);
    return {
      table,
      name: names.get(table.table) ?? "",
      title,
      description:
        table.comment ??
        (table === subject
          ? "Who you are to us."
          : `${pointers ? "What your records refer to" : "Your records"} of the kind “${title.toLowerCase()}”.`),
      category: table === subject ? categoryOf([]) : categoryOf(itsWords),
      notes: notesOn({ table, steps, pointers, references, paths, subject, query }),
      fields,
      primaryKey: primaryKey.some((name) => hidden.has(name)) ? [] : primaryKey,
      query,
    };
  });
  const given = new Set(datasets.filter(({ fields }) => fields.some(({ schema }) => !schema.writeOnly)));
  const undecided = facts.tables
    .filter(({ table }) => !datasets.some((each) => each.table.table === table && given.has(each)))
    .map((table) => ({
      table: table.table,
      reason: reasonOf(table, subject, facts, paths, referred.has(table.table)),
    }));
  return { datasets: datasets.filter((each) => given.has(each)), undecided };
}

function costOf(paths: ReadonlyMap<string, Path>, { table }: Table): number {
  return paths.get(table)?.cost ?? Number.POSITIVE_INFINITY;
}

const personScoreOf = (wordsOf: ReadonlyMap<string, readonly string[]>) => (table: string) =>
  personScore(wordsOf.get(table) ?? []);

function leadsToOther(
  { columns, table }: Reference,
  subject: Table,
  isStaff: (table: string) => boolean,
  scoreOf: (table: string) => number,
): boolean {
  return table === subject.table || isStaff(table) || (scoreOf(table) > 0 && looksLikeOther(columns));
}

function fieldGuess(column: Column, isOther: boolean, dialect: DatabaseFacts["dialect"]): FieldGuess {
  const { schema, nullable, comment } = column;
  const { type, enum: allowed, ...rest } = schema;
  const typed: PropertySchema =
    allowed !== undefined
      ? { enum: nullable ? [...allowed, null] : allowed }
      : {
          type: nullable ? [...(typeof type === "string" ? [type] : (type ?? [])), "null"] : (type ?? "string"),
          ...rest,
        };
  const described = comment === undefined ? typed : { ...typed, description: comment };
  const name = fieldOf(column);
  if (looksSecret(column))
    return { name, schema: { ...described, writeOnly: true }, note: "REVIEW: looks like a secret, so it is withheld" };
  if (isOther)
    return {
      name,
      schema: { ...described, "x-privacy": { thirdParty: "pseudonymize" } },
      note: "REVIEW: may be about somebody else",
    };
  const isUnsure = dialect === "sqlite" && Array.isArray(type) && !isWhole(schema);
  return {
    name,
    schema: described,
    ...(isUnsure ? { note: "REVIEW: text or number, as the application writes it" } : {}),
  };
}

function notesOn({
  table,
  steps,
  pointers,
  references,
  paths,
  subject,
  query: { cursor },
}: {
  readonly table: Table;
  readonly steps: Path["steps"];
  readonly pointers: readonly Pointer[] | undefined;
  readonly references: readonly Reference[];
  readonly paths: ReadonlyMap<string, Path>;
  readonly subject: Table;
  readonly query: TableQuery;
}): string[] {
  const used = steps[0]?.reference;
  const way =
    pointers !== undefined
      ? `REVIEW: theirs only by what refers to it: ${describePointers(pointers)}. A row that several people refer to is given to each of them: is it about the one who asks?`
      : table === subject
        ? "REVIEW: the people themselves."
        : `REVIEW: theirs by ${describePath(steps)}.`;
  const others = references.filter(
    (reference) =>
      reference !== used && reference.table !== table.table && paths.has(reference.table) && table !== subject,
  );
  const listed = others
    .slice(0, 6)
    .map(({ columns, table, byName }) => `${columns.join(" and ")}${byName ? " (by its name only)" : ""} to ${table}`);
  return [
    way,
    ...(listed.length > 0 ? [`Other ways: ${listed.join("; ")}${others.length > listed.length ? "; …" : ""}.`] : []),
    ...(cursor.length > 0 ? [] : ["No key tells its rows apart, so it is read by one statement and does not resume."]),
  ];
}

/** What stands where somebody has to decide. */
function reasonOf(
  table: Table,
  subject: Table,
  { tables }: DatabaseFacts,
  paths: ReadonlyMap<string, Path>,
  isReferred: boolean,
): string {
  if (isReferred || paths.has(table.table)) return "Nothing of it is known but secrets.";
  const personal = table.columns.filter((column) => personalKind(column) !== undefined).map(({ name }) => name);
  const referrers = tables.filter(
    (other) => paths.has(other.table) && other.foreignKeys.some((each) => each.table === table.table),
  );
  const looks =
    personal.length === 0 ? "" : ` It may be about people all the same: ${personal.slice(0, 4).join(", ")}.`;
  const by =
    referrers.length === 0
      ? ""
      : ` Referred to by ${referrers
          .slice(0, 3)
          .map((each) => each.table)
          .join(", ")}.`;
  return `Nothing in it leads to ${subject.table}.${by}${looks}`;
}
