import { createHash } from "node:crypto";
import { PortmanteauError } from "../model/errors.ts";
import type { Report } from "../model/generated/report.ts";
import type { Delivery, DeliveryPart, DeliveryWriter, Envelope } from "../model/ports.ts";
import { openDelivery } from "./destination.ts";
import { abortedError } from "./read-pages.ts";

/** Larger writes are cut: an envelope that computes in JavaScript must not hold the event loop for the whole of one. */
const pieceBytes = 64 * 1024;

/** A writer that knows what it delivered. */
export interface EnvelopedWriter extends DeliveryWriter {
  /** What stands at the destination, once it is whole; null when the zip itself does. */
  readonly sealed: { readonly name: string; readonly bytes: number; readonly sha256: string } | null;
}

/** What the report says of the zips that were delivered, in their order. */
export function envelopeOf(writers: readonly EnvelopedWriter[]): NonNullable<Report["bundle"]>["envelope"] {
  const sealed = writers.flatMap((writer) => writer.sealed ?? []);
  const [first] = sealed;
  return first === undefined
    ? null
    : { name: first.name, files: sealed.map(({ bytes, sha256 }) => ({ bytes, sha256 })) };
}

/**
 * Opens a delivery that gets its bytes through an envelope. Without one it is the delivery itself.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when it is no envelope, `ENVELOPE_FAILED` when it cannot begin
 */
export async function openEnveloped(
  delivery: Delivery,
  envelope: Envelope | undefined,
  signal: AbortSignal,
  part?: DeliveryPart,
): Promise<EnvelopedWriter> {
  if (envelope !== undefined && (typeof envelope?.seal !== "function" || typeof envelope.name !== "string"))
    throw new PortmanteauError("CONFIG_INVALID", "What encrypts is no envelope. Use ageEnvelope({ recipients }).", {
      context: { pointer: "/encrypt" },
    });
  const writer = await openDelivery(delivery, signal, part);
  return envelope === undefined ? { ...writer, sealed: null } : enveloped(writer, envelope, signal);
}

/**
 * Writes go into a stream of one piece, the envelope reads it, and a pump carries what it gives to the delivery. The first failure of any
 * of the three is what every later call throws.
 */
async function enveloped(writer: DeliveryWriter, envelope: Envelope, signal: AbortSignal): Promise<EnvelopedWriter> {
  let plain!: ReadableStreamDefaultController<Uint8Array>;
  let sealed: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let failure: PortmanteauError | undefined;
  let stop!: (error: PortmanteauError) => void;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = reject;
  });
  stopped.catch(() => {}); // only the beginning waits for it
  let wake = () => {};
  const fail = (error: PortmanteauError) => {
    if (failure !== undefined) return;
    failure = error;
    plain.error(error);
    sealed?.cancel(error).catch(() => {}); // also for an envelope that does not heed that
    stop(error);
    wake();
  };
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => {
      plain = controller;
    },
    pull: () => wake(),
    cancel: (cause) => fail(failed(envelope, "broke off before the bundle was whole", cause)),
  });

  const onAbort = () => fail(abortedError());
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const sealing = (async () => envelope.seal(source))();
    sealed = (await Promise.race([sealing, stopped])).getReader();
  } catch (cause) {
    const error = failed(envelope, "could not begin", cause);
    fail(error);
    await writer.abort(error).catch(() => {}); // nothing was written, and it must not hide why
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }

  const sha256 = createHash("sha256");
  let bytes = 0;
  let ending = false;
  const pump = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (failure !== undefined) return;
        if (done) break;
        if (!(value instanceof Uint8Array)) throw new TypeError("It gave something that is no bytes.");
        await writer.write(value);
        sha256.update(value);
        bytes += value.length;
      }
      if (!ending || bytes === 0) fail(failed(envelope, "ended before the bundle was whole"));
    } catch (cause) {
      fail(failed(envelope, "broke off before the bundle was whole", cause));
    }
  };
  const pumped = pump(sealed);

  /** Resolves when the envelope has taken the last piece. Woken, and not raced: a race with a promise that lives on leaks. */
  const taken = async () => {
    while (failure === undefined && (plain.desiredSize ?? 0) <= 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure;
  };
  let delivered: EnvelopedWriter["sealed"] = null;
  /** Lets the envelope end, and waits until all that it gave is delivered. */
  const ended = async () => {
    if (delivered !== null) return;
    await taken();
    ending = true;
    plain.close();
    await pumped;
    if (failure !== undefined) throw failure;
    delivered = { name: envelope.name, bytes, sha256: sha256.digest("hex") };
  };
  return {
    get sealed() {
      return delivered;
    },
    async write(piece) {
      for (let at = 0; at < piece.length; at += pieceBytes) {
        if (failure !== undefined) throw failure;
        // A copy: the caller may reuse its bytes, and the envelope may keep them.
        plain.enqueue(Uint8Array.from(piece.subarray(at, at + pieceBytes)));
        await taken();
      }
    },
    async finish() {
      await ended();
      await writer.finish?.();
    },
    async commit() {
      await ended();
      await writer.commit();
    },
    async undo() {
      await writer.undo?.();
    },
    async abort(error) {
      fail(error);
      await writer.abort(error);
      await pumped;
    },
  };
}

function failed({ name }: Envelope, what: string, cause?: unknown): PortmanteauError {
  return PortmanteauError.is(cause)
    ? cause
    : new PortmanteauError("ENVELOPE_FAILED", `The envelope "${name}" ${what}.`, cause === undefined ? {} : { cause });
}
