import type { JsonValue } from "../../model/json.ts";

/** A record, and where reading goes on after it, where it can. */
export interface Located {
  /** The record. */
  readonly record: JsonValue;
  /** Bytes of the file up to the end of the record, and its line. */
  readonly end?: { readonly bytes: number; readonly line: number };
}

/** How the bytes of a file become records: `ndjson()`, `jsonArray()` or `csv()`. */
export interface FileFormat {
  /** Whether `records` can start after a record, at an offset. */
  readonly resumes: boolean;
  /**
   * Reads the records of one file, in portions as they come.
   *
   * @param bytes what the file holds, inflated, from `start` on
   * @param file the file's number, for messages
   */
  records(
    bytes: AsyncIterable<Uint8Array>,
    file: number,
    start: { readonly bytes: number; readonly line: number },
  ): AsyncIterable<Iterable<Located>>;
}
