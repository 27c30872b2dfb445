import { type Manifest, openBundle } from "../../index.ts";
import { defineCommand } from "../command.ts";
import { outcomeStyle } from "../progress.ts";
import { orStopped } from "../stop.ts";
import { column, counted, print, printJson } from "../terminal.ts";

export const inspect = defineCommand({
  name: "inspect",
  summary: "say what a bundle says of itself, without checking it",
  operands: [{ name: "FILE", help: "the bundle", completes: "file" }],
  options: { json: { type: "boolean", help: "print the manifest as JSON" } },
  notes: ["It shows the subject's identifiers; verify does not."],
  exitCodes: { 0: "shown", 1: "no bundle that can be read", 2: "usage or I/O" },
  examples: ["portmanteau inspect bundle.zip", "portmanteau inspect bundle.zip --json | jq .completeness"],
  async run({ values, operands: [file = ""], signal }) {
    const bundle = await orStopped(signal, openBundle(file));
    const { manifest, entries } = bundle;
    bundle.close();
    if (values.json) printJson(manifest);
    else printManifest(manifest, entries.length);
    return 0;
  },
});

function printManifest(manifest: Manifest, entries: number): void {
  const { controller, request, subject, completeness, consistency, portabilityScope, datasets } = manifest;
  const scope = portabilityScope === null ? "" : ` (${portabilityScope})`;
  print(
    `${request.type}${scope}, ${completeness}, consistency ${consistency}`,
    completeness === "complete" ? "bold" : "yellow",
  );
  print(`  controller  ${controller.name} <${controller.contact}>`);
  print(`  subject     ${subject.id ?? ""}`.trimEnd());
  for (const { identity_type, identity_value } of subject.identities) print(`    ${identity_type} ${identity_value}`);
  print(`  request     ${request.id}, received ${request.receivedAt}, due ${request.dueAt}`);
  print(`  created     ${manifest.createdAt} by ${manifest.generator.name} ${manifest.generator.version}`);
  const { number, last, count } = manifest.part;
  const part = number === 1 && last ? "" : `, part ${number}${count === undefined ? "" : ` of ${count}`}`;
  print(`  bundle      ${manifest.bundleId}${part}, files in the zip: ${entries}`);
  print(
    `  signed      ${manifest.signature === undefined ? "no" : `by key ${manifest.signature.keyId} (verify checks it)`}`,
  );
  for (const { name, outcome, reason, records, files } of datasets) {
    const quarantined = records.quarantined > 0 ? `, ${records.quarantined} quarantined` : "";
    const why = reason === undefined ? "" : `: ${reason}`;
    print(
      `  ${column(name)} ${outcome.padEnd(14)} ${counted(records.written, "record")}${quarantined}${why}`,
      outcomeStyle(outcome),
    );
    for (const { path, bytes } of files) print(`    ${path} (${bytes} bytes)`);
  }
  for (const { dataset, pointer, reason, basis } of manifest.withheld)
    print(`  withheld ${dataset} ${pointer} (${reason}${basis === undefined ? "" : `, ${basis}`})`);
  for (const { what, reason, basis } of manifest.excluded)
    print(`  excluded: ${what} (${reason}${basis === undefined ? "" : `, ${basis}`})`);
}
