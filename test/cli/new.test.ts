import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createExporter, defineDataset, type Source } from "portmanteau";
import { describe, expect, it } from "vitest";
import { newCommand } from "../../src/cli/commands/new.ts";
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { emptyFolder, privacy } from "../support/exporting.ts";
import { portmanteau } from "./running.ts";

const root = resolve(import.meta.dirname, "../..");

/** The package's names, as its sources. */
const paths = Object.fromEntries(
  Object.entries(tsconfig.compilerOptions.paths).map(([name, [path]]) => [name, join(root, path ?? "")]),
);

function run(command: string, args: readonly string[], cwd: string) {
  // The runner of the parent would take the reports of the child for its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...env, JITI_ALIAS: JSON.stringify(paths) },
  });
  return { status, stdout, stderr };
}

describe("portmanteau new source", () => {
  it("begins a source that compiles and keeps the whole contract as it is", async () => {
    const cwd = emptyFolder();
    const made = await portmanteau(["new", "source", "support-tickets"], { cwd });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const files = [
      "README.md",
      "support-tickets-source.test.ts",
      "support-tickets-source.ts",
      "support-tickets.schema.json",
    ];
    const folder = join(cwd, "support-tickets");
    expect(readdirSync(folder).sort()).toEqual(files);

    const { include: _, ...config } = tsconfig;
    const compilerOptions = {
      ...config.compilerOptions,
      paths: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, [path]])),
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    expect(run(join(root, "node_modules/.bin/tsc"), ["-p", "."], folder)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });

    const loader = import.meta.resolve("jiti/register");
    const test = ["--import", loader, "--test", "--test-reporter", "tap", "support-tickets-source.test.ts"];
    const { status, stdout, stderr } = run(process.execPath, test, folder);
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    // What is not checked: the scaffold has no check, no connection to break, no partitions, no files and no snapshot.
    expect(new Set([...stdout.matchAll(/# SKIP (.*)$/gm)].map(([, reason]) => reason))).toEqual(
      new Set([
        "the source has no check",
        "the fixture has no `disconnect`",
        "the source has no partitions",
        "the source has no attachments",
        "the source has no snapshot",
      ]),
    );
  });

  it("gives a schema that an exporter takes", async () => {
    const cwd = emptyFolder();
    await portmanteau(["new", "source", "notes", "--dir", "a/b"], { cwd });
    const schema = JSON.parse(readFileSync(join(cwd, "a/b/notes.schema.json"), "utf8"));
    const source: Source = {
      name: "notes",
      capabilities: { resume: "none", partitions: false, count: false, attachments: false },
      async *read() {},
    };
    const dataset = defineDataset({
      name: "notes",
      title: "Notes",
      schema,
      subjectField: "/ownerId",
      privacy,
      source,
    });
    createExporter({ controller: { name: "Acme", contact: "privacy@acme.example" }, datasets: [dataset] });
  });

  it("leaves a file alone that is there, and then writes none", async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, "notes"));
    writeFileSync(join(cwd, "notes/README.md"), "mine");
    const { code, stderr } = await portmanteau(["new", "source", "notes"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("README.md is there already.")]);
    expect(readdirSync(join(cwd, "notes"))).toEqual(["README.md"]);
    expect(readFileSync(join(cwd, "notes/README.md"), "utf8")).toBe("mine");
  });

  it.each([
    [["new"], "source is needed: portmanteau new source NAME"],
    [["new", "source"], "portmanteau new source NAME [options]"],
    [["new", "spool", "notes"], "KIND is one of: source"],
    [["new", "source", "notes", "more"], "portmanteau new source NAME [options]"],
    [["new", "source", "../notes"], "cannot be the name"],
    [["new", "source", "Notes"], "cannot be the name"],
    [["new", "source", "2notes"], "cannot be the name"],
    [["new", "source", "no--tes"], "cannot be the name"],
    [["new", "source", "n".repeat(51)], "cannot be the name"],
    [["new", "source", "notes", "--dir", ""], "--dir needs"],
  ])("refuses %j", async ([, ...args], message) => {
    await expect(newCommand.run(args, new AbortController().signal)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    );
  });
});
