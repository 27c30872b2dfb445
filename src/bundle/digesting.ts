import { createHash } from "node:crypto";
import type { ZipReader } from "../archive/zip-reader.ts";

/** A zip's reader that learns, of each entry it reads, the digest or the failure: whoever reads an entry to its end has hashed it too. */
export interface DigestingReader extends ZipReader {
  /** SHA-256 in hex, by path, of the entries that were read to their end. */
  readonly digests: ReadonlyMap<string, string>;
  /** By path, what stopped the reading of an entry. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/** @param onBytes told how many bytes were inflated */
export function digesting(zip: ZipReader, onBytes: (bytes: number) => void): DigestingReader {
  const digests = new Map<string, string>();
  const failures = new Map<string, unknown>();
  return {
    ...zip,
    digests,
    failures,
    async *read(entry) {
      const sha256 = createHash("sha256");
      try {
        for await (const chunk of zip.read(entry)) {
          sha256.update(chunk);
          onBytes(chunk.length);
          yield chunk;
        }
      } catch (error) {
        failures.set(entry.path, error);
        throw error;
      }
      digests.set(entry.path, sha256.digest("hex"));
    },
  };
}
