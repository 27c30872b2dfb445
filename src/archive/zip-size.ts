import type { EntryPath } from "../model/entry-path.ts";
import type { EntryFacts } from "./zip-entry.ts";

/** An entry as far as its size matters; a directory has no bytes. */
export interface SizedEntry {
  readonly path: EntryPath;
  readonly facts: Pick<EntryFacts, "bytes" | "compressedBytes">;
}

const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;
const localZip64Bytes = 20;
const centralZip64Bytes = 28;
const endZip64Bytes = 56 + 20; // the record and its locator
const max16 = 0xffff;
const max32 = 0xffffffff;

/** How large the zip of these entries is, to the byte, as `ZipWriter` writes it. */
export function zipBytes(entries: readonly SizedEntry[]): number {
  let offset = 0;
  let central = 0;
  for (const { path, facts } of entries) {
    const name = Buffer.byteLength(path);
    const isLarge = facts.bytes >= max32 || facts.compressedBytes >= max32;
    central += centralHeaderBytes + name + (isLarge || offset >= max32 ? centralZip64Bytes : 0);
    offset += localHeaderBytes + name + (isLarge ? localZip64Bytes : 0) + facts.compressedBytes;
  }
  const isLarge = entries.length >= max16 || offset >= max32 || central >= max32;
  return offset + central + endBytes + (isLarge ? endZip64Bytes : 0);
}

/** What an entry adds to any zip at most: its bytes, its headers, and zip64's fields. */
export function mostEntryBytes({ path, facts: { compressedBytes } }: SizedEntry): number {
  const name = Buffer.byteLength(path);
  const headers = localHeaderBytes + localZip64Bytes + centralHeaderBytes + centralZip64Bytes;
  return headers + 2 * name + compressedBytes;
}

/** What ends any zip at most. */
export const mostEndBytes: number = endBytes + endZip64Bytes;
