import { access } from "node:fs/promises";
import { dirname, join } from "node:path";

export const configNames = [
  "portmanteau.config.ts",
  "portmanteau.config.mts",
  "portmanteau.config.js",
  "portmanteau.config.mjs",
] as const;

/**
 * Looks for a configuration in `folder` and those above it, up to the repository's root: the folder with `.git`. Where there is no
 * repository, up to the package's: the nearest with `package.json`. Where there is neither, in `folder` alone: a configuration is code, and
 * what lies in a folder that has nothing to do with this one is not run.
 */
export async function findConfig(
  folder: string,
): Promise<{ readonly file: string | undefined; readonly lookedIn: readonly string[] }> {
  const lookedIn: string[] = [];
  for (const each of await foldersUpFrom(folder)) {
    lookedIn.push(each);
    for (const name of configNames) if (await isThere(join(each, name))) return { file: join(each, name), lookedIn };
  }
  return { file: undefined, lookedIn };
}

async function foldersUpFrom(folder: string): Promise<readonly string[]> {
  const all: string[] = [];
  let upToPackage: readonly string[] | undefined;
  for (let each = folder; all.at(-1) !== each; each = dirname(each)) {
    all.push(each);
    if (await isThere(join(each, ".git"))) return all;
    if (upToPackage === undefined && (await isThere(join(each, "package.json")))) upToPackage = [...all];
  }
  return upToPackage ?? [folder];
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
