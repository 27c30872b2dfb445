/**
 * `jiti .ci/declarations.ts`, after tsup: the package's declarations. Each module's stand in dist/types as the compiler writes them, for
 * those modules only that an export's types lead to; beside each built entry stands one line that leads there. tsup would bundle them
 * into one file per entry, which takes more than ten times as long.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import tsup from "../tsup.config.ts";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
const entries = Object.entries((tsup as { entry: Record<string, string> }).entry).filter(
  ([name]) => name !== "cli/main",
);

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
  ts.sys,
  root,
);
const program = ts.createProgram({
  rootNames: entries.map(([, source]) => join(root, source)),
  options: { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: join(dist, "types") },
});

/** A declaration names its neighbours as they are published. */
const publishedName = (path: string) => path.replace(/\.ts$/, ".js");

/** Rewrites a module's relative names, and tells each. */
function renaming(tell: (specifier: string) => void): ts.TransformerFactory<ts.SourceFile | ts.Bundle> {
  return (context) => {
    const named = (node: ts.Node | undefined) => {
      if (!node || !ts.isStringLiteral(node) || !node.text.startsWith(".")) return undefined;
      tell(node.text);
      return context.factory.createStringLiteral(publishedName(node.text));
    };
    const { factory } = context;
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isImportDeclaration(node)) {
        const { modifiers, importClause, moduleSpecifier, attributes } = node;
        const to = named(moduleSpecifier) ?? moduleSpecifier;
        return factory.updateImportDeclaration(node, modifiers, importClause, to, attributes);
      }
      if (ts.isExportDeclaration(node)) {
        const { modifiers, isTypeOnly, exportClause, moduleSpecifier, attributes } = node;
        const to = named(moduleSpecifier) ?? moduleSpecifier;
        return factory.updateExportDeclaration(node, modifiers, isTypeOnly, exportClause, to, attributes);
      }
      const to = ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && named(node.argument.literal);
      if (to && ts.isImportTypeNode(node)) {
        const { attributes, qualifier, typeArguments, isTypeOf } = node;
        const argument = factory.createLiteralTypeNode(to);
        return factory.updateImportTypeNode(node, argument, attributes, qualifier, typeArguments, isTypeOf);
      }
      return ts.visitEachChild(node, visit, context);
    };
    return (file) => ts.visitEachChild(file, visit, context) as ts.SourceFile;
  };
}

const write = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

// tsup clears its own files only.
for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (path.endsWith(".d.ts")) rmSync(join(dist, path));
}

const typesOf = (source: string) => join(dist, "types", relative(join(root, "src"), source)).replace(/\.ts$/, ".d.ts");
const diagnostics: ts.Diagnostic[] = [];
const found = new Set(entries.map(([, source]) => join(root, source)));
for (const source of found) {
  const tell = (specifier: string) => found.add(resolve(dirname(source), specifier));
  const file = program.getSourceFile(source);
  if (!file) throw new Error(`A declaration leads to ${source}, which is no module of the package.`);
  const emitted = program.emit(file, (_, text) => write(typesOf(source), text), undefined, true, {
    afterDeclarations: [renaming(tell)],
  });
  diagnostics.push(...emitted.diagnostics);
}
for (const [name, source] of entries) {
  const from = join(dist, `${name}.d.ts`);
  const to = relative(dirname(from), typesOf(join(root, source))).replace(/\.d\.ts$/, ".js");
  write(from, `export * from "./${to}";\n`.replace('"./../', '"../'));
}
if (diagnostics.length > 0) {
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
  console.error(ts.formatDiagnostics(diagnostics, host));
  process.exitCode = 1;
}
