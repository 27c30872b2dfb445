import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Dataset, type FindingCode, findingCodes, type RecordSchema, verifyBundle } from "portmanteau";
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
import { bundleEntries, type HandMadeEntry, handMadeZip } from "../support/hand-made-zip.ts";

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

type Files = Map<string, Buffer>;
const hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Writes SHA256SUMS anew, as one does who knows the format. */
function resum(files: Files): void {
  files.delete("SHA256SUMS");
  const lines = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => `${hex(bytes)}  ${path}\n`);
  files.set("SHA256SUMS", Buffer.from(lines.join("")));
}

// biome-ignore lint/suspicious/noExplicitAny: damage follows no type
function edit(files: Files, path: string, change: (document: any) => void): void {
  const document = jsonAt(files, path);
  change(document);
  files.set(path, Buffer.from(JSON.stringify(document)));
}

/** Puts other bytes at a path, with the manifest's facts and the data package made to fit. */
function replace(files: Files, path: string, bytes: Buffer | string): void {
  files.set(path, Buffer.from(bytes));
  edit(files, "manifest.json", ({ datasets }) => {
    for (const { files: named, schema } of datasets) {
      for (const each of [...named, schema]) {
        if (each?.path !== path) continue;
        each.sha256 = hex(Buffer.from(bytes));
        if ("bytes" in each) each.bytes = Buffer.from(bytes).length;
      }
    }
  });
  edit(files, "datapackage.json", ({ resources }) => {
    for (const each of resources) {
      if (each.path !== path) continue;
      each.hash = `sha256:${hex(Buffer.from(bytes))}`;
      each.bytes = Buffer.from(bytes).length;
    }
  });
}
const text = (files: Files, path: string) => (files.get(path) as Buffer).toString();

let sound: Buffer;
const dataset = (): Dataset =>
  noteDataset("notes", controlledSource([...notes(4), { id: "x", owner: "u1", text: "" }]).source, {
    schema: { ...noteSchema, $id: "urn:example:note" },
    primaryKey: ["/id"],
  });
beforeAll(async () => {
  sound = (await exported([dataset(), noteDataset("none", controlledSource([]).source)])).zip;
});
const filesOf = (): Files => entriesOf(sound);
const packed = (files: Files, more: readonly HandMadeEntry[] = []) => handMadeZip([...bundleEntries(files), ...more]);

/** The zip after a damage that was done; `sealed`: with checksums that fit it. */
const zipped = (files: Files, _damage?: unknown) => packed(files);
const sealed = (files: Files, _damage?: unknown) => {
  resum(files);
  return packed(files);
};

/** The zip with other headers at one entry. */
const edited = (files: Files, path: string, change: Partial<HandMadeEntry>) =>
  handMadeZip(bundleEntries(files).map((entry) => (entry.path === path ? { ...entry, ...change } : entry)));

const json = "data/notes.json";
const csv = "data/notes.csv";
const schema = "schemas/notes.schema.json";
const bomb = () => Buffer.alloc(1_000_000);

