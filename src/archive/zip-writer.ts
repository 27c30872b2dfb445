import { createHash } from "node:crypto";
import { constants, crc32, deflateRawSync } from "node:zlib";
import { ZipArchive } from "archiver";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";

/** What the headers of an entry say. All of it is known before the first byte: no data descriptor is ever written. */
export interface EntryFacts {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
  /** Whether the bytes stand as they are, not deflated. Default false. */
  readonly isStored?: boolean;
}

/** A small file as it stands in a zip. */
export interface PackedFile {
  readonly facts: EntryFacts & { readonly sha256: string };
  readonly deflated: Uint8Array;
}

/** What several files begin with, deflated once. It ends on a flush, so that anything deflated may follow. */
export interface PackedHead {
  readonly bytes: Uint8Array;
  readonly crc32: number;
  readonly deflated: Uint8Array;
}

export function packHead(bytes: Uint8Array, level: number): PackedHead {
  const deflated = deflateRawSync(bytes, { level, finishFlush: constants.Z_FULL_FLUSH });
  return { bytes, crc32: crc32(bytes), deflated };
}

const noHead: PackedHead = { bytes: new Uint8Array(), crc32: 0, deflated: new Uint8Array() };

/** Deflates and digests a file that is in memory: a head, if it has one, and the rest. */
export function packFile(rest: Uint8Array, level: number, head: PackedHead = noHead): PackedFile {
  const packed = deflateRawSync(rest, { level });
  const deflated = head === noHead ? packed : Buffer.concat([head.deflated, packed]);
  const facts = {
    bytes: head.bytes.length + rest.length,
    compressedBytes: deflated.length,
    crc32: rest.length === 0 ? head.crc32 : crc32(rest, head.crc32), // node's CRC-32 of nothing can be 0, whatever it continues
    sha256: createHash("sha256").update(head.bytes).update(rest).digest("hex"),
  };
  return { facts, deflated };
}

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Every entry has this time: a bundle says when it was made in its manifest. */
const epoch = new Date("1980-01-01T00:00:00Z");
const fileMode = 0o644;
const directoryMode = 0o755;
/** archiver wants a source with every entry; the bytes come by another way. */
const noSource = Buffer.alloc(0);
/** So much is gathered, headers included, before it goes through the streams: small pieces cost more than their bytes. */
const gatherBytes = 64 * 1024;

/**
 * Writes one zip through archiver, entry after entry, each copied as it was deflated.
 *
 * archiver's own ways are kept out where they are unsound (seen in version 8): its queue holds every appended source, so entries go
 * past it, one at a time; an error in a source neither ends nor rejects, so the bytes are pumped here; a failed destination leaves
 * `finalize()` pending, so its output is consumed here too and every wait also ends when something failed.
 */
export class ZipWriter {
  readonly #archive = new ZipArchive({ highWaterMark: 256 * 1024 });
  readonly #engine: Engine;
  readonly #consumed: Promise<void>;
  readonly #sha256 = createHash("sha256");
  #bytes = 0;
  #entries = 0;
  #begun: Entry | undefined;
  #gathered = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Ends the wait of the entry that is being added; its source may never answer. */
  #giveUp: ((error: unknown) => void) | undefined;

