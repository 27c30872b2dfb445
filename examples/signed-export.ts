import { generateKeyPairSync } from "node:crypto";
import { type Exporter, type ExportRequest, ed25519Signer, minisignPublicKey, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";

/** Exports a signed bundle, and checks it as its receiver does: with the public key only. */
export async function signedExport(exporter: Exporter, request: ExportRequest) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519"); // or your own: PEM, JWK
  await exporter.export(request, { to: fileDelivery("signed.zip"), sign: ed25519Signer(privateKey) });

  const verification = verifyBundle("signed.zip", { publicKeys: [minisignPublicKey(publicKey)] });
  for await (const { severity, code, path, message } of verification) console.log(severity, code, path, message);
  return verification.summary(); // sound, complete, valid, and what was checked
}
