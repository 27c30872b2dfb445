import type { FileHandle } from "node:fs/promises";
import { PortmanteauError } from "../../model/errors.ts";
import { isPlainObject, type JsonObject, type JsonValue, pointerKeys, valueAt } from "../../model/json.ts";
import type { Cursor, Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import {
  aborted,
  type ByteStream,
  bytesOfFile,
  bytesOfStream,
  type Compression,
  checkCompression,
  inflated,
  markBefore,
  openFile,
} from "./bytes.ts";
import { failed } from "./failure.ts";
import type { FileFormat, Located } from "./format.ts";

type Several<T> = T | readonly T[];

/** Which files hold the person's records, and in which format. */
export interface FilesSourceOptions<R = JsonValue> {
  /** Path of the file, or of several that are read one after the other; or a function that gives them for the subject. */
  readonly paths?: Several<string> | ((context: ReadContext) => Several<string> | Promise<Several<string>>);
  /** Instead of `paths`: gives the bytes, as one stream or several. Called once per read; streams that were not reached are not closed. */
  readonly streams?: (context: ReadContext) => Several<ByteStream> | Promise<Several<ByteStream>>;
  /** `ndjson()`, `jsonArray()` or `csv()`. */
  readonly format: FileFormat;
  /** How the files are compressed. zstd needs Node.js 22.15. Default `"none"`. */
  readonly compression?: Compression;
  /** Which records are the subject's: a pointer to their key, or a function. Absent: all of them. */
  readonly belongs?: string | ((record: JsonValue, context: { readonly subject: SourceSubject }) => boolean);
  /** Makes a record of what the file holds. Default: it is the record. */
  map?(record: JsonValue): R;
  /** Counted independently, when it can be. */
  readonly count?: (context: ReadContext) => number | Promise<number>;
  /** How many times a file may grow when it is inflated; one of 16 MiB never matters. Default 250. */
  readonly maxRatio?: number;
}

/** After so many records of others a page is given even when it is not full, so that a long search is not taken for a standstill. */
const recordsPerPage = 20_000;

/**
 * Reads a dataset from files: NDJSON, JSON or CSV, on disk or out of a stream, plain or compressed, in bounded memory.
 *
 * Uncompressed NDJSON on disk resumes after a record, by its offset in bytes, as long as the file still is the same up to there; the others
 * are read from the start. Files have numbers in messages, from 1: their paths are in none, nor is anything that stands in them.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options contradict each other. From `read` and `check`: `SOURCE_FAILED` (a file that
 *   is not there, is cut, not UTF-8 or not of its format, with the line; a limit), `SOURCE_UNAVAILABLE` (a disk or stream that fails;
 *   retryable), `SOURCE_CONTRACT` (a cursor that is none), `ABORTED`
 * @example
 * ```ts
 * const source = filesSource({
 *   paths: ["/var/log/app/access.1.ndjson", "/var/log/app/access.ndjson"],
 *   format: ndjson(),
 *   belongs: "/userId",
 * });
 * ```
 */
export function filesSource<R = JsonValue>(options: FilesSourceOptions<R>): Source<R> {
  const { paths, streams, format, compression = "none", count, maxRatio = 250 } = options;
  if ((paths === undefined) === (streams === undefined)) throw invalid("Give either `paths` or `streams`.");
  if (!(maxRatio > 0)) throw invalid("`maxRatio` is no number above 0.");
  checkCompression(compression);
  const isOurs = belonging(options.belongs);
  const resumes = format.resumes && compression === "none" && paths !== undefined;

  async function* pagesOfPaths(context: ReadContext): AsyncGenerator<Page<R>> {
    const given = listOf(await called("paths", () => (typeof paths === "function" ? paths(context) : paths)));
    let start = context.after === undefined ? { file: 0, bytes: 0, line: 1 } : cursorOf(context.after, given.length);
    for (let index = start.file; index < given.length; index++) {
      const file = index + 1;
      const handle = await openFile(given[index] as string, file);
      try {
        if ("mark" in start && (await markBefore(handle, start.bytes, file)) !== start.mark)
          throw failed(`File ${file} is not the one that was read before. Export again.`);
        const bytes = inflated(bytesOfFile(handle, start.bytes, file), compression, maxRatio, file);
        for await (const { records, end } of pagesOf(format.records(bytes, file, start), context))
          yield end === undefined || !resumes
            ? { records }
            : { records, cursor: await cursorAfter(handle, index, end) };
      } finally {
        await handle.close();
      }
      start = { file: index + 1, bytes: 0, line: 1 };
    }
  }

  async function* pagesOfStreams(context: ReadContext): AsyncGenerator<Page<R>> {
    if (context.after !== undefined) throw contract("This source cannot continue after a cursor.");
    const given = listOf(await called("streams", () => streams?.(context))) as readonly ByteStream[];
    for (const [index, stream] of given.entries()) {
      const file = index + 1;
      if (typeof stream?.[Symbol.asyncIterator] !== "function") throw contract(`Stream ${file} is no async iterable.`);
      if (used.has(stream)) throw contract(`Stream ${file} was read before. Give a new one each time.`);
      used.add(stream);
      const bytes = inflated(bytesOfStream(stream, context.signal, file), compression, maxRatio, file);
      for await (const { records } of pagesOf(format.records(bytes, file, { bytes: 0, line: 1 }), context))
        yield { records };
    }
  }
  const used = new WeakSet<object>();

  /** The subject's records of one file, in pages. */
  async function* pagesOf(
    batches: AsyncIterable<Iterable<Located>>,
    { subject, signal, pageRecords }: ReadContext,
  ): AsyncGenerator<{ readonly records: R[]; readonly end: Located["end"] }> {
    let records: R[] = [];
    let end: Located["end"];
    let passed = 0;
    for await (const batch of batches) {
      if (signal.aborted) throw aborted(signal);
      for (const located of batch) {
        end = located.end;
        if (ours(located.record, subject)) records.push(mapped(located.record));
        if (records.length < pageRecords && ++passed < recordsPerPage) continue;
        yield { records, end };
        if (signal.aborted) throw aborted(signal); // a batch can hold many pages
        records = [];
        passed = 0;
      }
    }
    if (records.length > 0) yield { records, end };
  }

  function ours(record: JsonValue, subject: SourceSubject): boolean {
    try {
      return isOurs(record, { subject });
    } catch (cause) {
      throw thrown("belongs", cause);
    }
  }

  function mapped(record: JsonValue): R {
    try {
      return options.map === undefined ? (record as unknown as R) : options.map(record);
    } catch (cause) {
      throw thrown("map", cause);
    }
  }

  return {
    name: "files",
    capabilities: {
      resume: resumes ? "cursor" : "none",
      partitions: false,
      count: count !== undefined,
      attachments: false,
    },
    read: (context) => (paths === undefined ? pagesOfStreams(context) : pagesOfPaths(context)),
    ...(count === undefined ? {} : { count: async (context: ReadContext) => count(context) }),
    ...(paths === undefined || typeof paths === "function"
      ? {}
      : {
          async check() {
            for (const [index, path] of listOf(paths).entries()) await (await openFile(path, index + 1)).close();
          },
        }),
  };
}

interface FileCursor {
  readonly file: number;
  readonly bytes: number;
  readonly line: number;
  readonly mark: string;
}

async function cursorAfter(
  handle: FileHandle,
  file: number,
  { bytes, line }: NonNullable<Located["end"]>,
): Promise<Cursor> {
  return { file, bytes, line, mark: await markBefore(handle, bytes, file + 1) };
}

/** The cursor that the engine hands back, which must be of the shape we gave. */
function cursorOf(after: Cursor, files: number): FileCursor {
  if (isPlainObject(after)) {
    const { file, bytes, line, mark } = after;
    if (isIndex(file) && file < files && isIndex(bytes) && isIndex(line) && typeof mark === "string")
      return { file, bytes, line, mark };
  }
  throw contract("The cursor to continue after was not made by this source, or a file is gone since.");
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function belonging(
  belongs: FilesSourceOptions["belongs"],
): (record: JsonValue, context: { subject: SourceSubject }) => boolean {
  if (belongs === undefined) return () => true;
  if (typeof belongs === "function") return belongs;
  const keys = pointerKeys(belongs);
  if (keys === undefined || keys.length === 0) throw invalid(`\`belongs\`, "${belongs}", is no pointer into a record.`);
  return (record, { subject }) => {
    const key = valueAt(record as JsonObject, keys);
    return (typeof key === "string" || typeof key === "number") && String(key) === subject.id;
  };
}

function listOf<T>(several: Several<T> | undefined): readonly T[] {
  return Array.isArray(several) ? several : [several as T];
}

async function called<T>(option: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw thrown(option, cause);
  }
}

function thrown(option: string, cause: unknown): PortmanteauError {
  return PortmanteauError.is(cause) ? cause : failed(`\`${option}\` threw an error.`, cause);
}
