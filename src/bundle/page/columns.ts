import { type JsonObject, pointerKeys, valueAt } from "../../model/json.ts";
import { bdi, type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import { type Language, own } from "./language.ts";
import { isEmpty, valueMarkup } from "./values.ts";

type Column = PageDataset["columns"][number];

/** What every page of a language says of the columns of one dataset, whoever the subject is. */
export interface ColumnMarkup {
  /** The heads of the table of records. */
  readonly heads: readonly Html[];
  /** Make the cells of that table. */
  readonly cells: readonly ((record: JsonObject) => Html)[];
  /** Each column in words, for whoever opens the files. */
  readonly meanings: readonly Html[];
}

export function columnMarkup(columns: readonly Column[], language: Language): ColumnMarkup {
  return {
    heads: columns.map(
      (column) => html`<th scope="col"${isNumber(column) && html` class="number"`}>${column.title}</th>`,
    ),
    cells: columns.map((column, index) => cellOf(column, index, language)),
    meanings: columns.map((column) => meaning(column, language)),
  };
}

/** What a column says, and its name in the files. */
function meaning({ pointer, title, description, type }: Column, { words }: Language): Html {
  const name = pointerKeys(pointer)?.join(".") ?? pointer;
  return html`<dt>${bdi(title)} <code>${name}</code></dt><dd dir="auto">${description} <span class="law">${own(words.codes.types, type) ?? type}</span></dd>\n`;
}

/** Makes the cells of one column. `data-label` names the value where the table is printed as cards; the first value heads its row. */
function cellOf(column: Column, index: number, language: Language): (record: JsonObject) => Html {
  const keys = pointerKeys(column.pointer) ?? [];
  const open =
    index === 0
      ? html`<th scope="row" data-label="${column.title}">`
      : html`<td${isNumber(column) && html` class="number"`} data-label="${column.title}">`;
  const close = index === 0 ? html`</th>` : html`</td>`;
  return (record) => {
    const content = valueAt(record, keys);
    return isEmpty(content) ? emptyCell : html`${open}${valueMarkup(content, language)}${close}`;
  };
}

const emptyCell = html`<td></td>`;

function isNumber({ type }: Column): boolean {
  return type === "integer" || type === "number";
}
