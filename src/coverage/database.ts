import type { Dataset } from "../model/dataset.ts";
import type { Catalogue, CatalogueReader, ColumnName, TracedQuery } from "./catalogue.ts";
import { type Decision, isExcluded } from "./decisions.ts";
import { fieldStandings } from "./fields.ts";
import type { CoverageFinding } from "./findings.ts";
import { linesToAdd } from "./lines.ts";

/** How one column is accounted for. */
export interface CoveredColumn {
  readonly name: string;
  /**
   * `given`: it is in the bundle. `withheld`: the bundle names it, without its values. `subject`: it says whose the record is.
   * `excluded`: somebody decided so. `unaccounted`: none of these.
   */
  readonly standing: "given" | "withheld" | "subject" | "excluded" | "unaccounted";
  /** The datasets that give it, withhold it or know the subject by it. */
  readonly datasets?: readonly string[];
  /** The datasets were named by a decision, not by the database. */
  readonly declared?: true;
  readonly reason?: string;
  readonly by?: string;
}

export interface CoveredTable {
  readonly table: string;
  readonly kind: string;
  readonly columns: readonly CoveredColumn[];
}

export interface DatabaseCoverageReport extends Pick<Catalogue, "database" | "skipped" | "schemasNotLookedAt"> {
  readonly dialect: CatalogueReader["dialect"];
  readonly tables: readonly CoveredTable[];
  /** The lines that `decisions` lacks, each with a reason to write. */
  readonly linesToAdd: readonly string[];
}

export interface TracedDataset {
  readonly dataset: Dataset;
  readonly query: TracedQuery | Error;
}

/** How a dataset uses a column. */
interface Use {
  readonly dataset: string;
  readonly field: string;
  readonly standing: "given" | "withheld" | "subject" | "dropped";
}

