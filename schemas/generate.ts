/**
 * Writes `src/model/generated/` from `schemas/`: the types of the documents of bundles, journals and queues, of a request's record, and of the
 * ready-made records as they leave (no secrets). `--check` writes nothing and fails when a file would change.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { schemaName, typesOf } from "../src/cli/schema-types.ts";
import { readShape } from "../src/codec/shape.ts";
import { viewSchema } from "../src/codec/view.ts";
import type { RecordSchema } from "../src/model/record-schema.ts";

const schemas = fileURLToPath(new URL(".", import.meta.url));
const generated = fileURLToPath(new URL("../src/model/generated/", import.meta.url));
const check = process.argv.includes("--check");

const banner = (path: string) => `// Generated from schemas/${path} by "npm run generate". Do not edit.`;

async function typesAt(path: string, prepare: (schema: RecordSchema, name: string) => RecordSchema): Promise<string> {
  const name = schemaName(path);
  const schema = JSON.parse(await readFile(schemas + path, "utf8")) as RecordSchema;
  return typesOf(prepare(schema, name), { name, banner: banner(path), compile });
}

const asItLeaves = (schema: RecordSchema, name: string) =>
  viewSchema(schema, readShape(schema, name), { scope: "access", origin: "provided", legalBasis: "eu-gdpr:A6-1-b" });

const files = new Map<string, string>();
for (const name of ["manifest", "report", "request"])
  files.set(`${name}.ts`, await typesAt(`bundle/v1/${name}.schema.json`, (schema) => schema));
files.set("request-record.ts", await typesAt("workflow/v1/request-record.schema.json", (schema) => schema));
for (const kind of ["journal", "queues"])
  for (const file of (await readdir(`${schemas}${kind}/v1`)).sort())
    files.set(`${kind}/${basename(file, ".schema.json")}.ts`, await typesAt(`${kind}/v1/${file}`, (schema) => schema));
const records = (await readdir(`${schemas}records`)).filter((file) => file.endsWith(".schema.json")).sort();
for (const file of records)
  files.set(`records/${basename(file, ".schema.json")}.ts`, await typesAt(`records/${file}`, asItLeaves));

const drift: string[] = [];
for (const folder of ["journal", "queues", "records"]) await mkdir(generated + folder, { recursive: true });
for (const [file, text] of files) {
  const before = await readFile(generated + file, "utf8").catch(() => "");
  if (before === text) continue;
  drift.push(file);
  if (!check) await writeFile(generated + file, text);
}
for (const file of await readdir(generated, { recursive: true })) {
  if (!file.endsWith(".ts") || files.has(file)) continue; // a file whose schema is gone
  drift.push(file);
  if (!check) await rm(generated + file);
}
if (check && drift.length > 0) {
  console.error(`Out of date: ${drift.join(", ")}. Run "npm run generate" and commit the result.`);
  process.exitCode = 1;
} else console.log(`${files.size} files of types are up to date.`);
