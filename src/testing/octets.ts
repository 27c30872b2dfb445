/** 600,000 bytes in which a text stands again and again: more than a buffer holds, and easy to know again. */
export const largeText: Uint8Array = new TextEncoder()
  .encode("All of this belongs to one person. ".repeat(17_143))
  .slice(0, 600_000);

/** Whether bytes hold the text in the clear. */
export function isText(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("belongs to one person");
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** All chunks together; each is copied when it comes, for the giver may use its buffer again. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = [];
  for await (const chunk of chunks) copies.push(Uint8Array.from(chunk));
  return Uint8Array.from(Buffer.concat(copies));
}
