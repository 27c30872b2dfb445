import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DurableSpool, maxObjectBytes } from "../../model/durable.ts";
import { checkObject, checkObjectPrefix, isObjectSegment } from "../../model/object-path.ts";
import { invalid } from "../../model/source-error.ts";
import { codeOf, failure, foreign, unless } from "./failure.ts";
import { Folders, isUnfinished, syncFolder, unfinishedSign } from "./folders.ts";

/** A file that nobody has finished for so long is nobody's any more. Should its writer live after all, it begins anew. */
const abandonedMs = 24 * 60 * 60 * 1000;
/** How often a write begins anew because others removed its folder, or its file, as one that seemed left over. */
const mostTries = 100;

/**
 * A durable spool in a folder, on a disk or on a file system that all workers share. The folder must be there: one that is not mounted
 * must not look like one that is empty.
 *
 * An object is a file, for its owner only (0600, folders 0700). It is written under another name beside its place, synced, renamed, and
 * the folders are synced. A process that is killed meanwhile leaves such an unfinished file: it is never listed or read, and goes with the
 * object of its name, with the last object of its folder, or after a day when the spool is listed. No link is followed: a process
 * looks at each folder once, at each file every time, and at folders again before it lists or deletes.
 *
 * A network's file system will do when rename replaces a file in one step and fsync reaches the server's disk: NFS does unless it is
 * exported `async`. Deleting does not overwrite: old bytes stay on the disk as the system leaves them, encrypted.
 *
 * @param directory the folder, which exists
 * @throws {PortmanteauError} `CONFIG_INVALID`; from its methods: `SPOOL_FAILED`, with the system's error as `cause` and its code in the
 *   message (no room, too many open files, a server that is away: retryable)
 * @example
 * ```ts
 * createExporter({ ...config, durable: { spool: directorySpool("/var/spool/exports"), key } });
 * ```
 */
export function directorySpool(directory: string): DurableSpool {
  if (typeof directory !== "string" || directory === "") throw invalid("`directory` names no folder.");
  const root = resolve(directory);
  const folders = new Folders(root);

  async function* listed(folder: string, above: string, begin: string): AsyncGenerator<string> {
    const entries = await unless(["ENOENT", "ENOTDIR"], readdir(folder, { withFileTypes: true })); // others may have removed it
    for (const entry of entries ?? []) {
      const { name } = entry;
      if (isUnfinished(name)) await removeAbandoned(join(folder, name));
      if (!isObjectSegment(name) || !name.startsWith(begin)) continue;
      const path = above + name;
      if (entry.isFile()) yield path;
      else if (entry.isDirectory()) yield* listed(join(folder, name), `${path}/`, "");
      else throw foreign(root, path, "neither file nor folder");
    }
    if (entries?.length === 0 && folder !== root) await rmdir(folder).catch(() => undefined);
  }

  return {
    name: "directory",
    async put(path, bytes) {
      checkObject(path, bytes);
      const [above, name] = divided(path);
      for (let tries = 1; ; tries++) {
        let unfinished: string | undefined;
        try {
          const folder = await folders.make(above);
          unfinished = join(folder, unfinishedName(name));
          await write(unfinished, bytes);
          await rename(unfinished, join(folder, name));
          await folders.sync(above);
          return;
        } catch (cause) {
          if (unfinished !== undefined) await rm(unfinished, { force: true }).catch(() => undefined);
          if (codeOf(cause) === "ENOENT" && tries < mostTries) {
            folders.forget(above);
            continue;
          }
          await folders.prune(above);
          throw failure(root, `The object "${path}" could not be stored`, cause);
        }
      }
    },
    async get(path) {
      checkObject(path);
      const [above, name] = divided(path);
      try {
        const folder = await folders.find(above);
        if (folder === undefined) return undefined;
        const bytes = await read(root, path, join(folder, name));
        if (bytes === undefined) await folders.rootThere();
        return bytes;
      } catch (cause) {
        throw failure(root, `The object "${path}" could not be read`, cause);
      }
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      const [above, begin] = divided(prefix);
      try {
        folders.forget(above); // to look again: for a link, and whether it is mounted
        const folder = await folders.find(above);
        if (folder !== undefined) yield* listed(folder, above.map((each) => `${each}/`).join(""), begin);
      } catch (cause) {
        throw failure(root, "The objects could not be listed", cause);
      }
    },
    async delete(path) {
      checkObject(path);
      const [above, name] = divided(path);
      try {
        folders.forget(above); // to look again: for a link, and whether it is mounted
        const folder = await folders.find(above);
        if (folder === undefined) return;
        const leftovers = (await unless(["ENOENT", "ENOTDIR"], readdir(folder))) ?? [];
        const files = leftovers.filter((each) => isUnfinished(each, name));
        const facts = await unless(["ENOENT", "ENOTDIR"], lstat(join(folder, name)));
        if (facts !== undefined && !facts.isDirectory()) files.push(name);
        if (files.length === 0) return;
        for (const file of files) await unless(["ENOENT"], unlink(join(folder, file)));
        await unless(["ENOENT"], syncFolder(folder)); // a loss of power must not bring it back
        await folders.prune(above);
      } catch (cause) {
        throw failure(root, `The object "${path}" could not be removed`, cause);
      }
    },
    async check() {
      const probe = join(root, unfinishedName("check"));
      try {
        await folders.rootThere();
        await readdir(root);
        await write(probe, new Uint8Array(1));
      } catch (cause) {
        throw failure(root, "The spool's folder could not be written", cause);
      } finally {
        await rm(probe, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** The folders of a path, and what comes after the last `/`. */
function divided(path: string): [folders: string[], name: string] {
  const folders = path.split("/");
  return [folders, folders.pop() ?? ""];
}

function unfinishedName(name: string): string {
  return `${name}${unfinishedSign}${randomBytes(8).toString("hex")}`;
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What is in a file, and nothing but a file: no link is followed, no pipe is waited for. */
async function read(root: string, path: string, file: string): Promise<Uint8Array | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let handle: FileHandle;
  try {
    handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw code === "ELOOP" ? foreign(root, path, "a link") : error;
  }
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) return undefined;
    if (!facts.isFile()) throw foreign(root, path, "no file");
    if (facts.size > maxObjectBytes) throw foreign(root, path, "larger than an object can be");
    const bytes = Buffer.allocUnsafeSlow(facts.size);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, done);
      if (bytesRead === 0) throw foreign(root, path, "shorter than it was a moment ago");
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(file: string): Promise<void> {
  const facts = await lstat(file).catch(() => undefined);
  if (facts !== undefined && Date.now() - facts.mtimeMs > abandonedMs) await unlink(file).catch(() => undefined);
}
