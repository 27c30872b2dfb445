import type { ZipArchive } from "archiver";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { EntryFacts } from "./zip-entry.ts";

/*
 * What we call of archiver's engine (zip-stream 7 over compress-commons 7). It is protected by convention and not public, so archiver is
 * held to one minor version, `engineOf` looks before it leaps, and golden bytes in the tests notice any change.
 */
export interface Engine {
  readonly _entries: readonly unknown[];
  readonly _archive: { readonly centralLength: number; readonly centralOffset: number };
  /** Calls `_appendBuffer` before it returns; calls back at once when it refuses the entry. */
  entry(source: Buffer, data: { name: string; mode: number; date: Date }, done: (error: unknown) => void): void;
  _appendBuffer(entry: Entry): unknown;
  _afterAppend(entry: Entry): void;
  _writeLocalFileHeader(entry: Entry): void;
  isZip64(): boolean;
  /** How many bytes were written into it. */
  readonly offset: number;
  readonly writableCorked: number;
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
  _write(bytes: Buffer, encoding: "buffer", done: (error?: Error | null) => void): void;
  _writev(pieces: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void;
  on(event: "drain" | "error", listener: (error: unknown) => void): void;
}
export interface Entry {
  readonly _offsets: { readonly file: number };
  setMethod(method: number): void;
  setCrc(crc: number): void;
  setSize(bytes: number): void;
  setCompressedSize(bytes: number): void;
  setExtra(extra: Buffer | null): void;
  setVersionNeededToExtract(version: number): void;
  getGeneralPurposeBit(): { useUTF8ForNames(on: boolean): void; useDataDescriptor(on: boolean): void };
  isZip64(): boolean;
}

/** Every entry has this time: a bundle says when it was made in its manifest. */
const epoch = new Date("1980-01-01T00:00:00Z");
/** archiver wants a source with every entry; the bytes come by another way. */
const noSource = Buffer.alloc(0);
const methodStored = 0;
const methodDeflated = 8;
const versionDeflate = 20;
const versionZip64 = 45;
const max16 = 0xffff;
const max32 = 0xffffffff;

/** The engine of an archive, with our ways of writing. @throws {PortmanteauError} `ARCHIVE_FAILED` when it is not the one we know */
export function engineOf(archive: ZipArchive): Engine {
  const found = (archive as unknown as { _module?: { engine?: Engine } })._module?.engine;
  for (const method of ["entry", "_appendBuffer", "_afterAppend", "_writeLocalFileHeader", "isZip64"] as const) {
    if (typeof found?.[method] !== "function")
      throw new PortmanteauError("ARCHIVE_FAILED", "This archiver has another engine inside. Install archiver 8.0.");
  }
  const engine = found as Engine;
  engine.isZip64 = () => isLarge(engine);
  // The engine writes a header in a dozen pieces. While it is corked they wait; then they go through its streams as one chunk.
  engine._writev = (pieces, done) => engine._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), "buffer", done);
  return engine;
}

/** Begins an entry past the queue of archiver; its header and its bytes are written by the caller. */
export function beginEntry(engine: Engine, path: EntryPath, mode: number): Entry {
  const begun: Entry[] = [];
  engine._appendBuffer = (entry) => begun.push(entry);
  engine.entry(noSource, { name: path, mode, date: epoch }, (error) => {
    throw error;
  });
  const [entry] = begun;
  if (entry === undefined) throw new PortmanteauError("ARCHIVE_FAILED", `archiver did not begin "${path}".`);
  return entry;
}

/** Zip64 records are written when a field would not fit, and never before: one desktop unarchiver cannot read them. */
function isLarge({ _entries, _archive }: Engine): boolean {
  return _entries.length >= max16 || _archive.centralLength >= max32 || _archive.centralOffset >= max32;
}

/** Writes the header of an entry, which has the sizes: nothing stands after its bytes. */
export function writeHeader(
  engine: Engine,
  entry: Entry,
  { bytes, compressedBytes, crc32: crc, isStored = false }: EntryFacts,
): void {
  const large = bytes >= max32 || compressedBytes >= max32;
  const bits = entry.getGeneralPurposeBit();
  bits.useUTF8ForNames(true);
  bits.useDataDescriptor(false);
  entry.setMethod(isStored ? methodStored : methodDeflated);
  entry.setVersionNeededToExtract(large ? versionZip64 : versionDeflate);
  entry.setCrc(crc);
  entry.setSize(large ? max32 : bytes);
  entry.setCompressedSize(large ? max32 : compressedBytes);
  if (large) entry.setExtra(zip64Extra(bytes, compressedBytes));
  // Asked while it writes the local header, the engine would turn zip64 into a data descriptor.
  entry.isZip64 = () => false;
  engine._writeLocalFileHeader(entry);
  // The central directory makes its own extra field from the true sizes.
  entry.setExtra(null);
  entry.setSize(bytes);
  entry.setCompressedSize(compressedBytes);
  entry.isZip64 = () => large || entry._offsets.file >= max32;
}

function zip64Extra(bytes: number, compressedBytes: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(0x0001, 0); // header id: zip64 extended information
  extra.writeUInt16LE(16, 2); // size of what follows
  extra.writeBigUInt64LE(BigInt(bytes), 4); // original size
  extra.writeBigUInt64LE(BigInt(compressedBytes), 12); // compressed size
  return extra;
}
