import type { CoveredTable } from "./database.ts";
import { reasonToWrite } from "./decisions.ts";

/** A decision for each table that lacks one, as text to add to the configuration; it is refused until a reason is written. */
export function linesToAdd(tables: readonly CoveredTable[]): string[] {
  return tables.flatMap(({ table, columns }) => {
    const open = columns.filter(({ standing }) => standing === "unaccounted").map(({ name }) => name);
    if (open.length === 0) return [];
    const which = open.length === columns.length ? "" : ` columns: [${open.map(quoted).join(", ")}],`;
    return [`{ table: ${quoted(table)},${which} excluded: ${quoted(reasonToWrite)} },`];
  });
}

/** As TypeScript, whatever the name. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
