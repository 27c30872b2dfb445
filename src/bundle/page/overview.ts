import type { Manifest } from "../../model/generated/manifest.ts";
import { badge, table } from "./blocks.ts";
import type { Chapter, Dataset, Section } from "./chapters.ts";
import { type Axis, activityRow, axisOf } from "./charts.ts";
import { bdi, fileHref, type Html, html, joined } from "./html.ts";
import type { Language } from "./language.ts";

/** How much there is, why in short, and a table of all of it that leads to the sections and the files. */
export function overview({ datasets, part }: Manifest, chapters: readonly Chapter[], language: Language): Html {
  const { overview: words, charts } = language.words;
  const sections = chapters.flatMap((chapter) => chapter.datasets);
  const records = sum(datasets, (each) => each.records.written);
  const apart = sum(datasets, (each) => each.records.quarantined);
  const held = datasets.filter((each) => each.records.written > 0).length;
  const files = datasets.flatMap((each) => each.files);
  const bytes = files.reduce((total, file) => total + file.bytes, 0);
  const isPart = part.number > 1 || !part.last;
  const figures = [
    [records, words.records(records)],
    [held, words.kinds(held)],
    [files.length, words.files(files.length, isPart, language.size(bytes))],
  ] as const;
  const axis = axisOf(sections.flatMap(({ shown }) => shown?.months ?? []));
  return html`<section><h2 id="overview">${words.heading}</h2>
<ul class="figures">${figures.map(([count, what]) => html`<li><b>${language.number(count)}</b> ${what}</li>`)}</ul>
${apart > 0 && html`<p>${words.apart(apart)}</p>`}
${sections.length === 0 && html`<p>${words.nothing}</p>`}
${inShort(chapters, language)}
${
  sections.length > 0 &&
  html`<h3>${words.all}</h3>${table(
    words.caption,
    words.head,
    sections.map(({ id, label, dataset, shown }) => [
      html`<a href="#${id}">${label}</a>`,
      html`<span class="nowrap">${recordWords(dataset, language)}</span>`,
      badge(dataset, language),
      timeMarkup(dataset, shown?.months, axis, language),
      fileLinks({ dataset, label }, language),
    ]),
    "overview",
  )}`
}
${axis !== undefined && html`<p class="note">${charts.rows}</p>`}</section>`;
}

/** One card for each category: what it is, how much, why, how long. */
function inShort(chapters: readonly Chapter[], language: Language): Html | undefined {
  const { overview: words } = language.words;
  const cards = chapters.flatMap(({ id, title, category, datasets }) => {
    if (category === undefined) return [];
    const records = sum(
      datasets.map(({ dataset }) => dataset),
      (each) => each.records.written,
    );
    const purposes = category.purposes.map((purpose) => bdi(language.term(purpose)));
    return html`<li><h4><a href="#${id}">${bdi(title)}</a></h4>
<p class="count">${words.countOf(records)}</p><dl>${purposes.length > 0 && html`<dt>${words.why}</dt><dd>${joined(purposes, ", ")}</dd>`}
<dt>${words.kept}</dt><dd>${bdi(language.retention(category.retention))}</dd></dl></li>\n`;
  });
  return cards.length === 0 ? undefined : html`<h3>${words.short}</h3><ul class="cards short">${cards}</ul>`;
}

function timeMarkup(
  { period }: Dataset,
  months: ReadonlyMap<string, number> | undefined,
  axis: Axis | undefined,
  language: Language,
): Html | undefined {
  if (period === undefined) return undefined;
  return html`${language.period(period)}${months !== undefined && axis !== undefined && activityRow(months, axis)}`;
}

function sum(datasets: readonly Dataset[], count: (dataset: Dataset) => number): number {
  return datasets.reduce((total, dataset) => total + count(dataset), 0);
}

function recordWords({ outcome, records: { written, expected } }: Dataset, language: Language): string {
  const short = (outcome === "partial" || outcome === "failed") && expected !== null && expected > written;
  return short ? language.words.overview.of(written, expected) : language.number(written);
}

/** Short links to the two data files; their full names are in the dataset's own section. */
function fileLinks({ dataset, label }: Pick<Section, "dataset" | "label">, { words }: Language): Html | undefined {
  const links = dataset.files.flatMap(({ path }) => {
    const [, kind] = /^data\/[^/]+\.(csv|json)$/.exec(path) ?? [];
    const href = fileHref(path);
    if (kind === undefined || href === undefined) return [];
    return [
      html`<a href="${href}">${kind.toUpperCase()}<span class="hidden">${words.overview.fileOf(label)}</span></a>`,
    ];
  });
  return links.length === 0 ? undefined : html`<span class="links">${joined(links, " ")}</span>`;
}
