import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pieceBytes, TextBuffer } from "../../src/codec/text-buffer.ts";
import { hostileText } from "./arbitrary-records.ts";

const text = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.tuple(hostileText, fc.integer({ min: 1, max: 20_000 })).map(([part, times]) => part.repeat(times)),
  },
  { weight: 1, arbitrary: fc.constantFrom("x", "é", "€", "😀").map((char) => char.repeat(200_000)) },
);

describe("a text buffer", () => {
  it("gives UTF-8 of all that was written, in pieces that do not change before they are released", () => {
    let reused = 0;
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.integer({ min: 0, max: 3 }), (texts, kept) => {
        const seen = new Set<ArrayBufferLike>();
        const done: Buffer[] = [];
        const held: { readonly piece: Buffer; readonly release: () => void }[] = [];
        const settle = () => {
          const { piece, release } = held.shift() as (typeof held)[number];
          done.push(Buffer.from(piece));
          release();
        };
        const buffer = new TextBuffer((piece, release) => {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(pieceBytes);
          if (seen.has(piece.buffer)) reused++;
          seen.add(piece.buffer);
          held.push({ piece, release });
          if (held.length > kept) settle();
        });
        for (const each of texts) buffer.write(each);
        buffer.end();
        while (held.length > 0) settle();
        expect(Buffer.concat(done).equals(Buffer.concat(texts.map((each) => Buffer.from(each))))).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(reused).toBeGreaterThan(0);
  });

  it("cuts at the same places whatever is released when", () => {
    const texts = Array.from({ length: 400 }, (_, index) => `${index}`.repeat(1 + ((index * 7919) % 3_000)));
    const cuts = (late: boolean) => {
      const found: number[] = [];
      const buffer = new TextBuffer((piece, release) => {
        found.push(piece.length);
        if (!late) release();
      });
      for (const each of texts) buffer.write(each);
      buffer.end();
      return found;
    };
    expect(cuts(true).length).toBeGreaterThan(2);
    expect(cuts(true)).toEqual(cuts(false));
  });
});
