import type { Attachment, OpenAttachment } from "../model/attachment.ts";
import { PortmanteauError } from "../model/errors.ts";
import { closedInTime, ownSignal, within } from "./read-pages.ts";

export interface ReadContentOptions {
  readonly dataset: string;
  readonly recordIndex: number;
  readonly signal: AbortSignal;
  /** How long opening, and each chunk, may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Called when a content did not close in time: a connection may be left with it. */
  readonly onCloseTimeout: () => void;
}

/**
 * Reads the content of a file from its beginning to its end. Every wait ends on abort and on the time limit; what was opened is closed on
 * every path, also when it is opened too late.
 *
 * @param take takes each chunk; the next one is asked for when it resolves
 * @throws what the source threw, and {PortmanteauError} `SOURCE_CONTRACT`, `SOURCE_TIMEOUT`, `SOURCE_FAILED` (another size), `ABORTED`
 */
export async function readContent(
  attachment: Attachment,
  take: (chunk: Uint8Array) => Promise<void>,
  { dataset, recordIndex, signal, timeoutMs, onCloseTimeout }: ReadContentOptions,
): Promise<Pick<OpenAttachment, "mediaType">> {
  const contract = (what: string) =>
    new PortmanteauError("SOURCE_CONTRACT", `The file of record ${recordIndex} of dataset "${dataset}" ${what}.`, {
      context: { dataset, recordIndex },
    });
  const inTime = <T>(promise: Promise<T>) => within(promise, { timeoutMs, signal, dataset, what: "part of a file" });
  const own = ownSignal(signal);
  const opening = (async () => attachment.open(own.signal))();
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let ended = false;
  try {
    const { content, bytes, mediaType } = (await inTime(opening)) ?? {};
    if (typeof content?.[Symbol.asyncIterator] !== "function") throw contract("has no content that can be iterated");
    chunks = content[Symbol.asyncIterator]();
    let read = 0;
    for (;;) {
      const step = await inTime(chunks.next());
      if (step.done) break;
      if (!(step.value instanceof Uint8Array)) throw contract("gave a chunk that is no Uint8Array");
      read += step.value.length;
      if (bytes !== undefined && read > bytes) break; // it may go on for ever
      await take(step.value);
    }
    ended = bytes === undefined || read <= bytes;
    if (bytes !== undefined && read !== bytes)
      throw new PortmanteauError(
        "SOURCE_FAILED",
        `The file of record ${recordIndex} of dataset "${dataset}" has ${ended ? read : `more than ${bytes}`} bytes where ${bytes} were announced: it changed while it was read, or broke off.`,
        { retryable: true, context: { dataset, recordIndex } },
      );
    return isMediaType(mediaType) ? { mediaType } : {};
  } finally {
    own.end();
    const closing = async () => {
      const opened = await opening;
      try {
        if (!ended) await chunks?.return?.();
      } finally {
        await opened?.close?.();
      }
    };
    if (!(await closedInTime(closing()))) onCloseTimeout();
  }
}

/** As RFC 9110 writes one; whatever else a store says is not passed on. */
function isMediaType(text: unknown): text is string {
  return (
    typeof text === "string" && text.length <= 255 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *;[\x20-\x7e]*)?$/.test(text)
  );
}
