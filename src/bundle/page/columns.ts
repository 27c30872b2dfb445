import { type JsonObject, pointerKeys, valueAt } from "../../model/json.ts";
import { bdi, type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import { isEmpty, valueMarkup } from "./values.ts";

type Column = PageDataset["columns"][number];

/** What every page says of the columns of one dataset, whoever the subject is. */
export interface ColumnMarkup {
  /** The heads of the table of records. */
  readonly heads: readonly Html[];
  /** Make the cells of that table. */
  readonly cells: readonly ((record: JsonObject) => Html)[];
  /** Each column in words, for whoever opens the files. */
  readonly meanings: readonly Html[];
}

export function columnMarkup(columns: readonly Column[]): ColumnMarkup {
  return {
    heads: columns.map(
      (column) => html`<th scope="col"${isNumber(column) && html` class="number"`}>${column.title}</th>`,
    ),
    cells: columns.map(cellOf),
    meanings: columns.map(meaning),
  };
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  json: "list or group",
};

/** What a column says, and its name in the files. */
function meaning({ pointer, title, description, type }: Column): Html {
  const name = pointerKeys(pointer)?.join(".") ?? pointer;
  return html`<dt>${bdi(title)} <code>${name}</code></dt><dd>${description} <span class="law">${typeWords[type] ?? type}</span></dd>\n`;
}

/** Makes the cells of one column. `data-label` names the value where the table is printed as cards; the first value heads its row. */
function cellOf(column: Column, index: number): (record: JsonObject) => Html {
  const keys = pointerKeys(column.pointer) ?? [];
  const open =
    index === 0
      ? html`<th scope="row" data-label="${column.title}">`
      : html`<td${isNumber(column) && html` class="number"`} data-label="${column.title}">`;
  const close = index === 0 ? html`</th>` : html`</td>`;
  return (record) => {
    const content = valueAt(record, keys);
    return isEmpty(content) ? emptyCell : html`${open}${valueMarkup(content)}${close}`;
  };
}

const emptyCell = html`<td></td>`;

function isNumber({ type }: Column): boolean {
  return type === "integer" || type === "number";
}
