import { PortmanteauError } from "../model/errors.ts";
import { openMarks, unanswered } from "../model/review.ts";

/** A table, or some of its columns, that no dataset gives, and why. */
export interface ExcludedDecision {
  /** The table's own name in the connection's own schema, `schema.name` elsewhere; `"a.b"` with its quotes when the name has a dot. */
  readonly table: string;
  /** Absent: the whole table, with the columns that it will have. */
  readonly columns?: readonly string[];
  /** The reason, for those who will ask. */
  readonly excluded: string;
  /** Who said so. */
  readonly by?: string;
}

/** Columns that a dataset gives, where the database cannot tell that by itself. */
export interface ReadDecision {
  /** The table: its own name, or `schema.name`. */
  readonly table: string;
  /** The columns that the dataset gives. */
  readonly columns: readonly string[];
  /** The dataset's name. */
  readonly dataset: string;
}

/** What people decided about a table or some of its columns: excluded with a reason, or given by a dataset. */
export type Decision = ExcludedDecision | ReadDecision;

/** Stands in the lines to add, where somebody has to write the reason. */
export const reasonToWrite = "why?";
/** What people write when they have no reason. */
const noReason = /^[^\p{L}]*(?:why|todo|tbd|fixme|x+|none|n\/?a|reason|because)?[^\p{L}]*$/iu;

export function isExcluded(decision: Decision): decision is ExcludedDecision {
  return "excluded" in decision;
}

/** @throws {PortmanteauError} `CONFIG_INVALID` for a decision that gives no reason or decides nothing, and for two that meet */
export function checkDecisions(decisions: readonly Decision[], pointer: string): void {
  // All at once: what `portmanteau init` leaves open is a list of tables.
  const open = decisions.filter((decision) => decision && isExcluded(decision) && openMarks(decision).length > 0);
  if (open.length > 0)
    throw new PortmanteauError(
      "CONFIG_INVALID",
      `Coverage, the decisions on tables: ${unanswered(open.map(({ table }) => table))}`,
      { context: { pointer } },
    );
  decisions.forEach((decision, index) => {
    const { table, columns, by } = (decision ?? {}) as Partial<ExcludedDecision>;
    const refuse = (problem: string): never => {
      const at = `${pointer}/${index}`;
      const of = typeof table === "string" && table !== "" ? ` on "${table}"` : "";
      throw new PortmanteauError("CONFIG_INVALID", `Coverage, the decision${of} at ${at}: ${problem}`, {
        context: { pointer: at },
      });
    };
    if (typeof table !== "string" || table === "") refuse("it names no table.");
    if (columns !== undefined && (!Array.isArray(columns) || columns.length === 0))
      refuse("`columns` is a list of names that is not empty. Leave it out to exclude the whole table.");
    for (const column of columns ?? [])
      if (typeof column !== "string" || column === "") refuse("`columns` holds something that is no name.");
    if (by !== undefined && typeof by !== "string") refuse("`by` is no text.");
    if (isExcluded(decision)) {
      if ("dataset" in decision) refuse("it says both `excluded` and `dataset`. Make it two.");
      if (typeof decision.excluded !== "string" || noReason.test(decision.excluded))
        refuse("it gives no reason. Write in `excluded` why no dataset gives it.");
    } else {
      if (typeof decision.dataset !== "string" || decision.dataset === "")
        refuse("it says neither `excluded`, with the reason, nor `dataset`.");
      if (columns === undefined) refuse("name the columns that the dataset gives: a whole table can only be excluded.");
    }

    for (const earlier of decisions.slice(0, index)) {
      if (earlier.table !== table) continue;
      if (columns === undefined || earlier.columns === undefined)
        refuse("the table is decided twice. Leave one decision.");
      const isHard = isExcluded(decision) || isExcluded(earlier); // two datasets may give one column
      const twice = columns?.find((column) => isHard && earlier.columns?.includes(column));
      if (twice !== undefined) refuse(`its column "${twice}" is decided twice. Leave one decision.`);
    }
  });
}
