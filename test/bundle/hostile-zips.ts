import { deflateRawSync } from "node:zlib";
import type { FindingCode } from "../../src/index.ts";
import { bundleEntries, type Claims, type HandMadeEntry, handMadeZip } from "../support/hand-made-zip.ts";
import { noteSchema } from "../support/notes.ts";
import { csv, edit, edited, type Files, json, packed, replace, schema, sealed, text } from "./damages.ts";

/** A bundle that somebody made to do harm, and findings that it must give at level `full`, among others. */
export interface HostileZip {
  readonly name: string;
  readonly codes: readonly FindingCode[];
  make(files: Files): Buffer;
}

const x = Buffer.from("x");
const max32 = 0xffffffff;

/** A zip64 extra field of these values. */
function zip64(...values: readonly bigint[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(value, 4 + 8 * index);
  return extra;
}

/** The sound bundle with one entry more, that its checksums know. */
const withEntry =
  (path: string, change: Partial<HandMadeEntry> = {}) =>
  (files: Files) => {
    sealed(files, files.set(path, x));
    return handMadeZip(bundleEntries(files).map((entry) => (entry.path === path ? { ...entry, ...change } : entry)));
  };
const withExtra = (central: Claims) => (files: Files) => edited(files, json, { central });

/** Info-ZIP's Unicode path: another name for the entry. */
function unicodePath(name: string): Buffer {
  const body = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(name)]);
  return Buffer.concat([Buffer.from([0x75, 0x70, body.length, 0]), body]);
}

const withJson = (change: (of: string) => string) => (files: Files) =>
  sealed(files, replace(files, json, change(text(files, json))));
const withCsv = (change: (of: string) => string | Buffer) => (files: Files) =>
  sealed(files, replace(files, csv, change(text(files, csv))));
const withSchema = (of: unknown) => (files: Files) =>
  sealed(files, replace(files, schema, typeof of === "string" ? of : JSON.stringify(of)));
const withText = (path: string, of: string | Buffer) => (files: Files) =>
  sealed(files, files.set(path, Buffer.from(of)));
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const property = (of: unknown, more: object = {}) => ({
  ...noteSchema,
  ...more,
  properties: { ...noteSchema.properties, text: of },
});
/** Definitions, each of which says twice what the next one is. */
const doubling = (levels: number, of: (next: object) => object, last: object) =>
  Object.fromEntries(
    Array.from({ length: levels + 1 }, (_, level) => [
      `l${level}`,
      level === levels ? last : of({ $ref: `#/$defs/l${level + 1}` }),
    ]),
  );
const unsafe = (name: string, path: string): HostileZip => ({
  name,
  codes: ["NAME_UNSAFE", "ENTRY_EXTRA"],
  make: withEntry(path),
});
const proto = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},';

