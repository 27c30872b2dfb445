import { pipeline } from "node:stream";
import { crc32, createInflateRaw, inflateRawSync, type ZlibOptions } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { PortmanteauError } from "../model/errors.ts";
import type { RandomAccess } from "../model/ports.ts";
import { encryptedWithAge } from "./age-file.ts";
import { openRandomAccess, readExactly, readingAhead, type ZipInput } from "./random-access.ts";
import type { CentralRecord } from "./zip-headers.ts";

/** Each piece is a trip to the thread pool and back: yauzl's own streams, of 16 and 64 KiB, take three times as long. */
const pieceBytes = 256 * 1024;
/** So much is inflated at once, and once more while it is looked at. */
const inflatedBytes = 256 * 1024;
/** What is no larger is inflated at once: a stream of its own costs 0.2 ms, and there may be a hundred thousand entries. */
const smallBytes = 64 * 1024;
/** So much is inflated in half a second. Few records say so little that a real bundle of them becomes larger, and is taken for a bomb. */
const harmlessBytes = 2 ** 28;
const [stored, deflated] = [0, 8];
/** Names, extra fields and comments stay in memory: each may be 64 KiB long. */
const maxNameBytes = 64 * 1024 * 1024;

/** One entry, as the central directory says. */
export interface ZipEntry {
  /** Its name, checked to be a safe relative path. */
  readonly path: string;
  /** Its size, inflated. */
  readonly bytes: number;
  /** Its size in the zip. */
  readonly compressedBytes: number;
  /** Its CRC-32, as the zip claims it. */
  readonly crc32: number;
  /** Whether it is a folder: its name ends on `/`. */
  readonly isDirectory: boolean;
}

/** How large and how many the entries of a zip may be before reading it ends with `LIMIT_EXCEEDED`. */
export interface ZipLimits {
  /** Most entries. Default 100,000. */
  readonly maxEntries?: number;
  /** Largest entry, inflated, in bytes. Default 1 TiB. */
  readonly maxEntryBytes?: number;
  /**
   * How many times as large as its deflated bytes an entry may become, and all entries together as the file, once that is more than
   * 256 MiB: less does no harm. Default 250: records reach 100, a bomb begins at 1,000.
   */
  readonly maxRatio?: number;
}

/** A zip that is open for reading, from its central directory. Names are as they stand there: nothing is ever written under them. */
export interface ZipReader {
  readonly entries: readonly ZipEntry[];
  readonly file: RandomAccess;
  /** What the central directory says of an entry, field by field. */
  record(entry: ZipEntry): CentralRecord;
  /** Why an entry is not read: it breaks a limit, is a link, encrypted, or compressed in another way; nothing when it is. */
  refusal(entry: ZipEntry): Refusal | undefined;
  /** The inflated bytes; more than the entry claims is an error, so a bomb goes off nowhere, and so is another CRC-32. */
  read(entry: ZipEntry): AsyncIterable<Buffer>;
  close(): void;
}

export interface Refusal {
  readonly kind: "limit" | "special";
  readonly message: string;
}

/**
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` when the file is no zip, or is damaged; `LIMIT_EXCEEDED` when it breaks a limit
 * @throws the system's error when the file cannot be opened
 */