/** One damage per line; everything else is made to fit, so that one code is seen. A file that was put there is also one too many. */
const damages: readonly (readonly [FindingCode, string, (files: Files) => Buffer, ...also: FindingCode[]])[] = [
  ["ZIP_UNREADABLE", "no zip", () => Buffer.from("hello")],
  ["ZIP_UNREADABLE", "nothing", () => Buffer.alloc(0)],
  ["NAME_UNSAFE", "a device's name", (files) => sealed(files, files.set("data/con.json", bomb())), "ENTRY_EXTRA"],
  ["NAME_UNSAFE", "a stream of NTFS", (files) => sealed(files, files.set("data/a:b", bomb())), "ENTRY_EXTRA"],
  ["ENTRY_DUPLICATE", "a twin", (files) => packed(files, [{ path: json, bytes: files.get(json) as Buffer }])],
  ["ENTRY_DUPLICATE", "a twin but for case", (files) => sealed(files, files.set("INDEX.html", bomb())), "ENTRY_EXTRA"],
  [
    "ENTRY_SPECIAL",
    "a symbolic link",
    (files) => {
      files.set("data/link", Buffer.from("/etc/passwd"));
      resum(files);
      files.delete("data/link");
      return packed(files, [
        { path: "data/link", bytes: Buffer.from("/etc/passwd"), central: { attributes: 0xa1ff0020 } },
      ]);
    },
    "ENTRY_EXTRA",
    "HEADER_UNEXPECTED",
  ],
  ["ENTRY_MISSING", "a page that is gone", (files) => zipped(files, files.delete("index.html"))],
  ["ENTRY_MISSING", "a data file that the manifest alone names", (files) => sealed(files, files.delete(json))],
  [
    "ENTRY_MISSING",
    "a quarantine that is counted and nowhere",
    (files) => {
      files.delete("quarantine/notes.json");
      edit(files, "manifest.json", ({ datasets }) => datasets[0].files.pop());
      return zipped(files, resum(files));
    },
  ],
  [
    "ENTRY_EXTRA",
    "a file that was sealed and that the manifest does not know",
    (files) => sealed(files, files.set("more.txt", bomb())),
  ],
  [
    "ENTRY_MISSING",
    "a dataset that claims records and names no files",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => {
          datasets[1].files = [];
          delete datasets[1].schema;
        }),
      ),
    "ENTRY_EXTRA",
    "DATA_PACKAGE_INVALID",
  ],
  [
    "MANIFEST_INVALID",
    "a manifest that is complete with a dataset that is not",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void (datasets[0].outcome = "partial")),
      ),
  ],
  ["ENTRY_EXTRA", "a file that nobody sealed", (files) => zipped(files, files.set("data/more.json", bomb()))],
  [
    "ENTRY_UNREADABLE",
    "an entry larger than it claims",
    (files) => {
      files.set("bomb", bomb());
      resum(files);
      files.delete("bomb");
      return packed(files, [{ path: "bomb", bytes: bomb(), claims: { bytes: 10 } }]);
    },
    "ENTRY_EXTRA",
  ],
  [
    "ENTRY_UNREADABLE",
    "an entry smaller than it claims",
    (files) => {
      files.set("short", bomb());
      resum(files);
      files.delete("short");
      return packed(files, [{ path: "short", bytes: bomb(), claims: { bytes: 1_000_001 } }]);
    },
    "ENTRY_EXTRA",
  ],
  ["CHECKSUMS_INVALID", "no checksums", (files) => zipped(files, files.delete("SHA256SUMS"))],
  [
    "CHECKSUMS_INVALID",
    "a line that is none",
    (files) => zipped(files, files.set("SHA256SUMS", Buffer.from(`${text(files, "SHA256SUMS")}hello\n`))),
  ],
  ["DIGEST_MISMATCH", "another page", (files) => zipped(files, files.set("index.html", bomb()))],
  ["MANIFEST_INVALID", "no manifest", (files) => sealed(files, files.delete("manifest.json"))],
  [
    "MANIFEST_INVALID",
    "a manifest that is no JSON",
    (files) => sealed(files, files.set("manifest.json", Buffer.from("{"))),
  ],
  [
    "MANIFEST_INVALID",
    "a manifest of something else",
    (files) => sealed(files, files.set("manifest.json", Buffer.from("null"))),
  ],
  [
    "MANIFEST_INVALID",
    "a manifest without a controller",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", (manifest) => delete manifest.controller),
      ),
  ],
  [
    "VERSION_UNKNOWN",
    "version 2",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", (manifest) => void (manifest.formatVersion = 2)),
      ),
  ],
  [
    "FILE_FACTS_WRONG",
    "a size that is not the file's",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void datasets[0].files[0].bytes++),
      ),
    "DATA_PACKAGE_INVALID",
  ],
  [
    "FILE_FACTS_WRONG",
    "a digest that is not the schema's",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void (datasets[0].schema.sha256 = "0".repeat(64))),
      ),
  ],
  ["SCHEMA_INVALID", "a schema that is no JSON", (files) => sealed(files, replace(files, schema, "{"))],
  [
    "SCHEMA_INVALID",
    "a schema that says nothing",
    (files) => sealed(files, replace(files, schema, '{"type":"nonsense"}')),
  ],
  [
    "JSON_INVALID",
    "a comma too many",
    (files) => sealed(files, replace(files, json, text(files, json).replace("\n]", ",\n]"))),
  ],
  [
    "JSON_INVALID",
    "an end that is missing",
    (files) => sealed(files, replace(files, json, text(files, json).replace("\n]\n", "\n"))),
  ],
  [
    "JSON_INVALID",
    "bytes that are no UTF-8",
    (files) => sealed(files, replace(files, json, Buffer.concat([files.get(json) as Buffer, Buffer.from([0xff])]))),
  ],
  [
    "JSON_INVALID",
    "a quarantine that is none",
    (files) => sealed(files, replace(files, "quarantine/notes.json", "[\n")),
  ],
  ["CSV_INVALID", "a quote that is not closed", (files) => sealed(files, replace(files, csv, `${text(files, csv)}"`))],
  [
    "CSV_INVALID",
    "another header",
    (files) => sealed(files, replace(files, csv, text(files, csv).replace("id,", "key,"))),
  ],
  [
    "RECORD_INVALID",
    "a record that its schema refuses",
    (files) => {
      const strict = jsonAt(files, schema);
      strict.properties.text.maxLength = 2;
      replace(files, schema, JSON.stringify(strict));
      return zipped(files, resum(files));
    },
  ],
  [
    "COUNT_MISMATCH",
    "other counts in the manifest",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => {
          datasets[0].records.written = 5;
          datasets[0].records.read = 6;
        }),
      ),
  ],
  [
    "COUNT_MISMATCH",
    "a quarantine of another length",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void (datasets[0].records.quarantined = 2)),
      ),
  ],
  [
    "CSV_MISMATCH",
    "another value in the CSV",
    (files) => sealed(files, replace(files, csv, text(files, csv).replace("note 2", "note 9"))),
  ],
  ["HEADER_UNEXPECTED", "another time in both headers", (files) => edited(files, json, { claims: { time: 1 } })],
  ["HEADER_UNEXPECTED", "another mode", (files) => edited(files, json, { central: { attributes: 0x81ff0020 } })],
  ["HEADER_UNEXPECTED", "a comment", (files) => handMadeZip(bundleEntries(files), { comment: Buffer.from("hello") })],
  [
    "HEADER_MISMATCH",
    "another name before its data",
    (files) => edited(files, json, { local: { name: Buffer.from("data/other.json") } }),
  ],
  ["HEADER_MISMATCH", "another size before its data", (files) => edited(files, json, { local: { bytes: 3 } })],
  ["HEADER_MISMATCH", "another CRC-32 before its data", (files) => edited(files, json, { local: { crc32: 3 } })],
  [
    "ENTRY_UNREADABLE",
    "another CRC-32 in both headers",
    (files) => edited(files, "index.html", { claims: { crc32: 3 } }),
  ],
  ["BYTES_UNCLAIMED", "bytes before an entry", (files) => edited(files, json, { gap: Buffer.from("hello") })],
  [
    "BYTES_UNCLAIMED",
    "bytes before the first entry",
    (files) => handMadeZip(bundleEntries(files), { prefix: Buffer.from("MZ") }),
  ],
  [
    "ENTRY_OVERLAP",
    "two entries that are one",
    (files) => {
      files.set("data/more.json", Buffer.from("x"));
      resum(files);
      const entries = bundleEntries(files);
      const at = entries.findIndex(({ path }) => path === json);
      const offset = handMadeZip(entries.slice(0, at)).readUInt32LE(handMadeZip(entries.slice(0, at)).length - 6);
      return handMadeZip(
        entries.map((entry) => (entry.path === "data/more.json" ? { ...entry, central: { offset } } : entry)),
      );
    },
    "HEADER_MISMATCH",
    "HEADER_UNEXPECTED",
    "ENTRY_EXTRA",
    "ENTRY_UNREADABLE",
    "BYTES_UNCLAIMED",
  ],
  [
    "ENTRY_ORDER",
    "entries in another order",
    (files) => {
      const page = files.get("index.html") as Buffer;
      files.delete("index.html");
      return zipped(files, files.set("index.html", page));
    },
  ],
  [
    "HEADER_UNEXPECTED",
    "a directory of the zip in another order",
    (files) =>
      handMadeZip(bundleEntries(files), {
        directoryOrder: ([first, second, third, ...rest]) => [first, third, second, ...rest] as Buffer[],
      }),
    "ENTRY_ORDER",
  ],
  [
    "ENTRY_SPECIAL",
    "an unknown method",
    (files) => edited(files, "index.html", { claims: { method: 12 } }),
    "HEADER_UNEXPECTED",
  ],
  [
    "LIMIT_EXCEEDED",
    "an entry that claims to inflate to a thousand times its size",
    (files) => {
      files.set("data/bomb.json", Buffer.alloc(300_000));
      resum(files);
      return edited(files, "data/bomb.json", { claims: { bytes: 300_000_000 } });
    },
  ],
  [
    "LIMIT_EXCEEDED",
    "a pattern that takes for ever",
    (files) => {
      const strict = jsonAt(files, schema);
      strict.properties.text.pattern = "^note|^(a+)+$";
      replace(files, schema, JSON.stringify(strict));
      for (const path of [json, csv]) replace(files, path, text(files, path).replace("note 1", `${"a".repeat(40)}!`));
      return sealed(files);
    },
  ],
  [
    "JSON_INVALID",
    "a key that stands twice",
    (files) => sealed(files, replace(files, json, text(files, json).replace('"owner":', '"id":0,"owner":'))),
  ],
  [
    "MANIFEST_INVALID",
    "a key that stands twice in the manifest",
    (files) =>
      sealed(files, files.set("manifest.json", Buffer.from(text(files, "manifest.json").replace("{", '{"part":1,')))),
  ],
  [
    "MANIFEST_INVALID",
    "a category that is called portable and is not",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ categories }) => void (categories[0].portable = false)),
      ),
  ],
  [
    "MANIFEST_INVALID",
    "files of another dataset",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void (datasets[0].files[0].path = datasets[1].files[0].path)),
      ),
  ],
  [
    "DATA_PACKAGE_INVALID",
    "a data package that is no JSON",
    (files) => sealed(files, files.set("datapackage.json", Buffer.from("{"))),
  ],
  [
    "DATA_PACKAGE_INVALID",
    "another type of a column",
    (files) =>
      sealed(
        files,
        edit(files, "datapackage.json", ({ resources }) => void (resources[0].schema.fields[0].type = "string")),
      ),
  ],
  [
    "DATA_PACKAGE_INVALID",
    "a key that is no column",
    (files) =>
      sealed(
        files,
        edit(files, "datapackage.json", ({ resources }) => void (resources[0].schema.primaryKey = ["other"])),
      ),
  ],
  [
    "CHECKSUMS_INVALID",
    "checksums in another order",
    (files) =>
      zipped(
        files,
        files.set("SHA256SUMS", Buffer.from(`${text(files, "SHA256SUMS").trim().split("\n").reverse().join("\n")}\n`)),
      ),
  ],
  [
    "RECORD_INVALID",
    "a quarantine without reasons",
    (files) => sealed(files, replace(files, "quarantine/notes.json", '[\n{"index":4,"errors":[],"record":{}}\n]\n')),
  ],
  [
    "BUNDLE_PARTIAL",
    "a bundle that says so",
    (files) =>
      sealed(
        files,
        edit(files, "manifest.json", (manifest) => {
          manifest.completeness = "partial";
          manifest.datasets[0].outcome = "partial";
        }),
      ),
  ],
];

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
    for (const limits of [{ maxEntries: 3 }, { maxLineLength: 10 }, { maxCellLength: 3 }, { maxDocumentBytes: 100 }])
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
