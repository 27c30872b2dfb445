import { createHash } from "node:crypto";
import type { Dataset, FindingCode } from "../../src/index.ts";
import { bundleEntries, type HandMadeEntry, handMadeZip } from "../support/hand-made-zip.ts";
import { controlledSource, jsonAt, noteDataset, noteSchema, notes } from "../support/notes.ts";

/** What can be done to a sound bundle; also for the program that makes the fixtures. */

export type Files = Map<string, Buffer>;
export const hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Writes SHA256SUMS anew, as one does who knows the format. */
export function resum(files: Files): void {
  files.delete("SHA256SUMS");
  const lines = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => `${hex(bytes)}  ${path}\n`);
  files.set("SHA256SUMS", Buffer.from(lines.join("")));
}

// biome-ignore lint/suspicious/noExplicitAny: damage follows no type
export function edit(files: Files, path: string, change: (document: any) => void): void {
  const document = jsonAt(files, path);
  change(document);
  files.set(path, Buffer.from(JSON.stringify(document)));
}

/** Puts other bytes at a path, with the manifest's facts and the data package made to fit. */
export function replace(files: Files, path: string, bytes: Buffer | string): void {
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
export const text = (files: Files, path: string) => (files.get(path) as Buffer).toString();

/** Four records, and one for the quarantine. */
export const dataset = (): Dataset =>
  noteDataset("notes", controlledSource([...notes(4), { id: "x", owner: "u1", text: "" }]).source, {
    schema: { ...noteSchema, $id: "urn:example:note" },
    primaryKey: ["/id"],
  });
/** What the sound bundle holds: those, and an empty one. */
export const datasets = (): Dataset[] => [dataset(), noteDataset("none", controlledSource([]).source)];

export const packed = (files: Files, more: readonly HandMadeEntry[] = []) =>
  handMadeZip([...bundleEntries(files), ...more]);

/** The zip after a damage that was done; `sealed`: with checksums that fit it. */
const zipped = (files: Files, _damage?: unknown) => packed(files);
export const sealed = (files: Files, _damage?: unknown) => {
  resum(files);
  return packed(files);
};

/** The zip with other headers at one entry. */
export const edited = (files: Files, path: string, change: Partial<HandMadeEntry>) =>
  handMadeZip(bundleEntries(files).map((entry) => (entry.path === path ? { ...entry, ...change } : entry)));

export const json = "data/notes.json";
export const csv = "data/notes.csv";
export const schema = "schemas/notes.schema.json";
export const bomb = () => Buffer.alloc(1_000_000);

/** Another text of the same form: its last digit, or else the letter at its end, is another. */
const otherFact = (text: string) => text.replace(/\d(?=\D*$)|[a-z]$/, (last) => (last === "2" ? "3" : "2"));

/** One damage per line; everything else is made to fit, so that one code is seen. A file that was put there is also one too many. */
export const damages: readonly (readonly [FindingCode, string, (files: Files) => Buffer, ...also: FindingCode[]])[] = [
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
    "HEADER_UNEXPECTED",
    "ENTRY_EXTRA",
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
  ...["title", "id", "created"].map(
    (fact) =>
      [
        "DATA_PACKAGE_INVALID",
        `a data package of another ${fact}`,
        (files: Files) =>
          sealed(
            files,
            edit(files, "datapackage.json", (document) => void (document[fact] = otherFact(document[fact]))),
          ),
      ] as const,
  ),
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
