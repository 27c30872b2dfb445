import type { PortmanteauError } from "./errors.ts";

/** Where sealed parts wait between collecting and assembling. */
export interface Spool {
  /** Opens one stream of a part for writing. `name` is for messages only. */
  create(name: string): Promise<SpoolWriter>;
  /** Gives up everything that is still here. Safe to call twice. */
  close(): Promise<void>;
}

/** A stream of a spool that is being written. */
export interface SpoolWriter {
  /** Resolves when the next write is welcome; the caller may then reuse `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream, and gives it to be read. */
  seal(): Promise<Spooled>;
  /** Gives its room back; nothing of it stays. */
  discard(): Promise<void>;
}

/** A finished stream of a part: immutable, readable as often as wanted. */
export interface Spooled {
  /** Size in bytes. */
  readonly bytes: number;
  /** Its bytes from the start, as often as asked. */
  read(): AsyncIterable<Uint8Array>;
  /** Gives its room back; nothing of it stays. */
  discard(): Promise<void>;
}

/** Where a finished bundle goes. */
export interface Delivery {
  /** For messages: `"file"`. */
  readonly name: string;
  /**
   * There when it can take a set of zips: the name of each, from 1, as its reader will know it; nothing where zips have no names.
   * Called at any time, also before anything is opened.
   */
  partName?(part: number): string | undefined;
  /**
   * Opens the place that a zip is written to; nothing is seen there before the commit. `part` says which zip of a set it is, and is absent
   * when there is only one.
   */
  open(context: { readonly signal: AbortSignal; readonly part?: DeliveryPart }): Promise<DeliveryWriter>;
}

/** One zip of a set. */
export interface DeliveryPart {
  /** From 1. */
  readonly number: number;
  /** How many there are. */
  readonly count: number;
}

/**
 * One bundle on its way. `commit` or `abort` ends it; an `abort` during a commit waits for it, and undoes it only if it failed. `abort`
 * must settle, and make a pending `write` settle: the engine waits for both.
 *
 * The zips of a set are written one after the other, and committed when all are whole: part 1 last, so that whoever sees it has all.
 */
export interface DeliveryWriter {
  /** Resolves when the next write is welcome. Backpressure: a slow destination resolves late. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that a zip of a set is whole, long before its commit: what can be done now is done, and nothing is held open. */
  finish?(): Promise<void>;
  /** Makes the bundle visible, whole, or throws. */
  commit(): Promise<void>;
  /** Takes back a commit, also one that failed halfway, because another zip of the set could not be committed. Needed for sets. */
  undo?(): Promise<void>;
  /** Leaves nothing behind that could be taken for a bundle. */
  abort(error: PortmanteauError): Promise<void>;
}

/** Bytes that can be read at any place: a file, an object in a store, a range request. */
export interface RandomAccess {
  /** Number of bytes. It must not change while the file is read. */
  readonly size: number;
  /** Up to `length` bytes from `position` on, at least one unless the file ends there. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Called once, when nobody reads any more. */
  close?(): Promise<void> | void;
}

/**
 * Encloses a finished bundle on its way to the delivery: encryption to the recipient. The delivery sees only what the envelope gives.
 *
 * @example
 * ```ts
 * const ours: Envelope = { name: "ours", seal: async (plain) => plain.pipeThrough(new TransformStream(cipher(key))) };
 * ```
 */
export interface Envelope {
  /** For messages and the report: the name of the format. */
  readonly name: string;
  /**
   * Seals one bundle; called once for each, also for several at the same time. Resolves, before it waits for a byte of `plain`, with the
   * stream of the sealed bytes, and rejects when it cannot begin: then no source is read.
   *
   * The sealed stream reads `plain` as it is read itself, so that a slow delivery slows the sources. It ends after `plain` has, and not
   * before. It fails when `plain` fails, which is how an abort arrives; when it is cancelled, it lets go of what it holds. What it throws
   * ends the export with `ENVELOPE_FAILED`, unless it is an error of this package.
   */
  seal(plain: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>>;
}

/** The time, as milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

/** Where ids come from. */
export interface Ids {
  /** A random UUID, lower case. */
  uuid(): string;
}
