import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { handMadeZip } from "../support/hand-made-zip.ts";

const at = (path: string) => JSON.stringify(resolve(path));

/** What reading the one entry of a zip ends in, and by how many MiB it raises the most that its process ever held. */
function readingOf(zip: Buffer): { readonly ended: string; readonly raisedMebibytes: number } {
  const folder = emptyFolder();
  const [file, script] = [join(folder, "bomb.zip"), join(folder, "child.mts")];
  writeFileSync(file, zip);
  writeFileSync(
    script,
    `import { readFileSync } from "node:fs";
    import { openZip } from ${at("src/archive/zip-reader.ts")};
    const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
    const zip = await openZip(${JSON.stringify(file)});
    const before = peak();
    let ended = "the end";
    try {
      for await (const chunk of zip.read(zip.entries[0])) void chunk;
    } catch (error) {
      ended = error.code;
    }
    console.log(JSON.stringify({ ended, raisedMebibytes: peak() - before }));`,
  );
  const jiti = resolve("node_modules/jiti/lib/jiti-cli.mjs");
  const { stdout, stderr } = spawnSync(process.execPath, [jiti, script], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("a small entry that claims a few bytes", () => {
  // 62 KiB, which is inflated at once, and not as a stream.
  const deflated = deflateRawSync(Buffer.alloc(61 * 1024 * 1024));

  it.skipIf(process.platform !== "linux")(
    "and inflates to 61 MiB goes off nowhere (its process's memory is read from /proc, on Linux)",
    () => {
      expect(deflated.length).toBeLessThan(64 * 1024);
      const claims = { bytes: 10, compressedBytes: deflated.length };
      const { ended, raisedMebibytes } = readingOf(
        handMadeZip([{ path: "a.txt", bytes: Buffer.alloc(10), deflated, claims }]),
      );
      expect(ended).toBe("BUNDLE_UNREADABLE");
      expect(raisedMebibytes).toBeLessThan(30);
    },
  );
});
