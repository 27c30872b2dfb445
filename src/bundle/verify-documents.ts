import { isDeepStrictEqual } from "node:util";
import { columnsOf } from "../codec/columns.ts";
import { readShape } from "../codec/shape.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { type JsonObject, type JsonValue, pointerStep } from "../model/json.ts";
import type { RecordSchema } from "../model/record-schema.ts";
import { dataPackage, type PackagedDataset, tableField } from "./data-package.ts";
import { documentErrors } from "./documents.ts";
import { type Finding, failureFinding, finding } from "./findings.ts";
import { layout } from "./layout.ts";
import type { ManifestDataset, ManifestFile } from "./manifest.ts";
import { readDocument } from "./read-entry.ts";
import { withinTime } from "./time-limit.ts";
import type { RecordChecks } from "./verify-records.ts";
import type { OpenZip } from "./verify-zip.ts";

type Csv = { readonly formulaGuard: "on" | "off"; readonly bom: boolean };
const plainCsv: Csv = { formulaGuard: "on", bom: false };

/** What the data package says of each table, by path: as much as can be believed of it. */
export interface PackagedTables {
  readonly document: JsonObject | undefined;
  csv(path: string): Csv;
}

/** Reads the data package. */
export async function* readDataPackage({ zip, entries, options }: OpenZip): AsyncGenerator<Finding, PackagedTables> {
  const path = layout.dataPackage;
  const nothing = { document: undefined, csv: () => plainCsv };
  const entry = entries.get(path);
  if (entry === undefined) return nothing; // SHA256SUMS names it, so it is reported as missing
  let document: JsonValue;
  try {
    document = await readDocument(zip, entry, options);
  } catch (error) {
    yield failureFinding("DATA_PACKAGE_INVALID", error, { path });
    return nothing;
  }
  const [error] = documentErrors("datapackage", document);
  if (error !== undefined) {
    yield finding("DATA_PACKAGE_INVALID", `${error.pointer || "/"} ${error.message}.`, { path });
    return nothing;
  }
  const known = document as JsonObject & { readonly resources: readonly TableResource[] };
  const dialects = new Map(known.resources.map(({ path: of, dialect }) => [of, dialect]));
  return {
    document: known,
    csv(of) {
      const dialect = dialects.get(of);
      const isOff = dialect?.["portmanteau:formulaGuard"] === "off";
      return { formulaGuard: isOff ? "off" : "on", bom: dialect?.["portmanteau:bom"] === true };
    },
  };
}

interface TableResource {
  readonly path: string;
  readonly dialect?: JsonObject;
  readonly schema?: JsonObject & {
    readonly fields: readonly JsonObject[];
    readonly primaryKey?: JsonValue;
    readonly foreignKeys?: readonly { readonly fields: JsonValue; readonly reference: JsonObject }[];
  };
}

/** Reads a dataset's record schema. @returns what its records are checked with, when that can be had */
export async function* readSchema(
  { zip, entries, options }: OpenZip,
  { name, schema }: ManifestDataset,
  { csv }: PackagedTables,
): AsyncGenerator<Finding, RecordChecks | undefined> {
  const entry = schema === undefined ? undefined : entries.get(schema.path);
  if (entry === undefined) return undefined;
  try {
    const recordSchema = (await readDocument(zip, entry, options)) as RecordSchema;
    const { formulaGuard } = csv(layout.csv(name));
    const columns = withinTime(options.maxStepMs ?? 10_000, () =>
      columnsOf(readShape(recordSchema, name), name, { formulaGuard }),
    );
    return { name, schemaPath: entry.path, schema: recordSchema, columns, formulaGuard };
  } catch (error) {
    yield failureFinding("SCHEMA_INVALID", error, { path: entry.path });
    return undefined;
  }
}

