import { isPlainObject, type JsonObject, type JsonValue, pointerKeys } from "../../model/json.ts";
import { countWords, numberWords } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import { cutMark, isEmpty, valueMarkup } from "./values.ts";

type Column = PageDataset["columns"][number];

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
export function previewTable({ columns, preview }: PageDataset, label: string, written: number): Html | undefined {
  const keys = columns.map(({ pointer }) => pointerKeys(pointer) ?? []);
  const rows: Html[] = [];
  let markup = 0;
  for (const record of preview) {
    if (markup > mostMarkup) break;
    const row = html`<tr>${columns.map((column, index) => cell(column, at(record, keys[index] ?? []), index === 0))}</tr>\n`;
    markup += row.markup.length;
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
<thead><tr>${columns.map((column) => html`<th scope="col"${isNumber(column) && html` class="number"`}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>
${cut && cutNote}`;
}

/** The only record of a dataset, as a list of its fields: nothing to compare, so nothing to scroll. */
export function recordSheet({ columns }: PageDataset, record: JsonObject, label: string): Html {
  const rows = columns.map(({ pointer, title, description }) => {
    const value = valueMarkup(at(record, pointerKeys(pointer) ?? []));
    return html`<tr role="row"><th role="rowheader" scope="row">${title}</th><td role="cell">${value}</td><td role="cell" class="law">${description}</td></tr>\n`;
  });
  const head = ["Field", "Yours", "What it is"].map((name) => html`<th role="columnheader" scope="col">${name}</th>`);
  const sheet = html`<div class="frame"><table class="stack sheet" role="table"><caption>${label}: the one record</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${rows}</tbody></table></div>`;
  return html`${sheet}${sheet.markup.includes(cutMark.markup) && cutNote}`;
}

/** `data-label` names the value where the table is printed as cards. The first value heads its row. */
function cell(column: Column, content: JsonValue | undefined, first: boolean): Html {
  if (isEmpty(content)) return html`<td></td>`;
  const value = valueMarkup(content);
  if (first) return html`<th scope="row" data-label="${column.title}">${value}</th>`;
  return html`<td${isNumber(column) && html` class="number"`} data-label="${column.title}">${value}</td>`;
}

function isNumber({ type }: Column): boolean {
  return type === "integer" || type === "number";
}

function at(record: JsonObject, keys: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = record;
  for (const key of keys) {
    found = isPlainObject(found) && Object.hasOwn(found, key) ? (found[key] as JsonValue) : undefined;
  }
  return found;
}
