import { type PackedFile, packFile } from "../archive/zip-entry.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { JsonObject } from "../model/json.ts";
import { tableField } from "./data-package.ts";
import { documentBytes } from "./documents.ts";
import { type DatasetPaths, layout } from "./layout.ts";
import { columnMarkup, type Language, type PageDataset } from "./page/index.ts";

/** What a bundle says of a dataset whoever the subject is. */
export interface DatasetDocuments {
  readonly paths: DatasetPaths;
  /** `schemas/*.schema.json` */
  readonly schema: PackedFile;
  /** The fields of the CSV in `datapackage.json`. */
  readonly fields: readonly JsonObject[];
  /** The columns in `index.html`. */
  readonly page: Pick<PageDataset, "columns" | "markup">;
}

/** Makes them from the schema alone; do it once per dataset and view. */
export function datasetDocuments(dataset: string, codec: RecordCodec, level: number): DatasetDocuments {
  const columns = codec.columns.map(({ pointer, type, property: { name, title, description } }) => ({
    pointer,
    type,
    title: title ?? name,
    ...(description === undefined ? {} : { description }),
  }));
  const markup = new Map<Language, ReturnType<typeof columnMarkup>>();
  return {
    paths: {
      json: layout.json(dataset),
      csv: layout.csv(dataset),
      quarantine: layout.quarantine(dataset),
      schema: layout.schema(dataset),
    },
    schema: packFile(documentBytes(codec.schema), level),
    fields: codec.columns.map(tableField),
    page: {
      columns,
      markup(language) {
        const made = markup.get(language) ?? columnMarkup(columns, language);
        markup.set(language, made);
        return made;
      },
    },
  };
}
