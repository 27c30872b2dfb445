import type { Encoder, FieldCount } from "../model/generated/journal/part-state.ts";
import { type JsonObject, valueAt } from "../model/json.ts";
import type { RecordError } from "./ajv.ts";
import { csvHeader } from "./csv-writer.ts";
import type { DirectTarget } from "./direct/index.ts";
import { MonthCounts, monthList, monthsIn } from "./month-counts.ts";
import { count, type Projection, type Tally } from "./project.ts";
import type { RecordCodec } from "./record-codec.ts";
import { type TakePiece, TextBuffer } from "./text-buffer.ts";

export interface PartEncoderOptions {
  readonly json: TakePiece;
  readonly csv: TakePiece;
  /** Called for the first piece of a quarantine file on; never when every record is valid. */
  readonly quarantine: TakePiece;
  readonly pseudonym: (value: string) => string;
  /** How many of the first records are kept for the page. */
  readonly previewRecords: number;
  /** Whether JSON and CSV are to be joined with those of other parts: then they hold the records and what stands between them, no more. */
  readonly fragment?: boolean;
  /** Where an encoder was put down that this one goes on for. */
  readonly start?: Encoder | undefined;
}

export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Records for the page are kept while their text is not longer than this, in UTF-16 units. */
export const previewLength = 64 * 1024;

/**
 * The records of one part on their way into bytes, JSON and CSV together, in one synchronous pass with no promise per record: the direct
 * way where the record is ordinary, or else the plain one, a step after the other.
 */
export class PartEncoder {
  readonly tally: Tally;
  /** The first records, for the page. */
  readonly preview: JsonObject[];
  written = 0;
  quarantined = 0;
  readonly #codec: RecordCodec;
  readonly #options: PartEncoderOptions;
  readonly #json: TextBuffer;
  readonly #csv: TextBuffer;
  readonly #quarantine: TextBuffer;
  readonly #target: DirectTarget;
  /** What stands around the records of the JSON file. */
  readonly #array: typeof jsonArray;
  #previewLeft = previewLength;
  #from: string | undefined;
  #to: string | undefined;
  readonly #months: MonthCounts;

  constructor(codec: RecordCodec, options: PartEncoderOptions) {
    this.#codec = codec;
    this.#options = options;
    const { start } = options;
    this.tally = { dropped: countsOf(start?.dropped), redacted: countsOf(start?.redacted) };
    this.preview = [...((start?.preview ?? []) as JsonObject[])];
    this.#json = new TextBuffer(options.json, start?.texts.json);
    this.#csv = new TextBuffer(options.csv, start?.texts.csv);
    this.#quarantine = new TextBuffer(options.quarantine, start?.texts.quarantine);
    const redacted = (pointer: string) => count(this.tally.redacted, pointer);
    this.#target = { json: this.#json, csv: this.#csv, pseudonym: options.pseudonym, redacted, time: undefined };
    this.#array = options.fragment === true ? noArray : jsonArray;
    this.#months = new MonthCounts(start === undefined ? new Map() : monthsIn(start.months));
    if (start !== undefined) {
      this.written = start.written;
      this.quarantined = start.quarantined;
      this.#previewLeft = start.previewLeft;
      this.#from = start.period?.from;
      this.#to = start.period?.to;
    } else if (options.fragment !== true) this.#csv.write(csvHeader(codec.columns, codec.csv));
  }

  /** Where it is, for an encoder that goes on for this one. Nothing changes. A projected record is what JSON gives back as it was. */
  get state(): Encoder {
    return {
      written: this.written,
      quarantined: this.quarantined,
      dropped: fieldCounts(this.tally.dropped),
      redacted: fieldCounts(this.tally.redacted),
      preview: [...this.preview],
      previewLeft: this.#previewLeft,
      period: this.period ?? null,
      months: monthList(this.months),
      texts: { json: this.#json.text, csv: this.#csv.text, quarantine: this.#quarantine.text },
    };
  }

  /**
   * Encodes one record as the source gave it. Gives the errors of a record that does not match its schema; it then stands in the
   * quarantine instead.
   */
  encode(raw: unknown): readonly RecordError[] | undefined {
    // The first record opens the file, and the first few are shown on the page, so they are needed as objects.
    if (this.written === 0 || this.written < this.#options.previewRecords || !this.#codec.direct()?.(raw, this.#target))
      return this.#encodePlainly(raw);
    this.#observeTime(this.#target.time);
    this.written++;
    return undefined;
  }

  #encodePlainly(raw: unknown): readonly RecordError[] | undefined {
    const projection = this.#codec.project(raw, this.tally, this.#options);
    const invalid = projection.errors.length > 0 ? projection.errors : this.#codec.validate(projection.record);
    if (invalid !== undefined) {
      this.#toQuarantine(projection, invalid);
      return invalid;
    }
    const { record } = projection;
    const text = JSON.stringify(record);
    this.#json.write(this.written === 0 ? this.#array.head : this.#array.between);
    this.#json.write(text);
    this.#csv.write(this.#codec.csvRow(record));
    if (this.#codec.timeColumn !== undefined) this.#observeTime(valueAt(record, this.#codec.timeColumn.keys));
    if (this.written < this.#options.previewRecords && (this.#previewLeft -= text.length) >= 0)
      this.preview.push(record);
    this.written++;
    return undefined;
  }

  /** Writes what closes the files. Nothing may be encoded afterwards. */
  end(): void {
    this.#json.write(this.written === 0 ? this.#array.empty : this.#array.tail);
    this.#json.end();
    this.#csv.end();
    if (this.quarantined > 0) this.#quarantine.write("\n]\n");
    this.#quarantine.end();
  }

  /** The time that the written records cover. */
  get period(): Period | undefined {
    return this.#from === undefined || this.#to === undefined ? undefined : { from: this.#from, to: this.#to };
  }

  /** How many of the written records fall into each month; nothing where there are too many months. */
  get months(): ReadonlyMap<string, number> | undefined {
    return this.#months.counts;
  }

  #toQuarantine({ record }: Projection, errors: readonly RecordError[]): void {
    const index = this.written + this.quarantined;
    this.#quarantine.write(`${this.quarantined === 0 ? "[\n" : ",\n"}${JSON.stringify({ index, errors, record })}`);
    this.quarantined++;
  }

  #observeTime(value: unknown): void {
    // Only in the first and last hours of the calendar is a valid instant not in UTC.
    if (typeof value !== "string" || !value.endsWith("Z")) return;
    this.#months.add(value);
    if (this.#from === undefined || isEarlier(value, this.#from)) this.#from = value;
    if (this.#to === undefined || isEarlier(this.#to, value)) this.#to = value;
  }
}

/** The text of a JSON array of one element per line, but for the elements. */
export const jsonArray = { head: "[\n", between: ",\n", tail: "\n]\n", empty: "[\n]\n" };
const noArray: typeof jsonArray = { head: "", between: jsonArray.between, tail: "", empty: "" };

function fieldCounts(counts: ReadonlyMap<string, number>): FieldCount[] {
  return [...counts].map(([pointer, count]) => ({ pointer, count }));
}

function countsOf(counts: readonly FieldCount[] = []): Map<string, number> {
  return new Map(counts.map(({ pointer, count }) => [pointer, count]));
}

/** Without the Z, texts of the same instant format sort as their instants do, however many digits they have. */
export function isEarlier(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.slice(0, -1) < other.slice(0, -1);
}
