import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateRawSync } from "node:zlib";
import {
  type Finding,
  openBundle,
  PortmanteauError,
  type RandomAccess,
  type VerifyOptions,
  verifyBundle,
  type ZipInput,
} from "portmanteau";
import { describe, expect, it } from "vitest";
import { emptyFolder, entriesOf, expectNoUnhandledRejection, noteSchema } from "../support/exporting.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { program } from "../support/program.ts";
import { csv, edited, type Files, json, packed, replace, resum, schema, sealed, text } from "./damages.ts";
import { heavyBundles } from "./heavy-bundles.ts";
import { hostileZips } from "./hostile-zips.ts";

expectNoUnhandledRejection();

const bundles = resolve(import.meta.dirname, "../bundles");
const sound = readFileSync(join(bundles, "sound.zip"));
const signed = readFileSync(join(bundles, "sound-signed.zip"));
const filesOf = (): Files => entriesOf(sound);
const trusting = { publicKeys: [readFileSync(join(bundles, "test.pub"), "utf8")] };

async function findingsOf(input: ZipInput, options: VerifyOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(input, options)) findings.push(finding);
  return findings;
}
const codesOf = async (input: ZipInput, options: VerifyOptions = {}) =>
  new Set((await findingsOf(input, options)).map(({ code }) => code));

/** Everything that can be read of a bundle is read; only errors of the package may come. */
async function readWhole(path: string): Promise<void> {
  try {
    const bundle = await openBundle(path);
    try {
      for (const { name } of bundle.manifest.datasets) for await (const _ of bundle.dataset(name).records());
    } finally {
      bundle.close();
    }
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
  }
}

/** Verifies and reads all zips of a folder in a program of its own, whose heap holds 256 MiB. */
function verifiedInSmallHeap(zips: string): {
  readonly codes: Record<string, string[]>;
  readonly peakMebibytes: number;
} {
  const folder = emptyFolder();
  const verifyAll = program("test/support/verify-all.ts");
  const ran = spawnSync(process.execPath, ["--max-old-space-size=256", verifyAll, zips], {
    cwd: folder,
    encoding: "utf8",
    timeout: 250_000, // one that hangs is ended, and has no status
  });
  expect(ran.status, ran.stderr).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  return JSON.parse(ran.stdout);
}

describe("a hostile zip", () => {
  it("of the corpus has its description, and each description its zip", () => {
    const names = readdirSync(join(bundles, "hostile")).map((name) => name.replace(/\.zip$/, ""));
    expect(names.sort()).toEqual(hostileZips.map(({ name }) => name).sort());
  });

  for (const { name, codes } of hostileZips) {
    it(`${name} gives ${codes.join(", ")}, and makes nothing throw`, { timeout: 30_000 }, async () => {
      const path = join(bundles, "hostile", `${name}.zip`);
      for (const level of ["structure", "digests"] as const) await findingsOf(path, { level });
      expect([...(await codesOf(path))]).toEqual(expect.arrayContaining([...codes]));
      await readWhole(path);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });
  }

  it("is read in 256 MiB, and nothing is written", { timeout: 120_000 }, () => {
    const { codes, peakMebibytes } = verifiedInSmallHeap(join(bundles, "hostile"));
    expect(Object.keys(codes)).toHaveLength(hostileZips.length);
    expect(peakMebibytes).toBeLessThan(600);
  });

  it("whose documents are made to fill memory is read in 256 MiB too", { timeout: 300_000 }, () => {
    const folder = emptyFolder();
    for (const [name, , make] of heavyBundles) writeFileSync(join(folder, `${name}.zip`), make());
    const { codes, peakMebibytes } = verifiedInSmallHeap(folder);
    const found = heavyBundles.map(([name, code]) => [name, codes[`${name}.zip`]?.includes(code) && code]);
    expect(found).toEqual(heavyBundles.map(([name, code]) => [name, code]));
    expect(peakMebibytes).toBeLessThan(600);
  });

  it("of 100,001 entries, or that claims 2³² of them, is not read", async () => {
    const x = Buffer.alloc(0);
    const entries = Array.from({ length: 100_001 }, (_, index) => ({ path: `${index}/`, bytes: x }));
    const small = handMadeZip(entries.slice(0, 1));
    const directory = small.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    for (const count of [100_001n, 2n ** 32n]) {
      const large = Buffer.alloc(76);
      large.writeUInt32LE(0x06064b50, 0);
      large.writeBigUInt64LE(44n, 4);
      large.writeBigUInt64LE(count, 24);
      large.writeBigUInt64LE(count, 32);
      large.writeBigUInt64LE(BigInt(small.length - 22 - directory), 40);
      large.writeBigUInt64LE(BigInt(directory), 48);
      large.writeUInt32LE(0x07064b50, 56);
      large.writeBigUInt64LE(BigInt(small.length - 22), 64);
      large.writeUInt32LE(1, 72);
      const end = Buffer.from(small.subarray(-22));
      end.fill(0xff, 8, 20);
      expect(await codesOf(Buffer.concat([small.subarray(0, -22), large, end]))).toEqual(new Set(["LIMIT_EXCEEDED"]));
    }
  });

  it("whose names alone are longer than 64 MiB is not read", async () => {
    const local = handMadeZip([{ path: "a", bytes: Buffer.alloc(0) }]).subarray(0, 31);
    const entries = Array.from({ length: 1_030 }, () => ({
      path: "a",
      bytes: Buffer.alloc(0),
      central: { comment: Buffer.alloc(65_500) },
    }));
    expect(local.length).toBe(31);
    expect(await codesOf(handMadeZip(entries))).toEqual(new Set(["LIMIT_EXCEEDED"]));
  });
});

