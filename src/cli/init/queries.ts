import type { Column, DatabaseFacts, Table } from "./facts.ts";
import { looksSecret } from "./guesses.ts";
import { words } from "./names.ts";
import type { Step } from "./paths.ts";
import type { Pointer } from "./referred.ts";

/** How one table is read for one person. */
export interface TableQuery {
  /** The lines of the statement that gives the rows. */
  readonly page: readonly string[];
  /** The lines of the one that counts them. */
  readonly count: readonly string[];
  /** The result's column that says whose the row is. */
  readonly subjectField: string;
  /** The column of another table that it is taken from. Absent: it is one of the table's own. */
  readonly owner?: Column;
  /** Whether the person's key is bytes: the request names them in Base64. */
  readonly isBinaryKey: boolean;
  /** How often the person's key is a parameter. */
  readonly parameters: number;
  /** The result's columns to go on after; none when nothing tells the rows apart. */
  readonly cursor: readonly string[];
}

export interface TableQueryOptions {
  readonly dialect: DatabaseFacts["dialect"];
  readonly table: Table;
  readonly steps: readonly Step[];
  /** The references to the table, where none of its own leads to the person. */
  readonly pointers: readonly Pointer[] | undefined;
  /** The subject's key, in the subject's table. */
  readonly key: Column;
  /** Widest line of the list of columns. */
  readonly width: number;
}

/** The field that a column becomes: its name, but for the one that no validator can check. */
export function fieldOf({ name }: Column): string {
  return name === "__proto__" ? "proto" : name;
}

export function tableQuery({ dialect, table, steps, pointers, key, width }: TableQueryOptions): TableQuery {
  const { own, from, conditions, whose, owner, isOwn, parameters } =
    pointers === undefined
      ? { ...wayOf({ dialect, table, steps, key, isAliased: false }), parameters: 1 }
      : byPointers(table, pointers, dialect, key);
  const subjectField = isOwn ? fieldOf(owner) : freeName("subject_key", table);
  const of = (sql: string) => (own ? `${own}.${sql}` : sql);

  const selected = table.columns.map((column) => {
    const ref = of(column.sql);
    if (column.read !== undefined) return `${column.read(ref)} as ${aliasSql(column)}`;
    return fieldOf(column) === column.name ? ref : `${ref} as ${fieldOf(column)}`;
  });
  if (!isOwn) selected.push(`${whose} as ${subjectField}`);

  const cursorColumns = cursorOf(table);
  const keys = cursorColumns.map(({ sql }) => of(sql));
  // Without a key, by whatever sorts: the same rows are the same bytes.
  const order = keys.length > 0 ? keys : table.columns.filter(sorts).map(({ sql }) => of(sql));
  const limit = keys.length === 0 ? "" : ` limit ${dialect === "postgres" ? `$${keys.length + 2}` : "?"}`;
  const all = [...conditions, ...(keys.length === 0 ? [] : [goesOn(dialect, keys, cursorColumns)])];
  return {
    page: [
      ...wrap("select ", selected, width),
      ...from,
      ...whereLines(all, width),
      ...(order.length === 0
        ? []
        : wrap("order by ", order, width).map((line, at, all) => (at === all.length - 1 ? `${line}${limit}` : line))),
    ],
    count: ["select count(*)", ...from, ...whereLines(conditions, width)],
    subjectField,
    ...(isOwn ? {} : { owner }),
    isBinaryKey: owner.schema.contentEncoding === "base64",
    parameters: dialect === "postgres" ? 1 : parameters,
    cursor: cursorColumns.map(fieldOf),
  };
}

function whereLines(conditions: readonly string[], width: number): string[] {
  const [first, ...more] = conditions;
  if (first === undefined) return [];
  const lines = [`where ${first}`, ...more.map((each) => `  and ${each}`)];
  return lines.join("").length <= width ? [lines.map((line) => line.trim()).join(" ")] : lines;
}

interface Way {
  /** The table's alias; empty where it needs none. */
  readonly own: string;
  /** The lines of FROM. */
  readonly from: readonly string[];
  readonly conditions: readonly string[];
  /** The SQL that says whose the row is, and the column that it is. */
  readonly whose: string;
  readonly owner: Column;
  /** Whether that is a column of the table itself. */
  readonly isOwn: boolean;
}

/** The rows of a table that lead to the person by foreign keys. */
function wayOf({
  dialect,
  table,
  steps,
  key,
  isAliased,
}: Pick<TableQueryOptions, "dialect" | "table" | "steps" | "key"> & { readonly isAliased: boolean }): Way {
  const last = steps.at(-1);
  const place = last?.reference.references.indexOf(key.name) ?? -1;
  // The reference's own column says whose it is, unless it refers to another column than the key.
  const joined = last !== undefined && place >= 0 ? steps.slice(0, -1) : steps;
  const aliases = aliasesOf([table, ...joined.map(({ to }) => to)], isAliased || joined.length > 0);
  const [own = ""] = aliases;
  const of = (alias: string | undefined, sql: string) => (alias ? `${alias}.${sql}` : sql);

  const holder = last !== undefined && place >= 0 ? last.from : (last?.to ?? table);
  const ownerName = last !== undefined && place >= 0 ? last.reference.columns[place] : key.name;
  const owner = holder.columns.find(({ name }) => name === ownerName) ?? key;
  const whose = of(aliases.at(-1), owner.sql);
  const parameter = dialect === "postgres" ? "$1" : "?";
  const from = [
    `from ${table.sql}${own && ` ${own}`}`,
    ...joined.map(({ from, reference, to }, index) => {
      const on = reference.columns.map((column, at) => {
        const [left, right] = [sqlOf(from, column), sqlOf(to, reference.references[at] ?? "")];
        return `${aliases[index + 1]}.${right} = ${of(aliases[index], left)}`;
      });
      return `join ${to.sql} ${aliases[index + 1]} on ${on.join(" and ")}`;
    }),
  ];
  const conditions = [isTheirs(whose, owner, key, last?.to, owner.compare?.(parameter) ?? parameter)];
  return { own, from, conditions, whose, owner, isOwn: holder === table && joined.length === 0 };
}