  /** @param write takes the zip's bytes in order; the next call waits for it */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#engine = engineOf(this.#archive);
    this.#engine._appendBuffer = (entry) => {
      this.#begun = entry;
    };
    this.#engine.isZip64 = () => isLarge(this.#engine);
    // The engine writes a header in a dozen pieces. While it is corked they wait; then they go through its streams as one chunk.
    this.#engine._writev = (pieces, done) =>
      this.#engine._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), "buffer", done);
    this.#engine.on("drain", () => this.#wake?.());
    this.#engine.on("error", (error) => this.#fail(error));
    this.#archive.on("error", (error) => this.#fail(error));
    this.#consumed = this.#consume(write);
  }

  /** An explicit directory entry; `path` ends with `/`. */
  async addDirectory(path: EntryPath): Promise<void> {
    await this.#add(path, { bytes: 0, compressedBytes: 0, crc32: 0, isStored: true }, [], directoryMode);
  }

  /** A small file that is in memory, as it is. */
  async addStored(path: EntryPath, bytes: Uint8Array): Promise<void> {
    const facts = { bytes: bytes.length, compressedBytes: bytes.length, crc32: crc32(bytes), isStored: true };
    await this.#add(path, facts, [bytes], fileMode);
  }

  /** A small file that was packed before. */
  async addPacked(path: EntryPath, { facts, deflated }: PackedFile): Promise<void> {
    await this.#add(path, facts, [deflated], fileMode);
  }

  /** A file that is already one raw deflate stream, or is stored. @throws `SPOOL_CORRUPT` when it is not as long as the facts say */
  async addSealed(path: EntryPath, facts: EntryFacts, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#add(path, facts, chunks, fileMode);
  }

  /** Sends what was gathered on its way; `finish` does so as well. */
  flush(): void {
    this.#gathered = 0;
    if (this.#engine.writableCorked > 0) this.#engine.uncork();
  }

  /** SHA-256, in hex, of everything that was added so far. Waits until all of it was taken. @throws what `write` threw */
  async digest(): Promise<string> {
    this.flush();
    while (this.#bytes < this.#engine.offset && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#throwFailure();
    return this.#sha256.copy().digest("hex");
  }

  /** Writes the central directory and waits until the last byte was taken. @throws what `write` threw */
  async finish(): Promise<{ readonly bytes: number; readonly entries: number; readonly sha256: string }> {
    this.#gather(); // the end of the stream uncorks it
    if (this.#failure === undefined) this.#archive.finalize().catch((error: unknown) => this.#fail(error));
    await this.#consumed;
    this.#throwFailure();
    return { bytes: this.#bytes, entries: this.#entries, sha256: this.#sha256.digest("hex") };
  }

  /** Gives up: nothing more is written once this resolves. Safe at any time, also twice. */
  async abort(): Promise<void> {
    this.#fail(new PortmanteauError("ABORTED", "The zip was given up."));
    await this.#consumed;
  }

  async #add(path: EntryPath, facts: EntryFacts, chunks: Chunks, mode: number): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve, reject) => {
      this.#giveUp = reject;
      this.#append(path, facts, chunks, mode).then(resolve, (error: unknown) => {
        this.#fail(error);
        reject(error);
      });
    });
    this.#entries++;
  }

  /** A header that has the sizes, the bytes as they come, nothing after them. */
  async #append(path: EntryPath, facts: EntryFacts, chunks: Chunks, mode: number): Promise<void> {
    const entry = this.#begin(path, mode);
    this.#gather();
    writeHeader(this.#engine, entry, facts);
    let bytes = 0;
    for await (const chunk of chunks) {
      this.#throwFailure();
      bytes += chunk.length;
      this.#gathered += chunk.length;
      const room = this.#engine.write(chunk);
      if (!room || this.#gathered >= gatherBytes) this.flush();
      if (!room) await this.#drained();
    }
    this.#throwFailure();
    if (bytes !== facts.compressedBytes) {
      throw new PortmanteauError(
        "SPOOL_CORRUPT",
        `Entry "${path}" has ${bytes} bytes where ${facts.compressedBytes} were sealed.`,
      );
    }
    this.#engine._afterAppend(entry);
  }

  #begin(path: EntryPath, mode: number): Entry {
    this.#begun = undefined;
    this.#engine.entry(noSource, { name: path, mode, date: epoch }, (error) => {
      throw error;
    });
    if (this.#begun === undefined) throw new PortmanteauError("ARCHIVE_FAILED", `archiver did not begin "${path}".`);
    return this.#begun;
  }

  #gather(): void {
    if (this.#engine.writableCorked === 0) this.#engine.cork();
  }

  /** Waits for room, or for a failure: then nobody will ever make room. */
  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  async #consume(write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    try {
      for await (const chunk of this.#archive as AsyncIterable<Buffer>) {
        this.#sha256.update(chunk);
        await write(chunk);
        this.#bytes += chunk.length;
        this.#wake?.();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#archive.destroy();
    this.#wake?.();
    this.#giveUp?.(this.#failure.error);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/*
 * What we call of archiver's engine (zip-stream 7 over compress-commons 7). It is protected by convention and not public, so archiver is
 * held to one minor version, `engineOf` looks before it leaps, and golden bytes in the tests notice any change.
 */
interface Engine {
  readonly _entries: readonly unknown[];
  readonly _archive: { readonly centralLength: number; readonly centralOffset: number };
  /** Calls `_appendBuffer` before it returns; calls back at once when it refuses the entry. */
  entry(source: Buffer, data: { name: string; mode: number; date: Date }, done: (error: unknown) => void): void;
  _appendBuffer(entry: Entry): void;
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
interface Entry {
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

const methodStored = 0;
const methodDeflated = 8;
const versionDeflate = 20;
const versionZip64 = 45;
const max16 = 0xffff;
const max32 = 0xffffffff;

function engineOf(archive: ZipArchive): Engine {
  const engine = (archive as unknown as { _module?: { engine?: Engine } })._module?.engine;
  for (const method of ["entry", "_appendBuffer", "_afterAppend", "_writeLocalFileHeader", "isZip64"] as const) {
    if (typeof engine?.[method] !== "function")
      throw new PortmanteauError("ARCHIVE_FAILED", "This archiver has another engine inside. Install archiver 8.0.");
  }
  return engine as Engine;
}

/** Zip64 records are written when a field would not fit, and never before: one desktop unarchiver cannot read them. */
function isLarge({ _entries, _archive }: Engine): boolean {
  return _entries.length >= max16 || _archive.centralLength >= max32 || _archive.centralOffset >= max32;
}

function writeHeader(
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
