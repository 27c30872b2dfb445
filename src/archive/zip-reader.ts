import { close, open, read } from "node:fs";
import { pipeline } from "node:stream";
import { promisify } from "node:util";
import { createInflateRaw } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { PortmanteauError } from "../model/errors.ts";

/** Each piece is a trip to the thread pool and back: yauzl's own streams, of 16 and 64 KiB, take three times as long. */
const pieceBytes = 256 * 1024;
const readPiece = promisify(read);

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
  const fd = await promisify(open)(file, "r");
  let zip: ZipFile;
  try {
    // Names are decoded below: left to itself, yauzl refuses a whole zip for one unsafe name, and nobody learns which.
    zip = await yauzl.fromFdPromise(fd, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (error) {
    await promisify(close)(fd);
    throw error instanceof Error && "syscall" in error ? error : unreadable(error);
  }
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
  let readings = 0;
  let closed = false;
  /** A file is closed when nobody reads it any more: its number may be another file's at once. */
  const closeWhenIdle = () => {
    if (closed && readings === 0) zip.close();
  };
  async function* bytesAt(start: number, length: number): AsyncGenerator<Buffer> {
    if (closed) throw new Error("The zip is closed.");
    readings++;
    try {
      for (let done = 0; done < length; ) {
        const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, length - done));
        const { bytesRead } = await readPiece(fd, piece, 0, piece.length, start + done);
        if (bytesRead === 0) throw new Error("The file ends inside the entry.");
        done += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      readings--;
      closeWhenIdle();
    }
  }
  return {
    entries: [...known.keys()],
    async *read(entry) {
      const raw = known.get(entry) as Entry;
      try {
        if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8)
          throw new Error(`Compression method ${raw.compressionMethod} is not supported.`);
        const { fileDataStart } = await zip.readLocalFileHeaderPromise(raw, { minimal: true });
        const compressed = bytesAt(fileDataStart, raw.compressedSize);
        // What fails, fails the loop below.
        const plain =
          raw.compressionMethod === 8
            ? pipeline(compressed, createInflateRaw({ chunkSize: pieceBytes }), () => {})
            : compressed;
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
    close: () => {
      closed = true;
      closeWhenIdle();
    },
  };
}

/** The name as other readers take it, the Unicode path of Info-ZIP included; backslashes stay what they are. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const { getFileNameLowLevel } = yauzl as unknown as {
    getFileNameLowLevel(flags: number, name: Buffer, extraFields: Entry["extraFields"], strict: boolean): string;
  };
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}
