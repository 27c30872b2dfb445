import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CatalogueReader,
  checkCoverage,
  type Decision,
  postgresCatalogue,
  sqliteCatalogue,
} from "../../src/coverage/index.ts";
import type { Dataset, RecordSchema, Source } from "../../src/index.ts";
import { postgresSource } from "../../src/sources/postgres/index.ts";
import { controlledSource, noteDataset } from "../support/exporting.ts";
import { openPGlite } from "../support/postgres.ts";

const { pglite, sql, drop } = await openPGlite();
afterAll(drop);

const tables = `
drop schema public cascade; create schema public;
create table people (id text primary key, email text, name text, password text, mentor text);
create table notes (id bigint primary key, owner text, text text, internal text);
create table audit_log (id bigint, at timestamptz, actor text);
create view people_names as select name from people;
`;
beforeEach(() => sql(tables));

const schema = (...names: string[]): RecordSchema => ({
  type: "object",
  additionalProperties: false,
  properties: {
    ...Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    password: { type: "string", writeOnly: true },
    mentor: { type: "string", "x-privacy": { thirdParty: "redact" } },
  },
});
const source = (text: string) => postgresSource({ pool: pglite, query: () => ({ text, values: [] }) });
const dataset = (name: string, text: string, names: string[]): Dataset =>
  noteDataset(name, source(text), { schema: schema(...names) });

const people = dataset(
  "people",
  'select id, id as owner, email, name as "fullName", password, mentor from people where id = $1',
  ["id", "email", "fullName"],
);
const notes = dataset("notes", "select id::text, owner, text, internal from notes where owner = $1", ["id", "text"]);
const decisions: Decision[] = [
  { table: "notes", columns: ["internal"], excluded: "Our own remarks.", by: "dpo" },
  { table: "audit_log", excluded: "Actions of our staff." },
];

const check = (datasets: Dataset[], decided: Decision[] = decisions) =>
  checkCoverage({ datasets }, [{ catalogue: postgresCatalogue({ pool: pglite }), decisions: decided }]);
const codesOf = async (datasets: Dataset[], decided?: Decision[]) =>
  (await check(datasets, decided)).findings.map(({ code, table, column, dataset: name }) =>
    [code, table, column, name].filter((part) => part !== undefined).join(" "),
  );

