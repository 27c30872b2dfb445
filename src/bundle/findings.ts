import { PortmanteauError } from "../model/errors.ts";

/** Every code a finding can have. `error`: the bundle is not sound. `note`: it is sound, and here is what to know of it. */
export const findingCodes = {
  ZIP_UNREADABLE: ["error", "The file is no zip, or is damaged or cut off."],
  LIMIT_EXCEEDED: ["error", "Something is larger, deeper or slower than a limit allows; it was not looked at further."],
  NAME_UNSAFE: [
    "error",
    "An entry's name is unsafe: absolute, with `..`, a backslash, a drive letter or a device name.",
  ],
  ENTRY_DUPLICATE: ["error", "Two entries have the same name, but for case."],
  ENTRY_SPECIAL: ["error", "An entry is a symbolic link, encrypted, or compressed in an unknown way."],
  ENTRY_OVERLAP: ["error", "Two entries share bytes of the zip."],
  ENTRY_MISSING: ["error", "A file that the bundle speaks of is not there."],
  ENTRY_EXTRA: ["error", "A file is there that SHA256SUMS or the manifest does not know."],
  ENTRY_ORDER: ["error", "The entries do not stand in the order of the format."],
  ENTRY_UNREADABLE: ["error", "An entry cannot be inflated, or its size or CRC-32 is not what it claims."],
  HEADER_MISMATCH: ["error", "The two headers of an entry do not agree: two programs may see two files."],
  HEADER_UNEXPECTED: ["error", "A header is not as the format fixes it: time, mode, flags, extra fields, comments."],
  BYTES_UNCLAIMED: ["error", "Bytes of the file belong to no entry."],
  CHECKSUMS_INVALID: ["error", "SHA256SUMS is missing or malformed."],
  DIGEST_MISMATCH: ["error", "A file's bytes are not those that were sealed."],
  SIGNATURE_MISSING: ["error", "The bundle is not signed, where a signature is expected or spoken of."],
  SIGNATURE_INVALID: ["error", "The signature is malformed, or is not one of these bytes."],
  SIGNATURE_UNTRUSTED: ["error", "The bundle is signed with a key that is not among the given ones."],
  SIGNATURE_UNCHECKED: ["note", "The bundle is signed, and no public key was given to check it with."],
  MANIFEST_INVALID: ["error", "manifest.json is missing, does not match its schema, or contradicts itself."],
  VERSION_UNKNOWN: ["error", "The bundle has a format version that this program does not know."],
  FILE_FACTS_WRONG: ["error", "The manifest's size or digest of a file is not the file's."],
  DATA_PACKAGE_INVALID: ["error", "datapackage.json is malformed, or does not describe these files."],
  SCHEMA_INVALID: ["error", "A record schema in the bundle cannot be used."],
  JSON_INVALID: ["error", "A JSON file is malformed."],
  CSV_INVALID: ["error", "A CSV file is malformed."],
  RECORD_INVALID: ["error", "A record does not match its schema."],
  COUNT_MISMATCH: ["error", "Records and their counts do not agree, in a file or within the manifest."],
  CSV_MISMATCH: ["error", "JSON and CSV do not say the same."],
  PART_MISSING: ["error", "The zip is one of a set, and another of the set was not given."],
  PART_FOREIGN: [
    "error",
    "A zip does not belong to the set: another bundle's, a second of the same number, or swapped.",
  ],
  BUNDLE_PARTIAL: ["note", "The bundle says itself that it is not complete."],
} as const satisfies Record<string, readonly ["error" | "note", string]>;

/** A code of `findingCodes`. */
export type FindingCode = keyof typeof findingCodes;

/** What makes a bundle incomplete; every other error makes it invalid. */
export const incompleteCodes: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "ENTRY_MISSING",
  "PART_MISSING",
  "BUNDLE_PARTIAL",
]);

/** One result of verification. The message holds no values. */
export interface Finding {
  /** Which kind of finding it is; stable. */
  readonly code: FindingCode;
  /** `error`: the bundle is not sound. `note`: it is, and here is what to know of it. */
  readonly severity: "error" | "note";
  /** What is wrong, in plain words. */
  readonly message: string;
  /** The entry that it is about. */
  readonly path?: string;
  /** Index of the record in its file, from 0. */
  readonly recordIndex?: number;
  /** Index of the zip among those that were given, when there are several. */
  readonly zip?: number;
}

type Context = { readonly path?: string; readonly recordIndex?: number; readonly zip?: number };
/** Makes a finding; its severity follows from its code. */
export const finding = (code: FindingCode, message: string, context: Context = {}): Finding => ({
  code,
  severity: findingCodes[code][0],
  message,
  ...context,
});

/** What stopped a reading, as a finding: damage has the given code, a limit its own. @throws what is no damage: `READ_FAILED` */
export function failureFinding(code: FindingCode, error: unknown, context: Context = {}): Finding {
  if (PortmanteauError.is(error) && error.code === "READ_FAILED") throw error;
  return finding(
    PortmanteauError.is(error) && error.code === "LIMIT_EXCEEDED" ? error.code : code,
    messageOf(error),
    context,
  );
}

/** What an expected failure says; foreign words may quote values and stay out. */
function messageOf(error: unknown): string {
  return PortmanteauError.is(error) ? error.message : "It cannot be read.";
}
