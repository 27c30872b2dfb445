import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type ExportReport, type Finding, type Manifest, verifyBundle } from "portmanteau";
import { beforeAll, describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { emptyFolder } from "../support/exporting.ts";
import { type ConfigOptions, configured, portmanteau, type Ran, recordValue } from "./running.ts";

const subject = ["--subject", "u1", "--identity", "email=u1@acme.example"];

const jsonOf = <T>({ stdout }: Ran): T => JSON.parse(stdout.toString()) as T;

/** A configured folder with an empty folder for bundles in it. */
function folders(options?: ConfigOptions): { readonly cwd: string; readonly out: string } {
  const cwd = configured(options);
  const out = join(cwd, "out");
  mkdirSync(out);
  return { cwd, out };
}

async function findingsOf(file: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(file)) findings.push(finding);
  return findings;
}

describe("a bundle's way through the command line", () => {
  let cwd: string;
  let bundle: string;
  let exported: Ran;
  beforeAll(async () => {
    const made = folders({ count: "count: () => 3" });
    cwd = made.cwd;
    bundle = join(made.out, "bundle.zip");
    exported = await portmanteau(["export", ...subject, "--out", bundle], { cwd });
  });

  it("exports with the configuration it finds here, shows progress on stderr, sums up on stdout, and closes", () => {
    expect(exported.code).toBe(0);
    expect(exported.stderr).toMatch(/notes +reading, 3 expected\n/);
    expect(exported.stderr).toMatch(/notes +3 of 3 records, complete\n/);
    expect(exported.stdout.toString()).toMatch(/^Complete: 3 records in 2 datasets/);
    expect(exported.stdout.toString()).toMatch(/mail +empty +0 records/);
    expect(exported.stdout.toString()).toContain(bundle);
    expect(readdirSync(join(cwd, "out"))).toEqual(["bundle.zip"]);
    expect(existsSync(join(cwd, "closed"))).toBe(true);
  });

  it("verifies it", async () => {
    const ran = await portmanteau(["verify", bundle]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.toString()).toMatch(
      /^Checked: \d+ files, 2 datasets, 3 records: .*\nSignature: none\.\nSound\.\n$/,
    );
    const digests = await portmanteau(["verify", bundle, "--level", "digests"]);
    expect(digests.stdout.toString()).toMatch(
      /2 datasets: .* the digest of every file\.\nSignature: none\.\nSound\.\n$/,
    );
    const limited = await portmanteau(["verify", bundle, "--limit", "maxEntries=3"]);
    expect([limited.code, limited.stdout.toString()]).toEqual([1, expect.stringContaining("more than maxEntries, 3")]);
    const json = await portmanteau(["verify", bundle, "--json"]);
    expect(jsonOf(json)).toMatchObject({
      sound: true,
      complete: true,
      valid: true,
      level: "full",
      checked: { records: 3 },
      findings: [],
    });
  });

  it("inspects it", async () => {
    const ran = await portmanteau(["inspect", bundle]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const text = ran.stdout.toString();
    expect(text).toMatch(/^access, complete/);
    expect(text).toMatch(/subject +u1\n +email u1@acme\.example/);
    expect(text).toMatch(/notes +complete +3 records/);
    expect(text).toMatch(/notes\.json \(\d+ bytes\)/);
    expect(text).toContain("withheld notes /password (secret");
    expect(text).toContain("excluded: Content you host (processor, GDPR 28)");
    const json = await portmanteau(["inspect", bundle, "--json"]);
    expect(jsonOf<Manifest>(json)).toMatchObject({ format: "portmanteau-bundle", completeness: "complete" });
  });

  it("plans without reading", async () => {
    const ran = await portmanteau(["plan", "--subject", "u1", "--type", "portability"], { cwd });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const text = ran.stdout.toString();
    expect(text).toMatch(/^portability/);
    expect(text).toMatch(/notes +in, 3 fields\n +withheld \/password \(secret/);
    expect(text).toMatch(/mail +notApplicable: .*"email"/);
    expect(text).toContain("excluded: Content you host (processor, GDPR 28)");
    const json = await portmanteau(["plan", ...subject, "--json"], { cwd });
    expect(jsonOf(json)).toMatchObject({ requestType: "access", datasets: [{ name: "notes" }, { name: "mail" }] });
  });

  it("checks the sources", async () => {
    const ran = await portmanteau(["check", "--config", join(cwd, "portmanteau.config.ts")]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.toString()).toMatch(/notes +unchecked/);
    const json = await portmanteau(["check", "--json"], { cwd });
    expect(jsonOf(json)).toMatchObject([{ dataset: "notes" }, { dataset: "mail" }]);
  });

  it("gives the report, and nothing else, on stdout with --json", async () => {
    const id = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
    const at = "2026-01-31T09:00:00Z";
    const out = join(cwd, "out", "json.zip");
    const ran = await portmanteau(
      ["export", ...subject, "--request", id, "--received-at", at, "--type", "portability", "--out", out, "--json"],
      { cwd },
    );
    expect(ran.code).toBe(0);
    expect(jsonOf<ExportReport>(ran)).toMatchObject({
      status: "delivered",
      requestId: id,
      requestType: "portability",
      bundle: { bytes: statSync(out).size },
    });
    const manifest = jsonOf<Manifest>(await portmanteau(["inspect", out, "--json"]));
    expect(manifest.request.receivedAt).toBe("2026-01-31T09:00:00.000Z");
  });

  it("streams the zip, and nothing else, to stdout with --out -", async () => {
    const ran = await portmanteau(["export", ...subject, "--out", "-"], { cwd });
    expect(ran.code).toBe(0);
    const file = join(emptyFolder(), "streamed.zip");
    writeFileSync(file, ran.stdout);
    expect(await findingsOf(file)).toEqual([]);
  });

  it("prints no record's value, whatever is asked", async () => {
    for (const args of [
      ["export", ...subject, "--out", join(cwd, "out", "again.zip")],
      ["plan", ...subject],
      ["check"],
      ["inspect", bundle],
      ["verify", bundle],
    ]) {
      const { stdout, stderr } = await portmanteau(args, { cwd });
      expect(stdout.toString() + stderr).not.toContain(recordValue);
    }
  });

  it("finds a bundle that is cut off not sound", async () => {
    const file = join(emptyFolder(), "cut.zip");
    writeFileSync(file, readFileSync(bundle));
    truncateSync(file, Math.floor(statSync(bundle).size / 2));
    const ran = await portmanteau(["verify", file]);
    expect(ran).toMatchObject({ code: 1, stderr: "" });
    expect(ran.stdout.toString()).toMatch(
      /^error ZIP_UNREADABLE: [\s\S]*Not sound: 1 error\. Not complete, not valid\.\n$/,
    );
    expect((await portmanteau(["inspect", file])).code).toBe(1);
  });

  it("finds a bundle with a changed byte not sound, and names the file", async () => {
    const bytes = readFileSync(bundle);
    // The first byte of notes.json as it stands in the zip: after the local header's 30 bytes, the name and the extra field.
    const name = bytes.indexOf("notes.json");
    const header = bytes.lastIndexOf("PK\x03\x04", name);
    const at = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    const file = join(emptyFolder(), "changed.zip");
    writeFileSync(file, bytes);
    const ran = await portmanteau(["verify", file, "--json"]);
    expect(ran.code).toBe(1);
    const { sound, findings } = jsonOf<{ sound: boolean; findings: Finding[] }>(ran);
    expect(sound).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ path: expect.stringContaining("notes.json") }));
  });
});

