import { generateKeyPairSync } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { minisignPublicKey } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { printSaying } from "../terminal.ts";

export const keygen = defineCommand({
  name: "keygen",
  summary: "make a key to sign bundles with",
  options: {
    out: {
      type: "string",
      value: "NAME",
      help: "writes NAME.key, the private key (PEM, mode 0600: keep it to yourself), and NAME.pub, the public key in minisign's format: give it to whoever gets bundles. A file that is there is left alone",
      required: true,
      completes: "file",
    },
  },
  exitCodes: { 0: "written", 2: "usage or I/O" },
  examples: [
    "portmanteau keygen --out acme",
    "portmanteau export --subject cus_42 --sign acme.key --out bundle.zip",
    "portmanteau verify bundle.zip --public-key acme.pub",
  ],
  async run({ values: { out: name } }) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    await writeNew(`${name}.key`, pem, 0o600);
    try {
      await writeNew(`${name}.pub`, minisignPublicKey(publicKey), 0o644);
    } catch (error) {
      await rm(`${name}.key`); // half a pair is of no use
      throw error;
    }
    printSaying(`${name}.key, ${name}.pub`);
    printSaying(minisignPublicKey(publicKey).split("\n")[1] as string);
    return 0;
  },
});

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(file, text, { mode, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new UsageError(`${file} is there already, and a key that is lost is lost: name another.`);
  }
}
