import type { Manifest } from "./generated/manifest.ts";
import type { Report } from "./generated/report.ts";

/**
 * How one dataset ended. Exactly one of:
 * `complete` all records are in the bundle · `empty` there are none · `partial` some are missing · `failed` none could be read ·
 * `excluded` left out on purpose · `notApplicable` it does not concern this subject.
 */
export type Outcome = Manifest["datasets"][number]["outcome"];

/** Whether an outcome is whole: nothing is missing that should be there. */
export function isWhole(outcome: Outcome): boolean {
  switch (outcome) {
    case "complete":
    case "empty":
    case "excluded":
    case "notApplicable":
      return true;
    case "partial":
    case "failed":
      return false;
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

/** What an export did; safe to file and to log. See `schemas/bundle/v1/report.schema.json`. */
export type ExportReport = Report;
/** Something that a report wants to be looked at: a stable code, and plain words. */
export type ReportFinding = Report["findings"][number];
/** How many records there were, each counted once. */
export type RecordCounts = Manifest["datasets"][number]["records"];
