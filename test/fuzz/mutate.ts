import type { Random } from "./random.ts";

const numbers = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** One to four wounds: bits, bytes, numbers, pieces moved, doubled, cut out, or taken from another input; words that the format knows. */
export function mutate(input: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer {
  let bytes = Buffer.from(input);
  for (let wounds = 1 + random.below(4); wounds > 0; wounds--) bytes = wound(bytes, other, words, random);
  return bytes.subarray(0, 200_000);
}

function wound(bytes: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.of([4, 16, 64, 1024]));
  const replaced = (removed: number, ...added: readonly Uint8Array[]) =>
    Buffer.concat([bytes.subarray(0, at), ...added, bytes.subarray(at + removed)]);
  switch (random.below(8)) {
    case 0: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = (changed[at] as number) ^ (1 << random.below(8));
      return changed;
    }
    case 1:
      return replaced(1, Buffer.from([random.below(256)]));
    case 2: {
      const number = Buffer.alloc(8);
      number.writeUInt32LE(random.of(numbers), 0);
      const size = random.of([1, 2, 4, 8]);
      return replaced(size, number.subarray(0, size));
    }
    case 3:
      return replaced(length);
    case 4:
      return replaced(0, bytes.subarray(at, at + length));
    case 5: {
      const from = random.below(bytes.length + 1);
      return replaced(random.of([0, length]), bytes.subarray(from, from + length));
    }
    case 6: {
      const from = random.below(other.length + 1);
      return replaced(random.of([0, length]), other.subarray(from, from + length));
    }
    default:
      return replaced(random.below(3), Buffer.from(random.of(words)));
  }
}
