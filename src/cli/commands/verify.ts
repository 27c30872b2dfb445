import { type Finding, openBundle, PortmanteauError, verifyBundle } from "../../index.ts";
import { parseWithFile, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { counted, print, printJson } from "../terminal.ts";

const checks = {
  structure: "names, manifest, and what SHA256SUMS names",
  digests: "names, digests, manifest",
  full: "names, digests, manifest, counts, the schema of every record, and JSON = CSV",
} as const;

export const verify: Command = {
  summary: "check a bundle, offline: digests, counts, schemas, JSON against CSV",
  help: `portmanteau verify FILE [--level LEVEL] [--json]

  --level LEVEL         structure, digests, or full (default): what is named; and the bytes; and every record
  --json                print { sound, findings }

  Exit code: 0 sound, 1 findings (also when the file is no bundle, or no zip), 2 usage or I/O.

  Example: portmanteau verify bundle.zip`,
  async run(args) {
    const { values, file } = parseWithFile(args, { level: { type: "string" }, json: { type: "boolean" } });
    const { level = "full" } = values;
    if (!isLevel(level)) throw new UsageError(`--level is one of: ${Object.keys(checks).join(", ")}.`);
    const findings: Finding[] = [];
    for await (const finding of verifyBundle(file, { level })) {
      findings.push(finding);
      if (!values.json) printFinding(finding);
    }
    const errors = findings.filter(({ severity }) => severity === "error").length;
    const sound = errors === 0;
    if (values.json) printJson({ sound, findings });
    else {
      const checked = await extentOf(file);
      print(
        checked === null
          ? "Checked: as far as it can be read."
          : `Checked: ${counted(checked.files, "file")}, ${counted(checked.datasets, "dataset")}, ${counted(checked.records, "record")}: ${checks[level]}.`,
      );
      print(sound ? "Sound." : `Not sound: ${counted(errors, "error")}.`, sound ? "green" : "red");
    }
    return sound ? 0 : 1;
  },
};

const isLevel = (text: string): text is keyof typeof checks => Object.hasOwn(checks, text);

function printFinding({ severity, code, path, recordIndex, message }: Finding): void {
  const where = `${path === undefined ? "" : ` ${path}`}${recordIndex === undefined ? "" : ` record ${recordIndex}`}`;
  print(`${severity} ${code}${where}: ${message}`, severity === "error" ? "red" : "yellow");
}

/** How much there was to check, as the bundle says; null when it cannot say. */
async function extentOf(file: string): Promise<{ files: number; datasets: number; records: number } | null> {
  try {
    const { manifest, entries, close } = await openBundle(file);
    close();
    return {
      files: entries.length,
      datasets: manifest.datasets.length,
      records: manifest.datasets.reduce((sum, { records }) => sum + records.written, 0),
    };
  } catch (error) {
    if (PortmanteauError.is(error)) return null;
    throw error;
  }
}
