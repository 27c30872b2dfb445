import { readFile } from "node:fs/promises";
import { fileDelivery } from "../../deliveries/file.ts";
import { type ExportReport, ed25519Signer, PortmanteauError } from "../../index.ts";
import { parse, required, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { encryptionHelp, encryptionOptions, envelopeFrom } from "../encryption.ts";
import { withConfig } from "../load-config.ts";
import { outcomeStyle, progress } from "../progress.ts";
import { requestFrom, requestHelp, requestOptions } from "../request-options.ts";
import { stoppable } from "../stop.ts";
import { column, complain, counted, print, printJson } from "../terminal.ts";

export const exportCommand: Command = {
  summary: "collect one person's data and write the bundle",
  help: `portmanteau export --subject ID --out FILE [options]

  --out FILE            the bundle; - for standard output
  --sign KEY            sign it with the Ed25519 private key in this file: PEM or JWK; see portmanteau keygen
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
      sign: { type: "string" },
    });
    const out = required(values.out, "out");
    const request = requestFrom(values);
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
          const to = out === "-" ? process.stdout : fileDelivery(out);
          const options = {
            to,
            signal,
            onEvent: progress(process.stderr),
            ...(sign === undefined ? {} : { sign }),
            ...(encrypt === undefined ? {} : { encrypt }),
          };
          const report = await exporter.export(request, options);
          if (values.json) printJson(report);
          else if (out !== "-") printSummary(report, out);
          return report.completeness === "complete" ? 0 : 1;
        } catch (error) {
          if (values.json && PortmanteauError.is(error) && error.report !== undefined) printJson(error.report);
          throw error;
        }
      }),
    );
  },
};

function printSummary({ datasets, bundle, completeness, durationMs, findings }: ExportReport, out: string): void {
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
  if (envelope !== null) print(`  sha256 ${envelope.sha256} (${envelope.name}, ${envelope.bytes} bytes)`);
  print(`  sha256 ${bundle?.sha256}${envelope === null ? "" : " (the zip inside)"}`);
  print(out);
}
