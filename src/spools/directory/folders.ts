import { lstat, mkdir, open, readdir, rmdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { PortmanteauError } from "../../model/errors.ts";
import { isObjectSegment } from "../../model/object-path.ts";
import { foreign, unless } from "./failure.ts";

/** An unfinished file is called as its object, a sign that no object has in its name, and something random. */
export const unfinishedSign = "~";

const mostRemembered = 1_000;

/**
 * The folders of a spool. What a process saw of one it remembers, for every call on a file costs a turn of the thread pool: that no link
 * leads to it, and that its name would survive a loss of power. What finds a remembered folder gone says so with `forget`.
 */
export class Folders {
  readonly #root: string;
  /** Path of a folder that is one, and whether its name is safe, and those of the folders above it; the oldest are forgotten. */
  readonly #seen = new Map<string, { safe: boolean }>();
  readonly #most: number;

  constructor(root: string, most = mostRemembered) {
    this.#root = root;
    this.#most = most;
  }

  /** How many are remembered. */
  get remembered(): number {
    return this.#seen.size;
  }

  /** An empty spool and one that is not mounted look the same from below: only the folder itself tells them apart. */
  async rootThere(): Promise<void> {
    const facts = await unless(["ENOENT", "ENOTDIR"], stat(this.#root));
    if (facts?.isDirectory()) return;
    const what = facts === undefined ? "is not there" : "is no folder";
    throw new PortmanteauError(
      "SPOOL_FAILED",
      `The spool's folder ${this.#root} ${what}. Make it, or mount what it is on.`,
    );
  }

  /** Where a folder is; nothing when it is not there. It may be a file's name. No link is followed. */
  async find(segments: readonly string[]): Promise<string | undefined> {
    return this.#straight(segments, async (folder) => {
      const facts = await unless(["ENOENT"], lstat(folder));
      return facts?.isFile() ? undefined : facts;
    });
  }

  /** The same, and makes what is missing, for its owner only. */
  async make(segments: readonly string[]): Promise<string> {
    const made = await this.#straight(segments, async (folder) => {
      await unless(["EEXIST"], mkdir(folder, 0o700));
      return lstat(folder);
    });
    return made as string;
  }

  async #straight(
    segments: readonly string[],
    facts: (folder: string) => Promise<{ isDirectory(): boolean } | undefined>,
  ): Promise<string | undefined> {
    const folders = this.#above(segments);
    const known = folders.findLastIndex((folder) => this.#seen.has(folder));
    if (known < folders.length - 1 || folders.length === 0) await this.rootThere();
    for (const folder of folders.slice(known + 1)) {
      const found = await facts(folder);
      if (found === undefined) return undefined;
      if (!found.isDirectory()) throw foreign(this.#root, segments.join("/"), "no folder, or stands behind a link");
      this.#remember(folder, false);
    }
    return folders.at(-1) ?? this.#root;
  }

  /**
   * Makes the names in a folder survive a loss of power, and once those of the folders above it, up to the root: who finds a folder that is
   * there cannot know whether its maker has come so far.
   */
  async sync(segments: readonly string[]): Promise<void> {
    const folders = this.#above(segments);
    await syncFolder(folders.at(-1) ?? this.#root);
    const safe = folders.findLastIndex((folder) => this.#seen.get(folder)?.safe === true);
    for (let at = folders.length - 1; at > safe; at--) await syncFolder(folders[at - 1] ?? this.#root);
    for (const folder of folders.slice(safe + 1)) this.#remember(folder, true);
  }

  /** It, or what is above it, may have been removed. */
  forget(segments: readonly string[]): void {
    for (const folder of this.#above(segments)) this.#seen.delete(folder);
  }

  /**
   * Removes a folder in which nothing stands but unfinished files, and those above it of which the same is then true. Such files are what
   * processes left that were killed; where one is being written, its writer finds that it is gone, and begins anew. What cannot be removed
   * stays for the next time.
   */
  async prune(segments: readonly string[]): Promise<void> {
    this.forget(segments);
    for (const folder of this.#above(segments).reverse()) if (!(await emptied(folder, true).catch(() => false))) return;
    await emptied(this.#root, false).catch(() => false);
  }

  /** The folders on the way to one, that one last. */
  #above(segments: readonly string[]): string[] {
    return segments.map((_, depth) => join(this.#root, ...segments.slice(0, depth + 1)));
  }

  #remember(folder: string, safe: boolean): void {
    this.#seen.delete(folder);
    this.#seen.set(folder, { safe });
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= this.#most) break;
      this.#seen.delete(oldest);
    }
  }
}

/** Makes the names in one folder survive a loss of power. Some file systems know no such thing, and keep names without. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await unless(["EISDIR", "EPERM"], open(folder, "r"));
  if (handle === undefined) return;
  try {
    await unless(["EINVAL", "ENOTSUP", "EPERM"], handle.sync());
  } finally {
    await handle.close();
  }
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
