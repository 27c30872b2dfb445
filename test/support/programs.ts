import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { build } from "tsup";
import type { TestProject } from "vitest/node";
import packageFile from "../../package.json" with { type: "json" };
import tsup from "../../tsup.config.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the programs, see `program` and `command`. */
    readonly programs: string;
  }
}

const root = resolve(import.meta.dirname, "../..");

/** What tests start as processes of their own, besides the command line tool. */
const scripts = [
  "test/queues/held.ts",
  "test/queues/worker.ts",
  "test/support/durable-child.ts",
  "test/support/verify-all.ts",
];

/**
 * Builds them once for all test files, with the package's modules: a built program starts in half the processor time that it takes from
 * TypeScript. What the package depends on is built in; other packages are found in node_modules.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-programs-"));
  const { dependencies, devDependencies, peerDependencies } = packageFile;
  const builtIn = Object.keys(dependencies).filter((name) => name !== "jiti");
  await build({
    config: false,
    silent: true,
    outDir: join(folder, "dist"),
    entry: {
      ...(tsup as { entry: Record<string, string> }).entry,
      ...Object.fromEntries(scripts.map((path) => [`scripts/${basename(path, ".ts")}`, join(root, path)])),
    },
    format: "esm",
    target: "node20.19",
    removeNodeProtocol: false,
    noExternal: builtIn.map((name) => new RegExp(`^${name}(/|$)`)),
    external: ["jiti", ...Object.keys(devDependencies), ...Object.keys(peerDependencies)],
    // CommonJS packages that are built in call it.
    banner: {
      js: 'import { createRequire as __requireFrom } from "node:module"; const require = __requireFrom(import.meta.url);',
    },
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  project.provide("programs", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
