import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SegmentWriter } from "../../src/archive/segment.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

async function sealed(pieces: readonly Uint8Array[], { level = 6, maxPending = 4, slow = false } = {}) {
  const out: Buffer[] = [];
  let most = 0;
  let inFlight = 0;
  const segment = new SegmentWriter(
    async (bytes) => {
      most = Math.max(most, ++inFlight);
      if (slow) await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      out.push(bytes);
      inFlight--;
    },
    { level, maxPending },
  );
  for (const piece of pieces) {
    segment.push(Buffer.from(piece));
    await segment.ready();
  }
  return { facts: await segment.seal(), packed: Buffer.concat(out), most };
}

/** Text like ours, of about so many bytes, from a fixed seed. */
function lines(bytes: number): Buffer {
  let seed = 7;
  const next = (limit: number) => (seed = (seed * 48271) % 2147483647) % limit;
  const found: string[] = [];
  for (let length = 0, id = 0; length < bytes; id++) {
    const line = `{"id":${id},"at":"2026-01-${10 + next(20)}T10:${10 + next(50)}:00.000Z","path":"/v1/projects/${next(997)}/files","status":${[200, 200, 404, 500][next(4)]},"trace":"${next(2 ** 31).toString(16)}${next(2 ** 31).toString(16)}","note":"customer ${next(5_000)} asked about invoice ${next(90_000)}"},\n`;
    found.push(line);
    length += line.length;
  }
  return Buffer.from(found.join(""));
}

function pieceUp(text: Buffer, bytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) => text.subarray(at * bytes, (at + 1) * bytes));
}

