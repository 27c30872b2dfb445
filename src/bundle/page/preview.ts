import { type JsonObject, pointerKeys, valueAt } from "../../model/json.ts";
import { columnMarkup } from "./columns.ts";
import { countWords, numberWords } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import { cutMark, valueMarkup } from "./values.ts";

/** So much markup one dataset's preview may take: the page stays small whatever the records are. */
const mostMarkup = 40_000;
/** A table with more columns than this is printed as one card per record: paper does not scroll. */
const mostPrintedColumns = 6;

const cutNote = html`<p class="note">${cutMark} marks what is shortened on this page. The files have all of it.</p>`;

/**
 * The first records of a dataset as a table in a frame of its own, which scrolls when the table is wide.
 *
 * @param label names the frame; no other dataset may have the same
 * @param written how many records the files have
 */
export function previewTable(
  { columns, preview, markup: { heads, cells } = columnMarkup(columns) }: PageDataset,
  label: string,
  written: number,
): Html | undefined {
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
    rows.length === written
      ? countWords(written, "record")
      : `Showing the first ${numberWords(rows.length)} of ${countWords(written, "record")}`;
  const cut = rows.some((row) => row.markup.includes(cutMark.markup));
  return html`<div class="frame scroll" role="region" tabindex="0" aria-label="${label}">
<table${columns.length > mostPrintedColumns && html` class="wide"`}><caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${rows}</tbody></table></div>
${cut && cutNote}`;
}

/** The only record of a dataset, as a list of its fields: nothing to compare, so nothing to scroll. */
export function recordSheet({ columns }: PageDataset, record: JsonObject, label: string): Html {
  const rows = columns.map(({ pointer, title, description }) => {
    const value = valueMarkup(valueAt(record, pointerKeys(pointer) ?? []));
    return html`<tr role="row"><th role="rowheader" scope="row">${title}</th><td role="cell">${value}</td><td role="cell" class="law">${description}</td></tr>\n`;
  });
  const head = ["Field", "Yours", "What it is"].map((name) => html`<th role="columnheader" scope="col">${name}</th>`);
  const sheet = html`<div class="frame"><table class="stack sheet" role="table"><caption>${label}: the one record</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${rows}</tbody></table></div>`;
  return html`${sheet}${sheet.markup.includes(cutMark.markup) && cutNote}`;
}