/** The data package must say of the files what the manifest and the schemas say: it is made anew from them, and compared. */
export function* checkDataPackage(
  manifest: Manifest,
  { document, csv }: PackagedTables,
  checks: ReadonlyMap<string, RecordChecks>,
): Generator<Finding> {
  if (document === undefined) return;
  const described = manifest.datasets.flatMap((dataset) => {
    const packaged = packagedDataset(dataset, checks.get(dataset.name), csv(layout.csv(dataset.name)));
    return packaged === undefined ? [] : [packaged];
  });
  const withFiles = manifest.datasets.filter(({ files }) =>
    files.some(({ path }) => path.startsWith(layout.dataDirectory)),
  );
  if (described.length < withFiles.length) return; // a schema or a file is not usable, which is a finding of its own
  const path = layout.dataPackage;
  const at = firstDifference(withoutKeys(document), dataPackage(manifest, described));
  if (at !== undefined) {
    yield finding(
      "DATA_PACKAGE_INVALID",
      `It does not say of the files what the manifest and the schemas say, at ${at || "/"}.`,
      { path },
    );
    return;
  }
  const problem = keyProblem(document);
  if (problem !== undefined) yield finding("DATA_PACKAGE_INVALID", problem, { path });
}

function packagedDataset(
  { name, title, description, files }: ManifestDataset,
  checks: RecordChecks | undefined,
  csv: Csv,
): PackagedDataset | undefined {
  const fileAt = (path: string): ManifestFile | undefined => files.find((file) => file.path === path);
  const paths = {
    json: layout.json(name),
    csv: layout.csv(name),
    quarantine: layout.quarantine(name),
    schema: layout.schema(name),
  };
  const [json, table] = [fileAt(paths.json), fileAt(paths.csv)];
  if (json === undefined || table === undefined || checks === undefined) return undefined;
  const { columns } = checks;
  return {
    name,
    title,
    ...(description === undefined ? {} : { description }),
    codec: { columns, csv },
    fields: columns.map(tableField),
    paths,
    json,
    csv: table,
  };
}

/** Keys are the controller's own word: nothing else in the bundle says them. */
function withoutKeys(document: JsonObject): JsonValue {
  const { resources } = document as unknown as { readonly resources: readonly TableResource[] };
  return {
    ...document,
    resources: resources.map((resource) => {
      if (resource.schema === undefined) return resource;
      const { primaryKey: _, foreignKeys: __, ...schema } = resource.schema;
      return { ...resource, schema };
    }),
  } as unknown as JsonValue;
}

/** Keys must name fields that are there. */
function keyProblem(document: JsonObject): string | undefined {
  const { resources } = document as unknown as { readonly resources: readonly (TableResource & { name: string })[] };
  const fieldsOf = new Map(
    resources.map(({ name, schema }) => [name, new Set(schema?.fields.map((field) => field["name"]))]),
  );
  const areThere = (keys: JsonValue | undefined, name: JsonValue | undefined) =>
    [keys ?? []].flat().every((key) => fieldsOf.get(name as string)?.has(key as string));
  for (const { name, schema } of resources) {
    if (!areThere(schema?.primaryKey, name)) return `The primary key of "${name}" names a field that is not there.`;
    for (const { fields, reference } of schema?.foreignKeys ?? []) {
      if (!areThere(fields, name) || !areThere(reference["fields"], reference["resource"] ?? name))
        return `A foreign key of "${name}" names a field that is not there.`;
    }
  }
  return undefined;
}

/** Pointer of the first place where two values differ. */
function firstDifference(actual: JsonValue | undefined, expected: JsonValue | undefined, at = ""): string | undefined {
  if (isDeepStrictEqual(actual, expected)) return undefined;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) return at;
  const [a, b] = [actual as JsonObject, expected as JsonObject];
  for (const key of new Set([...Object.keys(b), ...Object.keys(a)])) {
    const found = firstDifference(a[key], b[key], `${at}${pointerStep(key)}`);
    if (found !== undefined) return found;
  }
  return at;
}