describe("export --split", () => {
  const many = `for (let id = 0; id < 2000; id++) yield { id, owner: subject.id, text: randomBytes(64).toString("hex") };`;
  const read = `const { randomBytes } = await import("node:crypto"); ${many}`;

  it("writes a set of zips, says where they are, and inspect says which one each is", async () => {
    const { cwd, out } = folders({ read });
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip"), "--split", "100kB"], {
      cwd,
    });
    expect(ran.code).toBe(0);
    const files = readdirSync(out);
    expect(files.length).toBeGreaterThan(2);
    expect(files).toEqual(files.map((_, index) => `bundle.part${index + 1}.zip`));
    const stdout = ran.stdout.toString();
    expect(stdout).toMatch(new RegExp(`sha256 [0-9a-f]{64} of the last of ${files.length} zips\n`));
    for (const file of files) {
      expect(stdout).toContain(`${join(out, file)}\n`);
      expect(statSync(join(out, file)).size).toBeLessThanOrEqual(100_000);
    }
    const inspected = await portmanteau(["inspect", join(out, "bundle.part2.zip")]);
    expect(inspected.stdout.toString()).toContain(`, part 2 of ${files.length}, files in the zip: `);
  });

  it("writes the one zip when it is small enough", async () => {
    const { cwd, out } = folders();
    const file = join(out, "bundle.zip");
    for (const size of ["2GiB", "1.5 gb", "65536"]) {
      const ran = await portmanteau(["export", ...subject, "--out", file, "--split", size], { cwd });
      expect([ran.code, readdirSync(out)]).toEqual([0, ["bundle.zip"]]);
      expect(ran.stdout.toString().endsWith(`\n${file}\n`)).toBe(true);
    }
  });

  it("exits 1 and leaves nothing when a record is too large", async () => {
    const { cwd, out } = folders({
      read: `const { randomBytes } = await import("node:crypto"); yield { id: 1, owner: subject.id, text: randomBytes(90000).toString("hex") };`,
    });
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip"), "--split", "70000"], {
      cwd,
    });
    expect([ran.code, readdirSync(out)]).toEqual([1, []]);
    expect(ran.stderr).toMatch(/error SPLIT_IMPOSSIBLE: .*\n {2}dataset notes/);
  });
});

