import type { Dataset } from "../model/dataset.ts";
import type { Catalogue, CatalogueTable } from "./catalogue.ts";
import { type Decision, isExcluded } from "./decisions.ts";
import type { CoverageFinding } from "./findings.ts";
import type { Uses } from "./uses.ts";

/** Whether the decisions still hold: what they name is there, and the datasets do as they say. */
export function judgeDecisions(
  decisions: readonly Decision[],
  { catalogue, uses, datasets }: { catalogue: Catalogue; uses: Uses; datasets: readonly Dataset[] },
): CoverageFinding[] {
  return decisions.flatMap((decision) => {
    const { table } = decision;
    const stale = (message: string, where: Partial<CoverageFinding> = {}): CoverageFinding => ({
      code: "DECISION_STALE",
      table,
      ...where,
      message: `${message} Take it out, or mend the name.`,
    });
    const there = catalogue.tables.find((each) => each.table === table);
    if (there === undefined) return [stale(missingTable(table, catalogue))];

    const findings = (decision.columns ?? [])
      .filter((column) => !there.columns.includes(column))
      .map((column) => stale(`A decision names the column ${column} of ${table}, which is not there.`, { column }));
    if (!isExcluded(decision) && !datasets.some(({ name }) => name === decision.dataset)) {
      const { dataset } = decision;
      const message = `A decision on ${table} names the dataset "${dataset}", which the exporter does not have.`;
      findings.push(stale(message, { dataset }));
    }
    return [...findings, ...contradictions(decision, there, uses)];
  });
}

function contradictions(decision: Decision, { table, columns }: CatalogueTable, uses: Uses): CoverageFinding[] {
  const named = columns.filter((column) => decision.columns?.includes(column) ?? true);
  return named.flatMap((column) => {
    const contradicted = (dataset: string, message: string): CoverageFinding[] => [
      { code: "DECISION_CONTRADICTED", table, column, dataset, message: `${message} Mend one of them.` },
    ];
    if (!isExcluded(decision)) {
      const { dataset } = decision;
      const message = `A decision says that dataset "${dataset}" gives the column ${column} of ${table}, and its query does not read it.`;
      return uses.neverReads(dataset, { table, column }) ? contradicted(dataset, message) : [];
    }
    const given = uses.of({ table, column }).find(({ standing }) => standing === "given");
    if (given === undefined) return [];
    const what = decision.columns === undefined ? `the whole of ${table}` : `the column ${column} of ${table}`;
    return contradicted(
      given.dataset,
      `A decision excludes ${what}, and dataset "${given.dataset}" gives the column ${column} as "${given.field}".`,
    );
  });
}

function missingTable(table: string, { tables, skipped, schemasNotLookedAt }: Catalogue): string {
  const why = skipped.find((each) => each.table === table)?.why;
  if (why !== undefined) return `A decision names ${table}, which needs none: ${why}.`;
  const alike = tables.find((each) => each.table.toLowerCase() === table.toLowerCase())?.table;
  const near = alike === undefined ? "" : ` There is ${alike}.`;
  const isElsewhere = schemasNotLookedAt.some((schema) => table.startsWith(`${schema}.`));
  return `A decision names the table ${table}, which is not there.${near}${isElsewhere ? " Its schema is not looked at." : ""}`;
}
