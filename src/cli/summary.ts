import type { ExportReport } from "../index.ts";
import { outcomeStyle } from "./progress.ts";
import { column, counted, print, printSaying } from "./terminal.ts";

/** Prints what is in a bundle that was delivered. @param files where its zips are */
export function printSummary(
  { datasets, bundle, completeness, durationMs, findings }: ExportReport,
  files: readonly string[],
): void {
  const isComplete = completeness === "complete";
  const say = isComplete ? printSaying : print; // --quiet does not hide that something is missing
  const records = datasets.reduce((sum, dataset) => sum + dataset.records.written, 0);
  say(
    `${isComplete ? "Complete" : "PARTIAL"}: ${counted(records, "record")} in ${counted(datasets.length, "dataset")}, ${bundle?.bytes} bytes in ${(durationMs / 1000).toFixed(1)} s.`,
    isComplete ? "green" : "yellow",
  );
  for (const { name, outcome, reason, error, records } of datasets) {
    const isOff = records.expected !== null && records.expected !== records.read;
    const facts = [
      counted(records.written, "record"),
      isOff ? `${records.expected} expected` : "",
      records.quarantined > 0 ? `${records.quarantined} quarantined` : "",
      error ?? "",
    ].filter((fact) => fact !== "");
    say(
      `  ${column(name)} ${(outcome ?? "not ended").padEnd(14)} ${reason === null ? facts.join(", ") : `${facts.join(", ")}: ${reason}`}`,
      outcome === null ? "red" : outcomeStyle(outcome),
    );
  }
  for (const { code, dataset, message } of findings)
    say(`  note ${code}${dataset === null ? "" : ` ${dataset}`}: ${message}`);
  const envelope = bundle?.envelope ?? null;
  for (const { bytes, sha256 } of envelope?.files ?? []) say(`  sha256 ${sha256} (${envelope?.name}, ${bytes} bytes)`);
  const which = files.length === 1 ? "" : ` of the last of ${counted(files.length, "zip")}`;
  say(`  sha256 ${bundle?.sha256}${which}${envelope === null ? "" : " (the zip inside)"}`);
  for (const file of files) say(file);
}