describe("verify and inspect of what is no bundle", () => {
  it("gives a finding for a file that is no zip", async () => {
    const file = join(emptyFolder(), "text.zip");
    writeFileSync(file, "not a zip");
    const ran = await portmanteau(["verify", file, "--json"]);
    expect(ran.code).toBe(1);
    expect(jsonOf(ran)).toMatchObject({ sound: false, findings: [{ code: "ZIP_UNREADABLE" }] });
    const inspected = await portmanteau(["inspect", file]);
    expect(inspected.code).toBe(1);
    expect(inspected.stderr).toMatch(/^error BUNDLE_UNREADABLE: /);
  });

  it.each(["verify", "inspect"])("%s exits 2 for a file that does not exist, and for a folder", async (command) => {
    const folder = emptyFolder();
    for (const file of [join(folder, "nowhere.zip"), folder]) {
      const ran = await portmanteau([command, file]);
      expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
      expect(ran.stderr).toMatch(/^error: E(NOENT|ISDIR)/);
    }
  });
});

describe("a key of keygen", () => {
  it("signs an export that verify finds sound with it, and not with another", async () => {
    const { cwd } = folders();
    for (const name of ["a", "b"]) expect((await portmanteau(["keygen", "--out", name], { cwd })).code).toBe(0);
    expect(statSync(join(cwd, "a.key")).mode & 0o777).toBe(0o600);
    const exported = await portmanteau(["export", ...subject, "--sign", "a.key", "--out", "signed.zip"], { cwd });
    expect(exported.code, exported.stderr).toBe(0);
    const verified = await portmanteau(["verify", "signed.zip", "--public-key", "a.pub"], { cwd });
    expect(verified.stdout.toString()).toMatch(/Signature: valid, by key [0-9A-F]{16}\.\nSound\.\n$/);
    const [, line] = readFileSync(join(cwd, "a.pub"), "utf8").split("\n");
    expect((await portmanteau(["verify", "signed.zip", "--public-key", line as string], { cwd })).code).toBe(0);
    const foreign = await portmanteau(["verify", "signed.zip", "--public-key", "b.pub"], { cwd });
    expect([foreign.code, foreign.stdout.toString()]).toEqual([1, expect.stringContaining("SIGNATURE_UNTRUSTED")]);
    const unchecked = await portmanteau(["verify", "signed.zip"], { cwd });
    expect([unchecked.code, unchecked.stdout.toString()]).toEqual([0, expect.stringContaining("SIGNATURE_UNCHECKED")]);
  });

  it("never takes the place of an older one", async () => {
    const { cwd } = folders();
    await portmanteau(["keygen", "--out", "a"], { cwd });
    const before = readFileSync(join(cwd, "a.key"));
    const again = await portmanteau(["keygen", "--out", "a"], { cwd });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("a.key is there already")]);
    expect(readFileSync(join(cwd, "a.key"))).toEqual(before);
    rmSync(join(cwd, "a.key"));
    expect((await portmanteau(["keygen", "--out", "a"], { cwd })).code).toBe(2);
    expect(existsSync(join(cwd, "a.key"))).toBe(false);
  });
});

