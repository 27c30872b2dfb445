import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { emptyFolder } from "../support/exporting.ts";
import { toolIsHere } from "../support/tools.ts";
import { keys, typed } from "./typing.ts";

const names = commands.map(({ name }) => name);

/** A folder with something to complete. */
function folder(): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, "bundle one.zip"), "");
  writeFileSync(join(cwd, "bundle2.zip"), "");
  mkdirSync(join(cwd, "bundles"));
  writeFileSync(join(cwd, "bundles/it's $5.zip"), "");
  return cwd;
}

/** What a shell offers for each line, with the cursor at its end. All lines in one process. */
type Completing = (lines: readonly string[]) => Promise<readonly (readonly string[])[]>;

const bash: Completing = async (lines) => {
  const calls = lines.map((line) => {
    // As bash splits a line: = is a word of its own.
    const words = line.split(/ |(?==)|(?<==)/).map((word) => `'${word}'`);
    return `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _portmanteau; printf '%s\\n' "\${COMPREPLY[@]}" --next--`;
  });
  return run("bash", ["--norc"], `${bashCompletion(commands)}\n${calls.join("\n")}`);
};

const fish: Completing = async (lines) => {
  const calls = lines.map((line) => `complete -C '${line}' | string replace -r '\\t.*' ''; echo --next--`);
  return run("fish", ["--no-config"], `${fishCompletion(commands)}\n${calls.join("\n")}`);
};

/** zsh completes for somebody who types only: every match is inserted, and stands after the words before the cursor. */
const zsh: Completing = async (lines) => {
  const all = lines.map((line) => `${line}${keys.all}`);
  const calls = await typed("zsh", all, { script: zshCompletion(commands), cwd: folder() });
  return calls.map((words, index) => words.slice((lines[index] ?? "").split(" ").length - 2).sort());
};

function run(shell: string, args: readonly string[], script: string): string[][] {
  const file = join(emptyFolder(), "script");
  writeFileSync(file, script);
  const { stdout, stderr, status } = spawnSync(shell, [...args, file], { cwd: folder(), encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const answers = stdout.split("--next--\n").map((answer) => answer.split("\n").filter((word) => word !== ""));
  return answers.slice(0, -1).map((words) => words.sort());
}

const named = (sentence: string, missing: readonly string[]) =>
  missing.length === 0 ? sentence : `${sentence} (not run: ${missing.join(" and ")} is not on this machine)`;

describe.each([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
] as const)("the completion of %s", (shell, complete) => {
  const missing = [shell, ...(shell === "zsh" ? ["script"] : [])].filter((tool) => !toolIsHere(tool));
  const name = (sentence: string) => named(sentence, missing);

  it.skipIf(missing.length > 0)(name("offers every command, and every option of each"), async () => {
    const answers = await complete(["portmanteau ", ...names.map((name) => `portmanteau ${name} --`)]);
    expect(answers[0]).toEqual(expect.arrayContaining(names));
    for (const [index, { name, options }] of commands.entries())
      expect([name, ...(answers[index + 1] ?? [])]).toEqual([
        name,
        ...Object.keys(options)
          .map((each) => `--${each}`)
          .sort(),
      ]);
  });

  it.skipIf(missing.length > 0)(name("offers the values of options, and arguments"), async () => {
    const answers = await complete([
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
    const bundles = shell === "fish" ? "bundles/" : "bundles";
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
      ["bundle one.zip", "bundle2.zip", bundles],
      [bundles],
      ["bundle one.zip", "bundle2.zip", bundles],
      [],
      [],
    ]);
  });
});

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

describe.each(["bash", "zsh", "fish"] as const)("a tab in %s", (shell) => {
  const missing = [shell, "script"].filter((tool) => !toolIsHere(tool));
  const name = (sentence: string) => named(sentence, missing);
  const calls = (lines: readonly string[]) =>
    typed(
      shell,
      lines.map((line) => `portmanteau ${line}${keys.tab}`),
      { script: scripts[shell](commands), cwd: folder() },
    );

  it.skipIf(missing.length > 0)(name("completes commands, options and their values"), async () => {
    expect(
      await calls([
        "exp",
        "--ver",
        "--he",
        "export --ty",
        "export --type p",
        "export --type=p",
        "verify --limit maxEntryB",
        "help ver",
        "new so",
        "export --subject bund",
        "exp --ty",
      ]),
    ).toEqual([
      ["export"],
      ["--version"],
      ["--help"],
      ["export", "--type"],
      ["export", "--type", "portability"],
      ["export", "--type=portability"],
      ["verify", "--limit", "maxEntryBytes="],
      ["help", "verify"],
      ["new", "source"],
      ["export", "--subject", "bund"],
      ["exp", "--ty"],
    ]);
  });

  it.skipIf(missing.length > 0)(
    name("completes names of files and folders, whatever they hold and however quoted"),
    async () => {
      const answers = await calls([
        "verify bundle\\ ",
        'verify "bundle ',
        "verify 'bundle ",
        "verify bundles/",
        "verify --level full bundle2",
        "export --sign=bundle2",
        "export --spool bund",
      ]);
      expect(answers.map((words) => words.map((word) => word.replace(/\/$/, "")))).toEqual([
        ["verify", "bundle one.zip"],
        ["verify", "bundle one.zip"],
        ["verify", "bundle one.zip"],
        ["verify", "bundles/it's $5.zip"],
        ["verify", "--level", "full", "bundle2.zip"],
        ["export", "--sign=bundle2.zip"],
        ["export", "--spool", "bundles"],
      ]);
    },
  );
});

describe("the completion of zsh in a folder of fpath", () => {
  const missing = ["zsh", "script"].filter((tool) => !toolIsHere(tool));

  it.skipIf(missing.length > 0)(named("is found, and completes", missing), async () => {
    const functions = emptyFolder();
    writeFileSync(join(functions, "_portmanteau"), zshCompletion(commands));
    const script = `fpath=('${functions}' $fpath); compinit -u -D`;
    const lines = ["exp", "export --type=p"].map((line) => `portmanteau ${line}${keys.tab}`);
    expect(await typed("zsh", lines, { script, cwd: folder() })).toEqual([
      ["export"],
      ["export", "--type=portability"],
    ]);
  });
});
