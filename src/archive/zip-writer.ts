import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ZipArchive } from "archiver";
import type { EntryPath } from "../model/entry-path.ts";
import { PortmanteauError } from "../model/errors.ts";
import { beginEntry, type Engine, engineOf, writeHeader } from "./archiver-engine.ts";
import type { EntryFacts, PackedFile } from "./zip-entry.ts";

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const fileMode = 0o644;
const directoryMode = 0o755;
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
  #gathered = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Ends the wait of the entry that is being added; its source may never answer. */
  #giveUp: ((error: unknown) => void) | undefined;

  /** @param write takes the zip's bytes in order; the next call waits for it */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#engine = engineOf(this.#archive);
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
    const entry = beginEntry(this.#engine, path, mode);
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
