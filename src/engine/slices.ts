import type { Spooled } from "../model/ports.ts";

/** Reads a spooled stream once, from its beginning to its end, piece after piece: a spool gives it as a whole only. */
export class Slices {
  readonly #spooled: Spooled | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array();
  /** Where the chunk begins. */
  #at = 0;

  /** @param spooled nothing when nothing was written */
  constructor(spooled: Spooled | undefined) {
    this.#spooled = spooled;
  }

  /** The bytes of one slice. It begins where the one before ended, or later. */
  async *read(from: number, length: number): AsyncGenerator<Uint8Array> {
    if (from < this.#at) throw new TypeError("The slices of a stream are read in their order.");
    const to = from + length;
    for (let at = from; at < to; ) {
      const end = this.#at + this.#chunk.length;
      if (at >= end) {
        if (!(await this.#next())) return; // whoever knows the length, or the CRC-32, notices
        continue;
      }
      const part = this.#chunk.subarray(at - this.#at, Math.min(end, to) - this.#at);
      at += part.length;
      yield part;
    }
  }

  /** Lets go of the stream. Safe at any time. */
  async close(): Promise<void> {
    await this.#chunks?.return?.();
  }

  async #next(): Promise<boolean> {
    this.#chunks ??= this.#spooled?.read()[Symbol.asyncIterator]();
    const step = await this.#chunks?.next();
    if (step === undefined || step.done) return false;
    this.#at += this.#chunk.length;
    this.#chunk = step.value;
    return true;
  }
}
