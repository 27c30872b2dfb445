import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { aliases, command } from "../support/program.ts";
import { configured, portmanteau } from "./running.ts";

const subject = ["--subject", "u1", "--identity", "email=u1@acme.example"];
const main = `'${process.execPath}' '${command}'`;

/** Types a line into bash, where `portmanteau` is the command; the exit code is that of the last line. */
function bash(line: string, cwd: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const { FORCE_COLOR: _, ...own } = process.env;
    const env = { ...own, JITI_ALIAS: aliases };
    const child = spawn("bash", ["-c", `portmanteau() { ${main} "$@"; }\n${line}`], { cwd, env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Sends the signal once `until` stands on standard error. */
function once(signal: NodeJS.Signals, until: string) {
  let isSent = false;
  return (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
    if (!isSent && stderr.includes(until)) kill(signal);
    isSent ||= stderr.includes(until);
  };
}

const signals = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

describe("a command that a signal stops", () => {
  const hangs = 'process.stderr.write("waits\\n"); await new Promise((resolve) => setTimeout(resolve, 600_000));';

  it.each(signals)("by %s while the configuration loads exits %i", async (signal, code) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "portmanteau.config.ts"), `${hangs} export default {};`);
    const ran = await portmanteau(["plan", ...subject], { cwd, onStderr: once(signal, "waits") });
    expect(ran).toMatchObject({ code, stdout: Buffer.alloc(0), stderr: "waits\nStopped.\n" });
  });

  it.each(signals)("by %s while a source is read exits %i, closes, and leaves no file", async (signal, code) => {
    const cwd = configured({ read: 'for (;;) { yield { id: 1, owner: subject.id, text: "a" }; await sleep(50); }' });
    mkdirSync(join(cwd, "out"));
    const ran = await portmanteau(["export", ...subject, "--out", "out/bundle.zip"], {
      cwd,
      onStderr: once(signal, "notes"),
    });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain("error ABORTED: ");
    expect([readdirSync(join(cwd, "out")), existsSync(join(cwd, "closed"))]).toEqual([[], true]);
  });
});

describe("a command whose output is not taken", () => {
  it("is silent, and succeeds, when the pipe is closed early", async () => {
    const cwd = configured({ read: "" });
    const ran = await bash("set -o pipefail; portmanteau plan --subject u1 --json | head -1", cwd);
    expect(ran).toEqual({ code: 0, stdout: "{\n", stderr: "" });
  });

  it("is silent, and succeeds, when nobody reads it at all", async () => {
    const ran = await bash("set -o pipefail; portmanteau plan --subject u1 --json | true", configured({ read: "" }));
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("finishes an export whose progress nobody reads any more", async () => {
    const cwd = configured();
    const ran = await bash(`portmanteau export ${subject.join(" ")} --out bundle.zip 2> >(head -1 >&2); exit $?`, cwd);
    expect([ran.code, readdirSync(cwd)]).toEqual([0, expect.arrayContaining(["bundle.zip", "closed"])]);
  });

  const canBeFull = existsSync("/dev/full");
  const fails = (what: string) =>
    `${what} fails when standard output is full${canBeFull ? "" : " (not run: no /dev/full)"}`;

  it.skipIf(!canBeFull).each(["help", "plan --subject u1 --json"])(fails("%s"), async (line) => {
    expect(await bash(`portmanteau ${line} > /dev/full`, configured())).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: Standard output cannot be written: ENOSPC.\n",
    });
  });

  it.skipIf(!canBeFull)(fails("an export to it"), async () => {
    const ran = await bash(`portmanteau export --quiet ${subject.join(" ")} --out - > /dev/full`, configured());
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/^error DELIVERY_FAILED: /)]);
    expect(ran.stderr).not.toMatch(/^ +at |Standard output/m);
  });

  it("needs no standard input, and no open streams at all", async () => {
    const cwd = configured();
    const ran = await bash(`portmanteau export ${subject.join(" ")} --out bundle.zip <&- >&- 2>&-`, cwd);
    expect([ran.code, readdirSync(cwd)]).toEqual([0, expect.arrayContaining(["bundle.zip"])]);
  });
});

describe("a command that is over", () => {
  it("does not wait for what the configuration leaves open", async () => {
    const cwd = configured({ close: "setInterval(() => {}, 1000);" });
    expect((await portmanteau(["plan", "--subject", "u1"], { cwd })).code).toBe(0);
  });
});

describe("--quiet", () => {
  it("says nothing of an export that is complete, and gives what was asked for", async () => {
    const cwd = configured();
    const quiet = ["export", ...subject, "--out", "bundle.zip", "--quiet"];
    expect(await portmanteau(quiet, { cwd })).toMatchObject({ code: 0, stdout: Buffer.alloc(0), stderr: "" });
    const json = await portmanteau([...quiet, "--json"], { cwd });
    expect(JSON.parse(json.stdout.toString())).toMatchObject({ status: "delivered" });
    const verified = await portmanteau(["verify", "bundle.zip", "--quiet"], { cwd });
    expect(verified).toMatchObject({ code: 0, stdout: Buffer.alloc(0), stderr: "" });
    const inspected = await portmanteau(["inspect", "bundle.zip", "--quiet"], { cwd });
    expect(inspected.stdout.toString()).toMatch(/^access, complete/);
  });

  it("hides neither an error, nor that a bundle is partial", async () => {
    const read = 'throw new Error("a");';
    const quiet = ["export", ...subject, "--out", "bundle.zip", "--quiet"];
    const failed = await portmanteau(quiet, { cwd: configured({ read }) });
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/^error SOURCE_FAILED: /)]);
    const partial = await portmanteau(quiet, { cwd: configured({ read, more: 'onFailure: "deliver-partial",' }) });
    expect([partial.code, partial.stdout.toString()]).toEqual([1, expect.stringMatching(/^PARTIAL: /)]);
  });
});
