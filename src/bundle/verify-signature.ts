import { rawDigests } from "../archive/raw-digest.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { type Finding, failureFinding, finding } from "./findings.ts";
import { layout } from "./layout.ts";
import { readText } from "./read-entry.ts";
import { coversZip, isSignedBy, parseSignature } from "./signature.ts";
import type { OpenZip } from "./verify-zip.ts";

/** `absent`: not signed. `unchecked`: no key was given. `valid`: made with a trusted key over just these bytes. */
export interface SignatureState {
  readonly status: "absent" | "unchecked" | "valid" | "invalid";
  /** The key that the signature names. */
  readonly keyId?: string;
}

interface Result {
  readonly state: SignatureState;
  readonly sha256: string | undefined;
}

/** Checks the signature, as far as keys are given, and digests the file itself. */
export async function* checkSignature(
  { zip, entries, options }: OpenZip,
  manifest: Manifest | undefined,
  checksums: Buffer | undefined,
): AsyncGenerator<Finding, Result> {
  const { keys, level } = options;
  const path = layout.signature;
  const entry = entries.get(path);
  const start = entry === undefined ? zip.file.size : zip.record(entry).relativeOffsetOfLocalHeader;
  const [zipSha256, sha256] =
    level === "structure" ? [] : await rawDigests(zip.file, [Math.min(start, zip.file.size), zip.file.size]);
  const ended = (status: SignatureState["status"], keyId?: string): Result => ({
    state: { status, ...(keyId === undefined ? {} : { keyId }) },
    sha256,
  });

  if (entry === undefined) {
    if (manifest?.signature !== undefined)
      yield finding(
        "SIGNATURE_MISSING",
        "The manifest says that the bundle is signed, and the signature is not there.",
        { path },
      );
    else if (keys.length > 0)
      yield finding("SIGNATURE_MISSING", "The bundle is not signed, and a public key was given.", { path });
    return ended("absent");
  }
  const invalid = (why: string) => finding("SIGNATURE_INVALID", why, { path });
  let text: string;
  try {
    text = await readText(zip, entry, options);
  } catch (error) {
    yield failureFinding("SIGNATURE_INVALID", error, { path });
    return ended("invalid");
  }
  const signature = parseSignature(text);
  if (signature === undefined) {
    yield invalid("It is no signature as the format lays it out.");
    return ended("invalid");
  }
  const { keyId } = signature;
  const { bundleId, signature: said } = manifest ?? {};
  const problems = [
    said?.keyId === keyId ? "" : "The manifest does not name its key.",
    zip.record(entry).compressionMethod === 0 ? "" : "The signature is not stored as it is.",
    bundleId === undefined || zipSha256 === undefined || coversZip(signature, { bundleId, zipSha256 })
      ? ""
      : "It was made for another zip: bytes of this one changed, or it is another bundle's.",
  ].filter((problem) => problem !== "");
  for (const problem of problems) yield invalid(problem);
  if (keys.length === 0) {
    yield finding(
      "SIGNATURE_UNCHECKED",
      `The bundle is signed with key ${keyId}; no public key was given to check it.`,
      { path },
    );
    return ended(problems.length === 0 ? "unchecked" : "invalid", keyId);
  }
  const known = keys.filter((key) => key.keyId === keyId);
  if (known.length === 0) {
    yield finding("SIGNATURE_UNTRUSTED", `It is signed with key ${keyId}, which is not among the given ones.`, {
      path,
    });
    return ended("invalid", keyId);
  }
  if (checksums === undefined || !known.some((key) => isSignedBy(key, signature, checksums))) {
    yield invalid("It is not a signature of this SHA256SUMS by this key.");
    return ended("invalid", keyId);
  }
  return ended(problems.length === 0 ? "valid" : "invalid", keyId);
}
