import { createCipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { Encrypter, type Recipient, Stanza } from "age-encryption";
import { PortmanteauError } from "../model/errors.ts";
import type { Envelope } from "../model/ports.ts";

/** To whom: holders of keys, or whoever knows a passphrase. The format has no file for both. */
export type AgeOptions =
  | {
      /** X25519 recipients, `age1…`, as `age-keygen` prints them. Each can open the bundle on their own. */
      readonly recipients: readonly string[];
    }
  | {
      readonly passphrase: string;
      /**
       * Base-2 logarithm of scrypt's cost, 10 to 22. Default 18, as the `age` program: about a second in the thread pool, and 256 MiB
       * meanwhile; one more doubles both. A lower one needs a stronger passphrase.
       */
      readonly workFactor?: number;
    };

/**
 * Encrypts the bundle in the age format (age-encryption.org/v1): the `age` program and every other implementation opens it. Needs the
 * package `age-encryption`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` for recipients or a passphrase that cannot be used, at once and not at the first export
 * @example
 * ```ts
 * const encrypt = ageEnvelope({ recipients: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"] });
 * await exporter.export(request, { to: fileDelivery("bundle.zip.age"), encrypt }); // age -d -i key.txt -o bundle.zip bundle.zip.age
 * ```
 */
export function ageEnvelope(options: AgeOptions): Envelope {
  const {
    recipients,
    passphrase,
    workFactor = 18,
  } = (options ?? {}) as {
    readonly recipients?: unknown;
    readonly passphrase?: unknown;
    readonly workFactor?: unknown;
  };
  if ((recipients === undefined) === (passphrase === undefined))
    throw invalid("", "age encrypts either to recipients or with a passphrase: give one of the two.");
  const encrypter = new Encrypter();
  if (passphrase === undefined) {
    if (!Array.isArray(recipients) || recipients.length === 0)
      throw invalid("/recipients", "There must be at least one recipient.");
    recipients.forEach((recipient, index) => {
      addRecipient(encrypter, recipient, `/recipients/${index}`);
    });
  } else {
    if (typeof passphrase !== "string" || passphrase.trim() === "")
      throw invalid("/passphrase", "The passphrase is empty.");
    if (!Number.isInteger(workFactor) || (workFactor as number) < 10 || (workFactor as number) > 22)
      throw invalid("/workFactor", "The work factor is not a whole number from 10 to 22.");
    encrypter.addRecipient(passphraseRecipient(passphrase, workFactor as number));
  }
  return { name: "age", seal: (plain) => encrypter.encrypt(plain) };
}

/** Post-quantum and hardware recipients are longer, or named: `age1pq1…`, `age1tag1…`, `age1yubikey1…`. Not every `age` opens those. */
const x25519 = /^age1[02-9ac-hj-np-z]{58}$/;

/** No message quotes what was given: it may be a secret by mistake. */
function addRecipient(encrypter: Encrypter, recipient: unknown, pointer: string): void {
  if (typeof recipient === "string" && /^AGE-SECRET-KEY-/i.test(recipient))
    throw invalid(pointer, "This is a secret key. Give its public one: age-keygen -y prints it.");
  if (typeof recipient !== "string" || !x25519.test(recipient))
    throw invalid(pointer, "The recipient is no X25519 recipient of age (age1 and 58 characters).");
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw invalid(pointer, "The recipient is mistyped: its checksum does not hold.", cause);
  }
}

/** The library's own derives the key in JavaScript, and holds the event loop for more than a second: this one asks the thread pool. */
function passphraseRecipient(passphrase: string, workFactor: number): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(16);
      const cost = { N: 2 ** workFactor, r: 8, p: 1 };
      const key = await derive(passphrase, Buffer.concat([Buffer.from("age-encryption.org/v1/scrypt"), salt]), 32, {
        ...cost,
        maxmem: 2 * 128 * cost.N * cost.r,
      });
      const cipher = createCipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: 16 });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(["scrypt", salt.toString("base64").replace(/=+$/, ""), String(workFactor)], body)];
    },
  };
}

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

function invalid(pointer: string, message: string, cause?: unknown): PortmanteauError {
  return new PortmanteauError("CONFIG_INVALID", message, {
    context: { pointer },
    ...(cause === undefined ? {} : { cause }),
  });
}
