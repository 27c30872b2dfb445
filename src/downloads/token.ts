import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { invalid } from "../model/source-error.ts";

/** A key that signs links. */
export interface DownloadKey {
  /** Stands in every link: up to 32 of `A-Z`, `a-z`, `0-9`, `-` and `_`. */
  readonly id: string;
  /** 32 random bytes or more. */
  readonly secret: Uint8Array;
}

/** What a link says, and which key signs it. */
export interface DownloadTokenOptions {
  /** Signs the link: one of the keys that the handler knows. */
  readonly key: DownloadKey;
  /** What `open` will know the bundle by. It can be read in the link: the id of the export, and not of the person. At most 200 characters. */
  readonly bundle: string;
  /** What `authorise` says for the person: the id of their account, or that of this one session. It cannot be read in the link. */
  readonly subject: string;
  /** From then on the link leads nowhere; to the second. */
  readonly expiresAt: Date;
}

/** What a link says, once its signature was found right. */
export interface DownloadFacts {
  /** What the link was made for: the id of the export. */
  readonly bundle: string;
  /** When the link ends. */
  readonly expiresAt: Date;
}

/** A token whose signature is right. */
export interface SignedFacts extends DownloadFacts {
  /** Whether it was made for this subject; takes the same time for everyone. */
  isFor(subject: string): boolean;
}

const maxTokenLength = 1_024;

/**
 * Makes the token of a link: for one bundle, for one person, until then. Who has the link and not the person's session has nothing.
 *
 * @returns letters, digits, `-`, `_` and `.`, fit for the last segment of a URL's path
 * @throws {PortmanteauError} `CONFIG_INVALID`
 * @example
 * ```ts
 * const expiresAt = new Date(Date.now() + 7 * 86_400_000);
 * const link = `https://acme.example/downloads/${createDownloadToken({ key, bundle: exportId, subject: accountId, expiresAt })}`;
 * ```
 */
export function createDownloadToken({ key, bundle, subject, expiresAt }: DownloadTokenOptions): string {
  checkKeys([key]);
  if (typeof bundle !== "string" || bundle === "" || bundle.length > 200)
    throw invalid("`bundle` must be a text of 1 to 200 characters.");
  if (typeof subject !== "string" || subject === "") throw invalid("`subject` must be a text that is not empty.");
  const seconds = Math.floor(Number(expiresAt) / 1_000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw invalid("`expiresAt` is no time.");
  const said = [key.id, seconds.toString(36), Buffer.from(bundle).toString("base64url")].join(".");
  const signed = `${said}.${bindingOf(key, said, subject)}`;
  return `${signed}.${signatureOf(key, signed)}`;
}

/** What a token says; nothing when it is not one that these keys signed. */
export function readDownloadToken(token: string, keys: readonly DownloadKey[]): SignedFacts | undefined {
  if (token.length > maxTokenLength) return undefined;
  const [id = "", expiry = "", bundle = "", binding = "", signature = "", ...more] = token.split(".");
  const key = keys.find((each) => each.id === id);
  const said = [id, expiry, bundle].join(".");
  // The text is compared, not what it decodes to: one link has one spelling.
  if (key === undefined || more.length > 0 || !isSame(signature, signatureOf(key, `${said}.${binding}`)))
    return undefined;
  return {
    bundle: Buffer.from(bundle, "base64url").toString(),
    expiresAt: new Date(Number.parseInt(expiry, 36) * 1_000),
    isFor: (subject) => isSame(binding, bindingOf(key, said, subject)),
  };
}

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function checkKeys(keys: readonly DownloadKey[]): void {
  if (!Array.isArray(keys) || keys.length === 0) throw invalid("There is no key.");
  for (const key of keys) {
    if (typeof key?.id !== "string" || !/^[A-Za-z0-9_-]{1,32}$/.test(key.id))
      throw invalid("The `id` of a key must be 1 to 32 of A-Z, a-z, 0-9, - and _.");
    if (!(key.secret instanceof Uint8Array) || key.secret.length < 32)
      throw invalid("The `secret` of a key must be 32 random bytes or more.");
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw invalid("Two keys have one `id`.");
}

function signatureOf({ secret }: DownloadKey, signed: string): string {
  return createHmac("sha256", secret).update(`portmanteau download token\n${signed}`).digest("base64url");
}

/** Other for every link, so that nobody sees which ones are one person's. */
function bindingOf({ secret }: DownloadKey, said: string, subject: string): string {
  return createHmac("sha256", secret).update(`portmanteau download subject\n${said}\n${subject}`).digest("base64url");
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