/** A raw deflate stream of a text that stands between two others, a MiB many times; and what a header must say of it. */
function repeated(before: string, mebibyte: Buffer, times: number) {
  // Every piece ends on a full flush, so that pieces can stand in any number.
  const flushed = (bytes: Buffer) => deflateRawSync(bytes, { finishFlush: 3 });
  const piece = flushed(mebibyte);
  const deflated = Buffer.concat([flushed(Buffer.from(before)), ...Array(times).fill(piece), Buffer.from([3, 0])]);
  return { deflated, claims: { bytes: Buffer.byteLength(before) + times * mebibyte.length, crc32: 0 } };
}

describe("an endless text", () => {
  const cases = [
    ["a line of 2 GiB", json, '[\n{"id":0,"text":"', Buffer.alloc(2 ** 20, "a"), "JSON_INVALID"],
    ["a cell of 2 GiB", csv, 'id,owner,text\r\n0,"u1","', Buffer.alloc(2 ** 20, "a"), "CSV_INVALID"],
    ["a cell of 2 GiB of quotes", csv, 'id,owner,text\r\n0,"u1","', Buffer.alloc(2 ** 20, '""'), "CSV_INVALID"],
    ["a row of 2 GiB of commas", csv, "id,owner,text\r\n", Buffer.alloc(2 ** 20, ","), "CSV_INVALID"],
  ] as const;
  for (const [what, path, before, mebibyte] of cases) {
    it(`in ${what} ends at the ratio, and with a higher ratio at the longest line`, { timeout: 30_000 }, async () => {
      const zip = edited(filesOf(), path, repeated(before, mebibyte, 2_047));
      expect(await codesOf(zip)).toContain("LIMIT_EXCEEDED");
      const findings = await findingsOf(zip, { maxRatio: 10_000, maxLineLength: 2 ** 20, maxCellLength: 2 ** 20 });
      const found = findings.filter((each) => each.path === path && /longer|more than/.test(each.message));
      expect(found, JSON.stringify(findings)).toHaveLength(1);
    });
  }

  it("in a row of many long cells ends at the longest row", async () => {
    const cell = `"${"a".repeat(600_000)}"`;
    const files = filesOf();
    replace(files, csv, `id,owner,text\r\n${cell},${cell},${cell}\r\n`);
    expect(await codesOf(sealed(files), { maxCellLength: 2 ** 20, maxRatio: 10_000 })).toContain("LIMIT_EXCEEDED");
  });
});

