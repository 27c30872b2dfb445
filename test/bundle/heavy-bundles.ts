import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { FindingCode } from "../../src/index.ts";
import { entriesOf } from "../support/exporting.ts";
import { bundleEntries, type HandMadeEntry, handMadeZip } from "../support/hand-made-zip.ts";
import { noteSchema } from "../support/notes.ts";
import { csv, edit, type Files, json, packed, replace, schema, sealed, text } from "./damages.ts";

/**
 * Bundles whose documents are made to fill memory or to take for ever, each within the limits of a zip. They are made when they are
 * needed: together they inflate to half a GiB, and none may take more memory than a small program has.
 */
export const heavyBundles: readonly (readonly [name: string, code: FindingCode, make: () => Buffer])[] = [
  [
    "tiny arrays in the manifest",
    "LIMIT_EXCEEDED",
    () => withManifest((rest) => `{"datasets":${tiny("[]", 30)},${rest}`),
  ],
  [
    "objects with keys of their own in the manifest",
    "LIMIT_EXCEEDED",
    () => withManifest((rest) => `{"a":[${distinct(30)}],${rest}`),
  ],
  [
    "a long string of wide characters in the manifest",
    "MANIFEST_INVALID",
    () => withManifest((rest) => `{"a":"${"€".repeat(10 * mebi)}",${rest}`),
  ],
  [
    "as many small arrays as are allowed in the manifest",
    "MANIFEST_INVALID",
    () => withManifest((rest) => `{"a":[${"[],".repeat(499_000)}0],${rest}`),
  ],
  [
    "as many objects with keys of their own as are allowed in the manifest",
    "MANIFEST_INVALID",
    () => withManifest((rest) => `{"a":[${distinct(30, 450_000)}],${rest}`),
  ],
  ["many datasets", "LIMIT_EXCEEDED", () => withDatasets(30)],
  ["as many datasets as are allowed", "ENTRY_MISSING", () => withDatasets(11)],
  [
    "tiny arrays in the data package",
    "LIMIT_EXCEEDED",
    () => sealed(filesOf().set("datapackage.json", Buffer.from(tiny("[]", 30)))),
  ],
  ["many resources in the data package", "DATA_PACKAGE_INVALID", manyResources],
  ["tiny arrays in a record", "LIMIT_EXCEEDED", () => with_(json, () => `[\n${tiny("[]", 15)}\n]\n`)],
  [
    "objects with keys of their own in a record",
    "LIMIT_EXCEEDED",
    () => with_(json, () => `[\n[${distinct(15)}]\n]\n`),
  ],
  [
    "tiny arrays in a record of a MiB, many times",
    "RECORD_INVALID",
    () => with_(json, () => `[\n${`${tiny("[]", 1)},\n`.repeat(60)}0\n]\n`),
  ],
  [
    "a string of wide characters in a record",
    "RECORD_INVALID",
    () => with_(json, () => `[\n"${"€".repeat(15 * mebi)}"\n]\n`),
  ],
  [
    "tiny arrays in a quarantined record",
    "LIMIT_EXCEEDED",
    () => with_("quarantine/notes.json", () => `[\n${tiny("[]", 15)}\n]\n`),
  ],
  ["tiny arrays in a cell", "LIMIT_EXCEEDED", tinyArraysInCell],
  [
    "a wide string in a cell",
    "CSV_MISMATCH",
    () => with_(csv, () => `id,owner,text\r\n0,"u1","${"€".repeat(15 * mebi)}"\r\n`),
  ],
  ["many cells", "CSV_INVALID", () => with_(csv, () => `id,owner,text\r\n${"1,".repeat(8 * mebi)}\r\n`)],
  ["a schema of many properties", "SCHEMA_INVALID", () => withSchema(manyProperties(20_000))],
  ["a schema of a MiB that refers to its largest definition", "SCHEMA_INVALID", () => withSchema(referring())],
  ["a schema that doubles at every definition", "SCHEMA_INVALID", () => withSchema(doubling(40, true))],
  [
    "a schema whose optional objects double at every definition",
    "RECORD_INVALID",
    () => withSchema(doubling(40, false)),
  ],
  ["a schema of deeply required objects", "SCHEMA_INVALID", () => withSchema(deep(5_000))],
  ["a schema of long enumerations", "RECORD_INVALID", () => withSchema(enumerated(60_000))],
  ["many schemas", "FILE_FACTS_WRONG", manySchemas],
  [
    "many lines of checksums",
    "ENTRY_MISSING",
    () => packed(filesOf().set("SHA256SUMS", Buffer.from(`${"0".repeat(64)}  x\n`.repeat(450_000)))),
  ],
  ["many entries", "ENTRY_EXTRA", () => handMadeZip([...bundleEntries(filesOf()), ...smallEntries(60_000)])],
];

