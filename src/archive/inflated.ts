import { pipeline } from "node:stream";
import { constants, crc32, createInflateRaw } from "node:zlib";

const chunkBytes = 256 * 1024;

/** Sizes and CRC-32s of a raw deflate stream and of its text. */
export interface InflatedFacts {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly crc32: number;
  readonly compressedCrc32: number;
}

/**
 * Inflates a raw deflate stream, and measures it on the way.
 *
 * @param onText takes the text in order; its bytes may be kept
 * @param isOpen whether the stream may have no end yet: then the text is what there is up to its last flush
 * @throws what reading or `onText` threw; zlib's error when it is no deflate stream
 */
export async function inflateAll(
  chunks: AsyncIterable<Uint8Array>,
  onText: (text: Buffer) => void,
  { isOpen = false } = {},
): Promise<InflatedFacts> {
  const facts = { bytes: 0, compressedBytes: 0, crc32: 0, compressedCrc32: 0 };
  const counted = async function* () {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue; // node's CRC-32 of nothing can be 0, whatever it continues
      facts.compressedBytes += chunk.length;
      facts.compressedCrc32 = crc32(chunk, facts.compressedCrc32);
      yield chunk;
    }
  };
  const finishFlush = isOpen ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  const inflated = pipeline(counted(), createInflateRaw({ chunkSize: chunkBytes, finishFlush }), () => {});
  for await (const text of inflated as AsyncIterable<Buffer>) {
    facts.bytes += text.length;
    facts.crc32 = crc32(text, facts.crc32);
    onText(text);
  }
  return facts;
}
