import { isDeepStrictEqual } from "node:util";
import { columnsOf } from "../codec/columns.ts";
import { readShape } from "../codec/shape.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import { type JsonObject, type JsonValue, pointerStep } from "../model/json.ts";
import { type PackagedDataset, packageFacts, resourcesOf, tableField } from "./data-package.ts";
import { documentErrors } from "./documents.ts";
import { type Finding, failureFinding, finding } from "./findings.ts";
import { layout } from "./layout.ts";
import type { ManifestDataset, ManifestFile } from "./manifest.ts";
import { readDocument, readSchemaDocument } from "./read-entry.ts";
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
  const [error] = options.time.run(() => documentErrors("datapackage", document));
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
    readonly primaryKey?: readonly string[];
    readonly foreignKeys?: readonly {
      readonly fields: readonly string[];
      readonly reference: { readonly resource: string; readonly fields: readonly string[] };
    }[];
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
    const recordSchema = await readSchemaDocument(zip, entry, options);
    const { formulaGuard } = csv(layout.csv(name));
    const columns = options.time.run(() => columnsOf(readShape(recordSchema, name), name, { formulaGuard }));
    return { name, schemaPath: entry.path, schema: recordSchema, columns, formulaGuard };
  } catch (error) {
    yield failureFinding("SCHEMA_INVALID", error, { path: entry.path });
    return undefined;
  }
}

/**
 * The data package must say of the files what the manifest and the schemas say: dataset by dataset it is made anew from them, and
 * compared. One dataset's schema and columns are held at a time: there may be any number of them.
 */
export class PackageCheck {
  readonly #manifest: Manifest;
  readonly #tables: PackagedTables;
  readonly #resources: readonly TableResource[];
  #next = 0;
  #ended: boolean;

  constructor(manifest: Manifest, tables: PackagedTables) {
    this.#manifest = manifest;
    this.#tables = tables;
    this.#resources = (tables.document?.["resources"] ?? []) as unknown as readonly TableResource[];
    this.#ended = tables.document === undefined;
  }

  /** Compares what is said of the next dataset. */
  *dataset(dataset: ManifestDataset, checks: RecordChecks | undefined): Generator<Finding> {
    const hasData = dataset.files.some(({ path }) => path.startsWith(layout.dataDirectory));
    if (this.#ended || !hasData) return;
    const packaged = packagedDataset(dataset, checks, this.#tables.csv(layout.csv(dataset.name)));
    if (packaged === undefined) {
      this.#ended = true; // a schema or a file is not usable, which is a finding of its own
      return;
    }
    for (const expected of resourcesOf(packaged)) {
      const at = `/resources/${this.#next}`;
      const resource = this.#resources[this.#next++];
      if (!this.#ended) yield* this.#compare(resource && withoutKeys(resource), expected, at);
    }
  }

  /** Compares the rest, when all datasets were compared. */
  *rest(): Generator<Finding> {
    const { document } = this.#tables;
    if (this.#ended || document === undefined) return;
    if (this.#resources.length > this.#next) yield this.#differs(`/resources/${this.#next}`);
    const { resources: _, ...facts } = document;
    if (!this.#ended) yield* this.#compare(facts, packageFacts(this.#manifest), "");
    const problem = this.#ended ? undefined : keyProblem(document);
    if (problem !== undefined) yield finding("DATA_PACKAGE_INVALID", problem, { path: layout.dataPackage });
  }

  *#compare(actual: JsonValue | undefined, expected: JsonValue, within: string): Generator<Finding> {
    const at = firstDifference(actual, expected, within);
    if (at !== undefined) yield this.#differs(at || "/");
  }

  #differs(at: string): Finding {
    this.#ended = true;
    const message = `It does not say of the files what the manifest and the schemas say, at ${at}.`;
    return finding("DATA_PACKAGE_INVALID", message, { path: layout.dataPackage });
  }
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
function withoutKeys(resource: TableResource): JsonValue {
  if (resource.schema === undefined) return resource as unknown as JsonValue;
  const { primaryKey: _, foreignKeys: __, ...schema } = resource.schema;
  return { ...resource, schema } as unknown as JsonValue;
}

/** Keys must name fields that are there. */
function keyProblem(document: JsonObject): string | undefined {
  const { resources } = document as unknown as { readonly resources: readonly (TableResource & { name: string })[] };
  const fieldsOf = new Map(
    resources.map(({ name, schema }) => [name, new Set(schema?.fields.map((field) => field["name"]))]),
  );
  const areThere = (keys: readonly string[], name: string) => keys.every((key) => fieldsOf.get(name)?.has(key));
  for (const { name, schema } of resources) {
    if (!areThere(schema?.primaryKey ?? [], name))
      return `The primary key of "${name}" names a field that is not there.`;
    for (const { fields, reference } of schema?.foreignKeys ?? []) {
      if (!areThere(fields, name) || !areThere(reference.fields, reference.resource))
        return `A foreign key of "${name}" names a field that is not there.`;
      if (fields.length !== reference.fields.length)
        return `A foreign key of "${name}" has not as many fields as it refers to.`;
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
