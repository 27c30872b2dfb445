import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { packFile } from "../../src/archive/zip-entry.ts";
import { headerProblems } from "../../src/archive/zip-headers.ts";
import { openZip, type ZipReader } from "../../src/archive/zip-reader.ts";
import { ZipWriter } from "../../src/archive/zip-writer.ts";
import { entryPath } from "../../src/model/entry-path.ts";
import { toolIsHere } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "portmanteau-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function zipped(fill: (zip: ZipWriter) => Promise<void>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const zip = new ZipWriter(async (bytes) => void chunks.push(Buffer.from(bytes)));
  await fill(zip);
  const { bytes } = await zip.finish();
  const whole = Buffer.concat(chunks);
  expect(bytes).toBe(whole.length);
  return whole;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

async function* once(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Every record of the central directory, read by the fields of APPNOTE 4.3.12 and not by a library. */
function centralRecords(zip: Buffer) {
  const found: {
    name: string;
    flags: number;
    method: number;
    time: number;
    date: number;
    mode: number;
    local: number;
  }[] = [];
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50; ) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    found.push({
      name: zip.subarray(at + 46, at + 46 + name).toString(),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      time: zip.readUInt16LE(at + 12),
      date: zip.readUInt16LE(at + 14),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      local: zip.readUInt32LE(at + 42),
    });
    at += 46 + name + extra + comment;
  }
  return found;
}

const zip64 = ["504b0606", "504b0607"].map((signature) => Buffer.from(signature, "hex"));
const hasZip64 = (zip: Buffer) => zip64.some((signature) => zip.includes(signature));

const contents: Record<string, Buffer> = {
  "data/a.json": Buffer.from("[\n]\n"),
  "data/b.csv": Buffer.from("s\r\n".repeat(10_000)),
  "empty.txt": Buffer.alloc(0),
  "index.html": Buffer.from("<!doctype html>".repeat(100)),
};

const sample = () =>
  zipped(async (zip) => {
    await zip.addDirectory(entryPath("data/"));
    for (const [path, bytes] of Object.entries(contents)) {
      const packed = deflateRawSync(bytes);
      if (path.startsWith("data/")) {
        const facts = { bytes: bytes.length, compressedBytes: packed.length, crc32: crc32(bytes) };
        await zip.addSealed(entryPath(path), facts, once(packed));
      } else await zip.addPacked(entryPath(path), packFile(bytes, 6));
    }
  });

describe("a zip", () => {
  it("says in every header: UTF-8, no data descriptor, 1980-01-01T00:00:00, 0644 or 0755, and no zip64", async () => {
    const zip = await sample();
    const records = centralRecords(zip);
    expect(records.map(({ name }) => name)).toEqual(["data/", ...Object.keys(contents)]);
    for (const { name, local, ...record } of records) {
      const folderEntry = name.endsWith("/");
      expect(record).toEqual({
        flags: 0x0800,
        method: folderEntry ? 0 : 8,
        time: 0,
        date: (1 << 5) | 1,
        mode: folderEntry ? 0o040755 : 0o100644,
      });
      expect(zip.readUInt32LE(local)).toBe(0x04034b50);
      expect(zip.readUInt16LE(local + 6)).toBe(0x0800);
      expect(zip.readUInt16LE(local + 28)).toBe(0);
    }
    expect(zip.includes(Buffer.from("504b0708", "hex"))).toBe(false);
    expect(hasZip64(zip)).toBe(false);
  });

  it("is the same bytes each time", async () => {
    expect((await sample()).equals(await sample())).toBe(true);
  });

  it("is read back by openZip", async () => {
    const file = join(folder, "sample.zip");
    writeFileSync(file, await sample());
    const reader = await openZip(file);
    const read: Record<string, Buffer> = {};
    for (const entry of reader.entries) if (!entry.isDirectory) read[entry.path] = await bytesOf(reader.read(entry));
    reader.close();
    expect(read).toEqual(contents);
  });

  for (const [command, args] of [
    ["unzip", ["-t"]],
    ["python3", ["-m", "zipfile", "-t"]],
    ["7z", ["t"]],
    ["bsdtar", ["-tf"]],
  ] as const) {
    it(`is found whole by ${command}`, async ({ skip }) => {
      if (!toolIsHere(command)) return skip();
      const file = join(folder, `${command}.zip`);
      writeFileSync(file, await sample());
      const { status, stdout, stderr } = spawnSync(command, [...args, file], { encoding: "utf8" });
      expect(`${stdout}${stderr}`).not.toMatch(/warning|error[^:]*: [1-9]/i);
      expect(status).toBe(0);
    });
  }
});