describe("--version", () => {
  it("is that of the package", async () => {
    const ran = await portmanteau(["--version"]);
    expect([ran.code, ran.stdout.toString().trim()]).toEqual([0, packageFile.version]);
  });
});

describe("what the caller must mend exits 2, says why on stderr, and leaves stdout empty", () => {
  const out = ["--out", "bundle.zip"];
  it.each([
    ["no command", [], /portmanteau COMMAND \[options\]/],
    ["an unknown command", ["pack"], /There is no command "pack"/],
    ["a command named like a property of every object", ["constructor"], /There is no command/],
    ["an unknown flag", ["export", ...subject, ...out, "--fast"], /--fast/],
    ["an argument too many", ["export", ...subject, ...out, "u2"], /belongs to no option/],
    ["no subject", ["export", ...out], /--subject is needed/],
    ["no id, for datasets that go by it", ["plan", "--identity", "email=a@b.example"], /REQUEST_INVALID.*subject\.id/],
    ["no destination", ["export", ...subject], /--out is needed/],
    ["a type that is none", ["plan", ...subject, "--type", "deletion"], /--type is one of: access, portability/],
    ["an identity without a value", ["plan", "--subject", "u1", "--identity", "email"], /TYPE=VALUE/],
    ["a size that is none", ["export", ...subject, ...out, "--split", "2 parsecs"], /--split is a size such as 500MB/],
    ["a size that is too small", ["export", ...subject, ...out, "--split", "64KB"], /CONFIG_INVALID.*65536/],
    ["--split with --out -", ["export", ...subject, "--out", "-", "--split", "2GB"], /--split makes files/],
    ["--json with --out -", ["export", ...subject, "--out", "-", "--json"], /both want standard output/],
    ["a request id that is no UUID", ["plan", ...subject, "--request", "7"], /error REQUEST_INVALID: .*\n {2}at \/id/],
    ["a time that is none", ["export", ...subject, ...out, "--received-at", "noon"], /REQUEST_INVALID/],
    ["a configuration that is not there", ["check", "--config", "nowhere.ts"], /nowhere\.ts cannot be read/],
    ["a level that is none", ["verify", "a.zip", "--level", "constructor"], /structure, digests, full/],
    ["two files", ["inspect", "a.zip", "b.zip"], /belongs to no option: portmanteau inspect FILE/],
    ["a limit that is none", ["verify", "a.zip", "--limit", "maxWeight=3"], /--limit is NAME=NUMBER, .*maxRatio/],
    ["a limit without a number", ["verify", "a.zip", "--limit", "maxRatio"], /--limit is NAME=NUMBER/],
    ["no file to verify", ["verify"], /FILE is needed: portmanteau verify FILE\.\.\./],
    ["a key that is none", ["export", ...subject, ...out, "--sign", "package.json"], /ENOENT|no Ed25519 private key/],
    ["no file", ["inspect"], /FILE is needed/],
  ])("%s", async (_, args, says) => {
    const { cwd } = folders();
    const ran = await portmanteau(args, { cwd });
    expect(ran.stderr).toMatch(says);
    expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(existsSync(join(cwd, "bundle.zip"))).toBe(false);
  });

  it("no configuration here", async () => {
    const ran = await portmanteau(["check"], { cwd: emptyFolder() });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("there is no portmanteau.config.ts (nor");
  });

  it.each([
    ["does not parse", "export default {", /could not be loaded/],
    ["throws", 'throw new Error("no database");', /could not be loaded\.\nError: no database\n +at/],
    ["exports something else", "export default 7;", /must export defineConfig/],
  ])("a configuration that %s", async (_, text, says) => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, "portmanteau.config.mts"), text);
    const ran = await portmanteau(["check"], { cwd });
    expect(ran.stderr).toMatch(says);
    expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
  });

  it("a configuration that contradicts itself, with the error's code and place", async () => {
    const { cwd } = folders({ more: "datasets: [notes, notes]," });
    const ran = await portmanteau(["check"], { cwd });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/could not be loaded\.\nerror CONFIG_INVALID: .*\n {2}(dataset|at) /);
  });
});

