import { writeFile } from "node:fs/promises";
import { PortmanteauError } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { configText } from "../init/config-text.ts";
import { databaseAt } from "../init/connection.ts";
import { guessDatasets } from "../init/datasets.ts";
import type { DatabaseFacts } from "../init/facts.ts";
import { tableWords } from "../init/names.ts";
import { guessSubject, type SubjectGuess, subjectKey } from "../init/subject.ts";
import { counted, note, printError, printSaying } from "../terminal.ts";

export const init = defineCommand({
  name: "init",
  summary: "look at a database and write a configuration of guesses, each to be reviewed",
  operands: [
    {
      name: "DATABASE",
      help: "postgres://…, mysql://… or a file of SQLite; without it, DATABASE_URL",
      optional: true,
      completes: "file",
    },
  ],
  options: {
    subject: {
      type: "string",
      value: "TABLE[.COLUMN]",
      help: "where the people are, and by which column a request names them",
      default: "a guess",
    },
    schema: {
      type: "string",
      value: "NAME",
      help: "look at this schema",
      multiple: true,
      default: "as for coverage",
    },
    out: {
      type: "string",
      value: "FILE",
      help: "the configuration; - for standard output. A file that is there is left alone",
      default: "portmanteau.config.ts",
      completes: "file",
    },
  },
  notes: [
    "It reads the catalogue and no row: tables, columns, keys, comments. A table that leads to the people by foreign keys becomes a dataset, and so does one with personal data that their rows refer to; the others are listed, to be decided on. Every guess stands behind the word REVIEW, and nothing is planned or exported before the last one in a text is answered.",
  ],
  exitCodes: { 0: "written", 2: "usage or I/O" },
  examples: [
    "portmanteau init postgres://localhost/shop --subject customers",
    "portmanteau init shop.db --out - | less",
  ],
  async run({ values, operands: [database], signal }) {
    const { out = "portmanteau.config.ts", schema: schemas } = values;
    const address = database ?? process.env["DATABASE_URL"] ?? "";
    if (address === "")
      throw new UsageError(
        "Which database? Name it, or set DATABASE_URL: postgres://…, mysql://… or a file of SQLite.",
      );
    const at = await databaseAt(address);
    const facts = await at.facts(schemas, signal).catch((error: unknown) => {
      if (!PortmanteauError.is(error)) throw error;
      signal.throwIfAborted();
      printError(error);
    });
    if (facts === undefined) return 2;
    if (facts.tables.length === 0) throw new UsageError(`There is no table in ${facts.database}.`);
    const subject = values.subject === undefined ? guessed(facts) : named(values.subject, facts);
    const guesses = guessDatasets(facts, subject, 100);
    const text = configText({ facts, at, schemas, subject, guesses });
    if (out === "-") process.stdout.write(text);
    else await written(out, text);
    report(out, text, { facts, subject, datasets: guesses.datasets.length, undecided: guesses.undecided.length });
    return 0;
  },
});

/** @throws {UsageError} when the file is there */
async function written(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new UsageError(`${file} is there already. Name another file with --out.`);
  }
}

function guessed(facts: DatabaseFacts): SubjectGuess {
  const subject = guessSubject(facts, tableWords(facts.tables));
  if (subject === undefined)
    throw new UsageError(
      `No table looks like people. Say which it is: --subject TABLE. There are: ${facts.tables.map(({ table }) => table).join(", ")}.`,
    );
  return subject;
}

/** The table, and the column when there is one; a name with a dot may be either. @throws {UsageError} */
function named(text: string, facts: DatabaseFacts): SubjectGuess {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const find = (name: string) =>
    facts.tables.find(({ table }) => table === name) ?? facts.tables.find(({ table }) => same(table, name));
  const dot = text.lastIndexOf(".");
  const whole = find(text);
  const table = whole ?? (dot > 0 ? find(text.slice(0, dot)) : undefined);
  if (table === undefined)
    throw new UsageError(
      `--subject: there is no table ${text}. There are: ${facts.tables.map((each) => each.table).join(", ")}.`,
    );
  const column = whole === undefined ? text.slice(dot + 1) : undefined;
  const key = column === undefined ? subjectKey(table) : table.columns.find(({ name }) => same(name, column));
  if (key === undefined)
    throw new UsageError(
      `--subject: ${table.table} has no column ${column ?? "to name a person by"}. There are: ${table.columns.map(({ name }) => name).join(", ")}.`,
    );
  return { table, key, why: "--subject", others: [] };
}

interface Made {
  readonly facts: DatabaseFacts;
  readonly subject: SubjectGuess;
  readonly datasets: number;
  readonly undecided: number;
}

/** To standard error where the configuration itself goes to standard output. */
function report(out: string, text: string, { facts, subject, datasets, undecided }: Made): void {
  const say = out === "-" ? note : printSaying;
  say(`${out === "-" ? "Configuration" : out} of ${facts.database} (${facts.dialect})`, "bold");
  say(`  people: ${subject.table.table}, by ${subject.key.name}`);
  say(`  ${counted(datasets, "dataset")}, ${counted(undecided, "table")} to decide on`);
  for (const { table, why } of facts.skipped) say(`  left out: ${table}, ${why}`);
  say(
    `  ${counted(text.split("REVIEW").length - 2, "guess")} to review: look for the word REVIEW.`.replace(
      "guesss",
      "guesses",
    ),
  );
  say("Then: portmanteau plan --subject ID, portmanteau check, and portmanteau coverage.");
}