/** An untyped column is compared with the person's key as it stands in their row, or, where it is that key, as text. */
function isTheirs(whose: string, owner: Column, key: Column, people: Table | undefined, parameter: string): string {
  if (owner.isUntyped !== true) return `${whose} = ${parameter}`;
  if (owner === key || key.isUntyped || people === undefined) return `cast(${whose} as text) = ${parameter}`;
  return `${whose} = (select ${key.sql} from ${people.sql} where ${key.sql} = ${parameter})`;
}

/** The rows that rows of the person refer to, each once, and with the person's key from the row that refers. */
function byPointers(
  table: Table,
  pointers: readonly Pointer[],
  dialect: DatabaseFacts["dialect"],
  key: Column,
): Way & { readonly parameters: number } {
  const ways = pointers.map(({ from, steps }) => wayOf({ dialect, table: from, steps, key, isAliased: true }));
  const targets = pointers[0]?.reference.references ?? [];
  const [first, ...others] = ways as [Way, ...Way[]];
  const [own = ""] = aliasesOf([table], true);
  const branches = pointers.map(({ from, reference }, index) => {
    const way = ways[index] as Way;
    const columns = targets.map((target, at) => {
      const column = reference.columns[reference.references.indexOf(target)] ?? "";
      return `${way.own}.${sqlOf(from, column)} as to${at + 1}`;
    });
    return [
      `  select ${pointers.length === 1 ? "distinct " : ""}${[...columns, `${way.whose} as subject_key`].join(", ")}`,
      ...way.from.map((line) => `  ${line}`),
      ...way.conditions.map((condition) => `  where ${condition}`),
    ];
  });
  const on = targets.map((target, at) => `theirs.to${at + 1} = ${own}.${sqlOf(table, target)}`);
  return {
    own,
    from: [
      `from ${table.sql} ${own}`,
      "join (",
      ...branches.flatMap((lines, index) => (index === 0 ? lines : ["  union", ...lines])),
      `) theirs on ${on.join(" and ")}`,
    ],
    conditions: [],
    whose: "theirs.subject_key",
    // Of a whole number and a larger one the server makes the larger, which is text.
    owner: [first, ...others].find(({ owner }) => owner.schema.type === "string")?.owner ?? first.owner,
    isOwn: false,
    parameters: pointers.length,
  };
}

function goesOn(dialect: DatabaseFacts["dialect"], keys: readonly string[], columns: readonly Column[]): string {
  const parameters = columns.map(({ cast }, index) => {
    if (dialect !== "postgres") return "?";
    return index === 0 || cast === undefined ? `$${index + 2}` : `$${index + 2}::${cast}`;
  });
  const first = dialect === "postgres" ? `$2::${columns[0]?.cast ?? "text"}` : "?";
  const beyond =
    keys.length === 1 ? `${keys[0]} > ${parameters[0]}` : `(${keys.join(", ")}) > (${parameters.join(", ")})`;
  return `(${first} is null or ${beyond})`;
}

/** A key that a query can go on after. A secret is none, for a cursor is kept in the spool. */
function cursorOf(table: Table): readonly Column[] {
  for (const key of table.keys) {
    const columns = key.flatMap((name) => table.columns.filter((column) => column.name === name));
    if (columns.length === key.length && columns.every((column) => column.sortable && !looksSecret(column)))
      return columns;
  }
  return [];
}

function sorts({ sortable, schema, read }: Column): boolean {
  return sortable && read === undefined && schema.contentEncoding === undefined;
}

/** One letter each, of the last word of the name, with a number where it is taken. */
function aliasesOf(tables: readonly Table[], isNeeded: boolean): string[] {
  if (!isNeeded) return [];
  const letters = tables.map(({ name }) => /^[a-z]/.exec(words(name).at(-1) ?? "")?.[0] ?? "t");
  return letters.map((letter, index) => {
    const count = letters.slice(0, index + 1).filter((each) => each === letter).length;
    return count === 1 ? letter : `${letter}${count}`;
  });
}

function freeName(name: string, { columns }: Table): string {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}

function sqlOf(table: Table, name: string): string {
  return table.columns.find((column) => column.name === name)?.sql ?? name;
}

function aliasSql(column: Column): string {
  return fieldOf(column) === column.name ? column.sql : fieldOf(column);
}

/** A list with commas, in lines that are no longer than `width` where that can be. */
function wrap(lead: string, items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = lead;
  items.forEach((item, index) => {
    const text = `${item}${index === items.length - 1 ? "" : ","}`;
    const isFirst = line === lead || line.trim() === "";
    if (!isFirst && line.length + 1 + text.length > width) {
      lines.push(line);
      line = `${" ".repeat(lead.length)}${text}`;
    } else line += isFirst ? text : ` ${text}`;
  });
  return [...lines, line];
}