export const hostileZips: readonly HostileZip[] = [
  unsafe("name-traversal", "data/../../up"),
  unsafe("name-absolute", "/etc/passwd"),
  unsafe("name-drive", "C:/x"),
  unsafe("name-share", "\\\\server\\share"),
  unsafe("name-backslash", "data\\..\\x"),
  unsafe("name-nul", "data/a\0.json"),
  unsafe("name-control", "data/\u001b[2Ja"),
  unsafe("name-rtl", "data/\u202Egnp.exe"),
  unsafe("name-long", `data/${"a".repeat(60_000)}`),
  {
    name: "name-not-utf8",
    codes: ["NAME_UNSAFE"],
    make: withEntry("data/aa", { claims: { name: Buffer.from([0x61, 0xff, 0xfe]) } }),
  },
  {
    name: "name-cp437",
    codes: ["NAME_UNSAFE", "HEADER_UNEXPECTED"],
    make: withEntry("data/\u00e9", { claims: { flags: 0 } }),
  },
  { name: "name-unicode-path", codes: ["HEADER_UNEXPECTED"], make: withExtra({ extra: unicodePath("../../up") }) },
  { name: "twin-case", codes: ["ENTRY_DUPLICATE"], make: withEntry("data/NOTES.json") },
  { name: "twin-folder-case", codes: ["ENTRY_DUPLICATE"], make: withEntry("DATA/notes.json") },
  {
    name: "twin-unicode-case",
    codes: ["ENTRY_DUPLICATE", "NAME_UNSAFE"],
    make: (files) => sealed(files, files.set("data/\u017fum", x).set("data/sum", x)),
  },
  {
    name: "twin-nfc-nfd",
    codes: ["ENTRY_DUPLICATE", "NAME_UNSAFE"],
    make: (files) => sealed(files, files.set("data/\u00e9", x).set("data/e\u0301", x)),
  },
  { name: "link", codes: ["ENTRY_SPECIAL"], make: withEntry("data/link", { central: { attributes: 0xa1ff0020 } }) },
  { name: "encrypted", codes: ["ENTRY_SPECIAL"], make: (files) => edited(files, json, { claims: { flags: 0x0801 } }) },
  {
    name: "encrypted-strongly",
    codes: ["ZIP_UNREADABLE"],
    make: (files) => edited(files, json, { claims: { flags: 0x0840 } }),
  },
  { name: "method-lzma", codes: ["ENTRY_SPECIAL"], make: (files) => edited(files, json, { claims: { method: 14 } }) },
  {
    name: "descriptor",
    codes: ["HEADER_UNEXPECTED"],
    make: (files) =>
      edited(files, json, { claims: { flags: 0x0808 }, local: { crc32: 0, bytes: 0, compressedBytes: 0 } }),
  },
  { name: "crc-central-only", codes: ["HEADER_MISMATCH", "ENTRY_UNREADABLE"], make: withExtra({ crc32: 1 }) },
  { name: "size-central-only", codes: ["HEADER_MISMATCH", "ENTRY_UNREADABLE"], make: withExtra({ bytes: 1 }) },
  {
    name: "hidden-after-deflate",
    codes: ["ENTRY_UNREADABLE"],
    make: (files) =>
      edited(files, "index.html", {
        deflated: Buffer.concat([deflateRawSync(files.get("index.html") as Buffer), Buffer.from("hidden")]),
      }),
  },
  {
    name: "overlap-quoted",
    codes: ["ENTRY_OVERLAP"],
    make(files) {
      // The data of the first entry is a stored block that quotes the header and the data of the second.
      const inner = handMadeZip([{ path: "data/b", bytes: x }]).subarray(0, 30 + 6 + deflateRawSync(x).length);
      const head = Buffer.from([0, inner.length, 0, ~inner.length & 0xff, 0xff]);
      const deflated = Buffer.concat([head, inner, deflateRawSync(x)]);
      return packed(files, [
        { path: "data/a", bytes: Buffer.concat([inner, x]), deflated },
        { path: "data/b", bytes: x, deflated: Buffer.alloc(0), central: { compressedBytes: inner.length, offset: 5 } },
      ]);
    },
  },
  { name: "zip64-size-2-63", codes: ["LIMIT_EXCEEDED"], make: withExtra({ bytes: max32, extra: zip64(2n ** 63n) }) },
  {
    name: "zip64-compressed-2-64",
    codes: ["HEADER_MISMATCH"],
    make: withExtra({ compressedBytes: max32, extra: zip64(2n ** 64n - 1n) }),
  },
  {
    name: "zip64-offset-2-64",
    codes: ["HEADER_MISMATCH"],
    make: withExtra({ offset: max32, extra: zip64(2n ** 64n - 1n) }),
  },
  {
    name: "zip64-offset-beyond",
    codes: ["HEADER_MISMATCH"],
    make: withExtra({ offset: max32, extra: zip64(2n ** 40n) }),
  },
  { name: "zip64-not-needed", codes: ["HEADER_UNEXPECTED"], make: withExtra({ extra: zip64(1n, 1n, 1n) }) },
  { name: "zip64-cut-off", codes: ["ZIP_UNREADABLE"], make: withExtra({ offset: max32, extra: zip64() }) },
  {
    name: "count-65535",
    codes: ["ZIP_UNREADABLE"],
    make: (files) => handMadeZip(bundleEntries(files), { count: 65_535 }),
  },
  {
    name: "count-too-small",
    codes: ["HEADER_UNEXPECTED"],
    make: (files) => handMadeZip(bundleEntries(files), { count: 3 }),
  },
  {
    name: "garbage-after",
    codes: ["ZIP_UNREADABLE"],
    make: (files) => handMadeZip(bundleEntries(files), { suffix: Buffer.from("hello") }),
  },
  {
    name: "garbage-before",
    codes: ["BYTES_UNCLAIMED"],
    make: (files) => handMadeZip(bundleEntries(files), { prefix: Buffer.from("MZ") }),
  },
  {
    name: "garbage-before-not-fixed",
    codes: ["ZIP_UNREADABLE"],
    make: (files) => Buffer.concat([Buffer.alloc(70_000, "MZ"), packed(files)]),
  },
  {
    name: "end-record-in-comment",
    codes: ["ZIP_UNREADABLE"],
    make: (files) =>
      handMadeZip(bundleEntries(files), { comment: handMadeZip([{ path: "a", bytes: x }]).subarray(-22) }),
  },
  {
    name: "zip-in-zip",
    codes: ["ENTRY_EXTRA"],
    make: (files) => packed(files, [{ path: "data/inner.zip", bytes: packed(files), stored: true }]),
  },
  { name: "bomb", codes: ["LIMIT_EXCEEDED"], make: withText("data/bomb", Buffer.alloc(280_000_000)) },
  { name: "bomb-many-on-one-kernel", codes: ["LIMIT_EXCEEDED"], make: manyOnOneKernel },
  {
    name: "json-deep-record",
    codes: ["LIMIT_EXCEEDED"],
    make: withJson((of) => of.replace('"note 1"', deep(100_000))),
  },
  { name: "json-deep-manifest", codes: ["LIMIT_EXCEEDED"], make: withText("manifest.json", deep(100_000)) },
  { name: "json-deep-schema", codes: ["LIMIT_EXCEEDED"], make: withSchema(deep(100_000)) },
  { name: "json-deep-data-package", codes: ["LIMIT_EXCEEDED"], make: withText("datapackage.json", deep(100_000)) },
  { name: "json-1e400", codes: ["RECORD_INVALID"], make: withJson((of) => of.replace('"id":1', '"id":1e400')) },
  { name: "json-1e999999", codes: ["RECORD_INVALID"], make: withJson((of) => of.replace('"id":1', '"id":1e999999')) },
  { name: "json-minus-zero", codes: ["CSV_MISMATCH"], make: withJson((of) => of.replace('"id":0', '"id":-0')) },
  { name: "json-proto-record", codes: ["RECORD_INVALID"], make: withJson((of) => of.replace("{", `{${proto}`)) },
  {
    name: "json-proto-manifest",
    codes: ["MANIFEST_INVALID"],
    make: (files) => withText("manifest.json", text(files, "manifest.json").replace("{", `{${proto}`))(files),
  },
  {
    name: "json-proto-data-package",
    codes: ["DATA_PACKAGE_INVALID"],
    make: (files) => withText("datapackage.json", text(files, "datapackage.json").replace("{", `{${proto}`))(files),
  },
  {
    name: "json-proto-schema",
    codes: ["SCHEMA_INVALID"],
    make: (files) => withSchema(text(files, schema).replace("{", `{${proto}`))(files),
  },
  {
    name: "json-proto-property",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(JSON.stringify(noteSchema).replace('"password"', '"__proto__"')),
  },
  { name: "json-bom", codes: ["JSON_INVALID"], make: withJson((of) => `\uFEFF${of}`) },
  { name: "json-crlf", codes: ["JSON_INVALID"], make: withJson((of) => of.replaceAll("\n", "\r\n")) },
  { name: "csv-ragged", codes: ["CSV_INVALID"], make: withCsv((of) => of.replace('"note 1"', '"note 1",')) },
  { name: "csv-bare-quote", codes: ["CSV_INVALID"], make: withCsv((of) => of.replace("1,", '1",')) },
  { name: "csv-nul", codes: ["CSV_MISMATCH"], make: withCsv((of) => of.replace("note 1", "note 1\0")) },
  { name: "csv-mixed-line-ends", codes: ["CSV_INVALID"], make: withCsv((of) => of.replace('1"\r\n', '1"\n')) },
  { name: "csv-bom-inside", codes: ["CSV_INVALID"], make: withCsv((of) => of.replace("\r\n1", "\r\n\uFEFF1")) },
  {
    name: "csv-not-utf8",
    codes: ["CSV_INVALID"],
    make: withCsv((of) => Buffer.concat([Buffer.from(of), Buffer.from([0xff])])),
  },
  { name: "csv-no-header", codes: ["CSV_INVALID"], make: withCsv((of) => of.slice(of.indexOf("\n") + 1)) },
  { name: "csv-million-cells", codes: ["CSV_INVALID"], make: withCsv((of) => of + ",".repeat(900_000)) },
  {
    name: "manifest-not-utf8",
    codes: ["MANIFEST_INVALID"],
    make: withText("manifest.json", Buffer.from([0x7b, 0xff, 0x7d])),
  },
  {
    name: "sums-not-utf8",
    codes: ["CHECKSUMS_INVALID"],
    make: (files) => packed(files.set("SHA256SUMS", Buffer.from([0xff, 0x0a]))),
  },
  {
    name: "sums-escaped",
    codes: ["CHECKSUMS_INVALID"],
    make: (files) => packed(files.set("SHA256SUMS", Buffer.from(`\\${text(files, "SHA256SUMS")}`))),
  },
  {
    name: "sums-absolute",
    codes: ["CHECKSUMS_INVALID", "ENTRY_MISSING"],
    make: (files) =>
      packed(files.set("SHA256SUMS", Buffer.from(`${text(files, "SHA256SUMS")}${"0".repeat(64)}  /etc/passwd\n`))),
  },
  {
    name: "sums-twice",
    codes: ["CHECKSUMS_INVALID"],
    make: (files) => packed(files.set("SHA256SUMS", Buffer.from(text(files, "SHA256SUMS").repeat(2)))),
  },
  {
    name: "schema-pattern-invalid",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(property({ type: "string", pattern: "(" })),
  },
  {
    name: "schema-unknown-format",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(property({ type: "string", format: "x" })),
  },
  {
    name: "schema-ref-loop",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(
      property({ $ref: "#/$defs/a" }, { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }),
    ),
  },
  {
    name: "schema-ref-remote",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(property({ $ref: "http://127.0.0.1:9/x.json" })),
  },
  {
    name: "schema-any-of-doubling",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(
      property(
        { $ref: "#/$defs/l0" },
        {
          $defs: doubling(40, (next) => ({ anyOf: [next, { type: "null" }, next] }), {
            type: "object",
            additionalProperties: false,
            properties: {},
          }),
        },
      ),
    ),
  },
  {
    name: "schema-column-doubling",
    codes: ["SCHEMA_INVALID"],
    make: withSchema(
      property(
        { $ref: "#/$defs/l0" },
        {
          required: ["text"],
          $defs: doubling(
            40,
            (next) => ({
              type: "object",
              additionalProperties: false,
              required: ["a", "b"],
              properties: { a: next, b: next },
            }),
            { type: "string" },
          ),
        },
      ),
    ),
  },
  {
    name: "manifest-many-wrong-datasets",
    codes: ["MANIFEST_INVALID"],
    make: (files) =>
      sealed(
        files,
        edit(files, "manifest.json", (manifest) => void (manifest.datasets = Array(20_000).fill({}))),
      ),
  },
  {
    name: "manifest-device",
    codes: ["MANIFEST_INVALID"],
    make: (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ datasets }) => void (datasets[0].name = "con")),
      ),
  },
  {
    name: "manifest-count-of-parts",
    codes: ["PART_MISSING"],
    make: (files) =>
      sealed(
        files,
        edit(files, "manifest.json", ({ part }) => void Object.assign(part, { count: 2 ** 53 - 1, last: false })),
      ),
  },
];

/** A thousand names for the same bytes. */
function manyOnOneKernel(files: Files): Buffer {
  const kernel = deflateRawSync(Buffer.alloc(300_000));
  const bytes = Buffer.alloc(300_000);
  return handMadeZip([
    ...bundleEntries(files),
    ...Array.from({ length: 1_000 }, (_, index) => ({
      path: `data/k${index}`,
      bytes,
      deflated: index === 0 ? kernel : Buffer.alloc(0),
      central: { offset: 0, compressedBytes: kernel.length },
    })),
  ]);
}
