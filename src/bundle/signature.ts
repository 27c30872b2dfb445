import { createHash, verify } from "node:crypto";
import { PortmanteauError } from "../model/errors.ts";
import { keyIdBytes, keyIdText, type Signer, type VerifyingKey, verifyingKey } from "./keys.ts";

/**
 * `SHA256SUMS.sig`, as minisign writes and reads it: Ed25519 over the BLAKE2b-512 of `SHA256SUMS`, and a second signature that also covers
 * the trusted comment. The comment names the bundle and the SHA-256 of all bytes of the zip before this entry: with it the signature
 * covers what `SHA256SUMS` cannot, the container itself.
 */
export interface BundleSignature {
  readonly keyId: string;
  readonly signature: Buffer;
  readonly comment: string;
  readonly commentSignature: Buffer;
}

/** What a signature covers. */
export interface Signed {
  readonly bundleId: string;
  /** SHA-256 of the zip up to the signature's own entry, in hex. */
  readonly zipSha256: string;
  readonly checksums: Uint8Array;
}

/** Algorithm "ED": the message is hashed first. */
const algorithm = Buffer.from("ED");

/** @throws {PortmanteauError} `SIGNING_FAILED` when the signer throws, or its signature is not one of its public key */
export async function signBundle(signer: Signer, signed: Signed): Promise<string> {
  const key = verifyingKey(signer.publicKey);
  const failed = (why: string, cause?: unknown) =>
    new PortmanteauError(
      "SIGNING_FAILED",
      `The bundle could not be signed: ${why}.`,
      cause === undefined ? {} : { cause },
    );
  const signatureOf = async (message: Buffer): Promise<Buffer> => {
    let signature: Buffer;
    try {
      signature = Buffer.from(await signer.sign(message));
    } catch (cause) {
      throw failed("the signer threw an error", cause);
    }
    if (!verify(null, message, key.key, signature))
      throw failed("what the signer gave is no signature of its public key");
    return signature;
  };
  const comment = commentOf(signed);
  const signature = await signatureOf(hashed(signed.checksums));
  const commentSignature = await signatureOf(Buffer.concat([signature, Buffer.from(comment)]));
  return signatureText({ keyId: key.keyId, signature, comment, commentSignature });
}

/** Reads a signature; nothing when it is not, to the last byte, as this program writes it. */
export function parseSignature(text: string): BundleSignature | undefined {
  const [, line = "", comment = "", commentLine = ""] =
    /^untrusted comment: [^\n]*\n([^\n]+)\ntrusted comment: ([^\n]*)\n([^\n]+)\n$/.exec(text) ?? [];
  const bytes = Buffer.from(line, "base64"); // algorithm, id of the key, signature
  const parsed = {
    keyId: keyIdText(bytes.subarray(2, 10)),
    signature: bytes.subarray(10),
    comment,
    commentSignature: Buffer.from(commentLine, "base64"),
  };
  return bytes.length === 74 && signatureText(parsed) === text ? parsed : undefined;
}

/** Whether the comment names this bundle and these bytes. */
export function coversZip(
  { comment }: BundleSignature,
  { bundleId, zipSha256 }: Pick<Signed, "bundleId" | "zipSha256">,
): boolean {
  return comment === commentOf({ bundleId, zipSha256 });
}

/** Whether both signatures are the key's. */
export function isSignedBy(key: VerifyingKey, signature: BundleSignature, checksums: Uint8Array): boolean {
  const commented = Buffer.concat([signature.signature, Buffer.from(signature.comment)]);
  return (
    verify(null, hashed(checksums), key.key, signature.signature) &&
    verify(null, commented, key.key, signature.commentSignature)
  );
}

const hashed = (bytes: Uint8Array): Buffer => createHash("blake2b512").update(bytes).digest();

const commentOf = ({ bundleId, zipSha256 }: Pick<Signed, "bundleId" | "zipSha256">): string =>
  `portmanteau-bundle ${bundleId} zip-sha256:${zipSha256}`;

function signatureText({ keyId, signature, comment, commentSignature }: BundleSignature): string {
  const line = Buffer.concat([algorithm, keyIdBytes(keyId), signature]).toString("base64");
  return `untrusted comment: signature of SHA256SUMS by key ${keyId}\n${line}\ntrusted comment: ${comment}\n${commentSignature.toString("base64")}\n`;
}

/** Every signature is as long as any other. */
export const signatureBytes: number = signatureText({
  keyId: "0".repeat(16),
  signature: Buffer.alloc(64),
  comment: commentOf({ bundleId: "urn:uuid:00000000-0000-0000-0000-000000000000", zipSha256: "0".repeat(64) }),
  commentSignature: Buffer.alloc(64),
}).length;
