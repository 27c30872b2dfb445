import { pipeline, type Readable } from "node:stream";
import { parse } from "fast-csv";
import type { RecordSchema } from "../../model/record-schema.ts";
import { invalid } from "../../model/source-error.ts";
import { type CsvColumnType, CsvRecords } from "./csv-records.ts";
import { failed } from "./failure.ts";
import type { FileFormat, Located } from "./format.ts";
import { textOf } from "./text.ts";

/** How the CSV is written, and what its columns are. */
export interface CsvFormatOptions {
  /** One character between cells. Default `","`. */
  readonly delimiter?: string;
  /** The character around cells; `null` when there is none. Default `'"'`. */
  readonly quote?: string | null;
  /** The character before a quote inside quotes. Default: the quote itself. */
  readonly escape?: string;
  /** The columns' names, when the file has no header row. */
  readonly headers?: readonly string[];
  /** Where a column goes, by its header: a pointer into the record. Default: the field of that name. */
  readonly rename?: Readonly<Record<string, string>>;
  /** The record schema: it types the columns, and tells null, absent and `""` apart. Its columns are named as in a bundle's CSV. */
  readonly schema?: RecordSchema;
  /** Types of fields by their pointer, before those of the schema. Default `"string"`. */
  readonly types?: Readonly<Record<string, CsvColumnType>>;
  /** Longest row, in UTF-16 units, give or take 16 Ki. Default 1 Mi. */
  readonly maxRowLength?: number;
}

/** So much text goes to the parser at once. */
const sliceLength = 16 * 1024;

/**
 * CSV in UTF-8: LF, CRLF or CR, quoted cells of several lines, a byte order mark. Empty lines are skipped. A row with more or fewer cells
 * than the header, and a cell that is not of its column's type, are errors that name the line.
 *
 * Cells are taken as they stand, blanks included. An empty cell, quoted or not, is null where the schema allows that, absent where the field
 * is optional, `""` where it is a string, and else an error; without a schema it is `""` in a string's column and null in any other.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` or `SCHEMA_UNSUPPORTED` when the options are wrong
 */
export function csv(options: CsvFormatOptions = {}): FileFormat {
  const { delimiter = ",", quote = '"', escape: escaping, headers, maxRowLength = 2 ** 20 } = options;
  for (const [option, character] of Object.entries({ delimiter, quote, escape: escaping }))
    if (typeof character === "string" && (character.length !== 1 || /[\r\n\uD800-\uDFFF\uFEFF]/.test(character)))
      throw invalid(`\`${option}\` is not one character.`);
  if (delimiter === quote || delimiter === escaping) throw invalid("`delimiter` is the same as `quote` or `escape`.");
  const records = new CsvRecords(options);
  if (headers !== undefined) records.columnsFor(headers, 0);

  return {
    resumes: false,
    async *records(bytes, file) {
      let held = 0;
      let line = 1;
      async function* slices() {
        for await (const text of textOf(bytes, file))
          for (let at = 0; at < text.length; at += sliceLength) {
            const slice = text.slice(at, at + sliceLength);
            held += slice.length;
            if (held > maxRowLength + sliceLength)
              throw failed(
                `Row at line ${line} of file ${file} is longer than maxRowLength, ${maxRowLength}. Is a quote not closed?`,
              );
            yield blanksHidden(slice, delimiter);
          }
      }
      const rows = parse({
        headers: false,
        delimiter,
        quote: quote as string,
        ...(escaping === undefined ? {} : { escape: escaping }),
      });
      pipeline(slices(), rows, () => {}); // what fails, fails the loop below
      let columns = headers === undefined ? undefined : records.columnsFor(headers, file);
      function* located(batch: readonly (readonly string[])[]): Generator<Located> {
        for (const hidden of batch) {
          held = 0;
          const cells = hidden.map(blanksShown);
          const at = line;
          line += 1 + cells.reduce((sum, cell) => sum + lineEnds(cell), 0);
          if (cells.length === 0) continue;
          if (columns === undefined) columns = records.columnsFor(cells, file);
          else yield { record: records.recordOf(cells, columns, { line: at, file }) };
        }
      }
      try {
        for await (const batch of batches(rows)) yield located(batch);
      } catch (cause) {
        // The parser's own words quote the row.
        throw isParseError(cause)
          ? failed(
              `File ${file} is no CSV at line ${line} or soon after it: a quote is not closed, or text follows a closing quote.`,
              cause,
            )
          : cause;
      } finally {
        rows.destroy();
      }
      if (columns === undefined) throw failed(`File ${file} has no header row. If that is right, give \`headers\`.`);
    },
  };
}

/** Rows as many at once as the parser has: a promise per row costs more than the row. */
async function* batches(rows: Readable): AsyncGenerator<readonly (readonly string[])[]> {
  for await (const first of rows as AsyncIterable<readonly string[]>) {
    const batch = [first];
    for (let row = rows.read(); row !== null; row = rows.read()) batch.push(row);
    yield batch;
  }
}

function isParseError(cause: unknown): boolean {
  return cause instanceof Error && cause.message.startsWith("Parse Error");
}

function lineEnds(cell: string): number {
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/**
 * fast-csv drops a first cell of blanks, blanks around quotes, and a U+FEFF that begins a chunk. So it sees none of them: each stands as a
 * lone surrogate, which no text that was UTF-8 can hold.
 */
const blanks = [
  "\t",
  "\v",
  "\f",
  " ",
  "\u00A0",
  "\u1680",
  ..."\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A",
  "\u2028",
  "\u2029",
  "\u202F",
  "\u205F",
  "\u3000",
  "\uFEFF",
];
const firstStandIn = 0xdc00;
const standIns = new Map(blanks.map((blank, index) => [blank, String.fromCharCode(firstStandIn + index)]));

function blanksHidden(text: string, delimiter: string): string {
  return text.replace(/[^\S\r\n]/g, (blank) => (blank === delimiter ? blank : (standIns.get(blank) ?? blank)));
}

function blanksShown(cell: string): string {
  return cell.replace(/[\uDC00-\uDFFF]/gu, (standIn) => blanks[standIn.charCodeAt(0) - firstStandIn] ?? standIn);
}
