import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { type EventLog, eventLog } from "./event-log.ts";
import { corrupt, type LogVerification, type VerifyLogOptions, verifyEventLog } from "./verify-log.ts";

/** An event log that is a file. */
export interface FileEventLog extends EventLog {
  /** Waits for what is being written, and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens an event log in a file, made with mode 0600 where there is none, and verifies it. Each line is one write at the file's end, synced. One
 * process at a time may have it open; what two write is found by the next verification.
 *
 * @throws {PortmanteauError} `LOG_CORRUPT` when it is not sound, a last line that a crash tore included: see `repairEventLog`
 * @example
 * ```ts
 * const log = await fileEventLog("/var/lib/exports/requests.log");
 * await log.appendTransition(record);
 * ```
 */
export async function fileEventLog(path: string, options: VerifyLogOptions = {}): Promise<FileEventLog> {
  const file = await open(path, "a", 0o600);
  try {
    const { findings, head } = await verified(path, options);
    if (findings[0] !== undefined) throw corrupt(findings[0]);
    await syncFolder(path); // the file's name must not be lost either
    const write = async (line: Uint8Array) => {
      await writeWhole(file, line);
      await file.datasync();
    };
    const log = eventLog(write, head);
    return Object.defineProperties(
      { close: () => file.close() },
      Object.getOwnPropertyDescriptors(log),
    ) as FileEventLog;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function writeWhole(file: FileHandle, line: Uint8Array): Promise<void> {
  for (let written = 0; written < line.length; ) written += (await file.write(line, written)).bytesWritten;
}

const verified = (path: string, options: VerifyLogOptions) => verifyEventLog(createReadStream(path), options);

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Takes away the last line that a crash tore, and nothing else. What it said was never confirmed to anybody.
 *
 * @returns the number of bytes that were taken away; 0 when the last line is whole
 * @throws {PortmanteauError} `LOG_CORRUPT` when the log is wrong in any other way, and then leaves it as it is
 */
export async function repairEventLog(path: string, options: VerifyLogOptions = {}): Promise<number> {
  const file = await open(path, "r+");
  try {
    const { findings, bytes }: LogVerification = await verified(path, options);
    if (findings.length === 0) return 0;
    const other = findings.find(({ code }) => code !== "LINE_TORN");
    if (other !== undefined) throw corrupt(other);
    const { size } = await file.stat();
    await file.truncate(bytes);
    await file.sync();
    return size - bytes;
  } finally {
    await file.close();
  }
}
