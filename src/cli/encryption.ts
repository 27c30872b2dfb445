import { readFile } from "node:fs/promises";
import { type Envelope, PortmanteauError } from "../index.ts";
import { UsageError } from "./arguments.ts";
import type { Options, Values } from "./command.ts";

/** The options that say to whom the bundle is encrypted. */
export const encryptionOptions = {
  "encrypt-to": { type: "string", value: "RECIPIENT", help: "encrypt with age to age1…", multiple: true },
  "recipients-file": {
    type: "string",
    value: "FILE",
    help: "and to those in FILE, one a line, # for comments",
    multiple: true,
    completes: "file",
  },
  "passphrase-file": {
    type: "string",
    value: "FILE",
    help: "encrypt with age and the passphrase in the first line of FILE",
    completes: "file",
  },
} as const satisfies Options;

/** @throws {UsageError} naming the option, or the file and the line; it never quotes what stands there */
export async function envelopeFrom(values: Values<typeof encryptionOptions>): Promise<Envelope | undefined> {
  const recipients = (values["encrypt-to"] ?? []).map((text) => ({ text, from: "--encrypt-to" }));
  for (const file of values["recipients-file"] ?? []) recipients.push(...recipientsIn(file, await textOf(file)));
  const passphraseFile = values["passphrase-file"];
  if (passphraseFile !== undefined) {
    if (recipients.length > 0) throw new UsageError("age encrypts either to recipients or with a passphrase.");
    const [passphrase = ""] = (await textOf(passphraseFile)).split(/\r?\n/, 1);
    const ageEnvelope = await loadAge();
    if (passphrase.trim() === "") throw new UsageError(`The first line of ${passphraseFile} is empty.`);
    return ageEnvelope({ passphrase });
  }
  if (recipients.length === 0) return undefined;
  const ageEnvelope = await loadAge();
  try {
    return ageEnvelope({ recipients: recipients.map(({ text }) => text) });
  } catch (error) {
    const [, index] = (PortmanteauError.is(error) && /^\/recipients\/(\d+)$/.exec(error.context.pointer ?? "")) || [];
    if (index === undefined) throw error;
    throw new UsageError(`${recipients[Number(index)]?.from}: ${(error as PortmanteauError).message}`);
  }
}

function recipientsIn(file: string, text: string): { readonly text: string; readonly from: string }[] {
  const found = text.split("\n").flatMap((line, index) => {
    const recipient = line.trim();
    return recipient === "" || recipient.startsWith("#")
      ? []
      : [{ text: recipient, from: `${file}, line ${index + 1}` }];
  });
  if (found.length === 0) throw new UsageError(`There is no recipient in ${file}.`);
  return found;
}

/** Without the mark that some editors put before the first byte. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\ufeff/, "");
  } catch {
    throw new UsageError(`The file ${file} cannot be read.`);
  }
}

/** Here and not at the top: the package may be missing, and most exports do not need it. */
async function loadAge() {
  try {
    return (await import("../envelopes/age.ts")).ageEnvelope;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
      throw new UsageError("Encrypting needs a package that is not installed: npm install age-encryption");
    throw error;
  }
}
