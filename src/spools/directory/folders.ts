import { lstat, mkdir, open, readdir, realpath, rmdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { PortmanteauError } from "../../model/errors.ts";
import { isObjectSegment } from "../../model/object-path.ts";
import { foreign, unless } from "./failure.ts";

/** An unfinished file is called as its object, a sign that no object has in its name, and something random. */
export const unfinishedSign = "~";

/** An empty spool and one that is not mounted look the same from below: only the folder itself tells them apart. */
export async function rootThere(root: string): Promise<void> {
  const facts = await unless(["ENOENT", "ENOTDIR"], stat(root));
  if (facts?.isDirectory()) return;
  const what = facts === undefined ? "is not there" : "is no folder";
  throw new PortmanteauError("SPOOL_FAILED", `The spool's folder ${root} ${what}. Make it, or mount what it is on.`);
}

/** Whether something of this name is there, and no link leads to it: what costs a call for each folder, asked at once. */
async function isStraight(root: string, segments: readonly string[]): Promise<boolean> {
  if (segments.length === 0) return false; // the root may be a file
  const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, ...segments))]).catch(() => []);
  return realRoot !== undefined && real === join(realRoot, ...segments);
}

/** Where a folder of the spool is; nothing when it is not there. It may be a file's name. No link is followed. */
export async function findFolder(root: string, segments: readonly string[]): Promise<string | undefined> {
  if (await isStraight(root, segments)) return join(root, ...segments);
  await rootThere(root);
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    const facts = await unless(["ENOENT"], lstat(folder));
    if (facts === undefined || facts.isFile()) return undefined;
    if (!facts.isDirectory()) throw foreign(root, segments.join("/"), "no folder, or stands behind a link");
  }
  return folder;
}

/** The same, and makes what is missing, for its owner only. */
export async function makeFolder(root: string, segments: readonly string[]): Promise<string> {
  if (await isStraight(root, segments)) return join(root, ...segments);
  await rootThere(root);
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    await unless(["EEXIST"], mkdir(folder, 0o700));
    if (!(await lstat(folder)).isDirectory())
      throw foreign(root, segments.join("/"), "no folder, or stands behind a link");
  }
  return folder;
}

const mostSynced = 1_000;

/** Folders above which this process has synced everything, for as long as it removes nothing there; the oldest are forgotten. */
export class SyncedFolders {
  readonly #folders = new Set<string>();

  /**
   * Makes the names in a folder survive a loss of power, and once those of the folders above it, up to the root: who finds a folder that is
   * there cannot know whether its maker has come so far.
   */
  async sync(root: string, segments: readonly string[]): Promise<void> {
    const folder = join(root, ...segments);
    await syncFolder(folder);
    if (this.#folders.has(folder)) return;
    for (let depth = segments.length - 1; depth >= 0; depth--)
      await syncFolder(join(root, ...segments.slice(0, depth)));
    this.#folders.add(folder);
    for (const oldest of this.#folders) {
      if (this.#folders.size <= mostSynced) break;
      this.#folders.delete(oldest);
    }
  }

  /** It, or what is above it, may have been removed. */
  forget(root: string, segments: readonly string[]): void {
    this.#folders.delete(join(root, ...segments));
  }
}

/** The same for one folder. Some file systems know no such thing, and keep names without. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await unless(["EISDIR", "EPERM"], open(folder, "r"));
  if (handle === undefined) return;
  try {
    await unless(["EINVAL", "ENOTSUP", "EPERM"], handle.sync());
  } finally {
    await handle.close();
  }
}

/**
 * Removes a folder in which nothing stands but unfinished files, and those above it of which the same is then true. Such files are what
 * processes left that were killed; where one is being written, its writer finds that it is gone, and begins anew. What cannot be removed
 * stays for the next time.
 */
export async function prune(root: string, segments: readonly string[]): Promise<void> {
  for (let depth = segments.length; depth >= 0; depth--)
    if (!(await emptied(join(root, ...segments.slice(0, depth)), depth > 0).catch(() => false))) return;
}

async function emptied(folder: string, isOurs: boolean): Promise<boolean> {
  const entries = (await unless(["ENOENT"], readdir(folder, { withFileTypes: true }))) ?? [];
  const isFolder = (entry: (typeof entries)[number]) => entry.isDirectory() && isObjectSegment(entry.name);
  if (!entries.every((entry) => isFolder(entry) || isUnfinished(entry.name))) return false;
  for (const { name } of entries.filter(isFolder)) if (!(await emptied(join(folder, name), true))) return false;
  for (const entry of entries) if (!isFolder(entry)) await unless(["ENOENT"], unlink(join(folder, entry.name)));
  if (isOurs) await unless(["ENOENT"], rmdir(folder));
  return true;
}

/** Of the object of this name, or of any. */
export function isUnfinished(name: string, object?: string): boolean {
  const [of = "", random = "", ...more] = name.split(unfinishedSign);
  return isObjectSegment(of) && /^[0-9a-f]{16}$/.test(random) && more.length === 0 && (object ?? of) === of;
}
