import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Finding, type VerifyOptions, type VerifySummary, verifyBundle } from "../../index.ts";
import { parseWithFiles, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { counted, print, printJson } from "../terminal.ts";

const checks = {
  structure: "the zip's headers and names, the documents, and what they say of each other",
  digests: "the zip's headers and names, the documents, and the digest of every file",
  full: "the zip's headers and names, the documents, digests, counts, the schema of every record, and JSON = CSV",
} as const;

export const verify: Command = {
  summary: "check a bundle, offline: container, digests, signature, counts, schemas, JSON against CSV",
  help: `portmanteau verify FILE... [--public-key KEY] [--level LEVEL] [--limit NAME=NUMBER] [--json]

  FILE...               the bundle; when it is split, all its parts
  --public-key KEY      trust this key: a .pub file of minisign, a PEM or JWK file, or minisign's line itself;
                        may be repeated. A bundle that is not signed with one of them is not sound
  --level LEVEL         structure, digests, or full (default): what is named; and the bytes; and every record
  --limit NAME=NUMBER   raise or lower a limit: maxEntries, maxEntryBytes, maxRatio, maxLineLength, maxCellLength,
                        maxDocumentBytes, maxSchemaBytes, maxValues, maxDepth, maxCheckMs; may be repeated
  --json                print { sound, complete, valid, level, checked, findings }

  Exit code: 0 sound, 1 findings (also when the file is no bundle, or no zip), 2 usage or I/O.

  Example: portmanteau verify bundle.zip --public-key acme.pub`,
  async run(args) {
    const { values, files } = parseWithFiles(args, {
      level: { type: "string" },
      json: { type: "boolean" },
      "public-key": { type: "string", multiple: true },
      limit: { type: "string", multiple: true },
    });
    const { level = "full" } = values;
    if (!isLevel(level)) throw new UsageError(`--level is one of: ${Object.keys(checks).join(", ")}.`);
    const publicKeys = await Promise.all((values["public-key"] ?? []).map(keyText));
    const verification = verifyBundle(files, { ...limitsFrom(values.limit ?? []), level, publicKeys });
    const findings: Finding[] = [];
    for await (const finding of verification) {
      findings.push(finding);
      if (!values.json) printFinding(finding, files);
    }
    const summary = await verification.summary();
    if (values.json) printJson({ ...summary, findings });
    else printSummary(summary, findings);
    return summary.sound ? 0 : 1;
  },
};

const isLevel = (text: string): text is keyof typeof checks => Object.hasOwn(checks, text);

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
  print(`${severity} ${code}${where}: ${message}`, severity === "error" ? "red" : "yellow");
}

function printSummary({ sound, complete, valid, level, checked }: VerifySummary, findings: readonly Finding[]): void {
  const zips = checked.zips > 1 ? `${counted(checked.zips, "zip")}, ` : "";
  const records = level === "full" ? `, ${counted(checked.records, "record")}` : "";
  print(
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
  if (checked.zips > 0) print(`Signature: ${words[status]}.`);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (sound) print("Sound.", "green");
  else
    print(
      `Not sound: ${counted(errors, "error")}. ${complete ? "Complete" : "Not complete"}, ${valid ? "valid" : "not valid"}.`,
      "red",
    );
}
