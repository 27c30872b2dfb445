import type { ZipEntry, ZipReader } from "../archive/zip-reader.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { JsonValue } from "../model/json.ts";

export interface ReadLimits {
  /** Longest line of a JSON file, in UTF-16 units. Default 64 Mi. */
  readonly maxLineLength?: number;
  /** Largest manifest, checksum file, data package or schema, in bytes. Default 64 MiB. */
  readonly maxDocumentBytes?: number;
}

const mebi = 1024 * 1024;

/** An entry's text. @throws {PortmanteauError} `BUNDLE_UNREADABLE` when it is not UTF-8 */
export async function* entryText(bytes: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    throw PortmanteauError.is(cause) ? cause : unreadable(path, "is not UTF-8", cause);
  }
}

/** A small JSON document, whole. @throws {PortmanteauError} `BUNDLE_UNREADABLE` */
export async function readDocument(
  zip: ZipReader,
  entry: ZipEntry,
  { maxDocumentBytes = 64 * mebi }: ReadLimits = {},
): Promise<JsonValue> {
  return parse(await readText(zip, entry, { maxDocumentBytes }), entry.path);
}

export async function readText(
  zip: ZipReader,
  entry: ZipEntry,
  { maxDocumentBytes = 64 * mebi }: ReadLimits = {},
): Promise<string> {
  if (entry.bytes > maxDocumentBytes) throw unreadable(entry.path, `is larger than ${maxDocumentBytes} bytes`);
  let text = "";
  for await (const chunk of entryText(zip.read(entry), entry.path)) text += chunk;
  return text;
}

/**
 * The elements of a JSON file as the format lays it out: `[`, one element per line, `]`.
 *
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE`, with the record's index
 */
export async function* readJsonLines(
  text: AsyncIterable<string>,
  path: string,
  { maxLineLength = 64 * mebi }: ReadLimits = {},
): AsyncGenerator<JsonValue> {
  let row = 0;
  let ended = false;
  /** An element still waits for the comma or the bracket after it. */
  let open = false;
  const take = (line: string): JsonValue | undefined => {
    if (row++ === 0) {
      if (line !== "[") throw unreadable(path, 'does not begin with "["');
      return undefined;
    }
    if (ended) throw unreadable(path, 'goes on after "]"');
    if (line === "]") {
      if (open) throw unreadable(path, "ends on a comma");
      ended = true;
      return undefined;
    }
    if (row > 2 && !open) throw unreadable(path, "lacks a comma", undefined, row - 2);
    open = line.endsWith(",");
    return parse(open ? line.slice(0, -1) : line, path, row - 2);
  };
  for await (const line of lines(text, path, maxLineLength)) {
    const element = take(line);
    if (element !== undefined) yield element;
  }
  if (!ended) throw unreadable(path, 'does not end with "]"');
}

async function* lines(text: AsyncIterable<string>, path: string, maxLineLength: number): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of text) {
    const parts = chunk.split("\n");
    parts[0] = rest + (parts[0] ?? "");
    rest = parts.pop() ?? "";
    yield* parts;
    if (rest.length > maxLineLength) throw unreadable(path, `has a line longer than ${maxLineLength}`);
  }
  if (rest !== "") throw unreadable(path, "does not end with a line end");
}

function parse(text: string, path: string, recordIndex?: number): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw unreadable(path, "is not JSON", cause, recordIndex);
  }
}

function unreadable(path: string, why: string, cause?: unknown, recordIndex?: number): PortmanteauError {
  return new PortmanteauError(
    "BUNDLE_UNREADABLE",
    `"${path}" ${why}${recordIndex === undefined ? "" : ` (record ${recordIndex})`}.`,
    {
      ...(recordIndex === undefined ? {} : { context: { recordIndex } }),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
