import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { deflateLater, finalBlock, pieceOptions, type SegmentFacts, windowBytes } from "./segment.ts";

/** A piece of text, deflated as it follows what a segment has, and not a part of it yet. */
export interface MeasuredPiece {
  readonly text: Buffer;
  readonly deflated: Buffer;
}

/**
 * A raw deflate stream whose pieces are measured before they are taken: for a file that must not grow beyond a size. As in a
 * `SegmentWriter` each piece knows the 32 KiB before it and ends on a sync flush; here one is deflated at a time.
 */
export class MeasuredSegment {
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #level: number;
  readonly #sha256 = createHash("sha256");
  #window: Buffer | undefined;
  #facts = { bytes: 0, compressedBytes: 0, crc32: 0, compressedCrc32: 0 };

  /** @param write takes the deflated bytes in order */
  constructor(write: (bytes: Buffer) => Promise<void>, level: number) {
    this.#write = write;
    this.#level = level;
  }

  /** Size of the stream, were it sealed now. */
  get compressedBytes(): number {
    return this.#facts.compressedBytes + finalBlock.length;
  }

  /** Deflates a piece and changes nothing. What is taken meanwhile makes the result useless. */
  async measure(text: Buffer): Promise<MeasuredPiece> {
    return { text, deflated: await deflateLater(text, pieceOptions(this.#level, this.#window, 128 * 1024)) };
  }

  /** Adds a piece that was measured after the last one was taken. @throws what `write` threw */
  async take({ text, deflated }: MeasuredPiece): Promise<void> {
    this.#facts.bytes += text.length;
    this.#facts.crc32 = crc32(text, this.#facts.crc32);
    this.#sha256.update(text);
    const before = text.length < windowBytes ? (this.#window ?? Buffer.alloc(0)) : Buffer.alloc(0);
    this.#window = Buffer.from(Buffer.concat([before, text.subarray(-windowBytes)]).subarray(-windowBytes));
    await this.#append(deflated);
  }

  /** Ends the stream. Nothing may be taken afterwards. @throws what `write` threw */
  async seal(): Promise<SegmentFacts> {
    await this.#append(finalBlock);
    return { ...this.#facts, sha256: this.#sha256.digest("hex") };
  }

  async #append(bytes: Buffer): Promise<void> {
    await this.#write(bytes);
    this.#facts.compressedBytes += bytes.length;
    this.#facts.compressedCrc32 = crc32(bytes, this.#facts.compressedCrc32);
  }
}
