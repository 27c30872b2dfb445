import type { Dataset } from "../model/dataset.ts";
import type { Catalogue, CatalogueReader } from "./catalogue.ts";
import { type Decision, isExcluded } from "./decisions.ts";
import type { CoverageFinding } from "./findings.ts";
import { judgeDecisions } from "./judge-decisions.ts";
import { linesToAdd } from "./lines.ts";
import { type TracedDataset, type Use, Uses } from "./uses.ts";

/** How one column is accounted for. */
export interface CoveredColumn {
  /** Its name. */
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
  /** Why it is excluded. */
  readonly reason?: string;
  /** Who decided so. */
  readonly by?: string;
}

/** A table, and what accounts for each of its columns. */
export interface CoveredTable {
  /** Its name, as decisions write it. */
  readonly table: string;
  /** What the database calls it: a table, a view. */
  readonly kind: string;
  /** Its columns, in their order. */
  readonly columns: readonly CoveredColumn[];
}

/** One database of a coverage report. */
export interface DatabaseCoverageReport extends Pick<Catalogue, "database" | "skipped" | "schemasNotLookedAt"> {
  /** Which language of SQL it speaks. */
  readonly dialect: CatalogueReader["dialect"];
  /** Its tables. */
  readonly tables: readonly CoveredTable[];
  /** The lines that `decisions` lacks, each with a reason to write. */
  readonly linesToAdd: readonly string[];
}

/** Accounts for every column of one database. */
export function coverDatabase(
  catalogue: Catalogue,
  traced: readonly TracedDataset[],
  decisions: readonly Decision[],
  datasets: readonly Dataset[],
): { readonly report: Omit<DatabaseCoverageReport, "dialect">; readonly findings: readonly CoverageFinding[] } {
  const { database, skipped, schemasNotLookedAt } = catalogue;
  const uses = new Uses(traced);
  const tables = catalogue.tables.map(({ table, kind, columns }): CoveredTable => {
    const here = decisions.filter((decision) => decision.table === table);
    return {
      table,
      kind,
      columns: columns.map((name) => {
        const which = here.filter((decision) => decision.columns?.includes(name) ?? true);
        return coverColumn(name, uses.of({ table, column: name }), which);
      }),
    };
  });
  const findings = [
    ...traced.flatMap(refusal),
    ...tables.flatMap((table) => unaccounted(table, uses)),
    ...judgeDecisions(decisions, { catalogue, uses, datasets }),
  ];
  return {
    report: { database, tables, skipped, schemasNotLookedAt, linesToAdd: linesToAdd(tables) },
    findings: findings.map((finding) => ({ ...finding, database })),
  };
}

/** What a dataset does with it, else what was decided. */
function coverColumn(name: string, uses: readonly Use[], decisions: readonly Decision[]): CoveredColumn {
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

function unaccounted({ table, kind, columns }: CoveredTable, uses: Uses): CoverageFinding[] {
  const open = columns.flatMap(({ name, standing }) => (standing === "unaccounted" ? [name] : []));
  const droppedBy = (column: string) => uses.of({ table, column })[0];
  if (open.length > 0 && open.length === columns.length && !open.some(droppedBy))
    return [
      {
        code: "TABLE_UNACCOUNTED",
        table,
        message: `No dataset gives anything of the ${kind} ${table} (${open.join(", ")}), and no decision excludes it.`,
      },
    ];
  return open.map((column) => {
    const use = droppedBy(column);
    if (use === undefined)
      return {
        code: "COLUMN_UNACCOUNTED",
        table,
        column,
        message: `No dataset gives the column ${column} of ${table}, and no decision excludes it.`,
      };
    return {
      code: "COLUMN_DROPPED",
      table,
      column,
      dataset: use.dataset,
      message: `Dataset "${use.dataset}" reads the column ${column} of ${table} as "${use.field}", and its record schema does not name that field. Name it there, exclude the column, or declare that the dataset gives it when its \`map\` renames the field.`,
    };
  });
}

function refusal({ dataset: { name }, query }: TracedDataset): CoverageFinding[] {
  if (!(query instanceof Error)) return [];
  const message = `${query.message}, so nobody knows what dataset "${name}" reads. Mend the query, or look at the database that it is made for.`;
  return [{ code: "QUERY_UNTRACED", dataset: name, message }];
}
