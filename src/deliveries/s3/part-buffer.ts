import { createHash } from "node:crypto";

/** A store takes no more parts of one object. */
export const mostParts = 10_000;
const evenParts = 5_000;
const doubledAfter = 500;

/**
 * The size of a part, from 1: the first 5,000 are even, as some stores want them; then the size doubles after every 500, so that the
 * 10,000 that a store takes hold its largest object (5 TiB) and more.
 */
export function sizeOfPart(number: number, partBytes: number): number {
  return partBytes * 2 ** Math.max(0, Math.ceil((number - evenParts) / doubledAfter));
}

/** What is known of the bytes of a part. */
export interface PartDigests {
  readonly sha256: Buffer;
  /** Null where the system has no MD5. */
  readonly md5: Buffer | null;
}

/** The part that is being filled. It grows as it is, for most bundles are small. */
export class PartBuffer {
  readonly size: number;
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;
  readonly #sha256 = createHash("sha256");
  readonly #md5 = md5Hash();

  constructor(size: number) {
    this.size = size;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes what has room, and gives how much that was. */
  take(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.size - this.#length);
    const length = this.#length + taken.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.size, Math.max(length, 2 * this.#bytes.length)));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(taken, this.#length);
    this.#length = length;
    this.#sha256.update(taken);
    this.#md5?.update(taken);
    return taken.length;
  }

  /** Called once, when it is complete. */
  digests(): PartDigests {
    return { sha256: this.#sha256.digest(), md5: this.#md5?.digest() ?? null };
  }
}

/** Systems that allow only approved algorithms have none. */
function md5Hash() {
  try {
    return createHash("md5");
  } catch {
    return undefined;
  }
}
