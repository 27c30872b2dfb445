import {
  type CoverageReport,
  type CoveredTable,
  checkCoverage,
  type DatabaseCoverageReport,
} from "../../coverage/index.ts";
import { PortmanteauError } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { configOption, withConfig } from "../load-config.ts";
import { column, counted, print, printError, printJson, printSaying } from "../terminal.ts";

export const coverage = defineCommand({
  name: "coverage",
  summary: "say which tables and columns of your databases no dataset gives and nobody excluded",
  options: {
    ...configOption,
    json: { type: "boolean", help: "print JSON on standard output: { covered, findings, databases, untraced }" },
  },
  notes: [
    "Compares the databases that the configuration names under coverage with what the datasets give and with what was decided. It reads no table and changes nothing.",
  ],
  exitCodes: {
    0: "everything is accounted for",
    1: "something is not, or a decision does not hold",
    2: "usage, configuration or I/O",
  },
  examples: ["portmanteau coverage", "portmanteau coverage --json | jq .findings"],
  async run({ values, signal }) {
    return withConfig(values.config, signal, async (config) => {
      if (config.coverage === undefined)
        throw new UsageError(
          "The configuration has no coverage. Add it: defineConfig({ exporter, coverage: [{ catalogue, decisions }] }).",
        );
      const report = await checkCoverage(config.exporter, config.coverage, { signal }).catch((error: unknown) => {
        if (!PortmanteauError.is(error)) throw error;
        signal.throwIfAborted();
        printError(error); // whatever it is, nothing is known of the databases
      });
      if (report === undefined) return 2;
      if (values.json) printJson(report);
      else printReport(report);
      return report.covered ? 0 : 1;
    });
  },
});

function printReport({ covered, findings, databases, untraced }: CoverageReport): void {
  for (const database of databases) printDatabase(database);
  if (untraced.length > 0) printSaying(`Known from decisions only: ${untraced.join(", ")}.`);
  for (const { code, message } of findings) print(`${code}: ${message}`, "red");
  for (const { database, linesToAdd } of databases) {
    if (linesToAdd.length === 0) continue;
    printSaying(
      `To add to the decisions on ${database}, with the reasons; or let a dataset give it, and say so where the database cannot tell:`,
      "bold",
    );
    for (const line of linesToAdd) printSaying(`  ${line}`);
  }
  if (covered) printSaying("Everything is accounted for.", "green");
  else printSaying(`Not everything is accounted for: ${counted(findings.length, "finding")}.`, "red");
}

function printDatabase({ database, dialect, tables, skipped, schemasNotLookedAt }: DatabaseCoverageReport): void {
  printSaying(`${database} (${dialect}): ${counted(tables.length, "table")}`, "bold");
  for (const table of tables) {
    const isOpen = table.columns.some(({ standing }) => standing === "unaccounted");
    printSaying(`  ${column(table.table)} ${standings(table)}`, isOpen ? "red" : undefined);
  }
  for (const { table, why } of skipped) printSaying(`  ${column(table)} ${why}`);
  if (schemasNotLookedAt.length > 0)
    printSaying(`  Schemas not looked at: ${schemasNotLookedAt.join(", ")}.`, "yellow");
}

/** `12 columns: 9 given, 2 withheld, 1 excluded`. */
function standings({ columns }: CoveredTable): string {
  const counts = new Map<string, number>();
  for (const { standing } of columns) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  const parts = [...counts].map(([standing, count]) => `${count} ${standing}`);
  return `${counted(columns.length, "column")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}
