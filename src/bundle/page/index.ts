import type { Manifest } from "../../model/generated/manifest.ts";
import type { JsonObject } from "../../model/json.ts";
export interface PageDataset {
  readonly name: string;
  readonly columns: readonly {
    readonly pointer: string;
    readonly title: string;
    readonly description?: string;
    readonly type: string;
  }[];
  readonly preview: readonly JsonObject[];
}
export interface PageInput {
  readonly manifest: Manifest;
  readonly datasets: readonly PageDataset[];
}
export function renderPage({ manifest }: PageInput): string {
  return `<!doctype html><title>${manifest.bundleId}</title>`;
}
