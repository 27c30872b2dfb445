import { createHash } from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";
import { inflateAll } from "./inflated.ts";
import { finalBlock, type SegmentFacts } from "./segment.ts";

/** A short text as it stands between segments: deflated on its own, it refers to nothing before it and ends on a sync flush. */
export function deflatedBetween(text: string): Buffer {
  return text === "" ? Buffer.alloc(0) : deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** The last of the text between segments, and the end of the stream. */
export function deflatedEnd(text: string): Buffer {
  return Buffer.concat([deflatedBetween(text), finalBlock]);
}

/** The bytes of a sealed segment but for its end, so that others may follow: no segment refers to bytes before its own. */
export async function* openEnded(
  { compressedBytes }: Pick<SegmentFacts, "compressedBytes">,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = compressedBytes - finalBlock.length;
  for await (const chunk of chunks) {
    const kept = chunk.subarray(0, left);
    left -= kept.length;
    if (kept.length > 0) yield kept;
  }
}

/**
 * What is to be known of a joined stream, found by inflating it. Sizes and CRC-32s could be combined from those of its segments; a SHA-256
 * cannot, and it takes the text, so that everything is taken from there.
 *
 * @throws what reading threw; zlib's error when it is no deflate stream
 */
export async function measureInflated(chunks: AsyncIterable<Uint8Array>): Promise<SegmentFacts> {
  const sha256 = createHash("sha256");
  const facts = await inflateAll(chunks, (text) => sha256.update(text));
  return { ...facts, sha256: sha256.digest("hex") };
}
