import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packFile } from "../../src/archive/zip-entry.ts";
import { mostEndBytes, mostEntryBytes, zipBytes } from "../../src/archive/zip-size.ts";
import { ZipWriter } from "../../src/archive/zip-writer.ts";
import { entryPath } from "../../src/model/entry-path.ts";

async function* zeros(bytes: number) {
  const chunk = Buffer.alloc(2 ** 24);
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
}

async function written(entries: readonly { path: string; facts: { bytes: number; compressedBytes: number } }[]) {
  const zip = new ZipWriter(async () => {});
  for (const { path, facts } of entries) {
    if (path.endsWith("/")) await zip.addDirectory(entryPath(path));
    else await zip.addSealed(entryPath(path), { ...facts, crc32: 1 }, zeros(facts.compressedBytes));
  }
  return (await zip.finish()).bytes;
}

const sized = (path: string, bytes: number, compressedBytes = bytes) => ({
  path: entryPath(path),
  facts: { bytes, compressedBytes },
});

describe("the size of a zip", () => {
  it("is known to the byte before it is written", async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, async (made) => {
        const zip = new ZipWriter(async () => {});
        await zip.addDirectory(entryPath("data/"));
        const entries = [sized("data/", 0)];
        for (const [index, length] of made.entries()) {
          const path = entryPath(`data/${"n".repeat(1 + (length % 40))}${index}.json`);
          const file = packFile(randomBytes(length), 6);
          await zip.addPacked(path, file);
          entries.push({ path, facts: file.facts });
        }
        const { bytes } = await zip.finish();
        expect(zipBytes(entries)).toBe(bytes);
        expect(entries.reduce((sum, entry) => sum + mostEntryBytes(entry), mostEndBytes)).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });

  it("counts zip64's fields where they are written, and only there", async () => {
    const max32 = 2 ** 32 - 1;
    for (const entries of [
      [sized("a.json", max32 - 1, 5), sized("b.json", 5)],
      [sized("a.json", max32, 5), sized("b.json", 5)],
      [sized("a.json", max32 - 200), sized("b.json", 50), sized("c.json", 500), sized("d/", 0)],
    ]) {
      const bytes = await written(entries);
      expect(zipBytes(entries)).toBe(bytes);
      expect(entries.reduce((sum, entry) => sum + mostEntryBytes(entry), mostEndBytes)).toBeGreaterThanOrEqual(bytes);
    }
  });
});
