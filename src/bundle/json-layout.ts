const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const byteOrderMark = Buffer.from("\uFEFF");

/**
 * Lays a JSON array out as the format does it, `[`, one element per line, `]`, whatever layout somebody gave it: indented, on one line, with
 * a byte order mark. Only white space changes, and nothing is judged: what is no JSON array comes out as something that `JsonLines` refuses,
 * which knows the limits as well.
 *
 * @param bytes UTF-8, cut between characters
 * @example
 * ```ts
 * relaid(pieces); // '[ {"a":', ' 1},{}]' are given as '[\n{"a":', ' 1},\n{}\n]\n'
 * ```
 */
export async function* relaid(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const layout = new JsonLayout();
  for await (const piece of bytes) yield layout.lay(piece);
  yield layout.end();
}

class JsonLayout {
  #place: "before" | "inside" | "after" = "before";
  #isFirst = true;
  /** Open brackets and braces within an element. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** White space was left out, and is one space if the element goes on. */
  #isSpaced = false;
  /** The line has something, and no end. */
  #isOpen = false;

  lay(bytes: Buffer): Buffer {
    const laid = Buffer.allocUnsafe(2 * bytes.length + 2); // a comma takes two bytes, the last bracket three
    let end = 0;
    let at = this.#isFirst && bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    this.#isFirst &&= bytes.length === 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#isInString) {
        laid[end++] = byte;
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
      } else if (byte === space || byte === lineFeed || byte === carriageReturn || byte === tab) {
        this.#isSpaced = this.#isOpen;
      } else if (this.#place === "before" && byte === openBracket) {
        this.#place = "inside";
        laid[end++] = openBracket;
        laid[end++] = lineFeed;
      } else if (this.#place === "inside" && this.#depth === 0 && byte === comma) {
        laid[end++] = comma;
        laid[end++] = lineFeed;
        this.#isOpen = false;
      } else if (this.#place === "inside" && this.#depth === 0 && byte === closeBracket) {
        if (this.#isOpen) laid[end++] = lineFeed;
        laid[end++] = closeBracket;
        laid[end++] = lineFeed;
        this.#isOpen = false;
        this.#place = "after";
      } else {
        if (this.#place === "before") this.#place = "after"; // no array: the first line says so
        if (this.#isSpaced) laid[end++] = space;
        this.#isSpaced = false;
        this.#isOpen = true;
        laid[end++] = byte;
        if (byte === quote) this.#isInString = true;
        else if (byte === openBracket || byte === openBrace) this.#depth++;
        else if (byte === closeBracket || byte === closeBrace) this.#depth--;
      }
    }
    return laid.subarray(0, end);
  }

  /** Ends a line that was left open: what lacks then is found by who reads it. */
  end(): Buffer {
    return Buffer.from(this.#isOpen ? "\n" : "");
  }
}
