import { PortmanteauError } from "../model/errors.ts";

/** Every code a finding can have. `error`: the bundle is not sound. `note`: it is sound, and says so of itself. */
export const findingCodes = {
  ZIP_UNREADABLE: ["error", "The file is no zip, or is damaged or cut off."],
  NAME_UNSAFE: [
    "error",
    "An entry's name is unsafe: absolute, with `..`, a backslash, a drive letter or a device name.",
  ],
  ENTRY_DUPLICATE: ["error", "Two entries have the same name, but for case."],
  ENTRY_SPECIAL: ["error", "An entry is a symbolic link, or encrypted."],
  ENTRY_MISSING: ["error", "A file that the bundle speaks of is not there."],
  ENTRY_EXTRA: ["error", "A file is there that SHA256SUMS or the manifest does not know."],
  ENTRY_UNREADABLE: ["error", "An entry cannot be inflated, or is not as long as it claims."],
  CHECKSUMS_INVALID: ["error", "SHA256SUMS is missing or malformed."],
  DIGEST_MISMATCH: ["error", "A file's bytes are not those that were sealed."],
  MANIFEST_INVALID: ["error", "manifest.json is missing, or does not match its schema."],
  VERSION_UNKNOWN: ["error", "The bundle has a format version that this program does not know."],
  FILE_FACTS_WRONG: ["error", "The manifest's size or digest of a file is not the file's."],
  SCHEMA_INVALID: ["error", "A record schema in the bundle cannot be used."],
  JSON_INVALID: ["error", "A JSON file is malformed."],
  CSV_INVALID: ["error", "A CSV file is malformed."],
  RECORD_INVALID: ["error", "A record does not match its schema."],
  COUNT_MISMATCH: ["error", "A file does not have as many records as the manifest says."],
  CSV_MISMATCH: ["error", "JSON and CSV do not say the same."],
  BUNDLE_PARTIAL: ["note", "The bundle says itself that it is not complete."],
} as const satisfies Record<string, readonly ["error" | "note", string]>;

export type FindingCode = keyof typeof findingCodes;

/** One result of verification. The message holds no values. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "error" | "note";
  readonly message: string;
  readonly path?: string;
  readonly recordIndex?: number;
}

type Context = { readonly path?: string; readonly recordIndex?: number };
/** Makes a finding; its severity follows from its code. */
export const finding = (code: FindingCode, message: string, context: Context = {}): Finding => ({
  code,
  severity: findingCodes[code][0],
  message,
  ...context,
});

/** What an expected failure says; foreign words may quote values and stay out. */
export function messageOf(error: unknown): string {
  return PortmanteauError.is(error) ? error.message : "It cannot be read.";
}