describe("an export that fails", () => {
  const failing = `yield { id: 0, owner: subject.id, text: "a" }; throw new Error("bad row ${recordValue}");`;

  it("exits 1, says where, leaves nothing, prints no value, and closes", async () => {
    const { cwd, out } = folders({ read: failing });
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip")], { cwd });
    expect(ran).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
    expect(ran.stderr).toMatch(/error SOURCE_FAILED: .*\n {2}dataset notes/);
    expect(ran.stderr).toContain("  cause: Error\n");
    expect(ran.stderr).not.toContain(recordValue);
    expect(readdirSync(out)).toEqual([]);
    expect(existsSync(join(cwd, "closed"))).toBe(true);
  });

  it("gives its report with --json", async () => {
    const { cwd, out } = folders({ read: failing });
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip"), "--json"], { cwd });
    expect(ran.code).toBe(1);
    expect(jsonOf<ExportReport>(ran)).toMatchObject({ status: "failed", bundle: null });
  });

  it("exits 1 with --out -, and what was written is no bundle", async () => {
    const { cwd } = folders({ read: failing });
    const ran = await portmanteau(["export", ...subject, "--out", "-"], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("error SOURCE_FAILED: ");
    expect(ran.stderr).not.toMatch(/^ +at /m);
    const file = join(emptyFolder(), "streamed.zip");
    writeFileSync(file, ran.stdout);
    expect((await portmanteau(["verify", file])).code).toBe(1);
  });

  it("exits 1 when the destination cannot be written", async () => {
    const { cwd, out } = folders();
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "nowhere", "bundle.zip")], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/error DELIVERY_FAILED: .*\n(.*\n)? {2}cause: Error ENOENT/);
  });

  it("exits 1 for a bundle that is partial and was asked for, and says so first", async () => {
    const { cwd, out } = folders({ read: failing, more: 'onFailure: "deliver-partial",' });
    const file = join(out, "bundle.zip");
    const ran = await portmanteau(["export", ...subject, "--out", file], { cwd });
    expect(ran.code).toBe(1);
    expect(ran.stdout.toString()).toMatch(/^PARTIAL: /);
    const verified = await portmanteau(["verify", file]);
    expect(verified.code).toBe(0);
    expect(verified.stdout.toString()).toMatch(/^note BUNDLE_PARTIAL: [\s\S]*Sound\.\n$/);
  });

  it("stays delivered when close() throws, with a warning", async () => {
    const { cwd, out } = folders({ close: 'throw new Error("pool is gone");' });
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip")], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/warning: close\(\)[^\n]*\nError: pool is gone/);
    expect(readdirSync(out)).toEqual(["bundle.zip"]);
  });
});

describe("an export that is stopped", () => {
  const slow = 'for (let id = 0; id < 1000; id++) { yield { id, owner: subject.id, text: "a" }; await sleep(50); }';

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s exits %i, leaves no file, and closes", async (signal, code) => {
    const { cwd, out } = folders({ read: slow });
    let during: string[] = [];
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip")], {
      cwd,
      onStderr: (_, kill) => {
        if (during.length > 0) return;
        during = readdirSync(out);
        kill(signal);
      },
    });
    expect(during).toEqual([expect.stringMatching(/\.partial$/)]);
    expect(ran).toMatchObject({ code, stdout: Buffer.alloc(0) });
    expect(ran.stderr).toContain("error ABORTED: ");
    expect(readdirSync(out)).toEqual([]);
    expect(existsSync(join(cwd, "closed"))).toBe(true);
  });

  it("exits 130 with --out - as well, without a stack", async () => {
    const { cwd } = folders({ read: slow });
    let sent = false;
    const ran = await portmanteau(["export", ...subject, "--out", "-"], {
      cwd,
      onStderr: (_, kill) => {
        if (!sent) kill("SIGINT");
        sent = true;
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain("error ABORTED: ");
    expect(ran.stderr).not.toMatch(/^ +at /m);
  });

  it("ends at once on the second signal, and still leaves no file", async () => {
    const close = 'process.stderr.write("closing\\n"); await sleep(600_000);';
    const { cwd, out } = folders({ read: slow, close });
    let sent = 0;
    const ran = await portmanteau(["export", ...subject, "--out", join(out, "bundle.zip")], {
      cwd,
      onStderr: (stderr, kill) => {
        if (sent === 0 || (sent === 1 && stderr.includes("closing"))) {
          sent++;
          kill("SIGINT");
        }
      },
    });
    expect([sent, ran.code]).toEqual([2, 130]);
    expect(readdirSync(out)).toEqual([]);
  });
});