/** Accounts for every column of one database. */
export function coverDatabase(
  catalogue: Catalogue,
  traced: readonly TracedDataset[],
  decisions: readonly Decision[],
  datasets: readonly Dataset[],
): { readonly report: Omit<DatabaseCoverageReport, "dialect">; readonly findings: readonly CoverageFinding[] } {
  const { database, skipped, schemasNotLookedAt } = catalogue;
  const findings: CoverageFinding[] = [];
  const find = (finding: CoverageFinding) => findings.push({ ...finding, database });

  const uses = new Map<string, Use[]>();
  const mentions = new Map<string, ReadonlySet<string> | undefined>();
  for (const { dataset, query } of traced) {
    if (query instanceof Error) {
      find({
        code: "QUERY_REFUSED",
        dataset: dataset.name,
        message: `${query.message}: dataset "${dataset.name}". \`portmanteau check\` tries it over its own connection.`,
      });
      continue;
    }
    const standingOf = fieldStandings(dataset);
    mentions.set(dataset.name, query.mentions === undefined ? undefined : new Set(query.mentions.map(keyOf)));
    for (const { name: field, columns } of query.fields)
      for (const column of columns) {
        const use = { dataset: dataset.name, field, standing: standingOf(field) };
        uses.set(keyOf(column), [...(uses.get(keyOf(column)) ?? []), use]);
      }
  }

  const decided = new Map<string, Decision[]>();
  for (const decision of decisions) decided.set(decision.table, [...(decided.get(decision.table) ?? []), decision]);

  const tables = catalogue.tables.map(({ table, kind, columns }): CoveredTable => {
    const here = decided.get(table) ?? [];
    return {
      table,
      kind,
      columns: columns.map((name) => {
        const which = here.filter((decision) => decision.columns?.includes(name) ?? true);
        return standingOfColumn(name, uses.get(keyOf({ table, column: name })) ?? [], which);
      }),
    };
  });

  for (const { table, kind, columns } of tables) {
    const open = columns.filter(({ standing }) => standing === "unaccounted");
    const dropped = (name: string) => uses.get(keyOf({ table, column: name }))?.[0];
    if (open.length > 0 && open.length === columns.length && !open.some(({ name }) => dropped(name))) {
      find({
        code: "TABLE_UNACCOUNTED",
        table,
        message: `No dataset reads the ${kind} ${table} (${listed(columns.map(({ name }) => name))}), and no decision excludes it.`,
      });
      continue;
    }
    for (const { name: column } of open) {
      const use = dropped(column);
      if (use === undefined)
        find({
          code: "COLUMN_UNACCOUNTED",
          table,
          column,
          message: `No dataset gives the column ${column} of ${table}, and no decision excludes it.`,
        });
      else
        find({
          code: "COLUMN_DROPPED",
          table,
          column,
          dataset: use.dataset,
          message: `Dataset "${use.dataset}" reads the column ${column} of ${table} as "${use.field}", and its record schema does not name that field. Name it there, or exclude the column.`,
        });
    }
  }

  for (const decision of decisions) {
    const { table } = decision;
    const there = catalogue.tables.find((each) => each.table === table);
    if (there === undefined) {
      find({ code: "DECISION_STALE", table, message: missingTable(table, catalogue) });
      continue;
    }
    for (const column of decision.columns ?? [])
      if (!there.columns.includes(column))
        find({
          code: "DECISION_STALE",
          table,
          column,
          message: `A decision names the column ${column} of ${table}, which is not there. Take it out, or mend the name.`,
        });
    for (const column of (decision.columns ?? there.columns).filter((each) => there.columns.includes(each))) {
      const key = keyOf({ table, column });
      if (isExcluded(decision)) {
        const given = uses.get(key)?.find(({ standing }) => standing === "given");
        if (given !== undefined)
          find({
            code: "DECISION_CONTRADICTED",
            table,
            column,
            dataset: given.dataset,
            message: `A decision excludes ${decision.columns === undefined ? `the whole of ${table}` : `the column ${column} of ${table}`}, and dataset "${given.dataset}" gives ${decision.columns === undefined ? `its column ${column}` : "it"}, as "${given.field}". Mend one of them.`,
          });
      } else if (mentions.get(decision.dataset)?.has(key) === false)
        find({
          code: "DECISION_CONTRADICTED",
          table,
          column,
          dataset: decision.dataset,
          message: `A decision says that dataset "${decision.dataset}" gives the column ${column} of ${table}, and its query does not read it. Mend one of them.`,
        });
    }
    if (!isExcluded(decision) && !datasets.some(({ name }) => name === decision.dataset))
      find({
        code: "DECISION_STALE",
        table,
        dataset: decision.dataset,
        message: `A decision on ${table} names the dataset "${decision.dataset}", which the exporter does not have. Take it out, or mend the name.`,
      });
  }

  return {
    report: { database, tables, skipped, schemasNotLookedAt, linesToAdd: linesToAdd(tables) },
    findings,
  };
}

/** What a dataset does with it, else what was decided. */
function standingOfColumn(name: string, uses: readonly Use[], decisions: readonly Decision[]): CoveredColumn {
  for (const standing of ["given", "withheld", "subject"] as const) {
    const datasets = [...new Set(uses.filter((use) => use.standing === standing).map(({ dataset }) => dataset))];
    if (datasets.length > 0) return { name, standing, datasets };
  }
  const declared = decisions.flatMap((decision) => (isExcluded(decision) ? [] : [decision.dataset]));
  if (declared.length > 0) return { name, standing: "given", datasets: declared, declared: true };
  const excluded = decisions.find(isExcluded);
  if (excluded === undefined) return { name, standing: "unaccounted" };
  const { excluded: reason, by } = excluded;
  return { name, standing: "excluded", reason, ...(by === undefined ? {} : { by }) };
}

function missingTable(table: string, { tables, skipped, schemasNotLookedAt }: Catalogue): string {
  const why = skipped.find((each) => each.table === table)?.why;
  if (why !== undefined) return `A decision names ${table}, which needs none: it is ${why}. Take it out.`;
  const alike = tables.find((each) => each.table.toLowerCase() === table.toLowerCase())?.table;
  const near = alike === undefined ? "" : ` There is ${alike}.`;
  const elsewhere = schemasNotLookedAt.some((schema) => table.startsWith(`${schema}.`))
    ? " Its schema is not looked at."
    : "";
  return `A decision names the table ${table}, which is not there.${near}${elsewhere} Take it out, or mend the name.`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

function keyOf({ table, column }: ColumnName): string {
  return JSON.stringify([table, column]);
}
