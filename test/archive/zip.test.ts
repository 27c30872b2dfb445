import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SegmentWriter } from "../../src/archive/segment.ts";
import { packFile, packHead } from "../../src/archive/zip-entry.ts";
import { openZip } from "../../src/archive/zip-reader.ts";
import { ZipWriter } from "../../src/archive/zip-writer.ts";
import { entryPath } from "../../src/model/entry-path.ts";
import { toolIsHere } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "portmanteau-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* once(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
const text = Buffer.from("hello");
/** "hello" as one stored block: the same bytes whatever zlib is in Node. */
const packed = Buffer.from([1, 5, 0, 0xfa, 0xff, ...text]);
const facts = { bytes: 5, compressedBytes: packed.length, crc32: crc32(text) };

async function small(write: (bytes: Uint8Array) => Promise<void>) {
  const zip = new ZipWriter(write);
  await zip.addDirectory(entryPath("data/"));
  await zip.addSealed(entryPath("data/a.json"), facts, once(packed.subarray(0, 3), packed.subarray(3)));
  return zip.finish();
}

describe("a zip", () => {
  it("has exactly these bytes: sizes in the local header, UTF-8 flag, 1980, no data descriptor, no zip64", async () => {
    const chunks: Uint8Array[] = [];
    await small(async (bytes) => void chunks.push(Uint8Array.from(bytes)));
    expect(Buffer.concat(chunks).toString("hex")).toBe(GOLDEN);
  });

  it("gathers small entries and sends them on as one chunk, when it is told to and at its end", async () => {
    const chunks: Uint8Array[] = [];
    const zip = new ZipWriter(async (bytes) => void chunks.push(Uint8Array.from(bytes)));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await zip.addDirectory(entryPath("data/"));
    await zip.addSealed(entryPath("data/a.json"), facts, once(packed.subarray(0, 3), packed.subarray(3)));
    await turn();
    expect(chunks.length).toBe(0);
    zip.flush();
    zip.flush();
    await turn();
    expect(chunks.length).toBe(1);
    await zip.finish();
    expect(chunks.length).toBe(2);
    expect(Buffer.concat(chunks).toString("hex")).toBe(GOLDEN);
  });

  it("does not gather more than 64 KiB before it sends it on", async () => {
    const taken: number[] = [];
    const zip = new ZipWriter(async ({ length }) => void taken.push(length));
    const bytes = Buffer.concat([Buffer.from([1, 0, 0x40, 0xff, 0xbf]), Buffer.alloc(0x4000)]); // 16 KiB of zeros, stored
    const entry = { bytes: 0x4000, compressedBytes: bytes.length, crc32: crc32(bytes.subarray(5)) };
    for (let at = 0; at < 12; at++) {
      await zip.addSealed(entryPath(`f${at}`), entry, once(bytes));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken.length).toBe(3);
    expect(Math.max(...taken)).toBeLessThan(66 * 1024);
    await zip.finish();
  });

  it("rejects, and does not hang, when the destination fails at byte n, whatever n", async () => {
    const size = GOLDEN.length / 2;
    for (let limit = 0; limit < size; limit += 7) {
      let taken = 0;
      const writing = small(async (bytes) => {
        if ((taken += bytes.length) > limit) throw new Error("full");
      });
      await expect(writing).rejects.toThrow("full");
    }
  });

  it("rejects with what a source threw, and refuses what is not as long as it was sealed", async () => {
    const zip = new ZipWriter(async () => {});
    await expect(
      zip.addSealed(
        entryPath("a"),
        facts,
        (async function* () {
          yield packed;
          throw new Error("source");
        })(),
      ),
    ).rejects.toThrow("source");
    await expect(zip.finish()).rejects.toThrow("source");
    for (const bytes of [packed.subarray(1), Buffer.concat([packed, packed])]) {
      await expect(new ZipWriter(async () => {}).addSealed(entryPath("a"), facts, once(bytes))).rejects.toMatchObject({
        code: "SPOOL_CORRUPT",
      });
    }
  });

  it("can be given up at any time", async () => {
    const zip = new ZipWriter(async () => {});
    await zip.addDirectory(entryPath("data/"));
    await zip.abort();
    await zip.abort();
    await expect(zip.addDirectory(entryPath("more/"))).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("has zip64 records for an entry beyond 4 GiB, which other readers read", async () => {
    const block = Buffer.alloc(2 ** 20);
    const piece = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
    const pieces = 4_200;
    let crc = 0;
    for (let index = 0; index < pieces; index++) crc = crc32(block, crc);
    const file = join(folder, "large.zip");
    const chunks: Buffer[] = [];
    const zip = new ZipWriter(async (bytes) => void chunks.push(Buffer.from(bytes)));
    const end = Buffer.from([3, 0]);
    const large = { bytes: pieces * block.length, compressedBytes: pieces * piece.length + 2, crc32: crc };
    await zip.addSealed(
      entryPath("large"),
      large,
      (async function* () {
        for (let index = 0; index < pieces; index++) yield piece;
        yield end;
      })(),
    );
    await zip.addSealed(entryPath("after"), facts, once(packed));
    await zip.finish();
    writeFileSync(file, Buffer.concat(chunks));
    const reader = await openZip(file, { maxRatio: 10_000 });
    expect(reader.entries.map(({ bytes }) => bytes)).toEqual([large.bytes, 5]);
    reader.close();
    if (toolIsHere("python3"))
      expect(
        spawnSync(
          "python3",
          [
            "-c",
            `import zipfile; z = zipfile.ZipFile("${file}"); print([i.file_size for i in z.infolist()], z.read("after"))`,
          ],
          { encoding: "utf8" },
        ).stdout.trim(),
      ).toBe(`[${large.bytes}, 5] b'hello'`);
  });

  it("is refused when it is cut off anywhere, or is something else", async () => {
    const chunks: Uint8Array[] = [];
    await small(async (bytes) => void chunks.push(Uint8Array.from(bytes)));
    const whole = Buffer.concat(chunks);
    const file = join(folder, "cut.zip");
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      await expect(openZip(file), String(length)).rejects.toMatchObject({ code: "BUNDLE_UNREADABLE" });
    }
    expect(readFileSync(file).length).toBe(whole.length - 1);
  });
});

describe("a packed file", () => {
  it("is one raw deflate stream with true facts, with and without a head", () => {
    const [head, rest] = [Buffer.from("<style>".repeat(500)), Buffer.from("<p>ü…</p>".repeat(90))];
    for (const [file, whole] of [
      [packFile(rest, 6), rest],
      [packFile(rest, 6, packHead(head, 6)), Buffer.concat([head, rest])],
      [packFile(Buffer.alloc(0), 6, packHead(head, 1)), head],
    ] as const) {
      expect(inflateRawSync(file.deflated).equals(whole)).toBe(true);
      expect(file.facts).toEqual({
        bytes: whole.length,
        compressedBytes: file.deflated.length,
        crc32: crc32(whole),
        sha256: createHash("sha256").update(whole).digest("hex"),
      });
    }
  });
});

describe("a segment", () => {
  const sealed = async (pieces: readonly Buffer[], maxPending: number) => {
    const out: Buffer[] = [];
    const segment = new SegmentWriter(async (bytes) => void out.push(bytes), { level: 6, maxPending });
    for (const piece of pieces) {
      segment.push(Buffer.from(piece));
      await segment.ready();
    }
    return { facts: await segment.seal(), packed: Buffer.concat(out) };
  };

  it("is one raw deflate stream of its pieces, the same whatever the number in flight", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 6 }), async (arrays) => {
        const pieces = arrays.map((array) => Buffer.from(array));
        const whole = Buffer.concat(pieces);
        const [one, four] = [await sealed(pieces, 1), await sealed(pieces, 4)];
        expect(inflateRawSync(four.packed).equals(whole)).toBe(true);
        expect(one.packed.equals(four.packed)).toBe(true);
        expect(four.facts).toMatchObject({
          bytes: whole.length,
          compressedBytes: four.packed.length,
          crc32: crc32(whole),
          compressedCrc32: crc32(four.packed),
        });
      }),
      { numRuns: 40 },
    );
  });

  it("is within 1 % of a single stream", async () => {
    const pieces = Array.from({ length: 8 }, (_, piece) =>
      Buffer.from(
        Array.from(
          { length: 5_000 },
          (_each, line) => `{"id":${piece * 5_000 + line},"path":"/v1/projects/${(line * 7919) % 997}","status":200}\n`,
        ).join(""),
      ),
    );
    const { packed: ours } = await sealed(pieces, 4);
    expect(ours.length / deflateRawSync(Buffer.concat(pieces), { level: 6 }).length).toBeLessThan(1.01);
  });

  it("reports a failing spool once, by ready or by seal", async () => {
    const segment = new SegmentWriter(
      async () => {
        throw new Error("full");
      },
      { level: 6, maxPending: 1 },
    );
    segment.push(Buffer.from("x"));
    await expect(segment.ready()).rejects.toThrow("full");
    await expect(segment.seal()).rejects.toThrow("full");
  });
});

const GOLDEN = [
  "504b03041400000800000000210000000000000000000000000005000000", // local header: version 2.0, UTF-8, stored, 1980-01-01
  "646174612f", // data/
  "504b0304140000080800000021",
  "0086a610360a000000050000000b000000", // local header: deflated, CRC-32, sizes
  "646174612f612e6a736f6e", // data/a.json
  "010500faff68656c6c6f", // its bytes, as they were handed over
  "504b01022d03140000080000000021000000000000000000000000000500000000000000000010",
  "00ed4100000000646174612f", // central: directory, 0755
  "504b01022d031400000808000000210086a610360a000000050000000b0000000000000000002000a48123000000646174612f612e6a736f6e", // central: file, 0644
  "504b050600000000020002006c000000560000000000", // end of central directory
].join("");
