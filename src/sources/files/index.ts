/**
 * Files as a source: NDJSON, JSON arrays and CSV, on disk or out of a stream, plain, gzip or zstd.
 */

export type { ByteStream, Compression } from "./bytes.ts";
export { type CsvFormatOptions, csv } from "./csv.ts";
export type { CsvColumnType } from "./csv-records.ts";
export type { FileFormat, Located } from "./format.ts";
export { type JsonArrayOptions, jsonArray } from "./json-array.ts";
export { type NdjsonOptions, ndjson } from "./ndjson.ts";
export { type FilesSourceOptions, filesSource } from "./source.ts";
