import type { Reply, Send } from "./client.ts";
import { failed } from "./failure.ts";

/** How many keys the server looks at for one answer. */
const keysPerScan = 1_000;

/** The text as a pattern that matches it and nothing else. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

/** Keys, each once, in the order of their bytes. */
export class KeySet {
  readonly #keys = new Map<string, Buffer>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  add(key: string | Buffer): void {
    const bytes = Buffer.from(key);
    const name = bytes.toString("latin1");
    if (this.#keys.size === this.#maxKeys && !this.#keys.has(name))
      throw failed(`There are more than ${this.#maxKeys} keys. Raise \`maxKeys\`, or divide the dataset.`);
    this.#keys.set(name, bytes);
  }

  /** Those that come after a key; all without one. */
  after(key: Buffer | undefined): readonly Buffer[] {
    const sorted = [...this.#keys.values()].sort(Buffer.compare);
    return key === undefined ? sorted : sorted.filter((other) => Buffer.compare(other, key) > 0);
  }
}

/** Adds what matches a pattern. The server may give a key twice, and gives every key that is there all the time. */
export async function scanKeys(send: Send, pattern: string, keys: KeySet): Promise<void> {
  let cursor = "0";
  do {
    const [next, found] = (await send("SCAN", cursor, "MATCH", pattern, "COUNT", String(keysPerScan))) as Reply[];
    for (const key of found as (string | Buffer)[]) keys.add(key);
    cursor = String(next);
  } while (cursor !== "0");
}
