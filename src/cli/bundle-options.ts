import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileDelivery } from "../deliveries/file/index.ts";
import { type Delivery, type ExportOptions, type ExportReport, ed25519Signer, PortmanteauError } from "../index.ts";
import { UsageError } from "./arguments.ts";
import type { Options, Values } from "./command.ts";
import { encryptionOptions, envelopeFrom } from "./encryption.ts";
import { sizeFrom } from "./size.ts";
import { printSummary } from "./summary.ts";
import { note, printJson } from "./terminal.ts";

/** The options that say what becomes of a bundle. */
export const bundleOptions = {
  out: { type: "string", value: "FILE", help: "the bundle; - for standard output", required: true, completes: "file" },
  sign: {
    type: "string",
    value: "KEY",
    help: "sign it with the Ed25519 private key in this file: PEM or JWK; see portmanteau keygen",
    completes: "file",
  },
  split: {
    type: "string",
    value: "SIZE",
    help: "most bytes of one zip, such as 500MB, 2GB or 2GiB, at least 65536: a larger bundle becomes FILE.part1.zip, FILE.part2.zip and so on, each a complete zip",
    default: "one zip",
  },
  ...encryptionOptions,
  json: {
    type: "boolean",
    help: "print the report as JSON on standard output, and nothing else there; also that of an export that fails",
  },
} as const satisfies Options;

export const bundleExitCodes = {
  0: "delivered and complete",
  1: "failed, or delivered and partial",
  2: "usage or configuration",
} as const;

export const progressNote = "Progress goes to standard error, the summary to standard output.";

/** Where a bundle goes, and how it is made. */
export interface BundleTarget {
  readonly options: Pick<ExportOptions, "to" | "sign" | "encrypt" | "splitBytes">;
  /** Exports, and prints what became of it. @returns the exit code */
  print(exporting: Promise<ExportReport>): Promise<number>;
}

/** @throws {UsageError} */
export async function bundleTarget(values: Values<typeof bundleOptions>): Promise<BundleTarget> {
  const { out } = values;
  const splitBytes = values.split === undefined ? undefined : sizeFrom(values.split, "split");
  if (out === "-" && splitBytes !== undefined) throw new UsageError("--split makes files; --out - takes one zip only.");
  if (out === "-" && values.json) throw new UsageError("--json and --out - both want standard output.");
  if (out === "-" && process.stdout.isTTY === true)
    throw new UsageError("--out - writes a zip; send standard output to a file or a pipe.");
  const sign = values.sign === undefined ? undefined : ed25519Signer(await readFile(values.sign, "utf8"));
  const encrypt = await envelopeFrom(values);
  if (encrypt === undefined && out.endsWith(".age"))
    throw new UsageError("--out ends in .age, and no option says to whom to encrypt.");
  if (encrypt !== undefined && out !== "-" && !out.endsWith(".age"))
    note(`note: ${out} will be encrypted with age; its name does not end in .age.`, "yellow");
  const file = fileDelivery(out);
  return {
    options: {
      to: out === "-" ? process.stdout : file,
      ...(splitBytes === undefined ? {} : { splitBytes }),
      ...(sign === undefined ? {} : { sign }),
      ...(encrypt === undefined ? {} : { encrypt }),
    },
    async print(exporting) {
      try {
        const report = await exporting;
        if (values.json) printJson(report);
        else if (out !== "-") printSummary(report, filesOf(out, file, report.bundle?.parts ?? 1));
        return report.completeness === "complete" ? 0 : 1;
      } catch (error) {
        if (values.json && PortmanteauError.is(error) && error.report !== undefined) printJson(error.report);
        throw error;
      }
    },
  };
}

/** Where the zips are. */
function filesOf(out: string, file: Delivery, parts: number): string[] {
  if (parts === 1) return [out];
  return Array.from({ length: parts }, (_, index) => join(dirname(out), file.partName?.(index + 1) ?? ""));
}
