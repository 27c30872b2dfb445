/**
 * Types the README's commands as a new user does, in a folder that has nothing but the installed package, and expects what the README says:
 * every line succeeds, and prints the lines that stand below it after `#>`, in that order; … is whatever it is.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** @param folder where the package is installed @param root the repository @returns how many lines were typed */
export function typeReadme(folder, root) {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const first = section(readme, "First bundle");
  const commandLine = section(readme, "Command line");
  const [code] = fences(first, "ts");
  const [exporter, ...rest] = code.split("\nexport const report = ");
  assert.equal(rest.length, 1, "the first bundle is made after its exporter");
  writeFileSync(join(folder, "first-bundle.ts"), exporter);
  const [configuration] = fences(commandLine, "ts");
  writeFileSync(join(folder, "portmanteau.config.ts"), configuration);

  const steps = [...fences(first, "sh"), ...fences(commandLine, "sh")].flatMap(stepsOf);
  assert.ok(steps.length > 10, "the README has commands");
  // One shell for all: what one line sets is there for the next.
  const script = steps.map(({ line }) => `${line}\necho "--ended-- $?"`).join("\n");
  const PATH = [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const { stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH, NO_COLOR: "1" },
  });
  const answers = stdout.split(/--ended-- (\d+)\n/);
  for (const [index, { line, says }] of steps.entries()) {
    const [text = "", exitCode] = answers.slice(index * 2);
    assert.equal(exitCode, "0", `${line}\n${text}${stderr}`);
    let rest = text.split("\n");
    for (const said of says) {
      const at = rest.findIndex((each) => matches(each, said));
      assert.ok(at >= 0, `${line} does not print\n${said}\nbut\n${text}`);
      rest = rest.slice(at + 1);
    }
  }
  return steps.length;
}

function section(readme, heading) {
  const [, text] = readme.split(`\n## ${heading}\n`);
  assert.ok(text, `the README has a section ${heading}`);
  return text.split("\n## ")[0];
}

function fences(text, language) {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code);
}

function stepsOf(fence) {
  const steps = [];
  for (const line of fence.trimEnd().split("\n")) {
    if (line.startsWith("#> ")) steps.at(-1).says.push(line.slice(3));
    else steps.push({ line, says: [] });
  }
  return steps;
}

function matches(text, said) {
  const pattern = said
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".+");
  return new RegExp(`^${pattern}$`).test(text);
}
