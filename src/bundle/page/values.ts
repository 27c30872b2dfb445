import { isPlainObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import { countWords, numberWords, shortTime } from "./figures.ts";
import { type Html, html, joined } from "./html.ts";
import { nameWords } from "./words.ts";

/** What a preview shows of one value; the files have all of it. */
const most = { letters: 300, nestedLetters: 120, lines: 8, entries: 5, fields: 12, openFields: 6, depth: 4 };

/** Stands where something was cut. Escaped values hold no quotation marks, so its markup is found only where it was put. */
export const cutMark = html`<span class="cut">…</span>`;

export function isEmpty(content: JsonValue | undefined): content is null | undefined {
  return content === null || content === undefined;
}

/** A value as a person reads it: dates in words, yes and no, lists and groups unfolded. Nothing for null. */
export function valueMarkup(content: JsonValue | undefined): Html {
  return typeof content === "object" && content !== null ? nested(content) : scalar(content, most.letters);
}

function scalar(content: JsonValue | undefined, letters: number): Html {
  if (isEmpty(content)) return html``;
  if (content === "") return html`<i>empty text</i>`;
  if (typeof content === "boolean") return html`${content ? "yes" : "no"}`;
  if (typeof content !== "string") return html`${String(content)}`;
  const time = shortTime(content);
  return time === undefined ? shortened(content, letters) : html`<time datetime="${content}">${time}</time>`;
}

function shortened(content: string, longest: number): Html {
  const letters = firstLetters(content, longest);
  const lines = letters.split(/\r\n|[\n\r]/, most.lines + 1);
  const text = lines.length > most.lines ? lines.slice(0, most.lines).join("\n") : letters;
  return html`<bdi>${text}${text.length < content.length && cutMark}</bdi>`;
}

function firstLetters(content: string, longest: number): string {
  if (content.length <= longest) return content;
  // Twice as many units hold as many letters, even when each of them takes two.
  return [...content.slice(0, 2 * longest + 2)].slice(0, longest).join("");
}

/** A group of a few plain fields is open; anything bigger folds behind what it is. */
function nested(content: readonly JsonValue[] | JsonObject): Html {
  if (isList(content)) {
    if (content.length === 0) return html`<i>none</i>`;
    if (content.every(isScalar)) return listMarkup(content, 1);
    return folded(countWords(content.length, "entry", "entries"), listMarkup(content, 1));
  }
  const fields = Object.values(content);
  if (fields.length === 0) return html`<i>none</i>`;
  if (fields.length <= most.openFields && fields.every(isScalar)) return groupMarkup(content, 1);
  return folded(countWords(fields.length, "field"), groupMarkup(content, 1));
}

function folded(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}

function inner(content: JsonValue | undefined, depth: number): Html {
  if (typeof content !== "object" || content === null) {
    return isEmpty(content) ? html`–` : scalar(content, most.nestedLetters);
  }
  if (Object.keys(content).length === 0) return html`<i>none</i>`;
  if (depth >= most.depth) return cutMark;
  return isList(content) ? listMarkup(content, depth + 1) : groupMarkup(content, depth + 1);
}

function listMarkup(list: readonly JsonValue[], depth: number): Html {
  const shown = list.slice(0, most.entries).map((entry) => inner(entry, depth));
  const rest = list.length > shown.length && html`and ${numberWords(list.length - shown.length)} more${cutMark}`;
  if (list.every(isScalar)) return joined(rest === false ? shown : [...shown, rest], ", ");
  return html`<ol>${shown.map((entry) => html`<li>${entry}</li>`)}</ol>${rest}`;
}

function groupMarkup(group: JsonObject, depth: number): Html {
  const fields = Object.entries(group);
  const shown = fields.slice(0, most.fields);
  const rest = fields.length - shown.length;
  return html`<dl>${shown.map(
    ([key, value]) => html`<dt>${shortened(nameWords(key), most.nestedLetters)}</dt><dd>${inner(value, depth)}</dd>`,
  )}</dl>${rest > 0 && html`and ${numberWords(rest)} more${cutMark}`}`;
}

function isList(content: JsonValue): content is readonly JsonValue[] {
  return Array.isArray(content);
}

function isScalar(content: JsonValue): boolean {
  return !isList(content) && !isPlainObject(content);
}
