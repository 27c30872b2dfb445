import { pipeline } from "node:stream";
import { createInflateRaw } from "node:zlib";
import type { BundleFile } from "../../bundle/bundle-dataset.ts";
import { PortmanteauError } from "../../model/errors.ts";

const chunkBytes = 256 * 1024;
const [lineFeed, quote] = [0x0a, 0x22];

export interface LinesOptions {
  /** Name of the dataset, for messages. */
  readonly dataset: string;
  /** Whether a quoted cell may hold line ends, as in CSV. Default false. */
  readonly quoted?: boolean;
}

/**
 * The lines of a sealed file, or the rows of a CSV file, each with its line end. In JSON every line feed ends a line; in CSV one that has
 * an even number of quotes before it in its row. Our writer quotes every string, so that an unquoted line feed is always that of a CRLF.
 */
export class Lines {
  readonly #dataset: string;
  readonly #quoted: boolean;
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where the next line begins in the chunk. */
  #at = 0;
  /** The beginning of a line whose end has not arrived. */
  #begun: Buffer[] = [];
  #inQuotes = false;
  /** Where the next quote stands in the chunk. */
  #quoteAt = 0;

  constructor(file: BundleFile, { dataset, quoted = false }: LinesOptions) {
    this.#dataset = dataset;
    this.#quoted = quoted;
    // What fails, fails the next read of a chunk.
    const inflated = pipeline(file.read(), createInflateRaw({ chunkSize: chunkBytes }), () => {});
    this.#chunks = (inflated as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** The next line, or nothing as long as it has not arrived whole. */
  next(): Buffer | undefined {
    const end = this.#lineEnd();
    const piece = this.#chunk.subarray(this.#at, end);
    this.#at = end ?? this.#chunk.length;
    if (end === undefined) {
      if (piece.length > 0) this.#begun.push(piece);
      return undefined;
    }
    if (this.#begun.length === 0) return piece;
    const line = Buffer.concat([...this.#begun, piece]);
    this.#begun = [];
    return line;
  }

  /** The next line, once it has arrived; nothing at the end. @throws {PortmanteauError} `SPOOL_FAILED` or `SPOOL_CORRUPT` */
  async more(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = await this.#nextChunk();
      if (chunk === undefined) return undefined;
      this.#chunk = chunk;
      this.#at = 0;
      this.#quoteAt = this.#quoted ? this.#quoteFrom(0) : 0;
      const line = this.next();
      if (line !== undefined) return line;
    }
  }

  /** Stops reading. Safe at any time. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await this.#chunks.next();
      return done ? undefined : value;
    } catch (cause) {
      throw PortmanteauError.is(cause)
        ? cause
        : new PortmanteauError(
            "SPOOL_CORRUPT",
            `The spooled bytes of dataset "${this.#dataset}" cannot be inflated: they changed after they were written.`,
            { context: { dataset: this.#dataset }, cause },
          );
    }
  }

  /** Where the line ends that goes on at `#at`; nothing when that is not in this chunk. */
  #lineEnd(): number | undefined {
    let from = this.#at;
    for (;;) {
      const end = this.#chunk.indexOf(lineFeed, from);
      if (this.#quoted) this.#passQuotes(end === -1 ? this.#chunk.length : end);
      if (end === -1) return undefined;
      if (!this.#inQuotes) return end + 1;
      from = end + 1;
    }
  }

  #passQuotes(to: number): void {
    while (this.#quoteAt < to) {
      this.#inQuotes = !this.#inQuotes;
      this.#quoteAt = this.#quoteFrom(this.#quoteAt + 1);
    }
  }

  #quoteFrom(at: number): number {
    const found = this.#chunk.indexOf(quote, at);
    return found === -1 ? this.#chunk.length : found;
  }
}
