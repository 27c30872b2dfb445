import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/cli/arguments.ts";
import { commands } from "../../src/cli/commands.ts";
import { findConfig } from "../../src/cli/find-config.ts";
import { commandHelp, overview, usageLines } from "../../src/cli/help.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { signalCodes } from "../../src/cli/stop.ts";
import { widthOf } from "../../src/cli/text-width.ts";
import { emptyFolder } from "../support/exporting.ts";
import { portmanteau } from "./running.ts";

const named = (name: string) => {
  const command = commands.find((each) => each.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
};

describe("help", () => {
  it.each(["--help", "-h", "help"])("%s lists the commands", async (flag) => {
    const ran = await portmanteau([flag]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.toString()).toBe(`${overview(commands)}\n`);
    for (const { name } of commands) expect(ran.stdout.toString()).toMatch(new RegExp(`\\n  ${name} +\\w`));
  });

  it("of a command is the same by all ways, and wins over whatever else is wrong", async () => {
    for (const args of [
      ["help", "verify"],
      ["verify", "--help"],
      ["verify", "--level", "none", "-h"],
    ]) {
      const ran = await portmanteau(args);
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      expect(ran.stdout.toString()).toBe(`${commandHelp(named("verify"))}\n`);
    }
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    "of %s has what can be given, the exit codes and examples",
    (name, command) => {
      const help = commandHelp(command);
      for (const option of Object.keys(command.options)) expect(help).toMatch(new RegExp(`^  --${option}\\b`, "m"));
      expect(help).toMatch(/^Exit codes:\n {2}0 +\w/m);
      expect(help).toMatch(/^ {2}129, 130, 143 +stopped by SIGHUP, SIGINT or SIGTERM/m);
      expect(help).toContain(`Examples:\n  `);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const line of usageLines(command))
        for (const [, option = ""] of line.matchAll(/--([a-z-]+)/g))
          expect([name, option in command.options]).toEqual([name, true]);
    },
  );

  it.each(commands.flatMap(({ examples }) => examples))("gives an example that parses: %s", (example) => {
    const line = example
      .replace(/ +#.*$/, "")
      .replace(/^source <\((.*)\)$/, "$1")
      .replace(/ \|.*$/, "");
    const [program, name = "", ...args] = line.split(/ +/);
    expect(program).toBe("portmanteau");
    expect(() => parse(args, named(name))).not.toThrow();
  });

  it.each([40, 60, 80, 200])("fits a terminal of %i columns, but for examples and usage", (columns) => {
    for (const text of [overview(commands, columns), ...commands.map((command) => commandHelp(command, columns))])
      for (const line of text.split("\n"))
        if (!line.includes("portmanteau ")) expect(widthOf(line)).toBeLessThanOrEqual(Math.min(columns, 100));
  });
});

describe("the README", () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../../README.md"), "utf8");
  const [section = ""] = (readme.split("\n## Command line\n")[1] ?? "").split("\n## ");

  it("has every command, as the list of commands has it", () => {
    for (const { name, summary } of commands) expect(section).toContain(`\n| \`${name}\` | ${summary} |\n`);
    expect(section.match(/^\| `[a-z]+` \|/gm)).toHaveLength(commands.length);
  });

  it("has every exit code that a command may have", () => {
    const codes = new Set(commands.flatMap(({ exitCodes }) => Object.keys(exitCodes)));
    for (const code of [...codes, Object.values(signalCodes).join(", ")]) expect(section).toContain(`\n| ${code} | `);
  });
});

describe("a name that is not there", () => {
  it.each([
    ["exprot", "export"],
    ["Export", "export"],
    ["cov", "coverage"],
    ["verfy", "verify"],
    ["pack", undefined],
    ["x", undefined],
  ])("%s: was %s meant?", (typed, meant) => {
    expect(
      nearest(
        typed,
        commands.map(({ name }) => name),
      ),
    ).toBe(meant);
  });

  it.each([
    [["exprot"], 'There is no command "exprot". Did you mean export?'],
    [["help", "verfy"], 'There is no command "verfy". Did you mean verify?'],
    [["--quiet", "plan"], "The command comes first"],
  ])("%j exits 2", async (args, says) => {
    const ran = await portmanteau(args);
    expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(ran.stderr).toContain(says);
  });
});

describe("arguments", () => {
  const refused = (name: string, ...args: string[]) => {
    try {
      parse(args, named(name));
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it was taken");
  };

  it.each([
    [["export", "--subjct=cus-secret"], "There is no option --subjct. Did you mean --subject?"],
    [["export", "-subject", "cus-secret"], "There is no option -s. Did you mean --subject?"],
    [["export", "--out"], "--out needs a value: --out FILE."],
    [["export", "--out="], "--out needs a value: --out FILE."],
    [["export", "--out", "--json"], "--out needs a value: --out FILE; one that begins with - is written --out=FILE."],
    [["export", "--json=cus-secret"], "--json takes no value."],
    [["export", "--subject", "a", "--subject", "cus-secret"], "--subject is given twice."],
    [["plan", "--type", "cus-secret"], "--type is one of: access, portability."],
    [["plan", "cus-secret"], "There is an argument that belongs to no option: portmanteau plan --subject ID [options]"],
    [["inspect", ""], "FILE is needed: portmanteau inspect FILE [options]"],
    [["completion", "csh"], "SHELL is one of: bash, zsh, fish."],
    [
      ["purge", "a", "b"],
      "There is an argument that belongs to no option: portmanteau purge ID --spool DIR [options], or: portmanteau purge --expired --spool DIR [options]",
    ],
  ])("%j is refused, and no value is quoted", ([name = "", ...args], message) => {
    expect(refused(name, ...args)).toBe(message);
  });

  it("may begin with a dash after =, and after --", () => {
    expect(parse(["--out", "-", "--subject=-7"], named("export")).values).toEqual({ out: "-", subject: "-7" });
    expect(parse(["--", "-bundle.zip"], named("inspect")).operands).toEqual(["-bundle.zip"]);
  });
});

describe("the configuration that is found", () => {
  /** A folder with these files, and the folder `a/b` in it. */
  function tree(...files: readonly string[]): { readonly root: string; readonly below: string } {
    const root = emptyFolder();
    const below = join(root, "a/b");
    mkdirSync(below, { recursive: true });
    for (const file of files) writeFileSync(join(root, file), "");
    return { root, below };
  }

  it.each([
    ["here", ["a/b/portmanteau.config.mjs", "a/portmanteau.config.ts", ".git"], "a/b/portmanteau.config.mjs"],
    ["TypeScript first", ["a/b/portmanteau.config.mjs", "a/b/portmanteau.config.ts"], "a/b/portmanteau.config.ts"],
    [
      "in a folder above, up to the repository's",
      ["portmanteau.config.js", "a/package.json", ".git"],
      "portmanteau.config.js",
    ],
    [
      "up to the package's, where there is no repository",
      ["a/portmanteau.config.ts", "a/package.json"],
      "a/portmanteau.config.ts",
    ],
  ])("%s", async (_, files, found) => {
    const { root, below } = tree(...files);
    expect((await findConfig(below)).file).toBe(join(root, found));
  });

  it.each([
    ["not above the repository", ["portmanteau.config.ts", "a/.git"], ["a/b", "a"]],
    ["not above the package", ["portmanteau.config.ts", "a/package.json"], ["a/b", "a"]],
    ["not above a folder that belongs to nothing", ["a/portmanteau.config.ts"], ["a/b"]],
  ])("%s", async (_, files, lookedIn) => {
    const { root, below } = tree(...files);
    expect(await findConfig(below)).toEqual({ file: undefined, lookedIn: lookedIn.map((path) => join(root, path)) });
  });
});
