import { failed } from "./failure.ts";

/** The text of a file, strictly UTF-8; a byte order mark at its start is no part of it. */
export async function* textOf(bytes: AsyncIterable<Uint8Array>, file: number): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw failed(`File ${file} is not UTF-8. Convert it first.`, cause);
    }
  };
  for await (const chunk of bytes) yield decode(chunk);
  yield decode();
}
