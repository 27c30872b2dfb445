import { finished } from "node:stream";
import { PortmanteauError } from "../model/errors.ts";
import type { Delivery, DeliveryPart, DeliveryWriter } from "../model/ports.ts";

/** Where a bundle can go: a delivery, a Node stream (an HTTP response, `process.stdout`, a pipe), or a web stream. */
export type Destination = Delivery | NodeJS.WritableStream | WritableStream<Uint8Array>;

/** @throws {PortmanteauError} `CONFIG_INVALID` when it is none of these */
export function toDelivery(to: Destination): Delivery {
  if (typeof to === "object" && to !== null) {
    if ("open" in to && typeof to.open === "function" && "name" in to) return to;
    if ("getWriter" in to) return { name: "web stream", open: async () => webWriter(to) };
    if ("write" in to && "end" in to) return { name: "stream", open: async () => nodeWriter(to as NodeStream) };
  }
  throw new PortmanteauError(
    "CONFIG_INVALID",
    "The destination is neither a delivery nor a writable stream. Use fileDelivery(path) or a stream.",
    { context: { pointer: "/to" } },
  );
}

/** @throws {PortmanteauError} `CONFIG_INVALID` when a set of zips cannot go there */
export function requireSets(delivery: Delivery): void {
  if (typeof delivery.partName === "function") return;
  throw new PortmanteauError(
    "CONFIG_INVALID",
    `The destination "${delivery.name}" takes one zip, and splitBytes may make several. Use fileDelivery(path).`,
    { context: { pointer: "/to" } },
  );
}

/** Opens a delivery. Whatever it throws from then on is an error of this package. */
export async function openDelivery(
  delivery: Delivery,
  signal: AbortSignal,
  part?: DeliveryPart,
): Promise<DeliveryWriter> {
  const typed = async (what: string, step: () => Promise<void>) => {
    try {
      await step();
    } catch (cause) {
      throw deliveryError(delivery.name, what, cause);
    }
  };
  let writer: DeliveryWriter;
  try {
    writer = await delivery.open(part === undefined ? { signal } : { signal, part });
  } catch (cause) {
    throw deliveryError(delivery.name, "could not be opened", cause);
  }
  return {
    write: (bytes) => typed("broke off before the bundle was whole", () => writer.write(bytes)),
    finish: () => typed("could not finish a zip of the set", async () => writer.finish?.()),
    undo: () =>
      typed("could not take back a zip of the set", async () => {
        if (writer.undo === undefined) throw new TypeError("The delivery takes sets and has no undo.");
        await writer.undo();
      }),
    commit: () => typed("could not finish the bundle", () => writer.commit()),
    abort: (error) => writer.abort(error),
  };
}

function deliveryError(name: string, what: string, cause: unknown): PortmanteauError {
  return PortmanteauError.is(cause)
    ? cause
    : new PortmanteauError("DELIVERY_FAILED", `The delivery "${name}" ${what}.`, { cause });
}

type NodeStream = NodeJS.WritableStream & { destroy(error?: Error): unknown; readonly destroyed?: boolean };

function failed(cause: unknown): PortmanteauError {
  return new PortmanteauError(
    "DELIVERY_FAILED",
    "The destination broke off before the bundle was whole.",
    cause === undefined ? {} : { cause },
  );
}

/** A failed export destroys the stream with the error: it never looks like a clean end. */
function nodeWriter(stream: NodeStream): DeliveryWriter {
  let failure: PortmanteauError | undefined;
  let ended = false;
  let wake: () => void = () => {};
  // Also true for a stream that closes without a word, as a response does whose client went away.
  finished(stream, { readable: false }, (cause) => {
    if (cause) failure ??= failed(cause);
    ended = true;
    wake();
  });
  stream.on("drain", () => wake());
  stream.on("error", () => {}); // `finished` sees it first; without a listener a late error would end the process

  return {
    async write(bytes) {
      if (failure === undefined && !ended && !stream.write(bytes)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined || ended) throw failure ?? failed(undefined);
    },
    async commit() {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = () => {
          if (ended) resolve();
        };
        stream.end();
      });
      if (failure !== undefined) throw failure;
    },
    async abort(error) {
      if (!ended) failure ??= error;
      stream.destroy(error);
      wake();
    },
  };
}

function webWriter(stream: WritableStream<Uint8Array>): DeliveryWriter {
  const writer = stream.getWriter();
  writer.closed.catch(() => {}); // the pending write or close reports it
  /** Ends the step that is waited for; nothing when none is. */
  let stop: ((error: PortmanteauError) => void) | undefined;
  // A web stream lets a sink's pending write end before it aborts: a sink that hangs must not hold the export. Each step has a promise of
  // its own: a race with one that lives as long as the stream would keep something of every write.
  const unlessStopped = async (step: () => Promise<void>) => {
    try {
      await new Promise<void>((resolve, reject) => {
        stop = reject;
        step().then(resolve, reject);
      });
    } catch (cause) {
      throw PortmanteauError.is(cause) ? cause : failed(cause);
    } finally {
      stop = undefined;
    }
  };
  return {
    write: (bytes) =>
      unlessStopped(async () => {
        await writer.ready;
        await writer.write(Uint8Array.from(bytes));
      }),
    commit: () => unlessStopped(() => writer.close()),
    async abort(error) {
      const aborted = writer.abort(error).catch(() => {});
      if (stop !== undefined) stop(error);
      else await aborted;
    },
  };
}
