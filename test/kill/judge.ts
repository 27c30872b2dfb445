import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { verifyBundle } from "../../src/index.ts";
import { entriesOf, jsonAt } from "../support/notes.ts";
import { counts, marker, requestId, subject } from "./world.ts";

/** What tells of a person, or of what an object holds. Each is long enough not to come about by chance. */
const telling = [marker, subject, requestId, "quarantine", '"generation"', '"progress"', "PK\u0003\u0004\u0014"].map(
  (text) => Buffer.from(text),
);
const signs = [marker, subject, requestId];

/** How far into a file a deflated stream is looked for: behind any header that an object could have. */
const headerBytes = 32;

/** What of a person can be read from these bytes, as they stand or inflated; nothing when they are well hidden. */
export function readableIn(bytes: Buffer): string | undefined {
  const found = telling.find((each) => bytes.includes(each));
  if (found !== undefined) return `"${found}" stands in it`;
  for (let at = 0; at < Math.min(headerBytes, bytes.length); at++) {
    const inflated = inflatedFrom(bytes.subarray(at));
    const within = telling.find((each) => inflated.includes(each));
    if (within !== undefined) return `"${within}" is in what is deflated from byte ${at} on`;
  }
  return undefined;
}

/** What can be inflated; whatever its end is, and whether it has one. */
function inflatedFrom(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { finishFlush: 2, maxOutputLength: 1 << 20 });
  } catch {
    return Buffer.alloc(0);
  }
}

/**
 * Looks through all files below the folders. @returns a line for each that tells something by its name, its bytes or its mode
 *
 * @param options.ownerOnly whether nobody but their owner may come near them
 */
export function readableFiles(folders: readonly string[], options: { readonly ownerOnly: boolean }): string[] {
  for (let again = 50; ; again--) {
    try {
      return lookThrough(folders, options);
    } catch (error) {
      // Another process may still work there, and take away what was listed: then all is looked at once more.
      if (again === 0 || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function lookThrough(folders: readonly string[], { ownerOnly }: { readonly ownerOnly: boolean }): string[] {
  const lines: string[] = [];
  for (const folder of folders)
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (ownerOnly && (lstatSync(path).mode & 0o077) !== 0) lines.push(`${path}: others may read it`);
      if (signs.some((sign) => entry.name.includes(sign))) lines.push(`${path}: its name tells of a person`);
      if (!entry.isFile()) continue;
      const why = readableIn(readFileSync(path));
      if (why !== undefined) lines.push(`${path}: ${why}`);
    }
  return lines;
}

interface Keyed {
  readonly id?: number;
  readonly record?: Keyed;
  readonly file?: { readonly name: string };
}

/** How many records are lost, and how many are there more than once: by their keys in JSON, by their lines in CSV. @param expected records of each dataset */
export function miscounted(
  zip: Buffer,
  expected: Readonly<Record<string, number>> = counts,
): { readonly lost: number; readonly repeated: number } {
  const entries = entriesOf(zip);
  const recordsAt = (path: string) => (entries.has(path) ? (jsonAt(entries, path) as Keyed[]) : []);
  let lost = 0;
  let repeated = 0;
  for (const [name, count] of Object.entries(expected)) {
    const written = recordsAt(`data/${name}.json`);
    const keys = [...written, ...recordsAt(`quarantine/${name}.json`)].map(
      ({ id, record, file }) => id ?? record?.id ?? file?.name,
    );
    const once = new Set(keys).size;
    const lines = (entries.get(`data/${name}.csv`)?.toString() ?? "").trimEnd().split("\n").length - 1;
    lost += count - once + Math.max(0, written.length - lines);
    repeated += keys.length - once + Math.max(0, lines - written.length);
  }
  return { lost, repeated };
}

/** @throws when the bundle is not sound, complete, and of all records once */
export async function requireWhole(zip: Buffer): Promise<void> {
  const { sound, complete } = await verifyBundle(zip).summary();
  const { lost, repeated } = miscounted(zip);
  if (!sound || !complete || lost > 0 || repeated > 0)
    throw new Error(`The undisturbed export is not whole: ${JSON.stringify({ sound, complete, lost, repeated })}.`);
}
