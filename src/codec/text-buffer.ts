/** Bytes of a piece of text: large enough for zlib to find repetition, small enough to have several in flight. */
export const pieceBytes = 512 * 1024;

const firstBytes = 16 * 1024;

/**
 * Turns strings into UTF-8 pieces of at most `pieceBytes`. Strings are written straight into one buffer (`Buffer.from` per record costs
 * more than encoding it). Where pieces are cut depends on the strings alone, so the same records give the same pieces.
 */
export class TextBuffer {
  readonly #push: (piece: Buffer) => void;
  #buffer = Buffer.allocUnsafeSlow(firstBytes);
  #used = 0;

  /** @param push takes a full piece; it owns the buffer from then on */
  constructor(push: (piece: Buffer) => void) {
    this.#push = push;
  }

  write(text: string): void {
    const worst = text.length * 3;
    if (this.#used + worst > this.#buffer.length) this.#makeRoom(worst);
    if (worst > pieceBytes) this.#writeLarge(text);
    else this.#used += this.#buffer.write(text, this.#used);
  }

  /** Pushes what is left. */
  end(): void {
    if (this.#used > 0) this.#push(this.#buffer.subarray(0, this.#used));
    this.#buffer = Buffer.alloc(0);
    this.#used = 0;
  }

  #makeRoom(worst: number): void {
    if (this.#used + worst > pieceBytes) {
      if (this.#used > 0) this.#push(this.#buffer.subarray(0, this.#used));
      this.#buffer = Buffer.allocUnsafeSlow(pieceBytes);
      this.#used = 0;
      return;
    }
    let size = this.#buffer.length;
    while (size < this.#used + worst) size *= 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(size, pieceBytes));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }

  #writeLarge(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#push(bytes.subarray(at, at + pieceBytes));
  }
}
