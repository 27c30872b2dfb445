import type { Dataset } from "../model/dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { CatalogueReader } from "./catalogue.ts";
import { coverDatabase, type DatabaseCoverageReport } from "./database.ts";
import { checkDecisions, type Decision } from "./decisions.ts";
import type { CoverageFinding } from "./findings.ts";
import { type AskedDataset, matchDatabases, queryOf } from "./matching.ts";
import type { TracedDataset } from "./uses.ts";

/** One database, and what was decided on its tables. */
export interface DatabaseCoverage {
  /** `postgresCatalogue({ pool })`, `mysqlCatalogue({ pool })` or `sqliteCatalogue({ database })`. */
  readonly catalogue: CatalogueReader;
  /** On whatever no dataset gives by itself. Default: none. */
  readonly decisions?: readonly Decision[];
}

/** What `checkCoverage` found. */
export interface CoverageReport {
  /** Whether every column of every table is accounted for, and every decision holds. */
  readonly covered: boolean;
  /** What is not accounted for, and which decisions do not hold. */
  readonly findings: readonly CoverageFinding[];
  /** Each database, column by column. */
  readonly databases: readonly DatabaseCoverageReport[];
  /** Datasets of which nobody can tell what they read of a database: their columns are those that decisions name. */
  readonly untraced: readonly string[];
}

/**
 * Compares the tables and columns of databases with what an exporter's datasets give and with what was decided.
 *
 * A column is accounted for when a dataset gives it or withholds it, or when a decision excludes it with a reason. Whatever the database
 * can tell of a dataset's query is taken from there; the rest is declared. Nothing is read from any table, and nothing is changed.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` (a decision without a reason, two on one column, a schema or all tables missing),
 *   `SOURCE_FAILED` when a catalogue cannot be read, `ABORTED`
 * @example
 * ```ts
 * it("accounts for every column", async () => {
 *   const { findings } = await checkCoverage(exporter, [{ catalogue: postgresCatalogue({ pool }), decisions }]);
 *   expect(findings).toEqual([]);
 * });
 * ```
 */
export async function checkCoverage(
  // biome-ignore lint/suspicious/noExplicitAny: datasets of different records stand in one list
  exporter: { readonly datasets: readonly Dataset<any>[] },
  databases: readonly DatabaseCoverage[],
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
): Promise<CoverageReport> {
  if (!Array.isArray(databases) || databases.length === 0) refuse("", "at least one database is needed.");
  databases.forEach((database: Partial<DatabaseCoverage> | null, index) => {
    const { catalogue, decisions = [] } = database ?? {};
    if (typeof catalogue?.read !== "function")
      refuse(`/${index}/catalogue`, "give postgresCatalogue, mysqlCatalogue or sqliteCatalogue.");
    if (!Array.isArray(decisions)) refuse(`/${index}/decisions`, "is a list.");
    checkDecisions(decisions, `/${index}/decisions`);
  });

  const asked: AskedDataset[] = [];
  const untraced: string[] = [];
  for (const dataset of exporter.datasets) {
    const query = queryOf(dataset);
    if (query === undefined) untraced.push(dataset.name);
    else asked.push({ dataset, query });
  }
  const matched = matchDatabases(
    asked,
    databases.map(({ catalogue }) => catalogue),
  );

  const findings: CoverageFinding[] = [];
  const reports: DatabaseCoverageReport[] = [];
  for (const { catalogue: reader, decisions = [] } of databases) {
    const here = asked.filter((each) => matched.get(each) === reader);
    const catalogue = await reader.read(
      here.map(({ dataset, query }) => ({ dataset: dataset.name, text: query.text })),
      signal,
    );
    if (catalogue.tables.length === 0)
      throw new PortmanteauError(
        "CONFIG_INVALID",
        `Coverage: there is no table in ${catalogue.database}. Look at a database with your migrations, as a user who may see its tables.`,
      );
    const traced: TracedDataset[] = [];
    for (const { dataset } of here) {
      const query = catalogue.traced.get(dataset.name);
      if (query === undefined) untraced.push(dataset.name);
      else traced.push({ dataset, query });
    }
    const covered = coverDatabase(catalogue, traced, decisions, exporter.datasets);
    findings.push(...covered.findings);
    reports.push({ dialect: reader.dialect, ...covered.report });
  }
  for (const each of asked)
    if (!matched.has(each))
      findings.push({
        code: "DATABASE_UNCOVERED",
        dataset: each.dataset.name,
        message: `Dataset "${each.dataset.name}" reads a ${each.query.dialect} database that the coverage does not look at. Add its catalogue, over the client that the source reads through.`,
      });
  return { covered: findings.length === 0, findings, databases: reports, untraced };
}

function refuse(pointer: string, problem: string): never {
  throw new PortmanteauError("CONFIG_INVALID", `Coverage${pointer === "" ? "" : `, ${pointer}`}: ${problem}`, {
    context: { pointer },
  });
}