describe("hostile work", () => {
  const quick = { maxCheckMs: 500 };
  const withNotes = (of: unknown, note: string) => {
    const files = filesOf();
    replace(files, schema, JSON.stringify({ ...noteSchema, properties: { ...noteSchema.properties, text: of } }));
    replace(files, json, text(files, json).replace('"note 1"', note));
    return sealed(files);
  };

  it("of a catastrophic pattern ends at maxCheckMs", async () => {
    const zip = withNotes({ type: "string", pattern: "^note|^(a+)+$" }, `"${"a".repeat(60)}!"`);
    expect(await codesOf(zip, quick)).toContain("LIMIT_EXCEEDED");
  });

  it("of many unique objects ends at maxCheckMs", async () => {
    const items = { type: "object", additionalProperties: false, properties: { a: { type: "integer" } } };
    const objects = JSON.stringify(Array.from({ length: 60_000 }, (_, a) => ({ a })));
    const zip = withNotes({ type: ["array", "null"], uniqueItems: true, items }, objects);
    expect(await codesOf(zip, quick)).toContain("LIMIT_EXCEEDED");
  });

  it("of a million wrong elements in one record is one finding", async () => {
    const zip = withNotes({ type: ["array", "null"], items: { type: "string" } }, `[${"1,".repeat(900_000)}1]`);
    const findings = await findingsOf(zip, { maxRatio: 10_000 });
    expect(findings.filter(({ code, recordIndex }) => code === "RECORD_INVALID" && recordIndex === 1)).toHaveLength(1);
  });

  it("of a million lines that are no checksum gives no million findings", async () => {
    const files = filesOf();
    files.set("SHA256SUMS", Buffer.from("x\n".repeat(1_000_000)));
    const invalid = (await findingsOf(packed(files), { maxRatio: 10_000 })).filter(({ path }) => path === "SHA256SUMS");
    expect(invalid.length).toBeLessThanOrEqual(21);
    expect(invalid.length).toBeGreaterThan(0);
  });

  it("of a million records that are wrong ends after the findings that are wanted", async () => {
    for (const path of [json, "quarantine/notes.json"]) {
      const files = filesOf();
      replace(files, path, `[\n${"0,\n".repeat(1_000_000)}0\n]\n`);
      const findings = await findingsOf(sealed(files), { maxRatio: 10_000 });
      expect(findings.filter(({ code }) => code === "RECORD_INVALID" || code === "CSV_MISMATCH")).toHaveLength(20);
      const all = await findingsOf(sealed(files), { maxRatio: 10_000, maxFindingsPerFile: 3_000_000 });
      expect(all.filter(({ code }) => code === "RECORD_INVALID")).toHaveLength(1_000_001);
    }
  });

  it("of a key that stands twice in a JSON cell is found", async () => {
    const files = filesOf();
    const list = {
      type: "object",
      required: ["a"],
      additionalProperties: false,
      properties: { a: { type: "integer" } },
    };
    const loose = { ...noteSchema, properties: { ...noteSchema.properties, text: { type: "array", items: list } } };
    replace(files, schema, JSON.stringify(loose));
    replace(files, json, '[\n{"id":0,"owner":"u1","text":[{"a":1}]}\n]\n');
    replace(files, csv, 'id,owner,text\r\n0,"u1","[{""a"":2,""a"":1}]"\r\n');
    expect(await codesOf(sealed(files))).toContain("CSV_INVALID");
  });

  it("of a header that is a record says nothing of the record", async () => {
    const files = filesOf();
    replace(files, csv, text(files, csv).replace("id,", '"zq7k",'));
    expect(JSON.stringify(await findingsOf(sealed(files)))).not.toContain("zq7k");
  });
});

