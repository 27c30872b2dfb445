import { createHash } from "node:crypto";
import type { RandomAccess } from "../model/ports.ts";

const pieceBytes = 1024 * 1024;

/** SHA-256, in hex, of a file's bytes up to each of some positions, in rising order. */
export async function rawDigests(file: RandomAccess, positions: readonly number[]): Promise<string[]> {
  const sha256 = createHash("sha256");
  const digests: string[] = [];
  let at = 0;
  for (const position of positions) {
    while (at < position) {
      const piece = await file.read(at, Math.min(pieceBytes, position - at));
      if (piece.length === 0) throw new Error("The file ends too early.");
      sha256.update(piece);
      at += piece.length;
    }
    digests.push(sha256.copy().digest("hex"));
  }
  return digests;
}
