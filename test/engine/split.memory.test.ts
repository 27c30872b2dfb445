import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";

const at = (path: string) => JSON.stringify(resolve(path));

/** The peak memory, in MiB, of a process that exports so many records of about 300 bytes as zips of 1 MB, and how many zips. */
function peakOf(records: number): { readonly peak: number; readonly zips: number } {
  const folder = emptyFolder();
  const script = join(emptyFolder(), "child.mts");
  writeFileSync(
    script,
    `import { createExporter } from ${at("src/index.ts")};
    import { fileDelivery } from ${at("src/deliveries/file/index.ts")};
    import { iterableSource } from ${at("src/sources/iterable.ts")};
    import { noteDataset, request } from ${at("test/support/notes.ts")};
    function* notes() {
      for (let id = 0; id < ${records}; id++) {
        const word = Math.imul(id, 2654435761) >>> 0;
        yield { id, owner: "u1", text: (word.toString(36) + " " + (word ^ id).toString(16) + " said\\r\\n").repeat(12) };
      }
    }
    const exporter = createExporter({ controller: { name: "a", contact: "b" }, datasets: [noteDataset("notes", iterableSource({ records: () => notes() }))] });
    await exporter.export(request, { to: fileDelivery(${JSON.stringify(join(folder, "b.zip"))}), splitBytes: 1_000_000 });
    console.log(process.resourceUsage().maxRSS / 1024);`,
  );
  const jiti = resolve("node_modules/jiti/lib/jiti-cli.mjs");
  const flags = ["--max-semi-space-size=4"]; // young objects: what the collector leaves is no measure of what is held
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, jiti, script], { encoding: "utf8" });
  expect(stderr).toBe("");
  return { peak: Number(stdout), zips: readdirSync(folder).length };
}

describe("splitting", () => {
  it("holds a bounded amount in memory, however large the dataset", () => {
    const small = peakOf(30_000);
    const large = peakOf(300_000);
    expect(small.zips).toBeGreaterThan(1);
    expect(large.zips).toBeGreaterThan(4 * small.zips);
    expect(large.peak - small.peak).toBeLessThan(64);
  });
});
