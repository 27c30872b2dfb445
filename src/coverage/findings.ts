/** Every code a finding of coverage can have. Each of them fails the check. */
export const coverageFindingCodes = {
  TABLE_UNACCOUNTED: "No dataset gives anything of the table, and no decision excludes it.",
  COLUMN_UNACCOUNTED: "No dataset gives the column, and no decision excludes it.",
  COLUMN_DROPPED: "A dataset reads the column into a field that its record schema does not name, so it is left behind.",
  DECISION_STALE: "A decision names a table, a column or a dataset that is not there.",
  DECISION_CONTRADICTED:
    "A decision excludes what a dataset gives, or names a dataset whose query does not read the column.",
  QUERY_UNTRACED:
    "The database refuses a dataset's query, or says nothing that is understood, so nobody knows what it reads.",
  DATABASE_UNCOVERED: "A dataset reads a database that the coverage does not look at.",
} as const satisfies Record<string, string>;

/** A code of `coverageFindingCodes`. */
export type CoverageFindingCode = keyof typeof coverageFindingCodes;

/** One thing that is not accounted for, or a decision that does not hold. It names tables and columns, and never holds a row's value. */
export interface CoverageFinding {
  /** Which kind of finding it is; stable. */
  readonly code: CoverageFindingCode;
  /** What, where, and how to mend it. */
  readonly message: string;
  /** The database, as its catalogue calls it. */
  readonly database?: string;
  /** The table, as decisions write it. */
  readonly table?: string;
  /** The column. */
  readonly column?: string;
  /** The dataset's name. */
  readonly dataset?: string;
}
