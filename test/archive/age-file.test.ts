import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { armor, Encrypter } from "age-encryption";
import { openBundle, verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";
import { encryptedWithAge } from "../../src/archive/age-file.ts";
import { openRandomAccess } from "../../src/archive/random-access.ts";
import { keyPair } from "../support/age.ts";
import { emptyFolder, failing } from "../support/exporting.ts";

function fileOf(bytes: Uint8Array | string): string {
  const file = join(emptyFolder(), "file");
  writeFileSync(file, bytes);
  return file;
}

async function sealed(setUp: (encrypter: Encrypter) => void): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(10);
  setUp(encrypter);
  return encrypter.encrypt("a bundle");
}

describe("a file that is encrypted with age", () => {
  const withKey = "The file is encrypted with age. Decrypt it first: age -d -i KEY -o bundle.zip FILE";
  it("is known by its first bytes, binary or armored, and the message says how to open it", async () => {
    const { recipient } = await keyPair();
    const binary = await sealed((encrypter) => encrypter.addRecipient(recipient));
    for (const bytes of [binary, armor.encode(binary)])
      expect(await encryptedWithAge(await openRandomAccess(fileOf(bytes)))).toMatchObject({
        code: "BUNDLE_UNREADABLE",
        message: withKey,
      });
    const byPassphrase = await sealed((encrypter) => encrypter.setPassphrase("correct horse"));
    expect((await encryptedWithAge(await openRandomAccess(fileOf(byPassphrase))))?.message).toBe(
      withKey.replace("-i KEY ", ""),
    );
  });

  it("is what the reader names it, as an error and as a finding", async () => {
    const { recipient } = await keyPair();
    const file = fileOf(await sealed((encrypter) => encrypter.addRecipient(recipient)));
    expect(await failing(openBundle(file))).toMatchObject({ code: "BUNDLE_UNREADABLE", message: withKey });
    const findings = [];
    for await (const finding of verifyBundle(file)) findings.push(finding);
    expect(findings).toMatchObject([{ code: "ZIP_UNREADABLE", severity: "error", message: withKey }]);
  });

  it("is no other file", async () => {
    for (const bytes of ["", "age", "age-encryption.org/v2\n", "PK\x03\x04", "x".repeat(1_000)]) {
      const file = fileOf(bytes);
      expect(await encryptedWithAge(await openRandomAccess(file))).toBe(undefined);
      expect((await failing(openBundle(file))).message).toMatch(/no zip|not a zip/);
    }
  });
});
