import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { close, constants, openSync, read, unlinkSync, write } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PortmanteauError } from "../model/errors.ts";
import type { Spool, Spooled, SpoolWriter } from "../model/ports.ts";

/** How much stays in memory, and where the rest goes. */
export interface LocalSpoolOptions {
  /** How many bytes all streams of one export keep in memory together before they go to disk. Default 8 MiB. */
  readonly memoryBytes?: number;
  /** Where temporary files are made. Default: the system's directory. */
  readonly directory?: string;
}

const readBytes = 256 * 1024;
const readAt = promisify(read);
const writeAt = promisify(write);
const closeFile = promisify(close);

/**
 * Makes spools that keep small streams in memory and send the rest to temporary files.
 *
 * A file is encrypted with AES-256-CTR under a key that exists in this process only, has mode 0600, and has no name: it is unlinked
 * in the moment it is opened, so the system removes it however the process ends, `kill -9` included.
 *
 * @example
 * ```ts
 * createExporter({ ...config, spool: localSpool({ memoryBytes: 32 * 1024 * 1024, directory: "/var/spool/exports" }) });
 * ```
 */
export function localSpool({
  memoryBytes = 8 * 1024 * 1024,
  directory = tmpdir(),
}: LocalSpoolOptions = {}): () => Spool {
  return () => {
    const streams = new Set<LocalStream>();
    const budget = { left: memoryBytes };
    return {
      async create(name) {
        const stream = new LocalStream(name, directory, budget, () => streams.delete(stream));
        streams.add(stream);
        return stream;
      },
      async close() {
        await Promise.all([...streams].map((stream) => stream.discard()));
      },
    };
  };
}

/** One stream of a part, first written, then read. */
class LocalStream implements SpoolWriter, Spooled {
  bytes = 0;
  readonly #name: string;
  readonly #directory: string;
  readonly #budget: { left: number };
  readonly #forget: () => void;
  #chunks: Uint8Array[] = [];
  #inMemory = 0;
  #file: EncryptedFile | undefined;
  #discarded = false;

  constructor(name: string, directory: string, budget: { left: number }, forget: () => void) {
    this.#name = name;
    this.#directory = directory;
    this.#budget = budget;
    this.#forget = forget;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#discarded) throw this.#failed("was closed");
    this.bytes += bytes.length;
    if (this.#file === undefined && bytes.length <= this.#budget.left) {
      this.#budget.left -= bytes.length;
      this.#inMemory += bytes.length;
      this.#chunks.push(new Uint8Array(bytes)); // a copy; `from` would walk it byte by byte
      return;
    }
    try {
      if (this.#file === undefined) await this.#spill();
      await this.#file?.append(bytes);
    } catch (cause) {
      throw this.#failed("could not be written", cause);
    }
  }

  async seal(): Promise<Spooled> {
    return this;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#discarded) throw this.#failed("was closed");
    if (this.#file === undefined) {
      for (const chunk of this.#chunks) yield chunk; // yield* would make several promises of each
      return;
    }
    try {
      yield* this.#file.read(this.bytes);
    } catch (cause) {
      throw this.#failed("could not be read", cause);
    }
  }

  async discard(): Promise<void> {
    if (this.#discarded) return;
    this.#discarded = true;
    this.#forget();
    this.#release();
    await this.#file?.close();
  }

  async #spill(): Promise<void> {
    const file = new EncryptedFile(this.#directory);
    this.#file = file;
    for (const chunk of this.#chunks) await file.append(chunk);
    this.#release();
  }

  #release(): void {
    this.#budget.left += this.#inMemory;
    this.#inMemory = 0;
    this.#chunks = [];
  }

  #failed(what: string, cause?: unknown): PortmanteauError {
    return new PortmanteauError(
      "SPOOL_FAILED",
      `The spooled stream "${this.#name}" ${what}. Look at the space and permissions of ${this.#directory}.`,
      { cause },
    );
  }
}

/** A nameless temporary file that holds ciphertext only. */
class EncryptedFile {
  readonly #descriptor: number;
  readonly #key = randomBytes(32);
  readonly #iv = randomBytes(16);
  readonly #cipher = createCipheriv("aes-256-ctr", this.#key, this.#iv);
  #at = 0;

  constructor(directory: string) {
    const path = join(directory, `portmanteau-${randomBytes(12).toString("hex")}.spool`);
    // Opened and unlinked in one tick: no signal handler, and no other code of this process, ever sees the name.
    this.#descriptor = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
    unlinkSync(path);
  }

  async append(bytes: Uint8Array): Promise<void> {
    const hidden = this.#cipher.update(bytes);
    for (let done = 0; done < hidden.length; ) {
      const { bytesWritten } = await writeAt(this.#descriptor, hidden, done, hidden.length - done, this.#at);
      done += bytesWritten;
      this.#at += bytesWritten;
    }
  }

  async *read(bytes: number): AsyncGenerator<Uint8Array> {
    const decipher = createDecipheriv("aes-256-ctr", this.#key, this.#iv);
    const buffer = Buffer.allocUnsafe(readBytes);
    for (let at = 0; at < bytes; ) {
      const { bytesRead } = await readAt(this.#descriptor, buffer, 0, Math.min(buffer.length, bytes - at), at);
      if (bytesRead === 0) throw new Error("The temporary file is shorter than what was written.");
      at += bytesRead;
      yield decipher.update(buffer.subarray(0, bytesRead));
    }
  }

  async close(): Promise<void> {
    this.#key.fill(0);
    await closeFile(this.#descriptor);
  }
}
