import type { EntryPath } from "../model/entry-path.ts";

/** `SHA256SUMS` in coreutils' format, sorted by path: `sha256sum -c SHA256SUMS` checks it. */
export function checksumsText(digests: ReadonlyMap<EntryPath, string>): string {
  const lines = [...digests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sha256]) => `${sha256}  ${path}\n`);
  return lines.join("");
}

/** Reads `SHA256SUMS` back, line by line: there may be millions. A line that is none is given as `undefined`. */
export function* parseChecksums(text: string): Generator<readonly [path: string, sha256: string] | undefined> {
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf("\n", at);
    if (end === -1) end = text.length;
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(text.slice(at, end));
    yield match === null ? undefined : ([match[2] ?? "", match[1] ?? ""] as const);
  }
}
