import { type Style, styled } from "./terminal.ts";
import { clipped, widthOf } from "./text-width.ts";

export interface Line {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Lines at the bottom of a terminal that are written again in their place, and taken away at the end. */
export class LiveLines {
  readonly #out: NodeJS.WriteStream;
  #widths: readonly number[] = [];

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Each line is written over the old one and then cleared to its end, all in one write: cleared first, it would flicker. */
  draw(lines: readonly Line[]): void {
    // A line that wraps, or one that has left the screen, cannot be rewritten. 0 is the size of a terminal that does not say.
    const columns = Math.max((this.#out.columns || 80) - 1, 20);
    const most = Math.max((this.#out.rows || 24) - 1, 1);
    const shown = lines.slice(-most).map(({ text, style }) => ({ text: clipped(text, columns), style }));
    const text = shown.map(({ text, style }) => `${styled(this.#out, style, text)}\x1b[K\n`).join("");
    this.#out.write(`${this.#up()}${text}\x1b[J`);
    this.#widths = shown.map(({ text }) => widthOf(text));
  }

  clear(): void {
    if (this.#widths.length > 0) this.#out.write(`${this.#up()}\x1b[J`);
    this.#widths = [];
  }

  /** To the first line: a terminal that was made narrower meanwhile has broken those that no longer fit. */
  #up(): string {
    const columns = this.#out.columns || 80;
    const rows = this.#widths.reduce((sum, width) => sum + Math.max(Math.ceil(width / columns), 1), 0);
    return rows === 0 ? "" : `\x1b[${rows}A`;
  }
}
