import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { sbom } from "../../.ci/sbom.ts";
import lockFile from "../../package-lock.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");

/** Licences that ask for no more than their own text. The list is what we accept, not what is found. */
const allowed = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
];

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** Everything that an installed package brings: what the lock file does not mark as for development only. */
const production = Object.entries(lockFile.packages as Record<string, Locked>).flatMap(([path, locked]) =>
  path === "" || locked.dev ? [] : [{ path, name: path.replace(/^.*node_modules\//, ""), ...locked }],
);

/** Whether an SPDX expression gives us a licence of the list: one of those joined by OR, all of those joined by AND. */
function acceptable(expression: string | undefined): boolean {
  const parts = (expression ?? "").replace(/^\((.*)\)$/, "$1").split(" OR ");
  return parts.some((part) => part.split(" AND ").every((name) => allowed.includes(name)));
}

describe("what an installed package brings", () => {
  it("is under licences of the list, by the lock file and by the packages themselves", () => {
    expect(production.length).toBeGreaterThan(20);
    const refused = production.flatMap(({ path, optional, license }) => {
      // The lock file copied the field when the package was locked; an optional package need not be here.
      const read = () => JSON.parse(readFileSync(`${root}/${path}/package.json`, "utf8")) as { license?: string };
      const own = optional ? license : read().license;
      return acceptable(license) && own === license ? [] : [`${path}: ${license}, and its package.json: ${own}`];
    });
    expect(refused).toEqual([]);
  });

  it("would be refused under another licence, or none", () => {
    expect(["MIT", "(MIT OR GPL-3.0)", "MIT AND ISC"].map(acceptable)).toEqual([true, true, true]);
    expect(["LGPL-3.0+", "MIT AND GPL-3.0", "SEE LICENSE IN x", undefined].map(acceptable)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("is on the bill of materials, each package by its purl, licence and digest, and nothing else", () => {
    const bill = sbom("2026-01-01T00:00:00.000Z");
    const purl = (name: string, version = "") => `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const expected = new Set(production.map(({ name, version }) => purl(name, version)));
    expect(bill.components.map((component) => component.purl).sort()).toEqual([...expected].sort());
    expect(bill.components.filter(({ licenses, hashes }) => !licenses?.length || !hashes?.length)).toEqual([]);
    const self = `portmanteau@${lockFile.version}`;
    const refs = bill.components.map((component) => component["bom-ref"]).sort();
    expect(bill.dependencies.map(({ ref }) => ref).sort()).toEqual([self, ...refs].sort());
    const reached = new Set([self]);
    for (const ref of reached) {
      for (const to of bill.dependencies.find((each) => each.ref === ref)?.dependsOn ?? []) reached.add(to);
    }
    expect([...reached].sort()).toEqual([self, ...refs].sort());
    expect(bill).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
      metadata: { timestamp: "2026-01-01T00:00:00.000Z", component: { name: "portmanteau" } },
    });
    expect(sbom("2026-01-01T00:00:00.000Z")).toEqual(bill);
    expect(sbom("2026-01-02T00:00:00.000Z").serialNumber, "of another bill").not.toBe(bill.serialNumber);
  }, 300_000);
});
