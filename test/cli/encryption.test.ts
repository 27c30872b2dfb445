import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExportReport } from "portmanteau";
import { beforeAll, describe, expect, it } from "vitest";
import { decrypted, type KeyPair, keyPair } from "../support/age.ts";
import { emptyFolder, entriesOf } from "../support/exporting.ts";
import { configured, portmanteau, type Ran, recordValue } from "./running.ts";

let anna: KeyPair;
let bert: KeyPair;
let cwd: string;
beforeAll(async () => {
  anna = await keyPair();
  bert = await keyPair();
  cwd = configured();
});

const exporting = (out: string, ...more: string[]): Promise<Ran> =>
  portmanteau(["export", "--subject", "u1", "--identity", "email=u1@acme.example", "--out", out, ...more], { cwd });

function fileWith(text: string): string {
  const file = join(emptyFolder(), "file.txt");
  writeFileSync(file, text);
  return file;
}

describe("an export that is encrypted", () => {
  it("is opened by every recipient, those of the option and those of a file", async () => {
    const out = join(emptyFolder(), "bundle.zip.age");
    const file = fileWith(`\ufeff# the person\r\n\r\n${bert.recipient}\r\n`);
    const ran = await exporting(out, "--encrypt-to", anna.recipient, "--recipients-file", file, "--json");
    expect([ran.code, ran.stderr.includes("note:")]).toEqual([0, false]);
    for (const key of [anna, bert])
      expect(
        entriesOf(await decrypted(readFileSync(out), key))
          .get("data/notes.json")
          ?.toString(),
      ).toContain(recordValue);
    const { bundle } = JSON.parse(ran.stdout.toString()) as ExportReport;
    expect(bundle?.envelope).toMatchObject({ name: "age", files: [{ bytes: statSync(out).size }] });
  });

  it("is opened with the first line of the passphrase file", async () => {
    const out = join(emptyFolder(), "bundle.zip.age");
    const ran = await exporting(out, "--passphrase-file", fileWith("correct horse \nnot this\n"));
    expect(ran.code).toBe(0);
    expect(entriesOf(await decrypted(readFileSync(out), { passphrase: "correct horse " })).size).toBeGreaterThan(5);
    expect(ran.stdout.toString() + ran.stderr).not.toContain("correct horse");
  });

  it("says which digest is the file's, and notes a name that does not end in .age", async () => {
    const folder = emptyFolder();
    const ran = await exporting(join(folder, "bundle.zip"), "--encrypt-to", anna.recipient);
    expect(ran.stderr).toMatch(/^note: .*bundle\.zip will be encrypted with age/m);
    expect(ran.stdout.toString()).toMatch(
      /sha256 [0-9a-f]{64} \(age, \d+ bytes\)\n {2}sha256 [0-9a-f]{64} \(the zip inside\)\n/,
    );
    expect(readdirSync(folder)).toEqual(["bundle.zip"]);
  });

  it("goes to standard output too", async () => {
    const ran = await exporting("-", "--encrypt-to", anna.recipient);
    expect([ran.code, ran.stderr.includes("note:")]).toEqual([0, false]);
    expect(entriesOf(await decrypted(ran.stdout, anna)).size).toBeGreaterThan(5);
  });

  it("is named as such by verify and inspect", async () => {
    const out = join(emptyFolder(), "bundle.zip.age");
    await exporting(out, "--encrypt-to", anna.recipient);
    const verified = await portmanteau(["verify", out]);
    expect(verified.code).toBe(1);
    expect(verified.stdout.toString()).toContain(
      "encrypted with age. Decrypt it first: age -d -i KEY -o bundle.zip FILE",
    );
    const inspected = await portmanteau(["inspect", out]);
    expect([inspected.code, inspected.stdout.length]).toEqual([1, 0]);
    expect(inspected.stderr).toContain("encrypted with age. Decrypt it first: age -d -i KEY -o bundle.zip FILE");
  });
});

describe("encryption that the caller must mend exits 2, and nothing is written", () => {
  it.each<[string, () => string[], RegExp]>([
    ["a name that promises it, and no recipient", () => [], /--out ends in \.age/],
    ["a recipient that is none", () => ["--encrypt-to", "anna"], /--encrypt-to: The recipient is no X25519/],
    ["a secret key", () => ["--encrypt-to", anna.identity], /--encrypt-to: This is a secret key/],
    [
      "a line that is none",
      () => ["--recipients-file", fileWith(`# a\n${anna.recipient}\nbert\n`)],
      /file\.txt, line 3: /,
    ],
    ["a file without recipients", () => ["--recipients-file", fileWith("# nobody\n")], /no recipient in .*file\.txt/],
    ["a file that is not there", () => ["--recipients-file", "nowhere.txt"], /nowhere\.txt cannot be read/],
    ["an empty passphrase", () => ["--passphrase-file", fileWith("\nhorse\n")], /first line of .*file\.txt is empty/],
    [
      "both",
      () => ["--encrypt-to", anna.recipient, "--passphrase-file", fileWith("horse\n")],
      /either to recipients or/,
    ],
  ])("%s", async (_, options, says) => {
    const out = join(emptyFolder(), "bundle.zip.age");
    const ran = await exporting(out, ...options());
    expect(ran.stderr).toMatch(says);
    expect([ran.code, ran.stdout.length, existsSync(out)]).toEqual([2, 0, false]);
    for (const secret of [anna.identity, "horse"]) expect(ran.stderr).not.toContain(secret);
  });
});
