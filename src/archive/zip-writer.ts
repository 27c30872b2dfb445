import { crc32, deflateRawSync } from "node:zlib";
import { ZipArchive } from "archiver";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";

/** What the headers of an entry say. All of it is known before the first byte: no data descriptor is ever written. */
export interface EntryFacts {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
}

interface Job {
  readonly path: EntryPath;
  readonly facts: EntryFacts;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  readonly settle: (error: unknown) => void;
}

/** Every entry has this time: a bundle says when it was made in its manifest. */
const epoch = new Date("1980-01-01T00:00:00Z");
const fileMode = 0o644;
const directoryMode = 0o755;

/**
 * Writes one zip through archiver, entry after entry, each copied as it was deflated.
 *
 * archiver's own ways are kept out where they are unsound (seen in version 8): its queue holds every appended source, so one entry is
 * appended at a time; an error in a source neither ends nor rejects, so the bytes are pumped here; a failed destination leaves
 * `finalize()` pending, so its output is consumed here too and every wait also ends when something failed.
 */
export class ZipWriter {
  readonly #archive = new ZipArchive({ highWaterMark: 256 * 1024 });
  readonly #engine: Engine;
  readonly #jobs = new WeakMap<Buffer, Job>();
  readonly #consumed: Promise<void>;
  #bytes = 0;
  #entries = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Ends the wait of the entry that is being added; its source may never answer. */
  #giveUp: ((error: unknown) => void) | undefined;

  /** @param write takes the zip's bytes in order; the next call waits for it */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#engine = engineOf(this.#archive);
    this.#engine._appendBuffer = (entry, ticket, done) => void this.#append(entry, ticket, done);
    this.#engine.isZip64 = () => isLarge(this.#engine);
    this.#engine.on("drain", () => this.#wake?.());
    this.#engine.on("error", (error) => this.#fail(error));
    this.#archive.on("error", (error) => this.#fail(error));
    this.#consumed = this.#consume(write);
  }

  /** An explicit directory entry; `path` ends with `/`. */
  async addDirectory(path: EntryPath): Promise<void> {
    await this.#add(path, { bytes: 0, compressedBytes: 0, crc32: 0 }, [], directoryMode);
  }

  /** A small file that is in memory. Gives its size inside the zip. */
  async addBytes(path: EntryPath, bytes: Uint8Array, level: number): Promise<number> {
    const packed = deflateRawSync(bytes, { level });
    await this.#add(
      path,
      { bytes: bytes.length, compressedBytes: packed.length, crc32: crc32(bytes) },
      [packed],
      fileMode,
    );
    return packed.length;
  }

  /** A file that is already one raw deflate stream. @throws `SPOOL_CORRUPT` when it is not as long as the facts say */
  async addDeflated(path: EntryPath, facts: EntryFacts, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#add(path, facts, chunks, fileMode);
  }

  /** Writes the central directory and waits until the last byte was taken. @throws what `write` threw */
  async finish(): Promise<{ readonly bytes: number; readonly entries: number }> {
    if (this.#failure === undefined) this.#archive.finalize().catch((error: unknown) => this.#fail(error));
    await this.#consumed;
    this.#throwFailure();
    return { bytes: this.#bytes, entries: this.#entries };
  }

  /** Gives up: nothing more is written once this resolves. Safe at any time, also twice. */
  async abort(): Promise<void> {
    this.#fail(new PortmanteauError("ABORTED", "The zip was given up."));
    await this.#consumed;
  }

  async #add(path: EntryPath, facts: EntryFacts, chunks: Job["chunks"], mode: number): Promise<void> {
    this.#throwFailure();
    // archiver wants a source; this empty buffer is the ticket by which the engine finds the bytes that are ready.
    const ticket = Buffer.alloc(0);
    await new Promise<void>((resolve, reject) => {
      const settle = (error: unknown) => (error === undefined ? resolve() : reject(error));
      this.#giveUp = reject;
      this.#jobs.set(ticket, { path, facts, chunks, settle });
      this.#archive.append(ticket, { name: path, mode, date: epoch });
    });
    this.#entries++;
  }

  /** The engine's turn: a header that has the sizes, the bytes as they come, nothing after them. */
  async #append(entry: Entry, ticket: Buffer, done: (error: unknown) => void): Promise<void> {
    const job = this.#jobs.get(ticket) as Job;
    try {
      writeHeader(this.#engine, entry, job.facts);
      await this.#pump(job);
      this.#engine._afterAppend(entry);
      done(null);
      job.settle(undefined);
    } catch (error) {
      this.#fail(error);
      job.settle(error);
    }
  }

  async #pump({ path, facts, chunks }: Job): Promise<void> {
    let bytes = 0;
    for await (const chunk of chunks) {
      this.#throwFailure();
      bytes += chunk.length;
      if (!this.#engine.write(chunk)) await this.#drained();
    }
    this.#throwFailure();
    if (bytes !== facts.compressedBytes) {
      throw new PortmanteauError(
        "SPOOL_CORRUPT",
        `Entry "${path}" has ${bytes} bytes where ${facts.compressedBytes} were sealed.`,
      );
    }
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
        this.#bytes += chunk.length;
        await write(chunk);
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
  _appendBuffer(entry: Entry, source: Buffer, done: (error: unknown) => void): void;
  _afterAppend(entry: Entry): void;
  _writeLocalFileHeader(entry: Entry): void;
  isZip64(): boolean;
  write(bytes: Uint8Array): boolean;
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
  isDirectory(): boolean;
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
  for (const method of ["_appendBuffer", "_afterAppend", "_writeLocalFileHeader", "isZip64"] as const) {
    if (typeof engine?.[method] !== "function")
      throw new PortmanteauError("ARCHIVE_FAILED", "This archiver has another engine inside. Install archiver 8.0.");
  }
  return engine as Engine;
}

/** Zip64 records are written when a field would not fit, and never before: one desktop unarchiver cannot read them. */
function isLarge({ _entries, _archive }: Engine): boolean {
  return _entries.length >= max16 || _archive.centralLength >= max32 || _archive.centralOffset >= max32;
}

function writeHeader(engine: Engine, entry: Entry, { bytes, compressedBytes, crc32: crc }: EntryFacts): void {
  const large = bytes >= max32 || compressedBytes >= max32;
  const bits = entry.getGeneralPurposeBit();
  bits.useUTF8ForNames(true);
  bits.useDataDescriptor(false);
  entry.setMethod(entry.isDirectory() ? methodStored : methodDeflated);
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