describe("a zip that cannot be finished", () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  const quick = { timeout: 20_000 };
  const settled = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).toEqual([]);
  };
  process.on("unhandledRejection", note);
  afterAll(() => void process.off("unhandledRejection", note));

  // Incompressible, and larger than every buffer on the way.
  const large = Buffer.from(Array.from({ length: 900_000 }, (_, at) => (Math.imul(at, 2654435761) >>> 13) & 255));
  const packed = Buffer.concat(
    Array.from({ length: Math.ceil(large.length / 65_535) }, (_, at) => {
      const block = large.subarray(at * 65_535, (at + 1) * 65_535);
      const header = Buffer.from([at === Math.ceil(large.length / 65_535) - 1 ? 1 : 0, 0, 0, 0, 0]);
      header.writeUInt16LE(block.length, 1);
      header.writeUInt16LE(block.length ^ 0xffff, 3);
      return Buffer.concat([header, block]);
    }),
  );
  const facts = { bytes: large.length, compressedBytes: packed.length, crc32: crc32(large) };
  async function* chunks() {
    for (let at = 0; at < packed.length; at += 50_000) yield packed.subarray(at, at + 50_000);
  }
  const fill = async (zip: ZipWriter) => {
    await zip.addDirectory(entryPath("data/"));
    await zip.addSealed(entryPath("data/a"), facts, chunks());
    await zip.addPacked(entryPath("index.html"), packFile(Buffer.from("x"), 6));
    return zip.finish();
  };

  it("rejects with what its destination threw, at whatever byte", quick, async () => {
    const size = (await zipped(async (zip) => void (await zip.addSealed(entryPath("data/a"), facts, chunks())))).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size - 1 }), fc.boolean(), async (limit, slow) => {
        let taken = 0;
        const zip = new ZipWriter(async (bytes) => {
          if (slow) await new Promise((resolve) => setImmediate(resolve));
          if ((taken += bytes.length) > limit) throw new Error("full");
        });
        await expect(fill(zip)).rejects.toThrow("full");
        await zip.abort();
      }),
      { numRuns: 60 },
    );
    await settled();
  });

  it("rejects with what its source threw, after whatever chunk", quick, async () => {
    for (const after of [0, 1, 10]) {
      const zip = new ZipWriter(async () => {});
      const adding = zip.addSealed(
        entryPath("a"),
        facts,
        (async function* () {
          let count = 0;
          for await (const chunk of chunks()) {
            if (count++ === after) throw new Error("source");
            yield chunk;
          }
        })(),
      );
      await expect(adding).rejects.toThrow("source");
      await expect(zip.addDirectory(entryPath("more/"))).rejects.toThrow("source");
      await expect(zip.finish()).rejects.toThrow("source");
    }
    await settled();
  });

  it("rejects when it is given up, at whatever moment, and writes nothing afterwards", quick, async () => {
    for (let turns = 0; turns < 60; turns++) {
      let givenUp = false;
      let late = 0;
      const zip = new ZipWriter(async () => {
        if (givenUp) late++;
        await new Promise((resolve) => setImmediate(resolve));
      });
      const filling = fill(zip).then(
        () => "finished",
        (error: { code?: string }) => error.code,
      );
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await zip.abort();
      givenUp = true;
      expect(["ABORTED", "finished"]).toContain(await filling);
      await zip.abort();
      expect(late).toBe(0);
    }
    await settled();
  });

  for (const [end, why] of [
    [(zip: ZipWriter) => zip.abort(), "ABORTED"],
    [async () => {}, "full"],
  ] as const) {
    it(`does not wait for a source that never answers: ${why}`, quick, async () => {
      let fail = () => {};
      const zip = new ZipWriter(
        () =>
          new Promise((resolve, reject) => {
            if (why === "ABORTED") resolve();
            else fail = () => reject(Object.assign(new Error("full"), { code: "full" }));
          }),
      );
      const adding = zip.addSealed(
        entryPath("a"),
        facts,
        (async function* () {
          yield packed.subarray(0, 600_000);
          await new Promise(() => {});
        })(),
      );
      adding.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 30));
      fail();
      await end(zip);
      await expect(adding).rejects.toMatchObject({ code: why });
      await settled();
    });
  }

  it("refuses a source that is not as long as it was sealed", quick, async () => {
    for (const bytes of [Buffer.alloc(0), packed.subarray(0, -1), Buffer.concat([packed, Buffer.from([0])])]) {
      const zip = new ZipWriter(async () => {});
      await expect(zip.addSealed(entryPath("a"), facts, once(bytes))).rejects.toMatchObject({
        code: "SPOOL_CORRUPT",
      });
      await expect(zip.finish()).rejects.toMatchObject({ code: "SPOOL_CORRUPT" });
    }
    await settled();
  });
});

