import { constants, unlinkSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { onExit } from "signal-exit";
import { PortmanteauError } from "../../model/errors.ts";
import { partName } from "../../model/part-name.ts";
import type { Delivery } from "../../model/ports.ts";
import { keepTouched, partialName, removeAbandoned } from "./partial-files.ts";

/** How `fileDelivery` makes its file. */
export interface FileDeliveryOptions {
  /** Permissions of the file. Default 0o600: it holds personal data. */
  readonly mode?: number;
}

/**
 * Delivers to a file. The bundle is written under a temporary name beside it, synced, and renamed when it is whole: under the final name
 * there is never half a file. An older file of that name is replaced at that moment and not before.
 *
 * The temporary file is removed when the export fails or is aborted, and when the process ends by `exit` or a signal that can be
 * caught. What `kill -9` leaves, `.NAME.XXXX.partial`, is removed by deliveries into the same folder when nobody has written it for an hour.
 *
 * It takes a set of zips: `bundle.zip` becomes `bundle.part1.zip`, `bundle.part2.zip` and so on, renamed together when all are whole, part 1
 * last; until then a failure takes back every one of them. What it takes back does not bring back an older file of that name.
 *
 * @throws {PortmanteauError} `DELIVERY_FAILED`, with the system's error as `cause`
 * @example
 * ```ts
 * await exporter.export(request, { to: fileDelivery("bundle.zip") });
 * ```
 */
export function fileDelivery(path: string, { mode = 0o600 }: FileDeliveryOptions = {}): Delivery {
  const whole = resolve(path);
  const directory = dirname(whole);
  /** What removes the renamed files of a set that lacks others, should the process end now. */
  const unfinished = new Set<() => void>();

  return {
    name: "file",
    partName: (part) => partName(basename(whole), part),
    async open({ part }) {
      const final = part === undefined ? whole : join(directory, partName(basename(whole), part.number));
      const temporary = join(directory, partialName(basename(final)));
      const failed = (what: string, cause: unknown) =>
        new PortmanteauError("DELIVERY_FAILED", `The file "${basename(final)}" could not be ${what}.`, { cause });
      let standing = temporary;
      // Before the file is there: a signal that arrives while it is being made must find someone who removes it.
      const forget = onExit(() => {
        try {
          unlinkSync(standing);
        } catch {
          // The process is ending; there is nobody left to tell.
        }
      });
      await removeAbandoned(directory);
      let file: FileHandle;
      try {
        file = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
      } catch (cause) {
        forget();
        throw failed("created", cause);
      }
      const stopTouching = keepTouched(temporary);
      let committed: Promise<void> | undefined;
      let renamed = false;
      const close = async () => {
        await file.sync();
        await file.close();
      };
      let closed: Promise<void> | undefined;
      return {
        async write(bytes) {
          try {
            for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
          } catch (cause) {
            throw failed("written", cause);
          }
        },
        async finish() {
          try {
            await (closed ??= close());
          } catch (cause) {
            throw failed("finished", cause);
          }
        },
        commit() {
          committed = (async () => {
            try {
              await (closed ??= close());
              await rename(temporary, final);
            } catch (cause) {
              throw failed("finished", cause);
            }
            renamed = true;
            stopTouching();
            standing = final;
            if (part !== undefined) unfinished.add(forget);
            else forget();
            if (part?.number === 1) {
              for (const each of unfinished) each();
              unfinished.clear();
            }
            try {
              await syncDirectory(directory);
            } catch (cause) {
              throw failed("made durable: it is whole and in its place, and a power cut may lose it", cause);
            }
          })();
          return committed;
        },
        async undo() {
          if (!renamed) return;
          try {
            await rm(final, { force: true });
          } catch (cause) {
            throw failed("taken back", cause);
          }
          unfinished.delete(forget);
          forget();
        },
        async abort() {
          // A rename cannot be taken back: an abort that comes with the commit waits for how it ended.
          await Promise.allSettled([committed]);
          if (renamed) return;
          stopTouching();
          try {
            await rm(temporary, { force: true }); // it may be gone already, by an earlier abort
            forget();
          } catch (cause) {
            throw failed("removed", cause);
          } finally {
            await file.close();
          }
        },
      };
    },
  };
}

/** The rename itself must survive a power cut. Where a directory cannot be opened (Windows), the system does not need it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
