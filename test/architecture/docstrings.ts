import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { root } from "../support/documents.ts";
import { surroundings } from "./surroundings.ts";

/** The code of an `@example` in the source. */
export interface Example {
  /** Where its tag stands, as `src/model/request.ts:13`. */
  readonly at: string;
  readonly code: string;
}

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => join("src", path))
  .filter((path) => path.endsWith(".ts"));

export const examples: readonly Example[] = sources.flatMap((path) => {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^ *\* @example$\n((?: *\*(?: .*)?\n)*)/gm)].map(({ index, 1: lines = "" }) => ({
    at: `${path}:${text.slice(0, index).split("\n").length}`,
    code: lines.replace(/^ *\* ?/gm, "").trim(),
  }));
});

/** Lines that begin or end the code. */
export const fence = /^```ts\n([\s\S]*)\n```$/;

const { options } = ts.parseJsonConfigFileContent({ ...tsconfig, files: [], include: [] }, ts.sys, root);
const modules = Object.entries(tsconfig.compilerOptions.paths);

/** Where each public name is to be had. */
function publicNames(program: ts.Program): ReadonlyMap<string, string> {
  const checker = program.getTypeChecker();
  return new Map(
    modules.flatMap(([specifier, [path = ""]]) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, path)) as ts.SourceFile);
      return checker.getExportsOfModule(module as ts.Symbol).map(({ name }) => [name, specifier] as const);
    }),
  );
}

/** The names that the surroundings of a file know, those of its folders among them. */
function around(path: string): string {
  const folders = Object.keys(surroundings).filter((prefix) => path.startsWith(prefix));
  const nearest = folders.sort((a, b) => b.length - a.length);
  const known = new Set<string>();
  return nearest
    .flatMap((prefix) => (surroundings[prefix] ?? "").trim().split("\n"))
    .filter((line) => {
      const name = /^declare (?:const|function) (\w+)/.exec(line)?.[1] ?? line;
      return !known.has(name) && known.add(name);
    })
    .join("\n");
}

/** A module that has the example in an asynchronous function, where the names that it does not make itself are there. */
function moduleOf({ at, code }: Example, names: ReadonlyMap<string, string>): string {
  const [path = ""] = at.split(":");
  const body = fence.exec(code)?.[1] ?? "";
  const imported: readonly string[] = body.match(/^import .*$/gm) ?? [];
  const given = around(path)
    .split("\n")
    .filter(
      (line) => !imported.includes(line) && !imported.some((own) => own.includes(line.split(" from ")[1] ?? line)),
    )
    .join("\n");
  const isNew = (name: string) =>
    !new RegExp(`\\b(?:const|import) (?:\\{[^}]*)?\\b${name}\\b`).test(`${body}\n${given}`);
  const used = [...new Set(`${body}\n${given}`.match(/(?<![.\w])[A-Za-z]\w*/g))];
  const own = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2023);
  const exported = own.statements.flatMap((statement) =>
    (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
    statement.name &&
    statement.modifiers?.length
      ? [statement.name.text]
      : [],
  );
  const imports = used.filter(isNew).flatMap((name) => {
    const specifier = names.get(name) ?? (exported.includes(name) ? join(root, path) : undefined);
    return specifier === undefined ? [] : [`import { ${name} } from "${specifier}";`];
  });
  const rest = body.replace(/^import .*\n/gm, "");
  return `${[...imports, ...imported].join("\n")}\n${given}\nexport async function example() {\n${rest}\n}\n`;
}

/** What the type checker says against the examples, by where they stand. */
export function faultsOf(given: readonly Example[]): Readonly<Record<string, readonly string[]>> {
  const settings = { ...options, noUnusedLocals: false, verbatimModuleSyntax: false, noEmit: true };
  const entries = modules.map(([, [path = ""]]) => join(root, path));
  const base = ts.createProgram(entries, settings);
  const names = publicNames(base);
  const virtual = new Map(
    given.map((example, index) => [join(root, "test/architecture", `example-${index}.ts`), moduleOf(example, names)]),
  );
  const host = ts.createCompilerHost(settings);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version) => {
    const text = virtual.get(path);
    return text === undefined
      ? (base.getSourceFile(path) ?? read(path, version))
      : ts.createSourceFile(path, text, version);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (path) => virtual.has(path) || exists(path);
  const program = ts.createProgram([...virtual.keys()], settings, host, base);
  return Object.fromEntries(
    given.flatMap(({ at }, index) => {
      const file = program.getSourceFile([...virtual.keys()][index] ?? "");
      const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      const said = faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
      return said.length === 0 ? [] : [[at, said]];
    }),
  );
}
