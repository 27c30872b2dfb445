/**
 * `npm run demo`: one person asks Vekora for a copy of their data.
 *
 * Makes a database full of sample data, exports the person into `out/bundle.zip`, verifies the file as its receiver would, and says
 * what is in it. Exits with 1 when anything is not as it should be.
 */

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type ExportEvent, type ExportReport, type ExportRequest, PortmanteauError, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { openDatabase } from "./database.ts";
import { vekoraExporter } from "./exporter.ts";
import { mainSubject, mainSubjectEmail } from "./seed.ts";

const out = fileURLToPath(new URL("./out/", import.meta.url));
const bundle = `${out}bundle.zip`;

/** As a workflow would hand it over once it knows who is asking. */
const request: ExportRequest = {
  id: randomUUID(),
  type: "access",
  subject: { id: mainSubject, identities: [{ identity_type: "email", identity_value: mainSubjectEmail }] },
};

async function demo(signal: AbortSignal): Promise<boolean> {
  const opening = performance.now();
  const database = await openDatabase();
  try {
    print(`Database  ${database.description}`);
    print(`          made and filled in ${seconds(performance.now() - opening)}\n`);

    print(`Exporting everything held about ${mainSubject}`);
    await mkdir(out, { recursive: true });
    const exporter = vekoraExporter(database);
    const report = await exporter.export(request, { to: fileDelivery(bundle), signal, onEvent: printProgress });

    print("\nVerifying the file, with nothing but the file");
    let findings = 0;
    for await (const { code, message, path = "bundle.zip" } of verifyBundle(bundle)) {
      findings++;
      print(`  ✗ ${code} in ${path}: ${message}`);
    }
    if (findings === 0)
      print("  ✓ whole and unaltered: every digest, schema and count holds, and JSON and CSV say the same");

    printSummary(report);
    return findings === 0 && report.status === "delivered" && report.completeness === "complete";
  } finally {
    await database.close();
  }
}

function printProgress(event: ExportEvent): void {
  if (event.type === "retry") print(`  … ${event.dataset}: trying again (${event.code})`);
  if (event.type !== "datasetEnded") return;
  const mark = event.outcome === "complete" || event.outcome === "empty" ? "✓" : "✗";
  const outcome = event.outcome === "complete" ? "" : `  ${event.outcome}`;
  print(
    `  ${mark} ${event.dataset.padEnd(20)}${count(event.read).padStart(8)} ${event.read === 1 ? "record" : "records"}${outcome}`,
  );
}

function printSummary({ bundle: zip, completeness, datasets, durationMs, findings }: ExportReport): void {
  const records = datasets.reduce((sum, dataset) => sum + dataset.records.written, 0);
  const replaced = datasets
    .flatMap(({ redactions }) => Object.values(redactions))
    .reduce<number>((sum, n = 0) => sum + n, 0);
  for (const { message } of findings) print(`  ! ${message}`);
  print(
    `\n${completeness === "complete" ? "Complete" : "PARTIAL"}: ${count(records)} records in ${datasets.length} datasets, each as JSON and as CSV.`,
  );
  print(`${count(replaced)} mentions of other people were replaced.`);
  if (zip !== null)
    print(`${count(Math.ceil(zip.bytes / 1024))} KiB, ${zip.entries} entries, in ${seconds(durationMs)}.`);
  const path = relative(process.cwd(), bundle);
  print(
    `\nLook at it:\n  unzip -o ${path} -d ${relative(process.cwd(), out)}/bundle\n  and open index.html there in a browser.`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const abort = new AbortController();
process.once("SIGINT", () => abort.abort());

try {
  if (!(await demo(abort.signal))) process.exitCode = 1;
} catch (error) {
  process.exitCode = 1;
  if (!PortmanteauError.is(error)) throw error;
  // What the error carries is safe to print; its cause is not, for a driver's message can quote values.
  process.stderr.write(`\n${error.code}: ${error.message}\n`);
}