const mebi = 2 ** 20;
const sound = readFileSync(resolve(import.meta.dirname, "../bundles/sound.zip"));
const filesOf = (): Files => entriesOf(sound);

const tiny = (value: string, mebibytes: number) =>
  `[${`${value},`.repeat((mebibytes * mebi) / (value.length + 1) - 1)}${value}]`;

function distinct(mebibytes: number, most = Number.POSITIVE_INFINITY): string {
  const objects: string[] = [];
  for (let length = 0; length < mebibytes * mebi && objects.length < most; )
    length += objects.push(`{"${objects.length.toString(36)}":0}`) && 12;
  return objects.join(",");
}

function with_(path: string, bytes: () => string): Buffer {
  const files = filesOf();
  replace(files, path, bytes());
  return sealed(files);
}

function withManifest(change: (rest: string) => string): Buffer {
  const files = filesOf();
  files.set("manifest.json", Buffer.from(change(JSON.stringify(JSON.parse(text(files, "manifest.json"))).slice(1))));
  return sealed(files);
}

function withDatasets(mebibytes: number): Buffer {
  const files = filesOf();
  edit(files, "manifest.json", (manifest) => {
    const [first] = manifest.datasets;
    const { schema: _, ...empty } = { ...first, outcome: "notApplicable", files: [] };
    const count = Math.floor((mebibytes * mebi) / (JSON.stringify(empty).length + 10));
    for (let index = 0; index < count; index++) manifest.datasets.push({ ...empty, name: `n${index}` });
  });
  return sealed(files);
}

function manyResources(): Buffer {
  const files = filesOf();
  edit(files, "datapackage.json", (document) => {
    const [first] = document.resources;
    for (let index = 0; index < 15_000; index++) document.resources.push({ ...first, name: `n${index}` });
  });
  return sealed(files);
}

const list = { type: "array", items: { type: "array", items: { type: "integer" } } };

function tinyArraysInCell(): Buffer {
  const files = filesOf();
  const properties = { id: { type: "integer" }, owner: { type: "string" }, text: list };
  replace(files, schema, JSON.stringify({ ...noteSchema, properties }));
  replace(files, json, '[\n{"id":0,"owner":"u1","text":[]}\n]\n');
  replace(files, csv, `id,owner,text\r\n0,"u1","${tiny("[]", 15)}"\r\n`);
  return sealed(files);
}

const object = (properties: object, more: object = {}) => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...more,
});

const withSchema = (of: object) => with_(schema, () => JSON.stringify(of));

const manyProperties = (count: number) =>
  object(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: "integer" }])));

function referring() {
  const large = object(
    Object.fromEntries(Array.from({ length: 8_000 }, (_, index) => [`p${index}`, { type: "integer" }])),
  );
  const uses = Array.from({ length: 9_000 }, (_, index) => [
    `r${index}`,
    { type: "array", items: { $ref: "#/$defs/large" } },
  ]);
  return object(Object.fromEntries(uses), { $defs: { large } });
}

function doubling(count: number, required: boolean) {
  const $defs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const next = index === count - 1 ? { type: "integer" } : { $ref: `#/$defs/d${index + 1}` };
      return [`d${index}`, object({ a: next, b: next }, required ? { required: ["a", "b"] } : {})];
    }),
  );
  return object({ a: { $ref: "#/$defs/d0" } }, { $defs, required: ["a"] });
}

function deep(count: number) {
  const $defs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const next = index === count - 1 ? doubling(0, true) : { $ref: `#/$defs/d${index + 1}` };
      return [`d${index}`, object({ a: index === count - 1 ? { type: "integer" } : next }, { required: ["a"] })];
    }),
  );
  return object({ a: { $ref: "#/$defs/d0" } }, { $defs, required: ["a"] });
}

const enumerated = (count: number) =>
  object({ a: { type: "string", enum: Array.from({ length: count }, (_, index) => `value ${index}`) } });

/** Every dataset brings a schema of its own, of the size that is allowed. */
function manySchemas(): Buffer {
  const files = filesOf();
  const bytes = Buffer.from(JSON.stringify(manyProperties(2_000)));
  const names = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
  edit(files, "manifest.json", (manifest) => {
    const [first] = manifest.datasets;
    for (const name of names)
      manifest.datasets.push({
        ...first,
        name,
        files: [],
        schema: { ...first.schema, path: `schemas/${name}.schema.json` },
      });
  });
  for (const name of names) files.set(`schemas/${name}.schema.json`, bytes);
  return sealed(files);
}

const smallEntries = (count: number): HandMadeEntry[] =>
  Array.from({ length: count }, (_, index) => ({ path: `files/notes/${index}`, bytes: Buffer.from("x") }));
