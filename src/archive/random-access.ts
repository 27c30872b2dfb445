import { close, constants, fstat, open, read } from "node:fs";
import { promisify } from "node:util";
import { PortmanteauError } from "../model/errors.ts";
import type { RandomAccess } from "../model/ports.ts";

/** Where a zip can be read from: the path of a file, its bytes, or anything that gives a range of them. */
export type ZipInput = string | Uint8Array | RandomAccess;

const [openFile, statFile, readFile, closeFile] = [
  promisify(open),
  promisify(fstat),
  promisify(read),
  promisify(close),
];

/**
 * Opens an input. Its `read` throws {PortmanteauError} `READ_FAILED`.
 *
 * @throws the system's error when a path cannot be opened; {PortmanteauError} `CONFIG_INVALID` for what is no input
 */
export async function openRandomAccess(input: ZipInput): Promise<RandomAccess> {
  if (typeof input === "string") return openPath(input);
  if (input instanceof Uint8Array) {
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
    return { size: bytes.length, read: async (position, length) => bytes.subarray(position, position + length) };
  }
  if (typeof input?.read === "function" && Number.isSafeInteger(input.size) && input.size >= 0) return typed(input);
  throw new PortmanteauError(
    "CONFIG_INVALID",
    "A bundle is read from a path, from bytes, or from an object with size and read(position, length).",
  );
}

/**
 * What a reader throws says nothing of the bundle: it must never be taken for damage. Nor may what it gives: too much, or nothing where
 * there is something, is a file that changed or a reader that is wrong.
 */
function typed(file: RandomAccess): RandomAccess {
  const { size } = file;
  const failed = (why: string, cause?: unknown) =>
    new PortmanteauError("READ_FAILED", `The bundle could not be read: ${why}.`, {
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
    });
  return {
    size,
    async read(position, length) {
      const asked = Math.min(length, size - position);
      if (!(asked > 0)) return Buffer.alloc(0); // a hostile offset may be any number; nothing is there
      let bytes: Uint8Array;
      try {
        bytes = await file.read(position, asked);
      } catch (cause) {
        throw failed("the foreign error is the cause", cause);
      }
      if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > asked)
        throw failed("the file changed, or the reader gave what was not asked for");
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    },
    close: async () => file.close?.(),
  };
}

/** Without waiting: a named pipe that nobody writes to would be opened for ever. Not every system has it. */
const forReading = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function openPath(path: string): Promise<RandomAccess> {
  const fd = await openFile(path, forReading);
  try {
    const { size } = await statFile(fd);
    await readFile(fd, Buffer.alloc(1), 0, 1, 0); // a folder or a pipe cannot be read like this: said now, in the system's words
    return typed({
      size,
      async read(position, length) {
        const bytes = Buffer.allocUnsafeSlow(length);
        const { bytesRead } = await readFile(fd, bytes, 0, length, position);
        return bytes.subarray(0, bytesRead);
      },
      close: () => closeFile(fd),
    });
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

/** Reads ahead: many small reads, one after the other, become one of so many bytes. Longer ones pass. */
export function readingAhead(file: RandomAccess, aheadBytes: number): RandomAccess {
  let ahead: { from: number; bytes: Uint8Array } = { from: 0, bytes: new Uint8Array() };
  return {
    size: file.size,
    async read(position, length) {
      if (length > aheadBytes) return file.read(position, length);
      const { from, bytes } = ahead;
      if (position >= from && position + length <= from + bytes.length)
        return bytes.subarray(position - from, position - from + length);
      const read = await file.read(position, aheadBytes);
      ahead = { from: position, bytes: read };
      return read.subarray(0, length);
    },
  };
}

/** Exactly these bytes. @throws {Error} when the file ends before them */
export async function readExactly(file: RandomAccess, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const part = await file.read(position + done, length - done);
    if (part.length === 0 || part.length > length - done) throw new Error("The file ends too early.");
    bytes.set(part, done);
    done += part.length;
  }
  return bytes;
}
