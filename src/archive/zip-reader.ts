import { createInflateRaw } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { PortmanteauError } from "../model/errors.ts";

/** One entry, as the central directory says. */
export interface ZipEntry {
  readonly path: string;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  readonly isEncrypted: boolean;
}

export interface ZipLimits {
  /** Most entries. Default 100,000. */
  readonly maxEntries?: number;
}

/** A zip that is open for reading, from its central directory. Names are as they stand there: nothing is ever written under them. */
export interface ZipReader {
  readonly entries: readonly ZipEntry[];
  /** The inflated bytes; more than the entry claims is an error, so a bomb goes off nowhere. */
  read(entry: ZipEntry): AsyncIterable<Buffer>;
  close(): void;
}

/** @throws {PortmanteauError} `BUNDLE_UNREADABLE` when the file is no zip, or is damaged. */
export async function openZip(file: string, { maxEntries = 100_000 }: ZipLimits = {}): Promise<ZipReader> {
  const unreadable = (cause: unknown) =>
    new PortmanteauError(
      "BUNDLE_UNREADABLE",
      "The file is not a zip that can be read: it is damaged, cut off, or something else.",
      { cause },
    );
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    // Names are decoded below: left to itself, yauzl refuses a whole zip for one unsafe name, and nobody learns which.
    yauzl.open(file, { lazyEntries: true, autoClose: false, decodeStrings: false }, (error, opened) =>
      error === null ? resolve(opened) : reject("syscall" in error ? error : unreadable(error)),
    );
  });
  const known = new Map<ZipEntry, Entry>();
  try {
    if (zip.entryCount > maxEntries) throw new Error(`The zip claims more than ${maxEntries} entries.`);
    await new Promise<void>((resolve, reject) => {
      zip.on("error", reject);
      zip.on("end", resolve);
      zip.on("entry", (entry: Entry) => {
        const path = nameOf(entry);
        const unixMode = entry.externalFileAttributes >>> 16;
        known.set(
          {
            path,
            bytes: entry.uncompressedSize,
            compressedBytes: entry.compressedSize,
            crc32: entry.crc32,
            isDirectory: path.endsWith("/"),
            isSymlink: (unixMode & 0o170000) === 0o120000,
            isEncrypted: (entry.generalPurposeBitFlag & 1) === 1,
          },
          entry,
        );
        zip.readEntry();
      });
      zip.readEntry();
    });
  } catch (cause) {
    zip.close();
    throw unreadable(cause);
  }
  return {
    entries: [...known.keys()],
    async *read(entry) {
      const raw = known.get(entry) as Entry;
      try {
        const compressed = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
          zip.openReadStream(raw, { decodeFileData: false }, (error, stream) =>
            error === null ? resolve(stream) : reject(error),
          );
        });
        if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8)
          throw new Error(`Compression method ${raw.compressionMethod} is not supported.`);
        // One inflater with large chunks reads three times as fast as yauzl's own stream.
        const plain =
          raw.compressionMethod === 8 ? compressed.pipe(createInflateRaw({ chunkSize: 256 * 1024 })) : compressed;
        compressed.on("error", (error) =>
          (plain as NodeJS.ReadableStream & { destroy(error: Error): void }).destroy(error),
        );
        let bytes = 0;
        for await (const chunk of plain as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          if (bytes > entry.bytes) throw new Error("The entry is larger than it claims.");
          yield chunk;
        }
        if (bytes !== entry.bytes) throw new Error("The entry is smaller than it claims.");
      } catch (cause) {
        throw unreadable(cause);
      }
    },
    close: () => zip.close(),
  };
}

/** The name as other readers take it, the Unicode path of Info-ZIP included; backslashes stay what they are. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const { getFileNameLowLevel } = yauzl as unknown as {
    getFileNameLowLevel(flags: number, name: Buffer, extraFields: Entry["extraFields"], strict: boolean): string;
  };
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}