describe("an input", () => {
  const folder = emptyFolder();
  const accessOf = (bytes: Buffer, read: (position: number, length: number) => unknown): RandomAccess => ({
    size: bytes.length,
    read: async (position, length) => read(position, length) as Uint8Array,
  });

  it("that is a folder, a named pipe or not there gives the system's error", { timeout: 30_000 }, async () => {
    const pipe = join(folder, "pipe");
    spawnSync("mkfifo", [pipe]);
    mkdirSync(join(folder, "folder"));
    for (const [path, code] of [
      [pipe, "ESPIPE"],
      [join(folder, "folder"), "EISDIR"],
      [join(folder, "gone"), "ENOENT"],
    ] as const)
      await expect(findingsOf(path)).rejects.toMatchObject({ code });
  });

  it("that is empty or 21 bytes long is no zip", async () => {
    for (const length of [0, 21]) {
      const path = join(folder, `${length}`);
      writeFileSync(path, Buffer.alloc(length));
      expect(await codesOf(path)).toEqual(new Set(["ZIP_UNREADABLE"]));
    }
  });

  it("that gives a few bytes at a time, as a plain array of bytes, is read as any other", async () => {
    const slow = accessOf(sound, (position, length) =>
      Uint8Array.from(sound.subarray(position, position + Math.min(length, 1_000))),
    );
    expect(await codesOf(slow)).toEqual(new Set());
    const stored = handMadeZip(bundleEntries(filesOf()).map((entry) => ({ ...entry, stored: true })));
    const plain = accessOf(stored, (position, length) => Uint8Array.from(stored.subarray(position, position + length)));
    expect(await codesOf(plain)).toEqual(new Set());
  });

  for (const [what, give] of [
    [
      "throws",
      () => {
        throw new Error("gone");
      },
    ],
    ["gives nothing", () => Buffer.alloc(0)],
    ["gives too much", (_: number, length: number) => Buffer.alloc(length + 1)],
    ["gives something else", () => "hello"],
  ] as const) {
    it(`that ${what}, whichever time it is asked, makes verify throw READ_FAILED`, async () => {
      let failed = 0;
      for (let at = 0; ; at++) {
        let asked = 0;
        const input = accessOf(signed, (position, length) =>
          asked++ === at ? give(position, length) : signed.subarray(position, position + Math.min(length, 500)),
        );
        const outcome = await findingsOf(input, trusting).catch((error: unknown) => error);
        if (asked <= at) break;
        expect(outcome, `read ${at}`).toMatchObject({ code: "READ_FAILED" });
        failed++;
      }
      expect(failed).toBeGreaterThan(20);
    });
  }

  it("that becomes shorter while it is read makes verify throw READ_FAILED", async () => {
    const path = join(folder, "shrinking.zip");
    const files = filesOf();
    files.delete(json);
    writeFileSync(path, packed(files));
    const verifying = (async () => {
      for await (const _ of verifyBundle(path)) truncateSync(path, 100);
    })();
    await expect(verifying).rejects.toMatchObject({ code: "READ_FAILED" });
  });
});

describe("a change", () => {
  it("of one byte of any file of a bundle that is not signed is found, when the zip fits it", async () => {
    for (const [path, bytes] of filesOf()) {
      for (let turn = 0; turn < 3; turn++) {
        const files = filesOf();
        const changed = Buffer.from(bytes);
        const at = Math.floor((bytes.length * (turn + 0.5)) / 3);
        changed[at] = (changed[at] as number) ^ 1;
        files.set(path, changed);
        for (const level of ["digests", "full"] as const)
          expect((await findingsOf(packed(files), { level })).length, `${path}, byte ${at}`).toBeGreaterThan(0);
      }
    }
  });

  it("that cuts a signed bundle at any 64th byte is found", async () => {
    for (let length = 0; length < signed.length; length += 64)
      expect(await codesOf(signed.subarray(0, length), trusting)).toEqual(new Set(["ZIP_UNREADABLE"]));
  });

  it("of a bit of a signed bundle is found at level full too, sampled", { timeout: 60_000 }, async () => {
    const files = entriesOf(signed);
    resum(files);
    const size = signed.length;
    for (let at = 13; at < size; at += 997) {
      const changed = Buffer.from(signed);
      changed[at] = (changed[at] as number) ^ 0x10;
      expect((await verifyBundle(changed, trusting).summary()).sound, `byte ${at}`).toBe(false);
    }
  });
});
