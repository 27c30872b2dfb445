import { crc32 } from "node:zlib";
import { PortmanteauError } from "../../model/errors.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { Spool, Spooled, SpoolWriter } from "../../model/ports.ts";
import { corrupt, type Vault } from "./vault.ts";

export type Chunk = Receipt["json"]["chunks"][number];
type StoredChunk = Extract<Chunk, { object: string }>;
type InlineChunk = Exclude<Chunk, StoredChunk>;

/** Where the chunks of one part lie. */
export interface PartPlace {
  readonly vault: Vault;
  /** Name of the dataset. */
  readonly dataset: string;
  /** The chunk of this name, among those of the part. */
  readonly path: (object: string) => string;
}

/** As much of a stream is one object; more are held while it is written. */
const chunkBytes = 4 * 1024 * 1024;
/** So little is no object of its own: it stands in the document that names the chunks of the stream, which is put anyway. */
const inlineBytes = 16 * 1024;

/**
 * The streams of one part, written by one run. A chunk is written once and never changed: its name has the run's own, so that two runs
 * of one part never touch each other's. What a run leaves that no document names is gone when the request is purged.
 */
export class ChunkSpool implements Spool {
  readonly attempt: string;
  readonly #place: PartPlace;
  readonly #writers = new Map<string, ChunkWriter>();
  #next = 0;

  constructor(place: PartPlace, attempt: string) {
    this.#place = place;
    this.attempt = attempt;
  }

  async create(name: string): Promise<SpoolWriter> {
    return this.goOn(name, []);
  }

  /** A stream of which these chunks are there. */
  goOn(name: string, chunks: readonly Chunk[]): SpoolWriter {
    const writer = new ChunkWriter(this.#place, () => `${this.attempt}-${this.#next++}`, chunks);
    this.#writers.set(name, writer);
    return writer;
  }

  /** @returns the chunks of each stream so far, for a document that makes them safe */
  async flush(): Promise<{ readonly name: string; readonly chunks: Chunk[] }[]> {
    const streams = [];
    for (const [name, writer] of this.#writers) streams.push({ name, chunks: await writer.flush() });
    return streams;
  }

  async close(): Promise<void> {}
}

class ChunkWriter implements SpoolWriter {
  readonly #place: PartPlace;
  readonly #name: () => string;
  readonly #chunks: StoredChunk[];
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(place: PartPlace, name: () => string, chunks: readonly Chunk[]) {
    this.#place = place;
    this.#name = name;
    const last = chunks.at(-1);
    this.#chunks = chunks.filter(isStored);
    if (last !== undefined && !isStored(last)) this.#hold(bytesOf(last));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const next = bytes.subarray(at, at + chunkBytes - this.#heldBytes);
      this.#hold(Buffer.from(next)); // a copy: the caller may use its buffer again
      at += next.length;
      if (this.#heldBytes === chunkBytes) await this.#put();
    }
  }

  /** @returns all chunks of the stream so far; what is little goes on being held, for what comes after it */
  async flush(): Promise<Chunk[]> {
    if (this.#heldBytes > inlineBytes) await this.#put();
    if (this.#heldBytes === 0) return [...this.#chunks];
    return [...this.#chunks, { inline: Buffer.concat(this.#held).toString("base64") }];
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  async #put(): Promise<void> {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    const object = this.#name();
    await this.#place.vault.put(this.#place.path(object), bytes);
    this.#chunks.push({ object, bytes: bytes.length, crc32: crc32(bytes) });
  }

  async seal(): Promise<ChunkedStream> {
    return new ChunkedStream(this.#place, await this.flush());
  }

  /** What is stored stays: a document may name it. */
  async discard(): Promise<void> {
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** A stream whose bytes lie in chunks. */
export class ChunkedStream implements Spooled {
  readonly bytes: number;
  readonly chunks: readonly Chunk[];
  readonly #place: PartPlace;

  constructor(place: PartPlace, chunks: readonly Chunk[]) {
    this.#place = place;
    this.chunks = chunks;
    this.bytes = chunks.reduce((sum, chunk) => sum + (isStored(chunk) ? chunk.bytes : bytesOf(chunk).length), 0);
  }

  /** @throws {PortmanteauError} `SPOOL_CORRUPT` for a chunk that is gone, `JOURNAL_CORRUPT` for one that is not what was written */
  async *read(): AsyncGenerator<Uint8Array> {
    const { vault, dataset, path } = this.#place;
    for (const chunk of this.chunks) {
      if (!isStored(chunk)) {
        yield bytesOf(chunk);
        continue;
      }
      const { object, bytes, crc32: crc } = chunk;
      const found = await vault.get(path(object));
      if (found === undefined)
        throw new PortmanteauError("SPOOL_CORRUPT", `A chunk of dataset "${dataset}" is gone from the durable spool.`, {
          context: { dataset },
        });
      if (found.length !== bytes || crc32(found) !== crc)
        throw corrupt(path(object), "is not the one that was written");
      yield found;
    }
  }

  async discard(): Promise<void> {}
}

function isStored(chunk: Chunk): chunk is StoredChunk {
  return "object" in chunk;
}

function bytesOf({ inline }: InlineChunk): Buffer {
  return Buffer.from(inline, "base64");
}
