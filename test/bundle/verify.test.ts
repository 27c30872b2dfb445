import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FindingCode, findingCodes, type RecordSchema, verifyBundle } from "portmanteau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentErrors } from "../../src/bundle/documents.ts";
import {
  controlledSource,
  emptyFolder,
  entriesOf,
  expectNoUnhandledRejection,
  exported,
  failing,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
} from "../support/exporting.ts";
import {
  bomb,
  csv,
  damages,
  dataset,
  datasets,
  type Files,
  hex,
  json,
  packed,
  replace,
  resum,
  text,
} from "./damages.ts";

expectNoUnhandledRejection();

const folder = emptyFolder();
const file = join(folder, "bundle.zip");

async function findingsOf(bytes: Uint8Array, options = {}): Promise<FindingCode[]> {
  writeFileSync(file, bytes);
  const codes: FindingCode[] = [];
  for await (const finding of verifyBundle(file, options)) {
    expect(finding.severity).toBe(findingCodes[finding.code][0]);
    codes.push(finding.code);
  }
  return codes;
}

let sound: Buffer;
beforeAll(async () => {
  sound = (await exported(datasets())).zip;
});
const filesOf = (): Files => entriesOf(sound);
describe("a bundle", () => {
  it("that is sound gives no finding, as it came and zipped again", async () => {
    expect(await findingsOf(sound)).toEqual([]);
    expect(await findingsOf(packed(filesOf()))).toEqual([]);
    const files = filesOf();
    resum(files);
    expect(await findingsOf(packed(files))).toEqual([]);
  });

  const seen = new Set<FindingCode>();
  for (const [code, what, damage, ...also] of damages) {
    it(`with ${what} gives ${code} and nothing else`, async () => {
      const codes = await findingsOf(damage(filesOf()));
      expect(new Set(codes)).toEqual(new Set([code, ...also]));
      seen.add(code);
    });
  }
  // Those of a signature and of a set have tests of their own.
  const elsewhere = Object.keys(findingCodes).filter((code) => /^(?:SIGNATURE|PART)_/.test(code));
  afterAll(() => expect([...seen, ...elsewhere].sort()).toEqual(Object.keys(findingCodes).sort()));

  it("with an encrypted entry says so", async () => {
    const files = filesOf();
    files.set("data/safe", bomb());
    resum(files);
    files.delete("data/safe");
    const entry = { path: "data/safe", bytes: bomb(), claims: { flags: 1 } };
    expect(await findingsOf(packed(files, [entry]))).toContain("ENTRY_SPECIAL");
  });

  for (const path of ["../up", "/etc/passwd", "C:/x", "a\\b", "a//b", "a/./b"]) {
    it(`with the name ${JSON.stringify(path)} is not sound`, async () => {
      const files = filesOf();
      files.set(path, bomb());
      resum(files);
      expect(new Set(await findingsOf(packed(files)))).toEqual(new Set(["NAME_UNSAFE", "ENTRY_EXTRA"]));
    });
  }

  it("cut off at any 64th byte is never sound, and verify never throws", async () => {
    for (let length = 0; length < sound.length; length += 64) {
      expect(await findingsOf(sound.subarray(0, length)), `${length}`).toEqual(["ZIP_UNREADABLE"]);
    }
    expect(await findingsOf(sound.subarray(0, -1))).toEqual(["ZIP_UNREADABLE"]);
  });

  it("with a byte of an entry's data flipped is never sound, and verify never throws", async () => {
    let tried = 0;
    for (let at = 0; sound.readUInt32LE(at) === 0x04034b50; ) {
      const from = at + 30 + sound.readUInt16LE(at + 26) + sound.readUInt16LE(at + 28);
      const to = from + sound.readUInt32LE(at + 18);
      const step = Math.max(1, Math.floor((to - from) / 4));
      for (let offset = from; offset < to; offset += step) {
        const bytes = Buffer.from(sound);
        bytes[offset] = ~(bytes[offset] as number) & 0xff;
        expect((await findingsOf(bytes)).length, `${offset}`).toBeGreaterThan(0);
        tried++;
      }
      at = to;
    }
    expect(tried).toBeGreaterThan(30);
  });

  it("with a byte of its central directory flipped never makes verify throw", async () => {
    const from = sound.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    for (let at = from; at < sound.length; at += 31) {
      const bytes = Buffer.from(sound);
      bytes[at] = ~(bytes[at] as number) & 0xff;
      await findingsOf(bytes);
    }
  });

  it("is not read where an entry breaks a limit, and everything else is checked", async () => {
    writeFileSync(file, sound);
    const found: unknown[] = [];
    const biggest = (filesOf().get("index.html") as Buffer).length;
    for await (const { code, path } of verifyBundle(file, { maxEntryBytes: biggest - 1 })) found.push([code, path]);
    expect(found).toEqual([["LIMIT_EXCEEDED", "index.html"]]);
    for (const limits of [
      { maxEntries: 3 },
      { maxLineLength: 10 },
      { maxCellLength: 3 },
      { maxDocumentBytes: 100 },
      { maxSchemaBytes: 100 },
      { maxValues: 5 },
      { maxDepth: 1 },
    ])
      expect(await findingsOf(sound, limits), JSON.stringify(limits)).toContain("LIMIT_EXCEEDED");
  });

  it("says of each record what is wrong, without its values, and not more often than asked", async () => {
    const files = filesOf();
    replace(files, csv, text(files, csv).replaceAll("note ", "zq7k "));
    resum(files);
    writeFileSync(file, packed(files));
    const found = [];
    for await (const finding of verifyBundle(file)) found.push(finding);
    expect(found.map(({ code, path, recordIndex }) => [code, path, recordIndex])).toEqual(
      [0, 1, 2, 3].map((index) => ["CSV_MISMATCH", csv, index]),
    );
    expect(JSON.stringify(found)).not.toContain("zq7k");
    expect(await findingsOf(packed(files), { maxFindingsPerFile: 2 })).toHaveLength(2);
  });

  it("of many pieces is compared to its last record, in every piece", async () => {
    const many = Array.from({ length: 6_000 }, (_, id) => ({
      id,
      owner: "u1",
      text: `${"é".repeat(id % 60)} "${id}"`,
    }));
    const { zip } = await exported([noteDataset("notes", controlledSource(many).source)]);
    expect(await findingsOf(zip)).toEqual([]);
    const files = entriesOf(zip);
    const changed = [0, 1, 1_999, 4_000, 5_999];
    let other = text(files, csv);
    for (const id of changed) other = other.replace(`""${id}""`, `""x${id}""`);
    replace(files, csv, other);
    resum(files);
    writeFileSync(file, packed(files));
    const found: unknown[] = [];
    for await (const { code, recordIndex } of verifyBundle(file)) found.push([code, recordIndex]);
    expect(found).toEqual(changed.map((index) => ["CSV_MISMATCH", index]));
  });

  it("whose records cannot be read to their end still has the digests of its files checked", async () => {
    for (const path of [json, csv]) {
      const files = filesOf();
      files.set(path, Buffer.concat([Buffer.from("x\n"), files.get(path) as Buffer]));
      const codes = [path === json ? "JSON_INVALID" : "CSV_INVALID", "DIGEST_MISMATCH", "FILE_FACTS_WRONG"];
      expect(await findingsOf(packed(files))).toEqual(codes);
    }
  });

  it("with a record nested deeper than the stack gives a finding too", async () => {
    const tree = { type: "array", items: { $ref: "#/$defs/tree" } };
    const deep: RecordSchema = {
      ...noteSchema,
      properties: { ...noteSchema.properties, tree: { $ref: "#/$defs/tree" } },
      $defs: { tree },
    };
    const { source } = controlledSource([{ id: 1, owner: "u1", text: "", tree: [[]] }]);
    const files = entriesOf((await exported([noteDataset("notes", source, { schema: deep })])).zip);
    const brackets = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    replace(files, json, text(files, json).replace("[[]]", brackets));
    resum(files);
    expect(await findingsOf(packed(files))).toEqual(["LIMIT_EXCEEDED"]);
    expect(await findingsOf(packed(files), { maxDepth: 1_000_000 })).toEqual(["JSON_INVALID"]);
    replace(files, csv, text(files, csv).replace("[[]]", brackets));
    resum(files);
    expect(await findingsOf(packed(files), { maxDepth: 1_000_000 })).toEqual(["JSON_INVALID"]);
  });

  it("is checked as far as the level says", async () => {
    const files = filesOf();
    files.set(csv, Buffer.from(text(files, csv).replace("note 2", "note 9")));
    const bytes = packed(files);
    expect(await findingsOf(bytes)).toEqual(["CSV_MISMATCH", "DIGEST_MISMATCH", "FILE_FACTS_WRONG"]);
    expect(await findingsOf(bytes, { level: "digests" })).toEqual(["DIGEST_MISMATCH", "FILE_FACTS_WRONG"]);
    expect(await findingsOf(bytes, { level: "structure" })).toEqual([]);
    files.delete(csv);
    for (const level of ["structure", "digests", "full"])
      expect(await findingsOf(packed(files), { level })).toEqual(["ENTRY_MISSING", "ENTRY_MISSING"]);
  });

  it("is the only thing that verify does not throw for: a file that is not there does", async () => {
    await expect(verifyBundle(join(folder, "gone.zip")).summary()).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the documents of an export", () => {
  for (const [what, datasets, config] of [
    ["a whole one", () => [dataset()], {}],
    [
      "a partial one",
      () => [
        noteDataset("lost", {
          ...controlledSource([]).source,
          read: () => {
            throw new Error("x");
          },
        }),
        noteDataset("away", controlledSource([]).source, { identity: "phone" }),
        noteDataset("short", controlledSource(notes(1), { count: 2 }).source),
      ],
      { onFailure: "deliver-partial" },
    ],
  ] as const) {
    it(`match their schemas: ${what}`, async () => {
      const { report, entries } = await exported(datasets(), config);
      expect(documentErrors("manifest", jsonAt(entries, "manifest.json"))).toEqual([]);
      expect(documentErrors("report", report)).toEqual([]);
    });
  }

  it("match their schemas: the report of a failed one, and of an aborted one", async () => {
    const failed = await failing(exported([noteDataset("a", controlledSource(notes(1), { count: 2 }).source)]));
    const aborted = await failing(exported([dataset()], {}, { signal: AbortSignal.abort() }));
    for (const { report } of [failed, aborted]) expect(documentErrors("report", report)).toEqual([]);
    expect([failed.report?.status, aborted.report?.status]).toEqual(["failed", "aborted"]);
  });

  it("name each file with its size and digest, alike in report, manifest and SHA256SUMS", async () => {
    const { report, zip, entries } = await exported([dataset()]);
    expect(report.bundle).toMatchObject({ bytes: zip.length, sha256: hex(zip) });
    const manifest = jsonAt(entries, "manifest.json");
    for (const { path, bytes, sha256 } of report.datasets[0]?.files ?? []) {
      const content = entries.get(path) as Buffer;
      expect([bytes, sha256]).toEqual([content.length, hex(content)]);
      expect(manifest.datasets[0].files).toContainEqual(expect.objectContaining({ path, bytes, sha256 }));
      expect(text(entries, "SHA256SUMS")).toContain(`${sha256}  ${path}\n`);
    }
    expect(text(entries, "SHA256SUMS").split("\n")).toHaveLength(entries.size);
  });
});
