import { createHash, type Hash } from "node:crypto";
import { promisify } from "node:util";
import { constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions } from "node:zlib";
import type { InflatedFacts } from "./inflated.ts";

/** What is known of one deflated stream once it is sealed. */
export interface SegmentFacts {
  /** Size of the text, in bytes. */
  readonly bytes: number;
  readonly compressedBytes: number;
  /** CRC-32 of the text, as the zip wants it. */
  readonly crc32: number;
  /** SHA-256 of the text, in hex. */
  readonly sha256: string;
  /** CRC-32 of the deflated bytes: assemble copies them without inflating, and must notice when they changed. */
  readonly compressedCrc32: number;
}

/** How far a segment is that was put down: with its deflated bytes, all that is needed to write on. As JSON holds it. */
export interface SegmentState extends InflatedFacts {
  /** How many bytes at the end of the text are the dictionary of the next piece. */
  readonly windowBytes: number;
}

/** A segment that is taken up again: what its bytes tell, and the state does not. */
export interface SegmentStart {
  readonly state: SegmentState;
  /** Of the text so far. */
  readonly sha256: Hash;
  readonly window: Buffer | undefined;
}

export interface SegmentOptions {
  /** zlib level, 1 to 9. */
  readonly level: number;
  /** How many pieces may be in flight before `ready` waits. Default 3. */
  readonly maxPending?: number;
  /** Where it goes on, as `resumedSegment` finds it. Default: a new stream. */
  readonly start?: SegmentStart | undefined;
}

export const windowBytes = 32 * 1024;
/** A piece up to this size is deflated at once: a trip to the thread pool costs more than the work (about 0.1 ms and 0.2 ms of CPU). */
const smallBytes = 16 * 1024;
/** An empty final block with fixed codes: it ends a raw deflate stream after a sync flush. */
export const finalBlock = Buffer.from([0x03, 0x00]);

/**
 * Deflates pieces of text into one raw deflate stream, several at a time in zlib's thread pool, small ones at once: each piece knows the
 * last 32 KiB before it as its dictionary and ends on a sync flush, so that the pieces in order are one stream. The bytes depend on the
 * pieces and the level only.
 */
export class SegmentWriter {
  readonly #write: (bytes: Buffer) => Promise<void>;
  readonly #level: number;
  readonly #maxPending: number;
  readonly #sha256: Hash;
  readonly #pending: Promise<void>[] = [];
  #written: Promise<void> = Promise.resolve();
  #window: Buffer | undefined;
  /** The newest piece when it is small: it is written together with the end of the stream, or before the next piece. */
  #held: Buffer | undefined;
  #failure: { readonly error: unknown } | undefined;
  #facts = { bytes: 0, compressedBytes: 0, crc32: 0, compressedCrc32: 0 };

  /** @param write takes the deflated bytes in order; the next call waits for it */
  constructor(write: (bytes: Buffer) => Promise<void>, { level, maxPending = 3, start }: SegmentOptions) {
    this.#write = write;
    this.#level = level;
    this.#maxPending = maxPending;
    this.#sha256 = start?.sha256 ?? createHash("sha256");
    this.#window = start?.window;
    if (start !== undefined) {
      const { bytes, compressedBytes, crc32, compressedCrc32 } = start.state;
      this.#facts = { bytes, compressedBytes, crc32, compressedCrc32 };
    }
  }

  /** Whether the caller should await `ready` before it pushes more. */
  get full(): boolean {
    return this.#pending.length + (this.#held === undefined ? 0 : 1) >= this.#maxPending;
  }

  /** Takes a piece of text. The buffer belongs to the segment until it is deflated; then `release` is called. */
  push(piece: Buffer, release: () => void = () => {}): void {
    this.#facts.bytes += piece.length;
    this.#facts.crc32 = crc32(piece, this.#facts.crc32);
    this.#sha256.update(piece);
    this.#writeHeld();
    const small = piece.length <= smallBytes;
    if (small) this.#deflateNow(piece);
    else {
      const deflated = deflateLater(piece, this.#options(128 * 1024));
      deflated.then(release, () => {}); // a failure arrives through the chain below; unheard here it would also be "unhandled"
      this.#append(deflated);
    }
    this.#window = Buffer.from(piece.subarray(-windowBytes));
    if (small) release();
  }

  /** Resolves when another piece is welcome. @throws what the spool threw */
  async ready(): Promise<void> {
    if (this.full) this.#writeHeld();
    while (this.full && this.#failure === undefined) await this.#pending[0];
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Waits until all that was pushed is written, and says how far it is. More may be pushed afterwards: the stream's bytes are the same,
   * however often it was put down.
   *
   * @throws what the spool threw
   */
  async putDown(): Promise<SegmentState> {
    this.#writeHeld();
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure.error;
    return { ...this.#facts, windowBytes: this.#window?.length ?? 0 };
  }

  /** Ends the stream and waits until all of it is in the spool. @throws what the spool threw */
  async seal(): Promise<SegmentFacts> {
    this.#append(this.#held === undefined ? finalBlock : Buffer.concat([this.#held, finalBlock]));
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure.error;
    return { ...this.#facts, sha256: this.#sha256.digest("hex") };
  }

  /** Resolves when nothing is in flight any more, failed or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** The size alone decides where a piece is deflated, and the bytes are the same. */
  #deflateNow(piece: Buffer): void {
    try {
      this.#held = deflateRawSync(piece, this.#options(smallBytes));
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #options(chunkSize: number): ZlibOptions {
    return pieceOptions(this.#level, this.#window, chunkSize);
  }

  #writeHeld(): void {
    if (this.#held !== undefined) this.#append(this.#held);
    this.#held = undefined;
  }

  #append(deflated: Buffer | Promise<Buffer>): void {
    const written = this.#written.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        const bytes = await deflated;
        await this.#write(bytes);
        this.#facts.compressedBytes += bytes.length;
        this.#facts.compressedCrc32 = crc32(bytes, this.#facts.compressedCrc32);
      } catch (error) {
        this.#failure = { error };
      }
    });
    this.#written = written;
    this.#pending.push(written);
    void written.then(() => this.#pending.shift());
  }
}

/** How a piece is deflated that follows text which ended on `dictionary`. */
export function pieceOptions(level: number, dictionary: Buffer | undefined, chunkSize: number): ZlibOptions {
  return {
    level,
    memLevel: 9, // larger tables: about 5 % faster than zlib's default of 8, and never larger
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize,
    ...(dictionary === undefined ? {} : { dictionary }),
  };
}

export const deflateLater = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);
