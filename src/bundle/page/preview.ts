import { type JsonObject, pointerKeys, valueAt } from "../../model/json.ts";
import { columnMarkup } from "./columns.ts";
import { type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import type { Language } from "./language.ts";
import { cutMark, valueMarkup } from "./values.ts";

/** So much markup one dataset's preview may take: the page stays small whatever the records are. */
const mostMarkup = 40_000;
/** A table with more columns than this is printed as one card per record: paper does not scroll. */
const mostPrintedColumns = 6;

function cutNote({ words }: Language): Html {
  return html`<p class="note">${words.values.cut(cutMark)}</p>`;
}

/**
 * The first records of a dataset as a table in a frame of its own, which scrolls when the table is wide.
 *
 * @param label names the dataset; no other may have the same
 * @param written how many records the files have
 */
export function previewTable(
  { columns, preview, markup }: PageDataset,
  label: string,
  written: number,
  language: Language,
): Html | undefined {
  const { words } = language;
  const { heads, cells } = markup?.(language) ?? columnMarkup(columns, language);
  const rows: Html[] = [];
  let length = 0;
  for (const record of preview) {
    if (length > mostMarkup) break;
    const row = html`<tr>${cells.map((cell) => cell(record))}</tr>\n`;
    length += row.markup.length;
    rows.push(row);
  }
  if (rows.length === 0) return undefined;
  const caption =
    rows.length === written ? words.overview.countOf(written) : words.dataset.showing(rows.length, written);
  const cut = rows.some((row) => row.markup.includes(cutMark.markup));
  return html`<section class="frame scroll records" tabindex="0" aria-label="${words.dataset.first(label)}">
<table${columns.length > mostPrintedColumns && html` class="wide"`}><caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}</tbody></table></section>
${cut && cutNote(language)}`;
}

/** The only record of a dataset, as a list of its fields: nothing to compare, so nothing to scroll. */
export function recordSheet({ columns }: PageDataset, record: JsonObject, label: string, language: Language): Html {
  const { dataset } = language.words;
  const rows = columns.map(({ pointer, title, description }) => {
    const value = valueMarkup(valueAt(record, pointerKeys(pointer) ?? []), language);
    return html`<tr role="row"><th role="rowheader" scope="row">${title}</th><td role="cell">${value}</td><td role="cell" class="law" dir="auto">${description}</td></tr>\n`;
  });
  const head = dataset.sheetHead.map((name) => html`<th role="columnheader" scope="col">${name}</th>`);
  const sheet = html`<div class="frame"><table class="stack sheet" role="table"><caption>${dataset.sheet(label)}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${rows}</tbody></table></div>`;
  return html`${sheet}${sheet.markup.includes(cutMark.markup) && cutNote(language)}`;
}
