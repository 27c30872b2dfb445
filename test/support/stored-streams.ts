import type { Spool, SpoolWriter } from "../../src/index.ts";

/** What a store held at one time: the bytes of each stream. */
export type Kept = ReadonlyMap<string, Buffer>;

/** A spool whose streams can be opened again as they were: what a durable store does for parts that are put down. */
export class StoredStreams {
  readonly discarded: string[] = [];
  #chunks = new Map<string, Buffer[]>();
  readonly spool: Spool = {
    create: async (name) => {
      if (this.#chunks.has(name)) throw new Error(`"${name}" is there already.`);
      return this.#writer(name, []);
    },
    close: async () => {},
  };

  /** What is there now. */
  keep(): Kept {
    return new Map([...this.#chunks].map(([name, chunks]) => [name, Buffer.concat(chunks)]));
  }

  /** The store of another process, which opens streams as they were then; whoever still writes here is not heard. */
  static from(
    kept: Kept,
  ): StoredStreams & { readonly reopen: (name: string) => ReturnType<StoredStreams["reopened"]> } {
    const store = new StoredStreams();
    return Object.assign(store, { reopen: (name: string) => store.reopened(name, kept) });
  }

  async reopened(name: string, kept: Kept) {
    const bytes = kept.get(name);
    if (bytes === undefined) throw new Error(`"${name}" was never written.`);
    return { writer: this.#writer(name, [bytes]), written: chunksOf(bytes, 7_777) };
  }

  #writer(name: string, chunks: Buffer[]): SpoolWriter {
    this.#chunks.set(name, chunks);
    return {
      write: async (bytes) => void chunks.push(Buffer.from(bytes)),
      seal: async () => {
        const sealed = Buffer.concat(chunks);
        return { bytes: sealed.length, read: () => chunksOf(sealed, 10_000), discard: async () => {} };
      },
      discard: async () => void this.discarded.push(name),
    };
  }
}

export async function* chunksOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
