import { createMessage, encrypt, type Key, readKeys } from "openpgp";
import { PortmanteauError } from "../model/errors.ts";
import type { Envelope } from "../model/ports.ts";

/** To whom `openPgpEnvelope` encrypts. */
export interface OpenPgpOptions {
  /** Public keys of those who may open the bundle, in ASCII armor; a text may hold several. Each can open it on their own. */
  readonly recipients: readonly string[];
}

/**
 * Encrypts the bundle as an OpenPGP message (RFC 9580): GnuPG and every other implementation opens it. Needs the package `openpgp`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` for a key that cannot be used (secret, expired, revoked, made for signing only), before
 * the first export
 * @example
 * ```ts
 * const encrypt = await openPgpEnvelope({ recipients: [await readFile("anna.asc", "utf8")] });
 * await exporter.export(request, { to: fileDelivery("bundle.zip.gpg"), encrypt }); // gpg -d -o bundle.zip bundle.zip.gpg
 * ```
 */
export async function openPgpEnvelope({ recipients }: OpenPgpOptions): Promise<Envelope> {
  if (!Array.isArray(recipients) || recipients.length === 0)
    throw invalid("/recipients", "There must be at least one recipient.");
  const keys: Key[] = [];
  for (const [index, armoredKeys] of recipients.entries()) keys.push(...(await usable(armoredKeys, index)));
  return {
    name: "openpgp",
    async seal(plain) {
      const message = await createMessage({ binary: plain as ReadableStream<Uint8Array<ArrayBuffer>> });
      const sealed = await encrypt({ message, encryptionKeys: keys, format: "binary" });
      return sealed as ReadableStream<Uint8Array>;
    },
  };
}

/** No message quotes what was given: it may be a secret by mistake. */
async function usable(armoredKeys: unknown, index: number): Promise<readonly Key[]> {
  const pointer = `/recipients/${index}`;
  let keys: readonly Key[];
  try {
    keys = await readKeys({ armoredKeys: armoredKeys as string });
  } catch (cause) {
    throw invalid(pointer, "It is no OpenPGP public key in ASCII armor.", cause);
  }
  for (const key of keys) {
    if (key.isPrivate()) throw invalid(pointer, "This is a secret key. Give its public one: gpg --armor --export.");
    try {
      await key.getEncryptionKey();
    } catch (cause) {
      throw invalid(pointer, "Nothing can be encrypted to this key now: expired, revoked, or for signing only.", cause);
    }
  }
  return keys;
}

function invalid(pointer: string, message: string, cause?: unknown): PortmanteauError {
  return new PortmanteauError("CONFIG_INVALID", message, {
    context: { pointer },
    ...(cause === undefined ? {} : { cause }),
  });
}
