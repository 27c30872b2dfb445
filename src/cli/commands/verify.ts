import { type Finding, openBundle, PortmanteauError, verifyBundle } from "../../index.ts";
import { parseWithFile } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { counted, print, printJson } from "../terminal.ts";

export const verify: Command = {
  summary: "check a bundle, offline: digests, counts, schemas, JSON against CSV",
  help: `portmanteau verify FILE [--json]

  --json                print { sound, findings }

  Exit code: 0 sound, 1 findings (also when the file is no bundle, or no zip), 2 usage or I/O.

  Example: portmanteau verify bundle.zip`,
  async run(args) {
    const { values, file } = parseWithFile(args, { json: { type: "boolean" } });
    const findings: Finding[] = [];
    for await (const finding of verifyBundle(file)) {
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
          : `Checked: ${counted(checked.files, "file")}, ${counted(checked.datasets, "dataset")}, ${counted(checked.records, "record")}: names, digests, manifest, counts, the schema of every record, and JSON = CSV.`,
      );
      print(sound ? "Sound." : `Not sound: ${counted(errors, "error")}.`, sound ? "green" : "red");
    }
    return sound ? 0 : 1;
  },
};

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
