import type { Manifest } from "../../model/generated/manifest.ts";
import type { JsonObject } from "../../model/json.ts";
import type { ColumnMarkup } from "./columns.ts";

/** What the page is made from. */
export interface PageInput {
  readonly manifest: Manifest;
  /** The datasets that have files, in the manifest's order. */
  readonly datasets: readonly PageDataset[];
  /** The name of each zip of a set, from 1; nothing where it is not known. */
  readonly partName?: ((part: number) => string | undefined) | undefined;
}

export interface PageDataset {
  readonly name: string;
  readonly columns: readonly {
    readonly pointer: string;
    readonly title: string;
    readonly description?: string;
    readonly type: string;
  }[];
  /** What `columnMarkup` makes of the columns, for a dataset that many pages show. */
  readonly markup?: ColumnMarkup;
  /** The first records, as in the JSON file. */
  readonly preview: readonly JsonObject[];
}
