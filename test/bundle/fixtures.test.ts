import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Finding, findingCodes, type VerifyOptions, verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../bundles");
const at = (...names: string[]) => join(folder, ...names);
const trusting = { publicKeys: [readFileSync(at("test.pub"), "utf8")] };

async function codesOf(zips: string | readonly string[], options: VerifyOptions = {}): Promise<Set<string>> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(zips, options)) findings.push(finding);
  return new Set(findings.map(({ code }) => code));
}

describe("the fixtures", () => {
  it("are one for each code of a finding, and small", () => {
    const names = readdirSync(at("invalid")).map((name) => name.replace(/\.zip$/, ""));
    expect(names.sort()).toEqual(Object.keys(findingCodes).sort());
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(at(name)));
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(2_000_000);
  });

  for (const code of Object.keys(findingCodes)) {
    it(`${code}.zip gives ${code}`, async () => {
      const zip = at("invalid", `${code}.zip`);
      const zips = code === "PART_FOREIGN" ? [at("sound.zip"), zip] : zip;
      expect(await codesOf(zips, code === "SIGNATURE_UNTRUSTED" ? trusting : {})).toContain(code);
    });
  }

  it("that are sound give nothing, with the key where they are signed", async () => {
    expect(await codesOf(at("sound.zip"))).toEqual(new Set());
    expect(await codesOf(at("sound-signed.zip"), trusting)).toEqual(new Set());
  });
});
