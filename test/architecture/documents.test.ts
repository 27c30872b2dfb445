import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { brokenLinksOf, documents, everyWord, type Fence, fencesOf, root } from "../support/documents.ts";
import { controlledSource, emptyFolder, exporterOf, noteDataset } from "../support/exporting.ts";
import { aliases, command } from "../support/program.ts";
import { toolIsHere } from "../support/tools.ts";

const folderOf = (path: string) => readdirSync(join(root, path), { recursive: true, encoding: "utf8" });
const examples = folderOf("examples")
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(root, "examples", path), "utf8").trimEnd() }));
const tests = folderOf("test")
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(root, "test", path), "utf8"))
  .join("\n");
const fences = [...documents.keys()].flatMap((path) => fencesOf(path));
const fencesIn = (...languages: string[]) => fences.filter(({ language }) => languages.includes(language));

/** Programs that a document's commands call besides the package and the shell's own. */
const programs = ["minisign", "age", "age-keygen", "sha256sum", "unzip", "openssl", "psql", "duckdb"];

describe("the code of the documents", () => {
  it("is written in a language that is checked here", () => {
    expect(fencesIn("ts", "sh", "json", "").length).toBe(fences.length);
  });

  it("in TypeScript is the text of an example, which the type checker reads and a test runs", () => {
    for (const { at, code } of fencesIn("ts")) {
      const found = examples.filter(({ text }) =>
        excerpts(code).some((lines) => `\n${text}\n`.includes(`\n${lines}\n`)),
      );
      expect(found, `${at} stands in no file below examples/`).not.toEqual([]);
      expect(
        found.some(({ path }) => tests.includes(`examples/${path.includes("/") ? `${dirname(path)}/` : `${path}"`}`)),
        `${at}: no test runs it`,
      ).toBe(true);
    }
  });

  it("in JSON is a record schema that an exporter takes", () => {
    for (const { at, code } of fencesIn("json")) {
      const dataset = { ...noteDataset("a", controlledSource([]).source), schema: JSON.parse(code) };
      expect(() => exporterOf([dataset]), at).not.toThrow();
    }
  });

  it("names only commands that package.json has", () => {
    const named = [...everyWord.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)]
      .map((match) => match[1] ?? "")
      .filter((name) => !["ci", "install"].includes(name));
    expect(named.filter((name) => !(name in packageFile.scripts))).toEqual([]);
  });
});

describe("the links of the documents", () => {
  it.each([...documents.keys()])("lead somewhere: %s", (path) => {
    expect(brokenLinksOf(path)).toEqual([]);
  });
});

describe("the figures of the README", () => {
  it("are those of docs/performance.md, line by line", () => {
    const figures = (text = "") => text.split("\n").filter((line) => /\| [\d.]+ /.test(line));
    const readme = figures(documents.get("README.md")?.split("\n## Performance\n")[1]?.split("\n## ")[0]);
    expect(readme.length).toBeGreaterThan(5);
    expect(figures(documents.get("docs/performance.md"))).toEqual(expect.arrayContaining(readme));
  });
});

describe("the tests that SECURITY.md names", () => {
  it("are there, under these words", () => {
    const named = [...(documents.get("SECURITY.md") ?? "").matchAll(/`(test\/[\w./-]+\.ts)`: ([^\n]+?)(?: \||\)\.)/g)];
    expect(named.length).toBeGreaterThan(25);
    for (const [, path = "", words = ""] of named)
      expect(readFileSync(join(root, path), "utf8"), path).toContain(words);
  });
});

describe("the commands of the documents", () => {
  for (const path of documents.keys()) {
    const fences = fencesOf(path).filter(({ language, notRun }) => language === "sh" && notRun === undefined);
    if (fences.length === 0) continue;
    const missing = programs.filter((program) => fences.some((fence) => calls(fence, program)) && !toolIsHere(program));
    const run = fences.filter((fence) => !missing.some((program) => calls(fence, program)));
    it.runIf(run.length > 0)(
      `run one after the other: ${path}${missing.length > 0 ? `, without ${missing.join(" and ")}` : ""}`,
      () => {
        const folder = preparedFolder();
        const script = ["set -euo pipefail", ...run.map(({ at, code }) => `: '${at}'\n${code}`)].join("\n");
        const { status, stderr, stdout } = spawnSync("bash", ["-x", "-c", script], {
          cwd: folder,
          encoding: "utf8",
          env: { ...process.env, PATH: `${folder}/bin:${process.env["PATH"]}`, JITI_ALIAS: aliases },
        });
        expect(status, `${stdout}\n${stderr}`).toBe(0);
      },
      300_000,
    );
  }
});

function calls({ code }: Fence, program: string): boolean {
  return new RegExp(`(^|[|&(] *)${program} `, "m").test(code);
}

/** The lines as they stand, and as they stood in a block. */
function excerpts(code: string): readonly string[] {
  return ["", "  ", "    "].map((indent) => code.replace(/^(?=.)/gm, indent));
}

/** Where a reader stands: the package is installed, and the configuration of the examples is there. */
function preparedFolder(): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, "bin"));
  const installed = join(folder, "bin/portmanteau");
  writeFileSync(installed, `#!/bin/sh\nexec node ${command} "$@"\n`);
  chmodSync(installed, 0o755);
  copyFileSync(join(root, "examples/portmanteau.config.ts"), join(folder, "portmanteau.config.ts"));
  return folder;
}