/** What verification says of a zip's headers. */
async function problemsOf(reader: ZipReader): Promise<string[]> {
  const problems: string[] = [];
  for await (const { message } of headerProblems(
    reader.file,
    reader.entries.map((entry) => reader.record(entry)),
  ))
    problems.push(message);
  return problems;
}

describe("zip64 records", () => {
  const stored = Buffer.from([1, 1, 0, 0xfe, 0xff, 0x78]);
  const tiny = { bytes: 1, compressedBytes: stored.length, crc32: crc32(Buffer.from("x")) };
  const zeros = Buffer.alloc(2 ** 20);
  const block = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH });
  const largeZip = (bytes: number) =>
    zipped(async (zip) => {
      const blocks = Math.floor(bytes / zeros.length);
      const rest = deflateRawSync(zeros.subarray(0, bytes - blocks * zeros.length));
      let crc = 0;
      for (let at = 0; at < blocks; at++) crc = crc32(zeros, crc);
      crc = crc32(zeros.subarray(0, bytes - blocks * zeros.length), crc);
      const facts = { bytes, compressedBytes: blocks * block.length + rest.length, crc32: crc };
      await zip.addSealed(
        entryPath("large"),
        facts,
        (async function* () {
          for (let at = 0; at < blocks; at++) yield block;
          yield rest;
        })(),
      );
    });

  for (const [bytes, needed] of [
    [2 ** 32 - 2, false],
    [2 ** 32 - 1, true],
    [2 ** 32, true],
  ] as const) {
    it(`are ${needed ? "there" : "not there"} for an entry of ${bytes} bytes, which other readers list`, async () => {
      const zip = await largeZip(bytes);
      const file = join(folder, `${bytes}.zip`);
      writeFileSync(file, zip);
      // The extra field of the local header holds the true sizes when the 32-bit fields cannot.
      expect(zip.readUInt16LE(28)).toBe(needed ? 20 : 0);
      expect(zip.readUInt32LE(22)).toBe(needed ? 0xffffffff : bytes);
      const reader = await openZip(file, { maxRatio: 10_000 });
      expect(reader.entries.map((entry) => entry.bytes)).toEqual([bytes]);
      expect(await problemsOf(reader)).toEqual([]);
      reader.close();
      if (!toolIsHere("python3")) return;
      const list = `import sys, zipfile; print([i.file_size for i in zipfile.ZipFile(sys.argv[1]).infolist()])`;
      expect(spawnSync("python3", ["-c", list, file], { encoding: "utf8" }).stdout.trim()).toBe(`[${bytes}]`);
    });
  }

  for (const [entries, needed] of [
    [65_534, false],
    [65_535, true],
  ] as const) {
    it(`are ${needed ? "there" : "not there"} for ${entries} entries`, async () => {
      const zip = await zipped(async (writer) => {
        for (let at = 0; at < entries; at++) await writer.addSealed(entryPath(`f${at}`), tiny, once(stored));
      });
      expect(hasZip64(zip)).toBe(needed);
      let reads = 0;
      const file = {
        size: zip.length,
        read: async (position: number, length: number) => {
          reads++;
          return zip.subarray(position, position + length);
        },
      };
      const reader = await openZip(file);
      expect(reader.entries.length).toBe(entries);
      expect(await problemsOf(reader)).toEqual([]);
      // Many headers at a time: a file of 100,000 attachments is not asked half a million times.
      expect(reads).toBeLessThan(entries / 20);
      reads = 0;
      for (const entry of reader.entries.slice(0, 1_000)) expect(await bytesOf(reader.read(entry))).toHaveLength(1);
      expect(reads).toBeLessThan(20); // nor twice for each of its files
      reader.close();
      await expect(openZip(file, { maxEntries: entries - 1 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    });
  }
});
