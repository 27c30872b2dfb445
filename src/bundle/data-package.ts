import type { Column } from "../codec/columns.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { ForeignKey } from "../model/dataset.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import { type DatasetPaths, mediaTypes } from "./layout.ts";

/** What the data package says of one dataset. */
export interface PackagedDataset {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly codec: Pick<RecordCodec, "columns" | "csv">;
  readonly fields: readonly JsonObject[];
  readonly paths: DatasetPaths;
  readonly primaryKey?: readonly string[];
  readonly foreignKeys?: readonly ForeignKey[];
  readonly json: { readonly bytes: number; readonly sha256: string };
  readonly csv: { readonly bytes: number; readonly sha256: string };
}

/** A Frictionless Data Package, version 2.0, also readable by tools that know version 1 only. */
export function dataPackage(manifest: Manifest, datasets: readonly PackagedDataset[]): JsonObject {
  const byName = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  return { ...packageFacts(manifest), resources: datasets.flatMap((dataset) => resourcesOf(dataset, byName)) };
}

/** All that it says beside its resources. */
export function packageFacts({ bundleId, createdAt, controller }: Manifest): JsonObject {
  return {
    $schema: "https://datapackage.org/profiles/2.0/datapackage.json",
    name: "portmanteau-bundle",
    id: bundleId,
    title: `Personal data held by ${controller.name}`,
    created: createdAt,
  };
}

/** What it says of one dataset: of its table, and of its JSON. */
export function resourcesOf(
  dataset: PackagedDataset,
  others: ReadonlyMap<string, PackagedDataset> = new Map(),
): readonly [JsonObject, JsonObject] {
  return [tableResource(dataset, others), jsonResource(dataset)];
}

function tableResource(dataset: PackagedDataset, others: ReadonlyMap<string, PackagedDataset>): JsonObject {
  const { name, title, description, codec, fields, paths, csv, primaryKey, foreignKeys } = dataset;
  const keys = primaryKey === undefined ? undefined : columnNames(dataset, primaryKey);
  const references = (foreignKeys ?? []).flatMap(({ fields: own, dataset: other, references: pointers }) => {
    const target = others.get(other);
    const from = columnNames(dataset, own);
    const to = target === undefined ? undefined : columnNames(target, pointers);
    return from === undefined || to === undefined ? [] : [{ fields: from, reference: { resource: other, fields: to } }];
  });
  return {
    name,
    type: "table",
    profile: "tabular-data-resource",
    title,
    ...(description === undefined ? {} : { description }),
    path: paths.csv,
    format: "csv",
    mediatype: mediaTypes.csv,
    encoding: "utf-8",
    bytes: csv.bytes,
    hash: `sha256:${csv.sha256}`,
    dialect: {
      delimiter: ",",
      lineTerminator: "\r\n",
      quoteChar: '"',
      doubleQuote: true,
      header: true,
      skipInitialSpace: false,
      "portmanteau:formulaGuard": codec.csv.formulaGuard,
      "portmanteau:bom": codec.csv.bom,
    },
    schema: {
      fields,
      missingValues: [""],
      ...(keys === undefined ? {} : { primaryKey: keys }),
      ...(references.length === 0 ? {} : { foreignKeys: references }),
    },
  };
}

function jsonResource({ name, title, paths, json }: PackagedDataset): JsonObject {
  return {
    name: `${name}.json`,
    title: `${title} (JSON)`,
    path: paths.json,
    format: "json",
    mediatype: mediaTypes.json,
    encoding: "utf-8",
    bytes: json.bytes,
    hash: `sha256:${json.sha256}`,
    "portmanteau:jsonSchema": paths.schema,
  };
}

/** The columns of pointers; nothing when this view leaves one of them out. */
function columnNames({ codec }: PackagedDataset, pointers: readonly string[]): string[] | undefined {
  const names = pointers.map((pointer) => codec.columns.find((column) => column.pointer === pointer)?.name);
  return names.every((name) => name !== undefined) ? (names as string[]) : undefined;
}

/** A column as a field of the table schema. */
export function tableField({
  name,
  pointer,
  type,
  empty,
  property: { title, description, shape, schema },
}: Column): JsonObject {
  const categories = schema["x-privacy"]?.category;
  return {
    name,
    ...fieldType(type, shape),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(categories?.[0] === undefined ? {} : { rdfType: iri(categories[0]) }),
    ...(empty === "never" ? { constraints: { required: true } } : {}),
    "portmanteau:pointer": pointer,
    "portmanteau:empty": empty,
  };
}

function fieldType(type: Column["type"], shape: Column["property"]["shape"]): { readonly [key: string]: JsonValue } {
  const format = shape.kind === "scalar" ? shape.format : undefined;
  switch (type) {
    case "string":
      if (format === "date-time") return { type: "datetime", format: "%Y-%m-%dT%H:%M:%S.%fZ" };
      if (format === "date") return { type: "date", format: "default" };
      if (format === "email" || format === "uri" || format === "uuid") return { type: "string", format };
      return { type: "string" };
    case "integer":
    case "number":
    case "boolean":
      return { type };
    case "json":
      return { type: shape.kind === "array" ? "array" : shape.kind === "scalar" ? "any" : "object" };
    default:
      throw new TypeError(`Unknown column type: ${type satisfies never}`);
  }
}

function iri(category: string): string {
  return category.startsWith("pd:")
    ? `https://w3id.org/dpv/pd#${category.slice(3)}`
    : category.startsWith("dpv:")
      ? `https://w3id.org/dpv#${category.slice(4)}`
      : category;
}
