import type { Manifest } from "../../model/generated/manifest.ts";
import { badge, table } from "./blocks.ts";
import type { Chapter, Dataset, Section } from "./chapters.ts";
import { countWords, numberWords, periodWords, sizeWords } from "./figures.ts";
import { fileHref, type Html, html, joined } from "./html.ts";

/** How much there is, and a table of all of it that leads to the sections and the files. */
export function overview({ datasets, part }: Manifest, chapters: readonly Chapter[]): Html {
  const sections = chapters.flatMap((chapter) => chapter.datasets);
  const records = sum(datasets, (each) => each.records.written);
  const apart = sum(datasets, (each) => each.records.quarantined);
  const held = datasets.filter((each) => each.records.written > 0).length;
  const files = datasets.flatMap((each) => each.files);
  const bytes = files.reduce((total, file) => total + file.bytes, 0);
  const figures = [
    [records, records === 1 ? "record about you" : "records about you"],
    [held, held === 1 ? "kind of record" : "kinds of record"],
    [
      files.length,
      `${files.length === 1 ? "data file" : "data files"}${part.last && part.number === 1 ? "" : " in this zip file"}, ${sizeWords(bytes)}`,
    ],
  ] as const;
  return html`<section><h2 id="overview">What is in here</h2>
<ul class="figures">${figures.map(([count, words]) => html`<li><b>${numberWords(count)}</b> ${words}</li>`)}</ul>
${apart > 0 && html`<p>${countWords(apart, "more record")} ${apart === 1 ? "is" : "are"} set apart because something in them was not as expected.</p>`}
${
  sections.length === 0
    ? html`<p>We hold no records about you.</p>`
    : table(
        "All kinds of record in this copy",
        ["Kind of record", "Records", "State", "From – to", "Files"],
        sections.map(({ id, label, dataset }) => [
          html`<a href="#${id}">${label}</a>`,
          html`<span class="nowrap">${recordWords(dataset)}</span>`,
          badge(dataset),
          dataset.period !== undefined && periodWords(dataset.period),
          fileLinks({ dataset, label }),
        ]),
        "overview",
      )
}</section>`;
}

function sum(datasets: readonly Dataset[], count: (dataset: Dataset) => number): number {
  return datasets.reduce((total, dataset) => total + count(dataset), 0);
}

function recordWords({ outcome, records: { written, expected } }: Dataset): string {
  const short = (outcome === "partial" || outcome === "failed") && expected !== null && expected > written;
  return short ? `${numberWords(written)} of ${numberWords(expected)}` : numberWords(written);
}

/** Short links to the two data files; their full names are in the dataset's own section. */
function fileLinks({ dataset, label }: Pick<Section, "dataset" | "label">): Html | undefined {
  const links = dataset.files.flatMap(({ path }) => {
    const [, kind] = /^data\/[^/]+\.(csv|json)$/.exec(path) ?? [];
    const href = fileHref(path);
    if (kind === undefined || href === undefined) return [];
    return [html`<a href="${href}">${kind.toUpperCase()}<span class="hidden"> file of ${label}</span></a>`];
  });
  return links.length === 0 ? undefined : html`<span class="links">${joined(links, " ")}</span>`;
}
