import { createHash, randomBytes } from "node:crypto";
import { crc32, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContentWriter } from "../../src/archive/content.ts";

/** Seals a content that comes in chunks of these sizes, over and over. */
async function sealed(content: Buffer, chunkBytes: readonly number[]) {
  const out: Buffer[] = [];
  const writer = new ContentWriter(async (bytes) => void out.push(Buffer.from(bytes)), 6);
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const chunk = Buffer.from(content.subarray(at, at + (chunkBytes[turn % chunkBytes.length] as number)));
    at += chunk.length;
    await writer.take(chunk);
    chunk.fill(0); // a source may use its buffer again
  }
  return { facts: await writer.seal(), bytes: Buffer.concat(out) };
}

const text = (length: number) => Buffer.from("portmanteau ".repeat(Math.ceil(length / 12))).subarray(0, length);

describe("a content", () => {
  it("has the same bytes and facts whatever the chunks it comes in", async () => {
    const contents = fc.oneof(
      fc.integer({ min: 0, max: 700_000 }).map((length) => text(length)),
      fc.integer({ min: 0, max: 700_000 }).map((length) => randomBytes(length)),
    );
    const sizes = fc.array(fc.integer({ min: 1_000, max: 600_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(contents, sizes, async (content, chunkBytes) => {
        const { facts, bytes } = await sealed(content, chunkBytes);
        const other = await sealed(content, [content.length + 1]);
        expect([other.facts, other.bytes.equals(bytes)]).toEqual([facts, true]);
        expect(facts).toEqual({
          bytes: content.length,
          compressedBytes: bytes.length,
          crc32: crc32(content),
          sha256: createHash("sha256").update(content).digest("hex"),
          compressedCrc32: crc32(bytes),
          isStored: facts.isStored,
        });
        expect((facts.isStored ? bytes : inflateRawSync(bytes)).equals(content)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("is stored when deflating would save next to nothing, and is never larger than that", async () => {
    for (const length of [0, 1, 100, 100_000, 400_000]) {
      expect((await sealed(randomBytes(length), [65_536])).facts).toMatchObject({
        isStored: true,
        compressedBytes: length,
      });
    }
    expect((await sealed(text(400_000), [65_536])).facts.isStored).toBe(false);
  });

  it("tells what its writer threw, and nothing is in flight afterwards", async () => {
    for (const content of [randomBytes(600_000), text(600_000)]) {
      let writing = 0;
      const failing = new ContentWriter(async () => {
        writing++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        writing--;
        throw new Error("disk full");
      }, 6);
      const taking = async () => {
        await failing.take(content);
        await failing.seal();
      };
      await expect(taking()).rejects.toThrow("disk full");
      await failing.settled();
      expect(writing).toBe(0);
    }
  });
});