describe("checkCoverage", () => {
  it("accounts for every column by what is given, withheld or excluded, and says by whom", async () => {
    const report = await check([people, notes]);
    expect(report).toEqual({
      covered: true,
      findings: [],
      untraced: [],
      databases: [
        {
          dialect: "postgres",
          database: expect.any(String),
          skipped: [{ table: "people_names", why: "a view: it holds nothing itself" }],
          schemasNotLookedAt: [],
          linesToAdd: [],
          tables: [
            {
              table: "audit_log",
              kind: "table",
              columns: ["id", "at", "actor"].map((name) => ({
                name,
                standing: "excluded",
                reason: "Actions of our staff.",
              })),
            },
            {
              table: "notes",
              kind: "table",
              columns: [
                { name: "id", standing: "given", datasets: ["notes"] },
                { name: "owner", standing: "subject", datasets: ["notes"] },
                { name: "text", standing: "given", datasets: ["notes"] },
                { name: "internal", standing: "excluded", reason: "Our own remarks.", by: "dpo" },
              ],
            },
            {
              table: "people",
              kind: "table",
              columns: [
                { name: "id", standing: "given", datasets: ["people"] },
                { name: "email", standing: "given", datasets: ["people"] },
                { name: "name", standing: "given", datasets: ["people"] },
                { name: "password", standing: "withheld", datasets: ["people"] },
                { name: "mentor", standing: "withheld", datasets: ["people"] },
              ],
            },
          ],
        },
      ],
    });
  });

  it("finds a new table and a new column, by name, with the lines to add", async () => {
    await sql('create table logins (id bigint, ip inet); alter table people add column "Nick ""n"" Name" text');
    const { covered, findings, databases } = await check([people, notes]);
    expect(covered).toBe(false);
    expect(findings).toEqual([
      {
        code: "TABLE_UNACCOUNTED",
        database: databases[0]?.database,
        table: "logins",
        message: "No dataset gives anything of the table logins (id, ip), and no decision excludes it.",
      },
      {
        code: "COLUMN_UNACCOUNTED",
        database: databases[0]?.database,
        table: "people",
        column: 'Nick "n" Name',
        message: 'No dataset gives the column Nick "n" Name of people, and no decision excludes it.',
      },
    ]);
    expect(databases[0]?.linesToAdd).toEqual([
      '{ table: "logins", excluded: "why?" },',
      '{ table: "people", columns: ["Nick \\"n\\" Name"], excluded: "why?" },',
    ]);
  });

  it("does not pass for a database where it sees nothing", async () => {
    await sql("drop schema public cascade; create schema public");
    await expect(check([people])).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/^Coverage: there is no table in /),
    });
    await sql(tables);
    const catalogue = postgresCatalogue({ pool: pglite, schemas: [] });
    await expect(checkCoverage({ datasets: [people] }, [{ catalogue }])).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "Coverage: `schemas` is empty. Name some, or leave it out.",
    });
  });

  it("is not content with a column that is read and left behind by the record schema", async () => {
    const forgetful = dataset("notes", "select * from notes where owner = $1", ["id", "text"]);
    const { findings } = await check([people, forgetful], [decisions[1] as Decision]);
    expect(findings).toMatchObject([
      {
        code: "COLUMN_DROPPED",
        table: "notes",
        column: "internal",
        dataset: "notes",
        message:
          'Dataset "notes" reads the column internal of notes as "internal", and its record schema does not name that field. Name it there, exclude the column, or declare that the dataset gives it when its `map` renames the field.',
      },
    ]);
  });

  it("does not take a whole row for the columns to come", async () => {
    const whole = dataset("notes", "select id, owner, to_jsonb(n) as text from notes n", ["id", "text"]);
    expect(await codesOf([people, whole])).toEqual(["COLUMN_UNACCOUNTED notes text"]);
  });

  it("finds decisions on what is gone", async () => {
    const gone: Decision[] = [
      { table: "sessions", excluded: "Gone since spring." },
      { table: "People", columns: ["email"], excluded: "Another case." },
      { table: "people_names", excluded: "It is a view." },
      { table: "notes", columns: ["mood"], excluded: "Dropped." },
      { table: "people", columns: ["email"], dataset: "persons" },
    ];
    const { findings } = await check([people, notes], [...decisions, ...gone]);
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "DECISION_STALE: A decision names the table sessions, which is not there. Take it out, or mend the name.",
      "DECISION_STALE: A decision names the table People, which is not there. There is people. Take it out, or mend the name.",
      "DECISION_STALE: A decision names people_names, which needs none: a view: it holds nothing itself. Take it out, or mend the name.",
      "DECISION_STALE: A decision names the column mood of notes, which is not there. Take it out, or mend the name.",
      'DECISION_STALE: A decision on people names the dataset "persons", which the exporter does not have. Take it out, or mend the name.',
    ]);
  });

  it("finds decisions that the datasets contradict", async () => {
    expect(await codesOf([people, notes], [...decisions, { table: "people", excluded: "No need." }])).toEqual([
      "DECISION_CONTRADICTED people id people",
      "DECISION_CONTRADICTED people email people",
      "DECISION_CONTRADICTED people name people",
    ]);
    const wrong: Decision[] = [{ table: "audit_log", columns: ["id", "at", "actor"], dataset: "people" }];
    expect(await codesOf([people, notes], [decisions[0] as Decision, ...wrong])).toEqual([
      "DECISION_CONTRADICTED audit_log id people",
      "DECISION_CONTRADICTED audit_log at people",
      "DECISION_CONTRADICTED audit_log actor people",
    ]);
  });

  it("takes a declaration where the database cannot tell", async () => {
    const whole = dataset("notes", "select id, owner, to_jsonb(n) as text from notes n", ["id", "text"]);
    const declared: Decision = { table: "notes", columns: ["text"], dataset: "notes" };
    const report = await check([people, whole], [...decisions, declared]);
    expect(report.findings).toEqual([]);
    expect(report.databases[0]?.tables[1]?.columns[2]).toEqual({
      name: "text",
      standing: "given",
      datasets: ["notes"],
      declared: true,
    });
    const { source: elsewhere } = controlledSource([]);
    const untraced = await check(
      [people, noteDataset("notes", elsewhere)],
      [...decisions, { table: "notes", columns: ["id", "owner", "text"], dataset: "notes" }],
    );
    expect(untraced).toMatchObject({ covered: true, untraced: ["notes"] });
  });

  it("does not pass for a query that the database refuses", async () => {
    const broken = dataset("notes", "select id, owner, gone from notes", ["id", "text"]);
    const { findings } = await check([people, broken]);
    expect(findings[0]).toMatchObject({
      code: "QUERY_UNTRACED",
      dataset: "notes",
      message:
        'PostgreSQL refuses the query (42703), so nobody knows what dataset "notes" reads. Mend the query, or look at the database that it is made for.',
    });
    expect(findings).toHaveLength(4);
  });

  it("gives the error of a source whose query function throws", async () => {
    const broken: Source = {
      ...source("select 1"),
      query: () => {
        throw new Error("the value of somebody");
      },
    };
    await expect(check([noteDataset("notes", broken)])).rejects.toMatchObject({
      code: "SOURCE_FAILED",
      message: 'Coverage: the source of "notes" does not tell its query.',
      context: { dataset: "notes" },
    });
  });
});

