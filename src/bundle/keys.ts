import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, KeyObject, sign } from "node:crypto";
import { PortmanteauError } from "../model/errors.ts";

/** An Ed25519 public key: PEM, JWK (an object or its text), a `KeyObject`, or minisign's: the text of its `.pub` file, or the line in it. */
export type PublicKeyInput = string | JsonWebKey | KeyObject;

/** Who signs a bundle: a key in this process (`ed25519Signer`), or one that never leaves a KMS. */
export interface Signer {
  /** The public half: what receivers check with, and what the signature names. */
  readonly publicKey: PublicKeyInput;
  /** The Ed25519 signature (64 bytes) of a message of at most some hundred bytes. Called twice for a bundle. */
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** A public key, with the name that signatures call it by. */
export interface VerifyingKey {
  /** As minisign prints it: 16 hexadecimal digits, upper case. */
  readonly keyId: string;
  readonly key: KeyObject;
}

/** DER of an Ed25519 public key, up to the 32 bytes of the key itself (RFC 8410). */
const derHead = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Signs with a private key: PEM (PKCS #8), JWK (an object or its text), or a `KeyObject`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when it is no Ed25519 private key
 * @example
 * ```ts
 * const signer = ed25519Signer(await readFile("acme.key", "utf8"));
 * await exporter.export(request, { to: fileDelivery("bundle.zip"), sign: signer });
 * ```
 */
export function ed25519Signer(privateKey: string | JsonWebKey | KeyObject): Signer {
  const key = keyObject("private", privateKey, () =>
    privateKey instanceof KeyObject ? privateKey : createPrivateKey(asInput(privateKey)),
  );
  return { publicKey: createPublicKey(key), sign: (message) => sign(null, message, key) };
}

/** @throws {PortmanteauError} `CONFIG_INVALID` when it is no Ed25519 public key */
export function verifyingKey(input: PublicKeyInput): VerifyingKey {
  const named = typeof input === "string" ? minisignKey(input) : undefined;
  const key =
    named?.key ??
    keyObject("public", input, () => (input instanceof KeyObject ? input : createPublicKey(asInput(input))));
  return { key, keyId: named?.keyId ?? keyIdOf(key) };
}

/**
 * A public key as minisign reads it: the text of a `.pub` file. Its last line is what `minisign -P` takes.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when it is no Ed25519 public key
 */
export function minisignPublicKey(input: PublicKeyInput): string {
  const { key, keyId } = verifyingKey(input);
  const line = Buffer.concat([Buffer.from("Ed"), keyIdBytes(keyId), rawKey(key)]).toString("base64");
  return `untrusted comment: public key ${keyId}\n${line}\n`;
}

/** The id in the order of bytes that minisign stores: the number that it prints, little-endian. */
export function keyIdBytes(keyId: string): Buffer {
  return Buffer.from(keyId, "hex").reverse();
}

export function keyIdText(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString("hex").toUpperCase();
}

/** A key is called by its own digest: nobody has to keep a name beside it. */
function keyIdOf(key: KeyObject): string {
  return keyIdText(createHash("sha256").update(rawKey(key)).digest().subarray(0, 8));
}

const rawKey = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" }).subarray(derHead.length);

function minisignKey(text: string): VerifyingKey | undefined {
  const line = text.trim().split(/\r?\n/).at(-1) ?? "";
  if (!/^RW[A-Za-z0-9+/]{54}$/.test(line)) return undefined;
  const bytes = Buffer.from(line, "base64"); // "Ed", 8 bytes of id, 32 bytes of key
  const key = createPublicKey({ key: Buffer.concat([derHead, bytes.subarray(10)]), format: "der", type: "spki" });
  return { keyId: keyIdText(bytes.subarray(2, 10)), key };
}

function asInput(
  key: string | JsonWebKey,
): Parameters<typeof createPublicKey>[0] & Parameters<typeof createPrivateKey>[0] {
  if (typeof key !== "string") return { key, format: "jwk" };
  return key.trimStart().startsWith("{") ? { key: JSON.parse(key) as JsonWebKey, format: "jwk" } : key;
}

function keyObject(type: "private" | "public", input: unknown, make: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = make();
  } catch {
    // The foreign error could quote the key.
  }
  if (key?.asymmetricKeyType !== "ed25519" || (key.type !== type && !(type === "public" && input instanceof KeyObject)))
    throw new PortmanteauError(
      "CONFIG_INVALID",
      `This is no Ed25519 ${type} key. Give PEM, JWK or a KeyObject${type === "public" ? ", or minisign's" : ", not encrypted"}; "portmanteau keygen" makes one.`,
    );
  return type === "public" && key.type === "private" ? createPublicKey(key) : key;
}
