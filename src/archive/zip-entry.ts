import { createHash } from "node:crypto";
import { constants, crc32, deflateRawSync } from "node:zlib";

/** What the headers of an entry say. All of it is known before the first byte: no data descriptor is ever written. */
export interface EntryFacts {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
  /** Whether the bytes stand as they are, not deflated. Default false. */
  readonly isStored?: boolean;
}

/** A small file as it stands in a zip. */
export interface PackedFile {
  readonly facts: EntryFacts & { readonly sha256: string };
  readonly deflated: Uint8Array;
}

/** What several files begin with, deflated once. It ends on a flush, so that anything deflated may follow. */
export interface PackedHead {
  readonly bytes: Uint8Array;
  readonly crc32: number;
  readonly deflated: Uint8Array;
}

export function packHead(bytes: Uint8Array, level: number): PackedHead {
  const deflated = deflateRawSync(bytes, { level, finishFlush: constants.Z_FULL_FLUSH });
  return { bytes, crc32: crc32(bytes), deflated };
}

const noHead: PackedHead = { bytes: new Uint8Array(), crc32: 0, deflated: new Uint8Array() };

/** Deflates and digests a file that is in memory: a head, if it has one, and the rest. */
export function packFile(rest: Uint8Array, level: number, head: PackedHead = noHead): PackedFile {
  const packed = deflateRawSync(rest, { level });
  const deflated = head === noHead ? packed : Buffer.concat([head.deflated, packed]);
  const facts = {
    bytes: head.bytes.length + rest.length,
    compressedBytes: deflated.length,
    crc32: rest.length === 0 ? head.crc32 : crc32(rest, head.crc32), // node's CRC-32 of nothing can be 0, whatever it continues
    sha256: createHash("sha256").update(head.bytes).update(rest).digest("hex"),
  };
  return { facts, deflated };
}
