import type { Manifest } from "../../model/generated/manifest.ts";
import type { JsonObject } from "../../model/json.ts";
import type { ColumnMarkup } from "./columns.ts";
import type { Language } from "./language.ts";

/** What the page is made from. */
export interface PageInput {
  readonly manifest: Manifest;
  /** The datasets that have files, in the manifest's order. */
  readonly datasets: readonly PageDataset[];
  /** The name of each zip of a set, from 1; nothing where it is not known. */
  readonly partName?: ((part: number) => string | undefined) | undefined;
  /** How the head looks, where it is not the page's own. */
  readonly branding?: PageBranding | undefined;
}

/** The controller's looks, ready for the page. */
export interface PageBranding {
  /** Stands beside the logo; the controller's name when absent. */
  readonly name?: string | undefined;
  readonly logo?: { readonly dataUri: string; readonly alt: string } | undefined;
  /** Rules for the colours, in light and in dark. */
  readonly style: string;
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
  readonly markup?: (language: Language) => ColumnMarkup;
  /** The first records, as in the JSON file. */
  readonly preview: readonly JsonObject[];
  /** How many records each month has, `2026-01`; nothing where no time is known. */
  readonly months?: ReadonlyMap<string, number> | undefined;
}
