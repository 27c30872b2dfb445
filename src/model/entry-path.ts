import { PortmanteauError } from "./errors.ts";
import { safeFileName } from "./file-name.ts";

declare const entryPathBrand: unique symbol;
/** A path inside the archive that every unpacker on every system can write. */
export type EntryPath = string & { readonly [entryPathBrand]: true };

const namePattern = /^[a-z0-9][a-z0-9_-]*$/;
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;
const safeSegment = /^(?!\.{1,2}$)[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Says why `name` cannot name a dataset (and so a file), or nothing when it can. */
export function nameProblem(name: string): string | undefined {
  if (name.length > 100) return "is longer than 100 characters";
  if (!namePattern.test(name)) return `does not match ${namePattern.source}`;
  if (windowsDevice.test(name)) return "is the name of a device on Windows";
  return undefined;
}

/**
 * Makes a string an entry path, once, where it enters.
 *
 * @throws {PortmanteauError} `PATH_INVALID` for an absolute path, `..`, a backslash, a drive letter, a device name or a character that some unpacker cannot write.
 * @example
 * ```ts
 * entryPath("data/invoices.json"); // "data/invoices.json"
 * ```
 */
export function entryPath(path: string): EntryPath {
  const segments = (path.endsWith("/") ? path.slice(0, -1) : path).split("/");
  for (const [depth, segment] of segments.entries()) {
    const stem = segment.split(".")[0] ?? "";
    // Files of the subject keep their letters: files/DATASET/NAME.
    if (depth === 2 && segments.length === 3 && segments[0] === "files" && segment === safeFileName(segment)) continue;
    if (!safeSegment.test(segment) || segment.endsWith(".") || windowsDevice.test(stem)) {
      throw new PortmanteauError("PATH_INVALID", `"${path}" cannot be an entry path: "${segment}" is not a safe name.`);
    }
  }
  return path as EntryPath;
}
