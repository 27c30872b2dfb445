import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileDelivery } from "../../deliveries/file.ts";
import { type Delivery, type ExportReport, ed25519Signer, PortmanteauError } from "../../index.ts";
import { parse, required, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { encryptionHelp, encryptionOptions, envelopeFrom } from "../encryption.ts";
import { withConfig } from "../load-config.ts";
import { outcomeStyle, progress } from "../progress.ts";
import { requestFrom, requestHelp, requestOptions } from "../request-options.ts";
import { sizeFrom } from "../size.ts";
import { stoppable } from "../stop.ts";
import { column, complain, counted, print, printJson } from "../terminal.ts";

export const exportCommand: Command = {
  summary: "collect one person's data and write the bundle",
  help: `portmanteau export --subject ID --out FILE [options]

  --out FILE            the bundle; - for standard output
  --sign KEY            sign it with the Ed25519 private key in this file: PEM or JWK; see portmanteau keygen
  --split SIZE          most bytes of one zip, such as 500MB, 2GB or 2GiB, at least 65536: a larger bundle becomes
                        FILE.part1.zip, FILE.part2.zip and so on, each a complete zip; default: one zip
${requestHelp}
${encryptionHelp}

  Progress goes to standard error. With --json a failed export prints its report as well.

  Exit code: 0 delivered and complete, 1 failed, or delivered and partial, 2 usage or configuration,
  130 stopped by SIGINT, 143 by SIGTERM; the second signal ends it at once.

  Example: portmanteau export --config portmanteau.config.ts --subject cus_42 --type portability --out bundle.zip
  Example: portmanteau export --subject cus_42 --encrypt-to age1… --out bundle.zip.age`,
  async run(args) {
    const values = parse(args, {
      ...requestOptions,
      ...encryptionOptions,
      out: { type: "string" },
      split: { type: "string" },
      sign: { type: "string" },
    });
    const out = required(values.out, "out");
    const request = requestFrom(values);
    const splitBytes = values.split === undefined ? undefined : sizeFrom(values.split, "split");
    if (out === "-" && splitBytes !== undefined)
      throw new UsageError("--split makes files; --out - takes one zip only.");
    if (out === "-" && values.json) throw new UsageError("--json and --out - both want standard output.");
    if (out === "-" && process.stdout.isTTY === true)
      throw new UsageError("--out - writes a zip; send standard output to a file or a pipe.");
    const sign = values.sign === undefined ? undefined : ed25519Signer(await readFile(values.sign, "utf8"));
    const encrypt = await envelopeFrom(values);
    if (encrypt === undefined && out.endsWith(".age"))
      throw new UsageError("--out ends in .age, and no option says to whom to encrypt.");
    if (encrypt !== undefined && out !== "-" && !out.endsWith(".age"))
      complain(`note: ${out} will be encrypted with age; its name does not end in .age.`, "yellow");
    return stoppable((signal) =>
      withConfig(values.config, async ({ exporter }) => {
        try {
          const file = fileDelivery(out);
          const options = {
            to: out === "-" ? process.stdout : file,
            signal,
            onEvent: progress(process.stderr),
            ...(splitBytes === undefined ? {} : { splitBytes }),
            ...(sign === undefined ? {} : { sign }),
            ...(encrypt === undefined ? {} : { encrypt }),
          };
          const report = await exporter.export(request, options);
          if (values.json) printJson(report);
          else if (out !== "-") printSummary(report, filesOf(out, file, report.bundle?.parts ?? 1));
          return report.completeness === "complete" ? 0 : 1;
        } catch (error) {
          if (values.json && PortmanteauError.is(error) && error.report !== undefined) printJson(error.report);
          throw error;
        }
      }),
    );
  },
};

/** Where the zips are. */
function filesOf(out: string, file: Delivery, parts: number): string[] {
  if (parts === 1) return [out];
  return Array.from({ length: parts }, (_, index) => join(dirname(out), file.partName?.(index + 1) ?? ""));
}

function printSummary(
  { datasets, bundle, completeness, durationMs, findings }: ExportReport,
  files: readonly string[],
): void {
  const isComplete = completeness === "complete";
  const records = datasets.reduce((sum, dataset) => sum + dataset.records.written, 0);
  print(
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
    print(
      `  ${column(name)} ${(outcome ?? "not ended").padEnd(14)} ${reason === null ? facts.join(", ") : `${facts.join(", ")}: ${reason}`}`,
      outcome === null ? "red" : outcomeStyle(outcome),
    );
  }
  for (const { code, dataset, message } of findings)
    print(`  note ${code}${dataset === null ? "" : ` ${dataset}`}: ${message}`);
  const envelope = bundle?.envelope ?? null;
  for (const { bytes, sha256 } of envelope?.files ?? [])
    print(`  sha256 ${sha256} (${envelope?.name}, ${bytes} bytes)`);
  const which = files.length === 1 ? "" : ` of the last of ${counted(files.length, "zip")}`;
  print(`  sha256 ${bundle?.sha256}${which}${envelope === null ? "" : " (the zip inside)"}`);
  for (const file of files) print(file);
}