describe("a segment", () => {
  it("releases a piece when its bytes are not needed any more, and not before", async () => {
    const text = lines(2_000_000);
    const out: Buffer[] = [];
    const segment = new SegmentWriter(async (bytes) => void out.push(bytes), { level: 6 });
    let released = 0;
    for (const piece of pieceUp(text, 300_000)) {
      const own = Buffer.from(piece);
      segment.push(own, () => {
        released++;
        own.fill(0);
      });
      await segment.ready();
    }
    const facts = await segment.seal();
    expect(released).toBe(7);
    expect(inflateRawSync(Buffer.concat(out)).equals(text)).toBe(true);
    expect(facts.sha256).toBe(createHash("sha256").update(text).digest("hex"));
  });

  it("is one raw deflate stream of its text, with its true size, CRC-32s and SHA-256, for any pieces", async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.constantFrom(32_767, 32_768, 32_769, 65_536),
      fc.integer({ min: 1, max: 90_000 }),
    );
    const text = lines(400_000);
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), async (lengths, level) => {
        let at = 0;
        const pieces = lengths.map((length) => text.subarray(at % 300_000, (at += length) % 300_000));
        const whole = Buffer.concat(pieces);
        const { facts, packed } = await sealed(pieces, { level });
        expect(inflateRawSync(packed).equals(whole)).toBe(true);
        expect(facts).toEqual({
          bytes: whole.length,
          compressedBytes: packed.length,
          crc32: crc32(whole),
          compressedCrc32: crc32(packed),
          sha256: createHash("sha256").update(whole).digest("hex"),
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is the same bytes whatever the number in flight, and however slow the spool", async () => {
    const pieces = pieceUp(lines(600_000), 40_000);
    const one = await sealed(pieces, { maxPending: 1 });
    for (const maxPending of [2, 4, 16]) {
      const other = await sealed(pieces, { maxPending, slow: true });
      expect(other.packed.equals(one.packed)).toBe(true);
      expect(other.facts).toEqual(one.facts);
      expect(other.most).toBe(1);
    }
  });

  it("is the same bytes whatever the number of zlib's threads", async () => {
    const script = join(mkdtempSync(join(tmpdir(), "portmanteau-threads-")), "child.mts");
    writeFileSync(
      script,
      `import { SegmentWriter } from ${JSON.stringify(resolve("src/archive/segment.ts"))};
      const out = [];
      const segment = new SegmentWriter(async (bytes) => void out.push(Buffer.from(bytes)), { level: 6, maxPending: 8 });
      for (let piece = 0; piece < 12; piece++) {
        const text = Array.from({ length: 4_000 }, (_, line) => piece + " " + (line * 7919) % 997).join("\\n");
        segment.push(Buffer.from(text));
        await segment.ready();
      }
      await segment.seal();
      process.stdout.write(Buffer.concat(out));`,
    );
    const bytes = ["1", "2", "8"].map((threads) =>
      execFileSync(process.execPath, [resolve("node_modules/jiti/lib/jiti-cli.mjs"), script], {
        env: { ...process.env, UV_THREADPOOL_SIZE: threads },
      }),
    );
    expect(inflateRawSync(bytes[0] as Buffer).length).toBeGreaterThan(200_000);
    for (const each of bytes) expect(each.equals(bytes[0] as Buffer)).toBe(true);
  });

  it("has the same bytes on both sides of the size up to which a piece is deflated at once", async () => {
    const text = lines(200_000);
    const sizes = [16 * 1024, 16 * 1024 + 1, 1, 60_000, 16 * 1024 - 1];
    let at = 0;
    const pieces = sizes.map((size) => text.subarray(at, (at += size)));
    const expected = pieces.map((piece, index) => {
      const before = pieces[index - 1];
      return deflateRawSync(piece, {
        level: 6,
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(before === undefined ? {} : { dictionary: before.subarray(-32 * 1024) }),
      });
    });
    const { packed } = await sealed(pieces);
    expect(packed.equals(Buffer.concat([...expected, Buffer.from([3, 0])]))).toBe(true);
  });

  it("is one write when it is small", async () => {
    const writes: Buffer[] = [];
    const segment = new SegmentWriter(async (bytes) => void writes.push(bytes), { level: 6 });
    segment.push(Buffer.from("[\n]\n"));
    await segment.seal();
    expect(writes.map((bytes) => inflateRawSync(bytes).toString())).toEqual(["[\n]\n"]);
  });

  it("is within 1 % of the size of a single stream, over 8 MiB at level 6", async () => {
    const text = lines(8 * 1024 * 1024);
    const { packed } = await sealed(pieceUp(text, 512 * 1024));
    expect(packed.length / deflateRawSync(text, { level: 6 }).length).toBeLessThan(1.01);
  });

  it("makes its caller wait while as many pieces as allowed are in flight", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const segment = new SegmentWriter(() => gate, { level: 1, maxPending: 2 });
    segment.push(Buffer.from("a"));
    expect(segment.full).toBe(false);
    segment.push(Buffer.from("b"));
    expect(segment.full).toBe(true);
    let welcome = false;
    const ready = segment.ready().then(() => {
      welcome = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(welcome).toBe(false);
    release();
    await ready;
    expect((await segment.seal()).bytes).toBe(2);
  });

  for (const failAt of [0, 1, 3]) {
    it(`reports by ready and by seal that write ${failAt} failed, and writes nothing after it`, async () => {
      let calls = 0;
      const segment = new SegmentWriter(
        async () => {
          if (calls++ === failAt) throw new Error("full");
        },
        { level: 1, maxPending: 1 },
      );
      const pushing = async () => {
        for (let piece = 0; piece < 6; piece++) {
          segment.push(Buffer.from(`${piece}`));
          await segment.ready();
        }
      };
      await expect(pushing()).rejects.toThrow("full");
      await expect(segment.seal()).rejects.toThrow("full");
      expect(calls).toBe(failAt + 1);
    });
  }

  it("leaves no rejection unhandled when its caller gives up without asking", async () => {
    const segment = new SegmentWriter(
      async () => {
        throw new Error("full");
      },
      { level: 1 },
    );
    segment.push(Buffer.from("a"));
    segment.push(Buffer.from("b"));
    await segment.settled();
  });

  it("reports a level that zlib refuses", async () => {
    const segment = new SegmentWriter(async () => {}, { level: 42 });
    const pushed = (async () => {
      segment.push(Buffer.from("a"));
      await segment.seal();
    })();
    await expect(pushed).rejects.toMatchObject({ code: "ERR_OUT_OF_RANGE" });
  });
});
