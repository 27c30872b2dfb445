import type { Manifest } from "../../model/generated/manifest.ts";
import type { PageDataset, PageInput } from "./input.ts";
import type { Language } from "./language.ts";

export type Category = Manifest["categories"][number];
export type Dataset = Manifest["datasets"][number];

/** One category of the page with its datasets. `category` is missing for datasets that name none of the manifest's. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly category: Category | undefined;
  readonly datasets: readonly Section[];
}

export interface Section {
  readonly id: string;
  readonly dataset: Dataset;
  /** What to show of its files, when it has any. */
  readonly shown: PageDataset | undefined;
  /** The title, with the name where two datasets have the same title. */
  readonly label: string;
}

/** The order of the page: categories as in the manifest, in each its datasets as in the manifest. */
export function chaptersOf({ manifest, datasets }: PageInput, { words }: Language): Chapter[] {
  const shown = new Map(datasets.map((each) => [each.name, each]));
  const titles = manifest.datasets.map(({ title }) => title);
  const sections = manifest.datasets.map((dataset): Section => {
    const { name, title } = dataset;
    const twin = titles.indexOf(title) !== titles.lastIndexOf(title);
    return { id: `dataset-${name}`, dataset, shown: shown.get(name), label: twin ? `${title} (${name})` : title };
  });
  const known = new Set(manifest.categories.map(({ id }) => id));
  const chapters = manifest.categories.map((category, index): Chapter => {
    const own = sections.filter(({ dataset }) => dataset.category === category.id);
    return { id: `category-${index + 1}`, title: category.title, category, datasets: own };
  });
  const others = sections.filter(({ dataset }) => !known.has(dataset.category));
  if (others.length === 0) return chapters;
  return [...chapters, { id: "category-other", title: words.frame.others, category: undefined, datasets: others }];
}
