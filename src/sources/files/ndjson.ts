import { losslessJson } from "../../codec/lossless-json.ts";
import type { JsonValue } from "../../model/json.ts";
import { failed } from "./failure.ts";
import type { FileFormat, Located } from "./format.ts";

/** How long a line may be. */
export interface NdjsonOptions {
  /** Longest line, in bytes. Default 16 MiB. */
  readonly maxLineBytes?: number;
}

const lineFeed = 0x0a;

/**
 * One JSON value per line: NDJSON, JSON Lines. CRLF, empty lines, a byte order mark and a last line without an end are taken. A number
 * that a JavaScript number cannot hold becomes the string of its digits.
 */
export function ndjson({ maxLineBytes = 2 ** 24 }: NdjsonOptions = {}): FileFormat {
  return {
    resumes: true,
    async *records(bytes, file, start) {
      const lines = new Lines(file, maxLineBytes, start);
      for await (const chunk of bytes) yield lines.take(chunk);
      yield lines.rest();
    },
  };
}

class Lines {
  readonly #file: number;
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Where the line that is being read begins. */
  #bytes: number;
  #line: number;

  constructor(file: number, maxLineBytes: number, { bytes, line }: { readonly bytes: number; readonly line: number }) {
    this.#file = file;
    this.#maxLineBytes = maxLineBytes;
    this.#bytes = bytes;
    this.#line = line;
  }

  *take(chunk: Uint8Array): Generator<Located> {
    let from = 0;
    for (let end: number; (end = chunk.indexOf(lineFeed, from)) !== -1; from = end + 1) {
      this.#hold(chunk.subarray(from, end));
      const located = this.#end(1);
      if (located !== undefined) yield located;
    }
    this.#hold(chunk.subarray(from));
  }

  *rest(): Generator<Located> {
    const located = this.#held > 0 ? this.#end(0) : undefined;
    if (located !== undefined) yield located;
  }

  #hold(piece: Uint8Array): void {
    this.#held += piece.length;
    if (this.#held > this.#maxLineBytes)
      throw this.#problem(`is longer than maxLineBytes, ${this.#maxLineBytes}. Raise it, if the file is right.`);
    if (piece.length > 0) this.#pieces.push(piece);
  }

  /** Nothing for an empty line. */
  #end(lineEndBytes: number): Located | undefined {
    const text = this.#held === 0 ? "" : this.#decoded();
    const record = text.trim() === "" ? undefined : this.#parsed(text);
    this.#bytes += this.#held + lineEndBytes;
    this.#line++;
    if (this.#held > 0) this.#pieces = [];
    this.#held = 0;
    return record === undefined ? undefined : { record, end: { bytes: this.#bytes, line: this.#line } };
  }

  #decoded(): string {
    const line = this.#pieces.length === 1 ? (this.#pieces[0] as Uint8Array) : Buffer.concat(this.#pieces);
    try {
      const text = this.#decoder.decode(line);
      return this.#bytes === 0 && text.startsWith("\uFEFF") ? text.slice(1) : text;
    } catch (cause) {
      throw this.#problem("is not UTF-8.", cause);
    }
  }

  #parsed(text: string): JsonValue {
    try {
      return losslessJson(text);
    } catch (cause) {
      throw this.#problem("is not JSON.", cause);
    }
  }

  #problem(what: string, cause?: unknown) {
    return failed(`Line ${this.#line} of file ${this.#file} ${what}`, cause);
  }
}
