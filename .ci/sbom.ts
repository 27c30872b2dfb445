/**
 * `jiti .ci/sbom.ts [FILE]`: the software bill of materials (CycloneDX 1.5) of what an installed package brings, from the lock file alone.
 * One commit gives the same bytes: npm's random serial number and the time of day are replaced by those of the content and of the commit.
 * `npm sbom --omit dev` leaves out what development needs as well (jiti, say), so npm lists everything and the lock file tells what is for
 * development only.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import packageFile from "../package.json" with { type: "json" };
import lockFile from "../package-lock.json" with { type: "json" };

const root = resolve(import.meta.dirname, "..");

interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: { "bom-ref": string; name: string } };
  dependencies: { ref: string; dependsOn: string[] }[];
  components: {
    readonly "bom-ref": string;
    name: string;
    version: string;
    purl: string;
    licenses?: unknown[];
    hashes?: unknown[];
  }[];
}

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
}

/** `timestamp` is the commit's time, ISO 8601. */
export function sbom(timestamp: string): Bom {
  const written = "sbom --sbom-format cyclonedx --sbom-type library --package-lock-only".split(" ");
  const everything = execFileSync("npm", written, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  const bom = JSON.parse(everything) as Bom;
  const self = bom.metadata.component["bom-ref"];
  const production = new Set([self]);
  for (const [path, { dev, version }] of Object.entries(lockFile.packages as Record<string, Locked>)) {
    if (path !== "" && !dev) production.add(`${path.replace(/^.*node_modules\//, "")}@${version}`);
  }
  bom.components = bom.components.filter((component) => production.has(component["bom-ref"]));
  bom.dependencies = bom.dependencies.flatMap(({ ref, dependsOn }) => {
    const names = ref === self ? Object.keys(packageFile.dependencies) : undefined;
    const kept = dependsOn.filter((to) => production.has(to) && (names?.includes(to.replace(/@[^@]*$/, "")) ?? true));
    return production.has(ref) ? [{ ref, dependsOn: kept }] : [];
  });
  bom.metadata.component.name = packageFile.name; // npm writes the name of the folder
  bom.metadata.timestamp = timestamp;
  bom.serialNumber = "";
  const hex = createHash("sha256").update(JSON.stringify(bom)).digest("hex");
  // A UUID of version 8: made of a hash of our own.
  bom.serialNumber = `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return bom;
}

export function writeSbom(file: string): void {
  const commit = execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  const bom = sbom(new Date(Number(commit) * 1000).toISOString());
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bom, undefined, 2)}\n`);
  console.log(`${file}: ${bom.components.length} packages.`);
}

if (process.argv[1] === import.meta.filename) writeSbom(process.argv[2] ?? join(root, "dist-release/sbom.cdx.json"));
