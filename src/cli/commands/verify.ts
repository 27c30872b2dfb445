import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Finding, type VerifyOptions, type VerifySummary, verifyBundle } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { orStopped } from "../stop.ts";
import { counted, print, printJson, printSaying } from "../terminal.ts";

const checks = {
  structure: "the zip's headers and names, the documents, and what they say of each other",
  digests: "the zip's headers and names, the documents, and the digest of every file",
  full: "the zip's headers and names, the documents, digests, counts, the schema of every record, and JSON = CSV",
} as const;

const limitNames = [
  "maxEntries",
  "maxEntryBytes",
  "maxRatio",
  "maxLineLength",
  "maxCellLength",
  "maxDocumentBytes",
  "maxSchemaBytes",
  "maxValues",
  "maxDepth",
  "maxCheckMs",
] as const satisfies readonly (keyof VerifyOptions)[];

export const verify = defineCommand({
  name: "verify",
  summary: "check a bundle, offline: container, digests, signature, counts, schemas, JSON against CSV",
  operands: [{ name: "FILE", help: "the bundle; when it is split, all its parts", repeats: true, completes: "file" }],
  options: {
    "public-key": {
      type: "string",
      value: "KEY",
      help: "trust this key: a .pub file of minisign, a PEM or JWK file, or minisign's line itself. A bundle that is not signed with one of them is not sound",
      multiple: true,
      completes: "file",
    },
    level: {
      type: "string",
      value: "LEVEL",
      help: "what is named; and the bytes; and every record",
      choices: ["structure", "digests", "full"],
      default: "full",
    },
    limit: {
      type: "string",
      value: "NAME=NUMBER",
      help: `raise or lower a limit, with the NAME ${limitNames.join(", ")}`,
      multiple: true,
      completes: limitNames.map((name) => `${name}=`),
    },
    json: { type: "boolean", help: "print JSON: { sound, complete, valid, level, checked, findings }" },
  },
  exitCodes: { 0: "sound", 1: "findings; also when the file is no bundle, or no zip", 2: "usage or I/O" },
  examples: [
    "portmanteau verify bundle.zip",
    "portmanteau verify bundle.part*.zip --public-key acme.pub",
    "portmanteau verify bundle.zip --level digests --json",
  ],
  async run({ values, operands: files, signal }) {
    const { level = "full" } = values;
    const publicKeys = await Promise.all((values["public-key"] ?? []).map(keyText));
    const verification = verifyBundle(files, { ...limitsFrom(values.limit ?? []), level, publicKeys });
    const findings: Finding[] = [];
    const listing = async () => {
      for await (const finding of verification) {
        findings.push(finding);
        if (!values.json && !signal.aborted) printFinding(finding, files);
      }
    };
    await orStopped(signal, listing()); // it only reads
    const summary = await verification.summary();
    if (values.json) printJson({ ...summary, findings });
    else printSummary(summary, findings);
    return summary.sound ? 0 : 1;
  },
});

function limitsFrom(given: readonly string[]): Pick<VerifyOptions, (typeof limitNames)[number]> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, number] = /^(\w+)=(\d{1,15})$/.exec(text) ?? [];
      if (!limitNames.some((each) => each === name) || Number(number) === 0)
        throw new UsageError(`--limit is NAME=NUMBER, with one of: ${limitNames.join(", ")}.`);
      return [name, Number(number)];
    }),
  );
}

/** A key as it was given, or what is in the file of that name. */
async function keyText(given: string): Promise<string> {
  if (/^RW[A-Za-z0-9+/]{54}$/.test(given)) return given;
  return readFile(given, "utf8");
}

function printFinding({ severity, code, path, recordIndex, zip, message }: Finding, files: readonly string[]): void {
  const where = [
    zip === undefined ? "" : ` ${basename(files[zip] as string)}`,
    path === undefined ? "" : ` ${path}`,
    recordIndex === undefined ? "" : ` record ${recordIndex}`,
  ].join("");
  (severity === "error" ? print : printSaying)(
    `${severity} ${code}${where}: ${message}`,
    severity === "error" ? "red" : "yellow",
  );
}

function printSummary({ sound, complete, valid, level, checked }: VerifySummary, findings: readonly Finding[]): void {
  const zips = checked.zips > 1 ? `${counted(checked.zips, "zip")}, ` : "";
  const records = level === "full" ? `, ${counted(checked.records, "record")}` : "";
  printSaying(
    checked.datasets === 0
      ? "Checked: as far as it can be read."
      : `Checked: ${zips}${counted(checked.files, "file")}, ${counted(checked.datasets, "dataset")}${records}: ${checks[level]}.`,
  );
  const { status, keyId } = checked.signature;
  const words = {
    absent: "none",
    unchecked: `by key ${keyId}, not checked: no public key was given`,
    valid: `valid, by key ${keyId}`,
    invalid: "NOT valid",
  } as const;
  if (checked.zips > 0) printSaying(`Signature: ${words[status]}.`);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (sound) printSaying("Sound.", "green");
  else
    printSaying(
      `Not sound: ${counted(errors, "error")}. ${complete ? "Complete" : "Not complete"}, ${valid ? "valid" : "not valid"}.`,
      "red",
    );
}
