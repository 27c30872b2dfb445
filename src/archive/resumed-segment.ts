import { createHash } from "node:crypto";
import { inflateAll } from "./inflated.ts";
import { type SegmentStart, type SegmentState, windowBytes } from "./segment.ts";

/** The bytes of a segment are not those that it was put down with. */
export class SegmentChanged extends Error {}

/**
 * Finds what a segment needs to be written on: the state of a hash cannot be stored, so the text is inflated once more, which also proves
 * that the bytes are what they were. Held are 32 KiB, and what zlib needs.
 *
 * @param written the deflated bytes up to where the segment was put down
 * @param onText takes the text in order
 * @throws {SegmentChanged} when sizes or CRC-32s differ; what reading or `onText` threw; zlib's error when it is no deflate stream
 */
export async function resumedSegment(
  state: SegmentState,
  written: AsyncIterable<Uint8Array>,
  onText: (text: Buffer) => void = () => {},
): Promise<SegmentStart> {
  const sha256 = createHash("sha256");
  let end: Buffer = Buffer.alloc(0);
  const found = await inflateAll(
    written,
    (text) => {
      sha256.update(text);
      end = (text.length < windowBytes ? Buffer.concat([end, text]) : text).subarray(-windowBytes);
      onText(text);
    },
    { isOpen: true },
  );
  for (const fact of ["compressedBytes", "compressedCrc32", "bytes", "crc32"] as const)
    if (found[fact] !== state[fact]) throw new SegmentChanged(`${fact}: ${found[fact]} instead of ${state[fact]}`);
  return { state, sha256, window: state.windowBytes === 0 ? undefined : Buffer.from(end.subarray(-state.windowBytes)) };
}