describe("the database that a dataset reads", () => {
  let sqlite: Database.Database;
  beforeAll(() => {
    sqlite = new Database(":memory:");
    sqlite.exec("create table notes (id int, owner text, text text)");
  });
  afterAll(() => sqlite.close());

  const over = (client: object, name = "notes"): Dataset => {
    const { source: controlled } = controlledSource([]);
    const text = "select id, owner, text from notes where owner = ?";
    return noteDataset(name, { ...controlled, query: () => ({ dialect: "sqlite", text, client }) });
  };
  const covers = async (datasets: Dataset[], ...databases: Database.Database[]) => {
    const catalogues = databases.map((database) => ({ catalogue: sqliteCatalogue({ database }) }));
    const { findings } = await checkCoverage({ datasets }, catalogues);
    return findings.map(({ code, dataset: name }) => [code, name ?? ""].join(" ").trim());
  };

  it("is the one it reads through the same client", async () => {
    const other = new Database(":memory:");
    try {
      other.exec("create table notes (id int)");
      expect(await covers([over(sqlite)], sqlite)).toEqual([]);
      expect(await covers([over(other), over(sqlite, "mine")], sqlite, other)).toEqual(
        ["TABLE_UNACCOUNTED", "QUERY_UNTRACED notes"].reverse(),
      );
    } finally {
      other.close();
    }
  });

  it("may say nothing of a query: then decisions do", async () => {
    const catalogue: CatalogueReader = {
      dialect: "sqlite",
      client: sqlite,
      read: async () => ({
        database: "app",
        tables: [{ table: "notes", kind: "table", columns: ["id"] }],
        skipped: [],
        schemasNotLookedAt: [],
        traced: new Map(),
      }),
    };
    const datasets = [over(sqlite)];
    const decided: Decision[] = [{ table: "notes", columns: ["id"], dataset: "notes" }];
    expect(await checkCoverage({ datasets }, [{ catalogue, decisions: decided }])).toMatchObject({
      covered: true,
      untraced: ["notes"],
    });
    expect(await checkCoverage({ datasets }, [{ catalogue }])).toMatchObject({ covered: false, untraced: ["notes"] });
  });

  it("is the only one of its dialect, when the exporter reads through another client", async () => {
    expect(await covers([over({}, "notes")], sqlite)).toEqual([]);
  });

  it("is not guessed among several, and never forgotten", async () => {
    expect(await covers([over({}, "a"), over({}, "b")], sqlite)).toEqual([
      "TABLE_UNACCOUNTED",
      "DATABASE_UNCOVERED a",
      "DATABASE_UNCOVERED b",
    ]);
    expect(await covers([over(sqlite, "a"), over({}, "b")], sqlite)).toEqual(["DATABASE_UNCOVERED b"]);
  });
});

describe("decisions", () => {
  const refused = async (...decided: unknown[]) => {
    const error = await check([people, notes], decided as Decision[]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      context: { pointer: expect.stringMatching(/^\/0\/decisions/) },
    });
    return (error as Error).message;
  };

  it.each(["", " ", "why?", "TODO", "…", "n/a", "tbd.", "???", undefined, 3])(
    "are refused without a reason: %j",
    async (excluded) => {
      expect(await refused({ table: "audit_log", excluded })).toBe(
        'Coverage, the decision on "audit_log" at /0/decisions/0: it gives no reason. Write in `excluded` why no dataset gives it.',
      );
    },
  );

  it.each(["Журнал сотрудников", "社内記録", "See §30", "Needed: nowhere"])(
    "take a reason in any language: %s",
    async (excluded) => {
      expect(await codesOf([people, notes], [decisions[0] as Decision, { table: "audit_log", excluded }])).toEqual([]);
    },
  );

  it.each([
    [{ excluded: "Because." }, "it names no table"],
    [{ table: "a" }, "neither `excluded`, with the reason, nor `dataset`"],
    [{ table: "a", dataset: "notes" }, "a whole table can only be excluded"],
    [{ table: "a", columns: [], excluded: "It is empty." }, "not empty"],
    [{ table: "a", columns: "b", excluded: "It is no list." }, "a list of names"],
    [{ table: "a", columns: [""], excluded: "It is no name." }, "no name"],
    [{ table: "a", columns: ["b"], excluded: "Both of them.", dataset: "notes" }, "says both"],
    [null, "it names no table"],
    [{ table: "a", excluded: "It says who, in a list.", by: ["dpo"] }, "`by` is no text"],
  ])("are refused when they decide nothing: %j", async (decision, problem) => {
    expect(await refused(decision)).toContain(problem);
  });

  it("are refused when two of them meet", async () => {
    const reason = "A good reason.";
    const twice = { table: "a", columns: ["b"], excluded: reason };
    expect(await refused(twice, { ...twice, columns: ["c", "b"] })).toContain('its column "b" is decided twice');
    expect(await refused(twice, { table: "a", columns: ["b"], dataset: "notes" })).toContain('"b" is decided twice');
    expect(await refused(twice, { table: "a", excluded: reason })).toContain("the table is decided twice");
    expect(await refused({ table: "a", excluded: reason }, twice)).toContain("the table is decided twice");
  });

  it("need a database to be about", async () => {
    await expect(checkCoverage({ datasets: [] }, [])).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    for (const nothing of [{}, null])
      await expect(checkCoverage({ datasets: [] }, [nothing as never])).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        context: { pointer: "/0/catalogue" },
      });
  });
});
