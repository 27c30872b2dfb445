import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { emptyFolder } from "../support/exporting.ts";

const names = commands.map(({ name }) => name);

/** A folder with something to complete. */
function folder(): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "bundle one.zip"), "");
  writeFileSync(join(cwd, "bundle2.zip"), "");
  mkdirSync(join(cwd, "bundles"));
  return cwd;
}

const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What a shell offers for each line, with the cursor at its end. All lines in one process. */
type Completing = (lines: readonly string[]) => readonly (readonly string[])[];

const bash: Completing = (lines) => {
  const calls = lines.map((line) => {
    // As bash splits a line: = is a word of its own.
    const words = line.split(/ |(?==)|(?<==)/).map((word) => `'${word}'`);
    return `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _portmanteau; printf '%s\\n' "\${COMPREPLY[@]}" --next--`;
  });
  return run("bash", ["--norc"], `${bashCompletion(commands)}\n${calls.join("\n")}`);
};

const fish: Completing = (lines) => {
  const calls = lines.map((line) => `complete -C '${line}' | string replace -r '\\t.*' ''; echo --next--`);
  return run("fish", ["--no-config"], `${fishCompletion(commands)}\n${calls.join("\n")}`);
};

function run(shell: string, args: readonly string[], script: string): string[][] {
  const file = join(emptyFolder(), "script");
  writeFileSync(file, script);
  const { stdout, stderr, status } = spawnSync(shell, [...args, file], { cwd: folder(), encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const answers = stdout.split("--next--\n").map((answer) => answer.split("\n").filter((word) => word !== ""));
  return answers.slice(0, -1).map((words) => words.sort());
}

describe.each([
  ["bash", bash],
  ["fish", fish],
] as const)("the completion of %s", (shell, complete) => {
  const isThere = has(shell);
  const name = (sentence: string) => (isThere ? sentence : `${sentence} (not run: ${shell} is not installed)`);

  it.skipIf(!isThere)(name("offers every command, and every option of each"), () => {
    const answers = complete(["portmanteau ", ...names.map((name) => `portmanteau ${name} --`)]);
    expect(answers[0]).toEqual(expect.arrayContaining(names));
    for (const [index, { name, options }] of commands.entries())
      expect([name, ...(answers[index + 1] ?? [])]).toEqual([
        name,
        ...Object.keys(options)
          .map((each) => `--${each}`)
          .sort(),
      ]);
  });

  it.skipIf(!isThere)(name("offers the values of options, and arguments"), () => {
    const answers = complete([
      "portmanteau export --type ",
      "portmanteau export --type p",
      "portmanteau export --type=p",
      "portmanteau verify --level ",
      "portmanteau verify --limit maxE",
      "portmanteau completion ",
      "portmanteau new ",
      "portmanteau help ver",
      "portmanteau verify --level full bund",
      "portmanteau export --spool bund",
      "portmanteau export --sign bund",
      "portmanteau export --subject ",
      "portmanteau new source ",
    ]);
    const offered = answers.map((words) => words.map((word) => word.replace(/^--type=/, "").replaceAll("\\", "")));
    expect(offered).toEqual([
      ["access", "portability"],
      ["portability"],
      ["portability"],
      ["digests", "full", "structure"],
      ["maxEntries=", "maxEntryBytes="],
      ["bash", "fish", "zsh"],
      ["source"],
      ["verify"],
      shell === "bash" ? ["bundle one.zip", "bundle2.zip", "bundles"] : ["bundle one.zip", "bundle2.zip", "bundles/"],
      shell === "bash" ? ["bundles"] : ["bundles/"],
      shell === "bash" ? ["bundle one.zip", "bundle2.zip", "bundles"] : ["bundle one.zip", "bundle2.zip", "bundles/"],
      [],
      [],
    ]);
  });
});

describe("the completion of zsh", () => {
  const isThere = has("zsh");
  const name = (sentence: string) => (isThere ? sentence : `${sentence} (not run: zsh is not installed)`);

  // zsh completes for somebody who types only: that its script is one is all that is tried here.
  it.skipIf(!isThere)(name("is a script"), () => {
    expect(run("zsh", ["-f", "-n"], zshCompletion(commands))).toEqual([]);
  });

  it("names every option of every command, and what it takes", () => {
    const script = zshCompletion(commands);
    for (const { name, options } of commands) {
      const [, specs = ""] = new RegExp(`\n    ${name}\\)\n +_arguments (.*) ;;`).exec(script) ?? [];
      for (const [option, { type }] of Object.entries(options))
        expect(specs).toContain(`--${option}${type === "string" ? "=" : ""}[`);
    }
    expect(script).toContain("'--type=[what is asked for]:TYPE:(access portability)'");
    expect(script).toContain("'--spool=[keep what is collected in this folder]:DIR:_files -/'");
  });
});
