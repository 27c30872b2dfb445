/** Bytes of a piece of text: large enough for zlib to find repetition, small enough to have several in flight. */
export const pieceBytes = 512 * 1024;

const firstBytes = 16 * 1024;

/** Takes a piece of text. Its bytes may be used until `release` is called; from then on the buffer is written again. */
export type TakePiece = (piece: Buffer, release: () => void) => void;

/**
 * Turns strings into UTF-8 pieces of at most `pieceBytes`. Strings are written straight into one buffer (`Buffer.from` per record costs
 * more than encoding it), and buffers are used again: left to the collector, half a megabyte each, they pile up between its runs. Where
 * pieces are cut depends on the strings alone, so the same records give the same pieces.
 */
export class TextBuffer {
  readonly #take: TakePiece;
  /** Buffers of full size only: what comes next may need all of one. */
  readonly #released: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  /** How many bytes of the buffer hold text. Who writes into what `reserve` gave moves it on. */
  used = 0;

  /** @param text what a buffer held that was put down: this one cuts where that one would have */
  constructor(take: TakePiece, text = "") {
    this.#take = take;
    const bytes = Buffer.from(text);
    bytes.copy(this.reserve(bytes.length));
    this.used = bytes.length;
  }

  /** The text that is in no piece yet. */
  get text(): string {
    return this.#buffer.toString("utf8", 0, this.used);
  }

  write(text: string): void {
    const worst = text.length * 3;
    if (this.used + worst > this.#buffer.length) this.#makeRoom(worst);
    if (worst > pieceBytes) this.#writeLarge(text);
    else this.used += this.#buffer.write(text, this.used);
  }

  /** The buffer, with room for so many bytes (a piece at most) from `used` on. */
  reserve(bytes: number): Buffer {
    if (this.used + bytes > this.#buffer.length) this.#makeRoom(bytes);
    return this.#buffer;
  }

  /** Hands over what is left. */
  end(): void {
    this.#handOver();
    this.#buffer = Buffer.alloc(0);
    this.#released.length = 0;
  }

  #handOver(): void {
    const buffer = this.#buffer;
    const release = () => {
      if (buffer.length === pieceBytes) this.#released.push(buffer);
    };
    if (this.used > 0) this.#take(buffer.subarray(0, this.used), release);
    this.used = 0;
  }

  #makeRoom(worst: number): void {
    if (this.used + worst > pieceBytes) {
      this.#handOver();
      this.#buffer = this.#released.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
      return;
    }
    let size = this.#buffer.length;
    while (size < this.used + worst) size *= 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(size, pieceBytes));
    this.#buffer.copy(larger, 0, 0, this.used);
    this.#buffer = larger;
  }

  #writeLarge(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#take(bytes.subarray(at, at + pieceBytes), () => {});
  }
}
