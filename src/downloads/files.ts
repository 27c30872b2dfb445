import { Buffer } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PortmanteauError } from "../model/errors.ts";
import type { RandomAccess } from "../model/ports.ts";

/**
 * Opens a file to be read at any place. A link, a folder, a pipe is none.
 *
 * @returns nothing when it is not there
 * @throws {PortmanteauError} `READ_FAILED`, with the system's error as `cause`
 */
export async function openFile(path: string): Promise<RandomAccess | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw failed("opened", cause);
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw failed("opened: it is no file");
    return {
      size: facts.size,
      async read(position, length) {
        const bytes = Buffer.allocUnsafe(length);
        try {
          return bytes.subarray(0, (await handle.read(bytes, 0, length, position)).bytesRead);
        } catch (cause) {
          throw failed("read", cause);
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw PortmanteauError.is(error) ? error : failed("opened", error);
  }
}

function failed(what: string, cause?: unknown): PortmanteauError {
  return new PortmanteauError("READ_FAILED", `The file could not be ${what}.`, cause === undefined ? {} : { cause });
}
