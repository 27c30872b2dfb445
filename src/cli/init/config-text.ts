import type { CategoryGuess } from "./categories.ts";
import type { DatabaseAt } from "./connection.ts";
import type { DatasetGuess, FieldGuess, Guesses } from "./datasets.ts";
import type { DatabaseFacts } from "./facts.ts";
import { comment, isTooLong, lineWidth, literal, propertyName, quoted, sqlText, template } from "./literals.ts";
import type { SubjectGuess } from "./subject.ts";

export interface ConfigTextOptions {
  readonly facts: DatabaseFacts;
  readonly at: DatabaseAt;
  readonly schemas: readonly string[] | undefined;
  readonly subject: SubjectGuess;
  readonly guesses: Guesses;
}

/** The whole configuration, as TypeScript. */
export function configText({ facts, at, schemas, subject, guesses }: ConfigTextOptions): string {
  const { dialect, database } = facts;
  const { datasets, undecided } = guesses;
  const categories = [...new Map(datasets.map(({ category }) => [category.category, category])).values()];
  const decisions = decisionLines(facts, guesses);
  const connection = dialect === "sqlite" ? "database" : "pool";
  const catalogueOptions = schemas === undefined ? connection : `${connection}, schemas: ${literal(schemas, 0, 0)}`;
  return [
    comment(
      `What portmanteau init guessed from the catalogue of ${database}: tables, columns, keys and comments. It read no row.`,
      0,
    ),
    "//\n",
    comment(
      "Nobody has decided anything yet: every guess stands behind the word REVIEW. In a text, take the word out where the guess is right, or write your own answer; portmanteau refuses to plan and to export before. Take the comments away as you go.",
      0,
    ),
    "\n",
    imports(dialect, at, decisions.length > 0),
    "\n",
    connectionText(dialect, at),
    "\n",
    privacyText(categories),
    "\n",
    subjectText(subject),
    `const datasets = [\n${datasets.map((dataset) => datasetText(dataset, dialect)).join("\n")}];\n`,
    "\n",
    ...(decisions.length === 0
      ? []
      : [
          undecided.length === 0
            ? ""
            : comment(
                "REVIEW: what no dataset gives, and why. A table that holds something of a person needs a dataset instead.",
                0,
              ),
          `const decisions: Decision[] = [\n${decisions.join("")}];\n\n`,
        ]),
    "export default defineConfig({\n",
    "  exporter: createExporter({\n",
    "    controller: {\n",
    '      name: "REVIEW: your organisation",\n',
    '      contact: "REVIEW: privacy@your-organisation.example",\n',
    "    },\n",
    "    datasets,\n",
    "  }),\n",
    `  coverage: [{ catalogue: ${dialect}Catalogue({ ${catalogueOptions} })${decisions.length === 0 ? "" : ", decisions"} }],\n`,
    dialect === "sqlite" ? "" : "  close: () => pool.end(),\n",
    "});\n",
  ].join("");
}

function imports(dialect: DatabaseFacts["dialect"], { driver }: DatabaseAt, hasDecisions: boolean): string {
  const clients = {
    postgres: 'import pg from "pg";\n',
    mysql: 'import mysql from "mysql2/promise";\n',
    sqlite:
      driver === "node:sqlite"
        ? 'import { DatabaseSync } from "node:sqlite";\n'
        : 'import Database from "better-sqlite3";\n',
  };
  const ours = 'import { createExporter, type DatasetPrivacy, defineConfig, defineDataset } from "portmanteau";\n';
  const coverage = `import { ${hasDecisions ? "type Decision, " : ""}${dialect}Catalogue } from "portmanteau/coverage";\n`;
  const source = `import { ${dialect}Snapshot, ${dialect}Source } from "portmanteau/sources/${dialect}";\n`;
  return `${clients[dialect]}${ours}${coverage}${source}`;
}

function connectionText(dialect: DatabaseFacts["dialect"], { address, driver }: DatabaseAt): string {
  const url = `process.env["DATABASE_URL"] ?? ${quoted(address)}`;
  switch (dialect) {
    case "postgres":
      return [
        comment("The address stands here without a password; DATABASE_URL has the whole of it.", 0),
        statement(url),
        "const pool = new pg.Pool({ connectionString: address });\n",
        "const snapshot = postgresSnapshot(pool);\n",
      ].join("");
    case "mysql":
      return [
        comment("The address stands here without a password; DATABASE_URL has the whole of it.", 0),
        statement(url),
        "const pool = mysql.createPool(address);\n",
        "const snapshot = mysqlSnapshot(pool);\n",
      ].join("");
    case "sqlite":
      return [
        `const file = process.env["DATABASE_FILE"] ?? ${quoted(address)};\n`,
        driver === "node:sqlite"
          ? "const database = () => new DatabaseSync(file, { readOnly: true });\n"
          : "const database = () => new Database(file, { readonly: true });\n",
        "const snapshot = sqliteSnapshot(database);\n",
      ].join("");
    default:
      throw new TypeError(`Unknown dialect: ${dialect satisfies never}`);
  }
}

/** In one line where it fits. */
function statement(url: string): string {
  const short = `const address = ${url};`;
  return `${short.length <= lineWidth ? short : `const address =\n  ${url};`}\n`;
}

