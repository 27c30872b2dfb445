import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build, type Options } from "tsup";
import ts from "typescript";
import tsup from "../../tsup.config.ts";

const root = resolve(import.meta.dirname, "../..");

/** What loading one file loads: files of the build, and packages by the name that is imported. */
export interface Loads {
  readonly files: readonly string[];
  /** As soon as the file is loaded. */
  readonly atOnce: readonly string[];
  /** When a call needs it. */
  readonly later: readonly string[];
}

/** The package's JavaScript as it is published, built for a test into a folder of its own. */
export async function built(): Promise<{ folder: string; loads(file: string): Loads; drop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-built-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const out = { outDir: join(folder, "dist"), silent: true, sourcemap: false, config: false };
  await build({ ...(tsup as Options), ...out });
  const importsIn = reader();
  return {
    folder,
    loads: (file) => loadsOf(join(folder, "dist", file), importsIn),
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The imports of a module's text: those that load with it, and those that are calls. What only looks like one, in a text, is none. */
export function importsOf(text: string): { readonly atOnce: readonly string[]; readonly later: readonly string[] } {
  const [atOnce, later]: [string[], string[]] = [[], []];
  const visit = (node: ts.Node): void => {
    const declares = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const called = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const name = declares ? node.moduleSpecifier : called ? node.arguments[0] : undefined;
    if (name && ts.isStringLiteral(name)) (declares ? atOnce : later).push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("module.js", text, ts.ScriptTarget.ESNext));
  return { atOnce, later };
}

/** A file's own imports, read once. */
function reader() {
  const read = new Map<string, ReturnType<typeof importsOf>>();
  return (file: string) => {
    const imports = read.get(file) ?? importsOf(readFileSync(file, "utf8"));
    read.set(file, imports);
    return imports;
  };
}

function loadsOf(entry: string, importsIn: ReturnType<typeof reader>): Loads {
  const files = new Set([entry]);
  const [atOnce, later] = [new Set<string>(), new Set<string>()];
  for (const file of files) {
    const imports = importsIn(file);
    for (const name of imports.atOnce) {
      if (name.startsWith(".")) files.add(resolve(dirname(file), name));
      else if (!name.startsWith("node:")) atOnce.add(packageOf(name));
    }
    for (const name of imports.later) {
      const loads = name.startsWith(".") ? loadsOf(resolve(dirname(file), name), importsIn) : undefined;
      for (const more of loads ? [...loads.atOnce, ...loads.later] : [packageOf(name)]) {
        if (!more.startsWith("node:")) later.add(more);
      }
    }
  }
  return { files: [...files], atOnce: [...atOnce].sort(), later: [...later].sort() };
}

/** `ajv/dist/2020.js` is ajv's, `@aws-sdk/client-s3/x` is @aws-sdk/client-s3's. */
function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