export async function openZip(input: ZipInput, limits: ZipLimits = {}): Promise<ZipReader> {
  const { maxEntries = 100_000, maxEntryBytes = 2 ** 40, maxRatio = 250 } = limits;
  const file = await openRandomAccess(input);
  const zip = await yauzlOf(file);
  const records = new Map<ZipEntry, Entry>();
  try {
    if (zip.entryCount > maxEntries)
      throw limitError(`It claims ${zip.entryCount} entries, more than maxEntries, ${maxEntries}.`);
    let nameBytes = 0;
    for await (const entry of zip.eachEntry()) {
      nameBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      if (nameBytes > maxNameBytes) throw limitError(`The names of its entries are longer than ${maxNameBytes} bytes.`);
      records.set(entryOf(entry), entry);
    }
    const total = [...records.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (isBomb(total, file.size, maxRatio))
      throw limitError(`Its entries inflate to more than maxRatio, ${maxRatio}, times the size of the file.`);
  } catch (error) {
    zip.close();
    await file.close?.();
    throw unreadable(error);
  }

  const refusal = (entry: ZipEntry): Refusal | undefined => {
    const { generalPurposeBitFlag, compressionMethod, externalFileAttributes } = records.get(entry) as Entry;
    const special = (what: string): Refusal => ({ kind: "special", message: `The entry is ${what}.` });
    if (((externalFileAttributes >>> 16) & 0o170000) === 0o120000) return special("a symbolic link");
    if ((generalPurposeBitFlag & 1) === 1) return special("encrypted");
    if (compressionMethod !== stored && compressionMethod !== deflated)
      return special(`compressed by method ${compressionMethod}`);
    const limit = (message: string): Refusal => ({ kind: "limit", message });
    if (entry.bytes > maxEntryBytes) return limit(`The entry is larger than maxEntryBytes, ${maxEntryBytes}.`);
    if (isBomb(entry.bytes, entry.compressedBytes, maxRatio))
      return limit(`The entry inflates to more than maxRatio, ${maxRatio}, times its size.`);
    return undefined;
  };
  /** Small entries that stand one after the other are read together. */
  const ahead = readingAhead(file, 16_384);
  let readings = 0;
  let closed = false;
  /** A file is closed when nobody reads it any more: its number may be another file's at once. */
  const closeWhenIdle = () => {
    if (!closed || readings > 0 || !zip.isOpen) return;
    zip.close();
    void Promise.resolve(file.close?.()).catch(() => {}); // it was read only: there is nothing to lose
  };
  async function* compressedBytes(entry: Entry): AsyncGenerator<Buffer> {
    if (closed) throw new Error("The zip is closed.");
    readings++;
    try {
      const start = await dataStart(ahead, entry);
      for (let done = 0; done < entry.compressedSize; ) {
        const piece = await ahead.read(start + done, Math.min(pieceBytes, entry.compressedSize - done));
        if (piece.length === 0) throw new Error("The file ends inside the entry.");
        done += piece.length;
        yield piece as Buffer;
      }
    } finally {
      readings--;
      closeWhenIdle();
    }
  }
  return {
    entries: [...records.keys()],
    file,
    record: (entry) => records.get(entry) as Entry,
    refusal,
    async *read(entry) {
      const record = records.get(entry) as Entry;
      const refused = refusal(entry);
      if (refused !== undefined)
        throw new PortmanteauError(
          refused.kind === "limit" ? "LIMIT_EXCEEDED" : "BUNDLE_UNREADABLE",
          `"${entry.path}": ${refused.message}`,
        );
      try {
        const compressed = compressedBytes(record);
        const { plain, consumed } =
          record.compressionMethod === stored
            ? { plain: compressed, consumed: () => entry.compressedBytes }
            : Math.max(entry.bytes, entry.compressedBytes) <= smallBytes
              ? await inflatedAtOnce(compressed, entry.bytes)
              : inflatedStream(compressed);
        let bytes = 0;
        let crc = 0;
        for await (const chunk of plain) {
          bytes += chunk.length;
          if (bytes > entry.bytes) throw new Error("The entry is larger than it claims.");
          if (chunk.length > 0) crc = crc32(chunk, crc); // node's CRC-32 of nothing can be 0, whatever it continues
          yield chunk;
        }
        if (bytes !== entry.bytes) throw new Error("The entry is smaller than it claims.");
        if (crc !== entry.crc32) throw new Error("The entry has another CRC-32 than it claims.");
        // What stands after the end of the deflate stream would be seen by nobody.
        if (consumed() !== entry.compressedBytes) throw new Error("The entry's data goes on after its end.");
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

/** The inflated bytes, and how many deflated ones went into them. */
interface Inflated {
  readonly plain: AsyncIterable<Buffer> | readonly Buffer[];
  consumed(): number;
}

function inflatedStream(compressed: AsyncIterable<Buffer>): Inflated {
  const inflating = createInflateRaw({
    chunkSize: inflatedBytes,
    readableHighWaterMark: 2 * inflatedBytes,
  } as ZlibOptions);
  // What fails, fails whoever reads it.
  return { plain: pipeline(compressed, inflating, () => {}), consumed: () => inflating.bytesWritten };
}

async function inflatedAtOnce(compressed: AsyncIterable<Buffer>, claimedBytes: number): Promise<Inflated> {
  const pieces: Buffer[] = [];
  for await (const piece of compressed) pieces.push(piece);
  const options = { info: true, maxOutputLength: claimedBytes + 1 };
  const { buffer, engine } = inflateRawSync(Buffer.concat(pieces), options) as unknown as {
    readonly buffer: Buffer;
    readonly engine: { readonly bytesWritten: number };
  };
  return { plain: [buffer], consumed: () => engine.bytesWritten };
}

const isBomb = (bytes: number, compressedBytes: number, maxRatio: number): boolean =>
  bytes > harmlessBytes && bytes > compressedBytes * maxRatio;

async function yauzlOf(file: RandomAccess): Promise<ZipFile> {
  try {
    // Names are decoded below: left to itself, yauzl refuses a whole zip for one unsafe name, and nobody learns which.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
    return await yauzl.fromRandomAccessReaderPromise(new YauzlReader(file), file.size, options);
  } catch (error) {
    const encrypted = await encryptedWithAge(file);
    await file.close?.();
    throw encrypted ?? unreadable(error);
  }
}

class YauzlReader extends yauzl.RandomAccessReader {
  readonly #file: RandomAccess;
  constructor(file: RandomAccess) {
    super();
    this.#file = readingAhead(file, 65_536); // it asks twice for each record of the directory
  }
  override read(bytes: Buffer, offset: number, length: number, position: number, done: (error: Error | null) => void) {
    readExactly(this.#file, position, length).then((read) => {
      read.copy(bytes, offset);
      done(null);
    }, done);
  }
}

function entryOf(entry: Entry): ZipEntry {
  const path = nameOf(entry);
  return {
    path,
    bytes: entry.uncompressedSize,
    compressedBytes: entry.compressedSize,
    crc32: entry.crc32,
    isDirectory: path.endsWith("/"),
  };
}

/** The name as other readers take it, the Unicode path of Info-ZIP included; backslashes stay what they are. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const { getFileNameLowLevel } = yauzl as unknown as {
    getFileNameLowLevel(flags: number, name: Buffer, extraFields: Entry["extraFields"], strict: boolean): string;
  };
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

/** Where an entry's data begins: after its own header, whose name and extra field may be longer than the central directory's. */
async function dataStart(file: RandomAccess, { relativeOffsetOfLocalHeader: at }: Entry): Promise<number> {
  const header = await readExactly(file, at, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new Error("There is no header where the entry should begin.");
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28); // lengths of the name and of the extra field
}

const limitError = (why: string) => new PortmanteauError("LIMIT_EXCEEDED", `The zip is not read: ${why}`);

/** Damage, unless it is known to be something else: a file that could not be read, a limit. */
const unreadable = (cause: unknown) =>
  PortmanteauError.is(cause)
    ? cause
    : new PortmanteauError(
        "BUNDLE_UNREADABLE",
        "The file is not a zip that can be read: it is damaged, cut off, or something else.",
        { cause },
      );
