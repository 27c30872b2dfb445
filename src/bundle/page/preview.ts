import { isPlainObject, type JsonObject, type JsonValue, pointerKeys } from "../../model/json.ts";
import { type Html, html } from "./html.ts";
import type { PageDataset } from "./index.ts";
import { countWords, numberWords } from "./words.ts";

const longestText = 300;
const mostNested = 20;

/** The first records of a dataset as a table, which scrolls in its own frame. */
export function previewTable(
  { name, columns, preview }: PageDataset,
  title: string,
  written: number,
): Html | undefined {
  if (preview.length === 0) return undefined;
  const shown =
    preview.length === written
      ? countWords(written, "record")
      : `The first ${numberWords(preview.length)} of ${countWords(written, "record")}`;
  return html`<div class="scroll" role="group" tabindex="0" aria-labelledby="${`caption-${name}`}"><table>
<caption id="${`caption-${name}`}">${title}: ${shown}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
<tbody>${preview.map((record) => html`<tr>${columns.map(({ pointer }) => html`<td>${value(at(record, pointer))}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

function at(record: JsonObject, pointer: string): JsonValue | undefined {
  let found: JsonValue | undefined = record;
  for (const key of pointerKeys(pointer) ?? [])
    found = isPlainObject(found) && Object.hasOwn(found, key) ? (found[key] as JsonValue) : undefined;
  return found;
}

function value(content: JsonValue | undefined): Html {
  if (content === undefined || content === null) return html`<span class="none">none</span>`;
  if (content === "") return html`<span class="none">empty</span>`;
  if (typeof content === "boolean") return html`${content ? "yes" : "no"}`;
  if (typeof content === "number") return html`<span class="number">${content}</span>`;
  if (typeof content === "string") return text(content);
  return nested(content);
}

/** `bdi` and `dir=auto` keep text that runs from right to left, or says so, inside its cell. */
function text(content: string): Html {
  const letters = [...content.slice(0, 2 * longestText)];
  const cut = content.length > longestText && letters.length > longestText;
  return html`<bdi dir="auto">${cut ? letters.slice(0, longestText).join("") : content}</bdi>${cut && html`<span class="none"> … (shortened here; the files have all of it)</span>`}`;
}

function nested(content: readonly JsonValue[] | JsonObject): Html {
  const list = Array.isArray(content);
  const entries = Object.entries(content as JsonObject);
  if (entries.length === 0) return html`<span class="none">none</span>`;
  const rest = entries.length - mostNested;
  const body = html`<dl>${entries.slice(0, mostNested).map(([key, part]) => html`<div><dt>${list ? Number(key) + 1 : text(key)}</dt><dd>${value(part)}</dd></div>`)}</dl>${rest > 0 && html`<p class="none">and ${numberWords(rest)} more</p>`}`;
  return html`<details><summary>${list ? countWords(entries.length, "entry", "entries") : countWords(entries.length, "field")}</summary>${body}</details>`;
}
