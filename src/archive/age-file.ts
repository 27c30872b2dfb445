import { PortmanteauError } from "../model/errors.ts";
import type { RandomAccess } from "../model/ports.ts";
import { readExactly } from "./random-access.ts";

const binary = "age-encryption.org/v1\n";
const armored = "-----BEGIN AGE ENCRYPTED FILE-----";
/** Where the first stanza is scrypt's, a passphrase opens the file. */
const byPassphrase = `${binary}-> scrypt `;

/** What to say of a file that is encrypted with age, and how to go on; nothing for any other file. */
export async function encryptedWithAge(file: RandomAccess): Promise<PortmanteauError | undefined> {
  const head = (await readExactly(file, 0, Math.min(64, file.size))).toString("latin1");
  if (!head.startsWith(binary) && !head.startsWith(armored)) return undefined;
  const key = head.startsWith(byPassphrase) ? "" : "-i KEY ";
  return new PortmanteauError(
    "BUNDLE_UNREADABLE",
    `The file is encrypted with age. Decrypt it first: age -d ${key}-o bundle.zip FILE`,
  );
}
