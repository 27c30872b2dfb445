import { createHash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import zlib from "node:zlib";
import { PortmanteauError } from "../../model/errors.ts";
import { invalid } from "../../model/source-error.ts";
import { failed, ioFailure } from "./failure.ts";

export type Compression = "none" | "gzip" | "zstd";

/** Bytes or text, as they arrive: a Node or web stream, a generator. */
export type ByteStream = AsyncIterable<Uint8Array | string>;

const chunkBytes = 128 * 1024;
/** So little is no bomb, whatever the ratio. */
const harmlessBytes = 2 ** 24;

/** Opens a file on disk; a directory, a pipe or a device is refused before it is opened: a pipe would wait for its writer. */
export async function openFile(path: string, file: number): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw failed(`File ${file} is no regular file.`);
    return await open(path, "r");
  } catch (cause) {
    throw ioFailure(cause, file);
  }
}

export async function* bytesOfFile(handle: FileHandle, start: number, file: number): AsyncGenerator<Uint8Array> {
  for (let position = start; ; ) {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(buffer, 0, chunkBytes, position));
    } catch (cause) {
      throw ioFailure(cause, file);
    }
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The stream's bytes until it ends or the signal says so; it is closed either way, and not waited for when it hangs. */
export async function* bytesOfStream(
  stream: ByteStream,
  signal: AbortSignal,
  file: number,
): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  let ended = false;
  let stop: () => void = () => undefined;
  const stopped = new Promise<"stopped">((resolve) => {
    stop = () => resolve("stopped");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    for (;;) {
      let step: IteratorResult<Uint8Array | string> | "stopped";
      try {
        step = await Promise.race([iterator.next(), stopped]);
      } catch (cause) {
        ended = true;
        throw ioFailure(cause, file);
      }
      if (step === "stopped") throw aborted(signal);
      if (step.done) {
        ended = true;
        return;
      }
      yield typeof step.value === "string" ? Buffer.from(step.value) : step.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    if (!ended) {
      const closing = Promise.resolve(iterator.return?.()).catch(() => undefined);
      if (!signal.aborted) await closing;
    }
  }
}

/** Refuses a compression that this Node.js does not have. */
export function checkCompression(compression: Compression): void {
  if (!["none", "gzip", "zstd"].includes(compression)) throw invalid('`compression` is "none", "gzip" or "zstd".');
  if (compression === "zstd" && zstdDecompress === undefined)
    throw invalid("This Node.js cannot read zstd: that needs 22.15 or newer.");
}

/** Newer than the oldest Node.js that we run on. */
const zstdDecompress = (zlib as { readonly createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress;

/** The bytes, inflated, no more than `maxRatio` times as many. */
export async function* inflated(
  bytes: AsyncIterable<Uint8Array>,
  compression: Compression,
  maxRatio: number,
  file: number,
): AsyncGenerator<Uint8Array> {
  if (compression === "none") {
    yield* asTheyAre(bytes, file);
    return;
  }
  let compressedBytes = 0;
  let inflatedBytes = 0;
  const counted = (async function* () {
    for await (const chunk of bytes) {
      compressedBytes += chunk.length;
      yield chunk;
    }
  })();
  const inflate = compression === "gzip" ? zlib.createGunzip() : (zstdDecompress as () => zlib.Gunzip)();
  pipeline(counted, inflate, () => {}); // what fails, fails the loop below
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      inflatedBytes += chunk.length;
      if (inflatedBytes > harmlessBytes && inflatedBytes > compressedBytes * maxRatio)
        throw failed(
          `File ${file} inflates to more than maxRatio, ${maxRatio}, times its size. Raise it, if you trust the file.`,
        );
      yield chunk;
    }
  } catch (cause) {
    throw PortmanteauError.is(cause) ? cause : failed(`File ${file} is no whole ${compression} file.`, cause);
  }
  // Node.js ends at the first zstd frame, without a word, when another begins within the same chunk.
  if (inflate.bytesWritten !== compressedBytes)
    throw failed(
      `File ${file} goes on after its first ${compression} frame. Compress it as one, or inflate it before.`,
    );
}

async function* asTheyAre(bytes: AsyncIterable<Uint8Array>, file: number): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of bytes) {
    const magic = isFirst ? Buffer.from(chunk.subarray(0, 4)).toString("hex") : "";
    if (magic.startsWith("1f8b") || magic === "28b52ffd")
      throw failed(
        `File ${file} is compressed. Say so: \`compression: "${magic.startsWith("1f8b") ? "gzip" : "zstd"}"\`.`,
      );
    isFirst &&= chunk.length === 0;
    yield chunk;
  }
}

/** Tells by the bytes before an offset whether a file still is the one that was read up to there. */
export async function markBefore(handle: FileHandle, offset: number, file: number): Promise<string> {
  const length = Math.min(offset, 256);
  const buffer = Buffer.alloc(length);
  try {
    const { bytesRead } = await handle.read(buffer, 0, length, offset - length);
    return createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("base64url").slice(0, 16);
  } catch (cause) {
    throw ioFailure(cause, file);
  }
}

export function aborted(signal: AbortSignal): PortmanteauError {
  return new PortmanteauError("ABORTED", "Reading the files was aborted.", { cause: signal.reason });
}
