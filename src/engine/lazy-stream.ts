import { resumedSegment } from "../archive/resumed-segment.ts";
import { type SegmentFacts, type SegmentState, SegmentWriter } from "../archive/segment.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Spool, Spooled, SpoolWriter } from "../model/ports.ts";
import { typedSpool, unreadable } from "./typed-spool.ts";

/** One deflated stream of a part: what is known of it, and where its bytes wait. */
export interface SealedStream {
  readonly facts: SegmentFacts;
  readonly spooled: Spooled;
}

/** A stream of the spool whose writer is gone, opened to be written on. */
export interface ReopenedStream {
  /** Writes after the bytes that are there. When it is discarded, those stay: a state still stands on them. */
  readonly writer: SpoolWriter;
  /** The bytes up to where the stream was put down, and no more: what was written later is forgotten. Read once, or not at all. */
  readonly written: AsyncIterable<Uint8Array>;
}

/** Reopens a stream by the name that it was created under. */
export type Reopen = (name: string) => Promise<ReopenedStream>;

/** A stream of the spool that is made when its first piece comes. */
export class LazyStream {
  readonly #spool: Spool;
  readonly #name: string;
  readonly #level: number;
  #segment: SegmentWriter | undefined;
  #writer: Promise<SpoolWriter> | undefined;

  constructor(spool: Spool, name: string, level: number) {
    this.#spool = spool;
    this.#name = name;
    this.#level = level;
  }

  push(piece: Buffer, release?: () => void): void {
    this.#opened().push(piece, release);
  }

  get full(): boolean {
    return this.#segment?.full === true;
  }

  async ready(): Promise<void> {
    await this.#segment?.ready();
  }

  /** Waits until all of it is in the spool, and says how far it is; nothing before the first piece. It goes on as if nothing had been. */
  async putDown(): Promise<SegmentState | undefined> {
    return this.#segment?.putDown();
  }

  /**
   * Goes on with a stream that was put down; nothing was pushed yet.
   *
   * @param onText takes the text up to there, in order
   * @throws {PortmanteauError} `SPOOL_CORRUPT` when its bytes are not what they were, `SPOOL_FAILED` when they cannot be read
   */
  async takeUp(
    state: SegmentState,
    reopen: Reopen,
    { dataset, onText }: { readonly dataset: string; readonly onText?: (text: Buffer) => void },
  ): Promise<void> {
    const { writer, written } = await typedSpool(this.#name, () => reopen(this.#name));
    this.#writer = Promise.resolve(writer);
    const start = await resumedSegment(state, typedReads(written, dataset), onText).catch((cause: unknown) => {
      if (PortmanteauError.is(cause)) throw cause;
      throw new PortmanteauError(
        "SPOOL_CORRUPT",
        `The spooled bytes of dataset "${dataset}" are not what was written before the last checkpoint.`,
        { context: { dataset }, cause },
      );
    });
    this.#segment = new SegmentWriter(this.#write(this.#writer), { level: this.#level, start });
  }

  /** Without a piece it is a stream of no text. */
  async seal(): Promise<SealedStream> {
    const facts = await this.#opened().seal();
    const writer = (await this.#writer) as SpoolWriter;
    return { facts, spooled: await typedSpool(this.#name, () => writer.seal()) };
  }

  async discard(): Promise<void> {
    await this.#segment?.settled();
    const writer = await this.#writer?.catch(() => undefined);
    await writer?.discard();
  }

  #opened(): SegmentWriter {
    if (this.#segment !== undefined) return this.#segment;
    const writer = typedSpool(this.#name, () => this.#spool.create(this.#name));
    writer.catch(() => {}); // the first write meets the failure and reports it
    this.#writer = writer;
    return (this.#segment = new SegmentWriter(this.#write(writer), { level: this.#level }));
  }

  #write(writer: Promise<SpoolWriter>): (bytes: Buffer) => Promise<void> {
    return (bytes) => typedSpool(this.#name, async () => (await writer).write(bytes));
  }
}

async function* typedReads(chunks: AsyncIterable<Uint8Array>, dataset: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw unreadable(dataset, cause);
  }
}
