import { createHash, randomBytes } from "node:crypto";
import { crc32, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MeasuredSegment } from "../../src/archive/measured-segment.ts";
import { SegmentWriter } from "../../src/archive/segment.ts";

const pieces = fc.array(
  fc
    .record({ unit: fc.uint8Array({ minLength: 1, maxLength: 50 }), times: fc.integer({ min: 1, max: 2_000 }) })
    .map(({ unit, times }) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(unit)))),
  { maxLength: 8 },
);

async function sealed(texts: readonly Buffer[], level: number, trial = false) {
  const out: Buffer[] = [];
  const segment = new MeasuredSegment(async (bytes) => void out.push(Buffer.from(bytes)), level);
  for (const text of texts) {
    if (trial) await segment.measure(randomBytes(40_000));
    const piece = await segment.measure(text);
    const before = segment.compressedBytes;
    await segment.take(piece);
    expect(segment.compressedBytes).toBe(before + piece.deflated.length);
  }
  const most = segment.compressedBytes;
  const facts = await segment.seal();
  expect(facts.compressedBytes).toBe(most);
  return { facts, deflated: Buffer.concat(out) };
}

describe("a measured segment", () => {
  it("is one raw deflate stream of its pieces, with the facts that a SegmentWriter gives, and no larger", async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 9 }), async (texts, level) => {
        const writer = new SegmentWriter(async () => {}, { level });
        for (const text of texts) {
          writer.push(text);
          await writer.ready();
        }
        const { compressedBytes, compressedCrc32: _, ...ofText } = await writer.seal();
        const { facts, deflated } = await sealed(texts, level);
        expect(inflateRawSync(deflated).equals(Buffer.concat(texts))).toBe(true);
        expect(facts).toEqual({ ...ofText, compressedBytes: deflated.length, compressedCrc32: crc32(deflated) });
        expect(facts.compressedBytes).toBeLessThanOrEqual(compressedBytes * 1.02 + 64);
      }),
      { numRuns: 60 },
    );
  });

  it("is the same whatever was measured and not taken", async () => {
    const texts = [Buffer.from("one,\n".repeat(9_000)), Buffer.from("two"), Buffer.from("one, two\n".repeat(500))];
    const plain = await sealed(texts, 6);
    const { deflated, facts } = await sealed(texts, 6, true);
    expect(deflated.equals(plain.deflated)).toBe(true);
    expect(facts.sha256).toBe(createHash("sha256").update(Buffer.concat(texts)).digest("hex"));
  });

  it("finds repetition over pieces smaller than the window", async () => {
    const unit = randomBytes(3_000);
    const { facts } = await sealed([unit, Buffer.from("-"), unit, Buffer.from("-"), unit], 6);
    expect(facts.compressedBytes).toBeLessThan(3_400);
  });
});
