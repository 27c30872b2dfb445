import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resumedSegment, SegmentChanged } from "../../src/archive/resumed-segment.ts";
import { finalBlock, SegmentWriter } from "../../src/archive/segment.ts";

/** Text in which much is repeated, near and far, of so many bytes. */
function text(bytes: number, seed: number): Buffer {
  const lines: string[] = [];
  for (let length = 0, id = seed; length < bytes; id++) {
    const line = `{"id":${id},"path":"/v1/${(id * 7919) % 997}","trace":"${((id * 48271) % 2147483647).toString(16)}"},\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

async function* chunksOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** The stream of these pieces. After those at `downs` the segment is put down, and a new one takes it up. */
async function sealed(pieces: readonly Buffer[], downs: ReadonlySet<number> = new Set(), takesUp = true) {
  const out: Buffer[] = [];
  const write = async (bytes: Buffer) => void out.push(Buffer.from(bytes));
  let segment = new SegmentWriter(write, { level: 6 });
  for (const [index, piece] of pieces.entries()) {
    segment.push(Buffer.from(piece));
    await segment.ready();
    if (!downs.has(index)) continue;
    const state = JSON.parse(JSON.stringify(await segment.putDown()));
    if (!takesUp) continue;
    const start = await resumedSegment(state, chunksOf(Buffer.concat(out), 10_000));
    segment = new SegmentWriter(write, { level: 6, start });
  }
  return { facts: await segment.seal(), packed: Buffer.concat(out) };
}

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(16 * 1024, 16 * 1024 + 1, 32 * 1024 - 1, 32 * 1024, 512 * 1024),
  fc.integer({ min: 1, max: 90_000 }),
);

describe("a segment that is put down", () => {
  it("is the same bytes and facts, also when another takes it up, wherever and however often", async () => {
    const runs = fc.array(fc.record({ size: sizes, isDown: fc.boolean() }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(runs, async (steps) => {
        const pieces = steps.map(({ size }, index) => text(size, index * 11));
        const downs = new Set(steps.flatMap(({ isDown }, index) => (isDown ? [index] : [])));
        const whole = await sealed(pieces);
        for (const takesUp of [true, false]) {
          const other = await sealed(pieces, downs, takesUp);
          expect(other.facts).toEqual(whole.facts);
          expect(other.packed.equals(whole.packed)).toBe(true);
        }
        expect(inflateRawSync(whole.packed).equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("says what the spool threw", async () => {
    const segment = new SegmentWriter(async () => Promise.reject(new Error("full")), { level: 6 });
    segment.push(Buffer.from("a"));
    await expect(segment.putDown()).rejects.toThrow("full");
  });

  describe("is not taken up", async () => {
    const out: Buffer[] = [];
    const segment = new SegmentWriter(async (bytes) => void out.push(bytes), { level: 6 });
    for (const seed of [1, 2, 3]) segment.push(text(30_000, seed));
    const state = await segment.putDown();
    const packed = Buffer.concat(out);
    const flipped = Buffer.from(packed);
    flipped.writeUInt8(flipped.readUInt8(5_000) ^ 0x10, 5_000);

    for (const [what, bytes] of [
      ["with a bit that is another", flipped],
      ["with a byte less", packed.subarray(0, -1)],
      ["with a byte more", Buffer.concat([packed, Buffer.from([0])])],
      ["without bytes", Buffer.alloc(0)],
      ["with an end before its end", Buffer.concat([finalBlock, packed.subarray(2)])],
      ["with an end after its end", Buffer.concat([packed, finalBlock])],
      ["with bytes of another text", deflateRawSync(text(90_000, 9))],
      ["with bytes that are no deflate stream", Buffer.alloc(packed.length, 0xff)],
    ] as const)
      it(what, async () => {
        await expect(resumedSegment(state, chunksOf(bytes, 4_096))).rejects.toThrow();
      });

    it("when its bytes cannot be read: what was thrown arrives as it is", async () => {
      const gone = new Error("gone");
      const reading = async function* () {
        yield packed.subarray(0, 9_000);
        throw gone;
      };
      await expect(resumedSegment(state, reading())).rejects.toBe(gone);
    });

    it("when its state is another's", async () => {
      const other = { ...state, crc32: state.crc32 ^ 1 };
      await expect(resumedSegment(other, chunksOf(packed, 4_096))).rejects.toThrow(SegmentChanged);
    });
  });
});
