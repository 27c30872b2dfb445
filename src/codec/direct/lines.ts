import { guarded } from "../columns.ts";
import { doubled } from "../csv-writer.ts";
import type { Program } from "./code.ts";

/** Up to this length a string is copied unit by unit; a longer one is written by Node, whose call costs about as much as 50 units. */
const shortLength = 48;

/** Generates the statements that write one line of each file: into `J` from `p` on, and into `K` from `q` on. */
export class Lines {
  readonly statements: string[] = [];
  readonly #program: Program;
  readonly #formulaGuard: boolean;
  #json = "";
  #csv = "";
  /** Bytes of text that stands in every record. */
  fixedBytes = 0;

  constructor(program: Program, formulaGuard: boolean) {
    this.#program = program;
    this.#formulaGuard = formulaGuard;
  }

  /** Text that is the same in every record. */
  fixed(json: string, csv: string): void {
    this.#json += json;
    this.#csv += csv;
  }

  statement(...statements: string[]): void {
    this.flush();
    this.statements.push(...statements);
  }

  /** A string's characters, as they stand in JSON and in CSV between the quotes. */
  characters(value: string): void {
    const first = this.#program.constant(this.#formulaGuard ? plainFirst : plain);
    const slow = this.#program.constant(this.#formulaGuard ? guardedCharacters : characters);
    this.statement(
      `n = ${value}.length; i = 0; a = p; b = q;`,
      `if (n > 0 && n < ${shortLength} && ((c = ${value}.charCodeAt(0)) < 128 ? ${first}[c] === 1 : c < 2048)) for (; i < n; i++) {`,
      `c = ${value}.charCodeAt(i);`,
      `if (c < 128) { if (${this.#program.constant(plain)}[c] === 0) break; J[a++] = c; K[b++] = c; }`,
      "else if (c < 2048) { J[a++] = K[b++] = 192 | c >> 6; J[a++] = K[b++] = 128 | c & 63; }",
      "else break;",
      "}",
      `if (i === n) { p = a; q = b; } else { q = ${slow}(${value}, J, p, K, q); p = ${slow}.end; }`,
    );
  }

  /** A short ASCII text that stands bare in both files: a number, true, false. */
  bare(value: string): void {
    this.statement(
      `n = ${value}.length;`,
      `for (i = 0; i < n; i++) { c = ${value}.charCodeAt(i); J[p + i] = c; K[q + i] = c; }`,
      "p += n; q += n;",
    );
  }

  /** Whole texts for each file. */
  texts(json: string, cell: string): void {
    this.statement(`p += J.write(${json}, p); q += K.write(${cell}, q);`);
  }

  branch(condition: string, then: () => void, otherwise: () => void): void {
    this.statement(`if (${condition}) {`);
    then();
    this.statement("} else {");
    otherwise();
    this.statement("}");
  }

  flush(): void {
    for (const [buffer, at, text] of [
      ["J", "p", this.#json],
      ["K", "q", this.#csv],
    ] as const) {
      const bytes = [...Buffer.from(text)];
      this.fixedBytes += bytes.length;
      if (bytes.length === 0) continue;
      const stores = bytes.map((byte, index) => `${buffer}[${index === 0 ? at : `${at} + ${index}`}] = ${byte};`);
      this.statements.push(`${stores.join(" ")} ${at} += ${bytes.length};`);
    }
    this.#json = "";
    this.#csv = "";
  }
}

/** ASCII characters that stand in JSON and in CSV as they are. */
const plain = new Uint8Array(128).fill(1, 0x20);
plain[0x22] = plain[0x5c] = 0;
/** Those of them that may begin a cell. */
const plainFirst = plain.map((is, char) => (is === 1 && guarded(String.fromCharCode(char)).length === 1 ? 1 : 0));

interface SlowCharacters {
  (text: string, json: Buffer, jsonAt: number, csv: Buffer, csvAt: number): number;
  /** Where the JSON ended; the call itself gives where the CSV ended. */
  end: number;
}

const characters = slowCharacters((text) => text);
const guardedCharacters = slowCharacters(guarded);

/** For strings that are long, or hold something special or beyond two bytes of UTF-8. */
function slowCharacters(guard: (text: string) => string): SlowCharacters {
  const write: SlowCharacters = (text, json, jsonAt, csv, csvAt) => {
    const end = jsonAt + json.write(text, jsonAt);
    const cell = guard(text);
    let to = csvAt;
    if (cell.length !== text.length) csv[to++] = 0x27;
    for (let from = jsonAt; from < end; from++) {
      const byte = json[from] as number;
      if (byte < 128 && plain[byte] === 0) {
        write.end = jsonAt + json.write(JSON.stringify(text.toWellFormed()).slice(1, -1), jsonAt);
        return csvAt + csv.write(doubled(cell), csvAt);
      }
      csv[to++] = byte;
    }
    write.end = end;
    return to;
  };
  write.end = 0;
  return write;
}
