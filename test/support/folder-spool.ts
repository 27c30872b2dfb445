import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DurableSpool } from "../../src/index.ts";

/** A durable spool that several processes of a test share. It does not care for a loss of power. */
export function folderSpool(folder: string): DurableSpool {
  const at = (path: string) => join(folder, path.replaceAll("/", "+"));
  return {
    name: "folder",
    async put(path, bytes) {
      await mkdir(folder, { recursive: true });
      const beside = join(folder, `~${randomUUID()}`);
      await writeFile(beside, bytes);
      await rename(beside, at(path));
    },
    get: (path) =>
      readFile(at(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        return undefined;
      }),
    async *list(prefix) {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const path = name.replaceAll("+", "/");
        if (path.startsWith(prefix)) yield path;
      }
    },
    delete: (path) => rm(at(path), { force: true }),
  };
}
