import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32, deflateRawSync } from "node:zlib";
import { type SegmentFacts, SegmentWriter } from "./segment.ts";

/** What is known of a content once it is sealed. */
export interface ContentFacts extends SegmentFacts {
  /** Whether its bytes stand as they are, because deflating them would save next to nothing. */
  readonly isStored: boolean;
}

/** Where a content is cut decides its deflated bytes, so it is cut here and not where the source happens to. */
const pieceBytes = 256 * 1024;
/** Deflating this much of a content tells whether it is worth the while: media and archives are compressed already. */
const trialBytes = 64 * 1024;
const leastSavedShare = 1 / 32;

type Write = (bytes: Buffer) => Promise<void>;
type Segment = Pick<SegmentWriter, "push" | "ready" | "seal" | "settled">;

/**
 * Takes the content of one file in chunks of any size, and gives it on as one raw deflate stream, or as it is. The bytes depend on the
 * content and the level only. Held are four pieces of 256 KiB at most, and what zlib makes of them.
 */
export class ContentWriter {
  readonly #write: Write;
  readonly #level: number;
  #piece = Buffer.allocUnsafeSlow(0);
  #filled = 0;
  #segment: Segment | undefined;
  #isStored = false;

  /** @param write takes the bytes in order; the next call waits for it */
  constructor(write: Write, level: number) {
    this.#write = write;
    this.#level = level;
  }

  /** Takes the next bytes; the chunk may be used again once this resolves. @throws what `write` threw */
  async take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#piece.length === 0) this.#piece = Buffer.allocUnsafeSlow(pieceBytes);
      const next = chunk.subarray(at, at + pieceBytes - this.#filled);
      this.#piece.set(next, this.#filled);
      this.#filled += next.length;
      at += next.length;
      if (this.#filled === pieceBytes) await this.#push();
    }
  }

  /** Ends the content, and waits until all of it is written. @throws what `write` threw */
  async seal(): Promise<ContentFacts> {
    if (this.#filled > 0 || this.#segment === undefined) await this.#push();
    const facts = await (this.#segment as Segment).seal();
    return { ...facts, isStored: this.#isStored };
  }

  /** Resolves when nothing is in flight any more, failed or not. */
  async settled(): Promise<void> {
    await this.#segment?.settled();
  }

  async #push(): Promise<void> {
    const piece = this.#piece.subarray(0, this.#filled);
    this.#segment ??= this.#begin(piece);
    this.#piece = Buffer.allocUnsafeSlow(0);
    this.#filled = 0;
    this.#segment.push(piece);
    await this.#segment.ready();
    await nextTurn(); // a content that is in memory would let nobody else have a turn
  }

  #begin(piece: Buffer): Segment {
    const trial = piece.subarray(0, trialBytes);
    const deflated = deflateRawSync(trial, { level: this.#level }).length;
    this.#isStored = deflated >= trial.length * (1 - leastSavedShare);
    return this.#isStored ? new StoredSegment(this.#write) : new SegmentWriter(this.#write, { level: this.#level });
  }
}

/** A stream of bytes as they are, with the facts of a deflated one. */
class StoredSegment implements Segment {
  readonly #write: Write;
  readonly #sha256 = createHash("sha256");
  #crc32 = 0;
  #bytes = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(write: Write) {
    this.#write = write;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return; // node's CRC-32 of nothing can be 0, whatever it continues
    this.#sha256.update(piece);
    this.#crc32 = crc32(piece, this.#crc32);
    this.#bytes += piece.length;
    this.#written = this.#write(piece);
  }

  ready(): Promise<void> {
    return this.#written;
  }

  async seal(): Promise<SegmentFacts> {
    await this.#written;
    const bytes = this.#bytes;
    const crc = this.#crc32;
    const sha256 = this.#sha256.digest("hex");
    return { bytes, compressedBytes: bytes, crc32: crc, sha256, compressedCrc32: crc };
  }

  async settled(): Promise<void> {
    await Promise.allSettled([this.#written]);
  }
}