function privacyText(categories: readonly CategoryGuess[]): string {
  const facts = categories.map(
    ({ category, purposes, legalBasis, origin, retention }) =>
      `  ${propertyName(category)}: {\n` +
      `    category: ${quoted(category)},\n` +
      `    purposes: ${literal(
        purposes.map((purpose) => `REVIEW: ${purpose}`),
        4,
        14,
      )},\n` +
      `    legalBasis: ${quoted(`REVIEW: ${legalBasis}`)},\n` +
      `    origin: ${quoted(origin)}, // REVIEW: provided, observed, derived or inferred\n` +
      `    retention: { criteria: ${quoted(`REVIEW: ${retention}`)} },\n` +
      "  },\n",
  );
  return [
    comment(
      "REVIEW: what the law asks to be told of each kind of data. Every dataset of a kind shares these facts.",
      0,
    ),
    `const privacy = {\n${facts.join("")}} as const satisfies Record<string, DatasetPrivacy>;\n`,
  ].join("");
}

function subjectText({ table, key, why, others }: SubjectGuess): string {
  const instead =
    others.length === 0 ? "" : ` It might have been ${others.join(" or ")}: portmanteau init --subject TABLE.`;
  return comment(
    `REVIEW: a person is a row of ${table.table}, and a request names its ${key.name}. Chosen for ${why}.${instead}`,
    0,
  );
}

function datasetText(dataset: DatasetGuess, dialect: DatabaseFacts["dialect"]): string {
  const { name, title, description, category, notes, fields, primaryKey, query } = dataset;
  const key = literal(
    primaryKey.map((field) => pointer(field)),
    4,
    16,
  );
  return [
    comment(notes.join(" "), 2),
    "  defineDataset({\n",
    `    name: ${quoted(name)},\n`,
    `    title: ${quoted(title)},\n`,
    longText("    description: ", `REVIEW: ${description}`, 6),
    "    schema: {\n",
    '      type: "object",\n',
    "      additionalProperties: false,\n",
    `      required: ${literal(
      fields.filter(({ schema }) => !schema.writeOnly).map((field) => field.name),
      6,
      16,
    )},\n`,
    "      properties: {\n",
    ...fields.map(fieldText),
    "      },\n",
    "    },\n",
    `    privacy: privacy${/^[a-z]+$/.test(category.category) ? `.${category.category}` : `[${quoted(category.category)}]`},\n`,
    `    subjectField: ${quoted(pointer(query.subjectField))},\n`,
    primaryKey.length === 0 ? "" : `    primaryKey: ${key},\n`,
    sourceText(dataset, dialect),
    "  }),\n",
  ].join("");
}

function longText(lead: string, text: string, indent: number): string {
  const value = quoted(text);
  return isTooLong(value, lead.length) ? `${lead.trimEnd()}\n${" ".repeat(indent)}${value},\n` : `${lead}${value},\n`;
}

function fieldText({ name, schema, note }: FieldGuess): string {
  const lead = `        ${propertyName(name)}: `;
  return `${note === undefined ? "" : comment(note, 8)}${lead}${literal(schema, 8, lead.length)},\n`;
}

function sourceText({ query }: DatasetGuess, dialect: DatabaseFacts["dialect"]): string {
  const { cursor, page, count, isBinaryKey, parameters: times } = query;
  const connection = dialect === "sqlite" ? "database" : "pool";
  const id = Array(times)
    .fill(isBinaryKey ? 'Buffer.from(subject.id, "base64")' : "subject.id")
    .join(", ");
  // Without a cursor a source of MySQL has a connection of its own.
  const isShared = cursor.length > 0 || dialect !== "mysql";
  const keys = cursor.map((_, index) => `key${index + 1}`);
  const after = cursor.length === 1 ? ["after"] : keys;
  const beyond = cursor.length === 0 ? [] : [...(dialect === "postgres" ? [] : after.slice(0, 1)), ...after, "limit"];
  const values = `values: [${[id, ...beyond].join(", ")}]`;
  const parameters = cursor.length === 0 ? "{ subject }" : "{ subject, after, limit }";
  const lines = (indent: number) => {
    const lead = " ".repeat(indent);
    return `${lead}text: ${template(page, indent + 7)},\n${lead}${values},\n`;
  };
  const body =
    cursor.length > 1
      ? `      query: (${parameters}) => {\n` +
        `        const [${keys.map((each) => `${each} = null`).join(", ")}] = [after ?? []].flat();\n` +
        `        return {\n${lines(10)}        };\n      },\n`
      : `      query: (${parameters}) => ({\n${lines(8)}      }),\n`;
  const counted = `      count: ({ subject }) => ({ text: ${sqlText(count.join(" "))}, values: [${id}] }),\n`;
  const isShort = counted.length - 1 <= lineWidth && !counted.slice(0, -1).includes("\n");
  const countText = isShort
    ? counted
    : `      count: ({ subject }) => ({\n        text: ${count.length > 2 ? template(count, 15) : sqlText(count.join(" "))},\n        values: [${id}],\n      }),\n`;
  return [
    `    source: ${dialect}Source({\n`,
    `      ${connection},\n`,
    isShared ? "      snapshot,\n" : "",
    cursor.length === 0 ? "" : `      cursor: ${literal(cursor.length === 1 ? cursor[0] : cursor, 6, 14)},\n`,
    body,
    countText,
    "    }),\n",
  ].join("");
}

/** On MySQL nobody can tell what a query gives: it is declared. */
function decisionLines({ dialect }: DatabaseFacts, { datasets, undecided }: Guesses): string[] {
  const lines: object[] = undecided.map(({ table, reason }) => ({ table, excluded: `REVIEW: ${reason}` }));
  if (dialect === "mysql")
    for (const { table, name } of datasets)
      lines.push({ table: table.table, columns: table.columns.map((column) => column.name), dataset: name });
  return lines.map((line) => `  ${literal(line, 2, 2)},\n`);
}

function pointer(field: string): string {
  return `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
