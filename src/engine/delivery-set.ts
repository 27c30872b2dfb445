import type { PortmanteauError } from "../model/errors.ts";
import type { DeliveryPart } from "../model/ports.ts";
import type { EnvelopedWriter } from "./envelope.ts";
import { abortedError } from "./read-pages.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** The zips of a set on their way: in the end all of them stand at the destination, or none does. */
export class DeliverySet {
  readonly #open: (part: DeliveryPart) => Promise<EnvelopedWriter>;
  readonly #signal: AbortSignal;
  readonly #count: number;
  readonly #writers: EnvelopedWriter[] = [];
  readonly #committed = new Set<EnvelopedWriter>();
  #committing: Promise<void> | undefined;
  #stopped: PortmanteauError | undefined;
  #left: { readonly error: unknown } | undefined;

  /** @param open opens one zip of the set */
  constructor(open: (part: DeliveryPart) => Promise<EnvelopedWriter>, signal: AbortSignal, count: number) {
    this.#open = open;
    this.#signal = signal;
    this.#count = count;
  }

  /** Opens the next zip of the set. */
  async open(): Promise<EnvelopedWriter> {
    const part = { number: this.#writers.length + 1, count: this.#count };
    const writer = await unlessAborted(this.#open(part), this.#signal, (late) => late.abort(abortedError()));
    // The abort may have come while this very step was awaited: then nobody else gives it up.
    if (this.#stopped !== undefined) {
      await writer.abort(this.#stopped);
      throw this.#stopped;
    }
    this.#writers.push(writer);
    return writer;
  }

  /** Makes all of them visible, part 1 last. When one fails, those before it are taken back. */
  async commit(): Promise<void> {
    this.#committing = this.#commitAll();
    await this.#committing;
  }

  /** Gives up every zip. A commit that is under way is waited for; one that ended with the whole set stays. */
  async abort(error: PortmanteauError): Promise<void> {
    this.#stopped ??= error;
    const open = this.#writers.filter((writer) => !this.#committed.has(writer));
    const given = await Promise.allSettled(open.map((writer) => writer.abort(error)));
    await Promise.allSettled([this.#committing]);
    if (this.#left !== undefined) throw this.#left.error;
    for (const each of given) if (each.status === "rejected") throw each.reason;
  }

  async #commitAll(): Promise<void> {
    const [first, ...rest] = this.#writers;
    try {
      for (const writer of [...rest, first as EnvelopedWriter]) {
        if (this.#stopped !== undefined) throw this.#stopped;
        try {
          await writer.commit();
        } catch (error) {
          await this.#undo(writer);
          throw error;
        }
        this.#committed.add(writer);
      }
    } catch (error) {
      for (const writer of this.#committed) await this.#undo(writer);
      throw error;
    }
  }

  /** What cannot be taken back is told by `abort`, which follows. */
  async #undo(writer: EnvelopedWriter): Promise<void> {
    try {
      await writer.undo?.();
    } catch (error) {
      this.#left ??= { error };
    }
  }
}
