import { isPlainObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import { type Html, html, joined } from "./html.ts";
import type { Language } from "./language.ts";
import { nameWords } from "./names.ts";

/** What a preview shows of one value; the files have all of it. */
const most = { letters: 300, nestedLetters: 120, lines: 8, entries: 5, fields: 12, openFields: 6, depth: 4 };

/** Stands where something was cut. Escaped values hold no quotation marks, so its markup is found only where it was put. */
export const cutMark = html`<span class="cut">…</span>`;

export function isEmpty(content: JsonValue | undefined): content is null | undefined {
  return content === null || content === undefined;
}

/** A value as a person reads it: dates in words, yes and no, lists and groups unfolded. Nothing for null. */
export function valueMarkup(content: JsonValue | undefined, language: Language): Html {
  return typeof content === "object" && content !== null
    ? nested(content, language)
    : scalar(content, most.letters, language);
}

function scalar(content: JsonValue | undefined, letters: number, language: Language): Html {
  const { values } = language.words;
  if (isEmpty(content)) return html``;
  if (content === "") return html`<i>${values.empty}</i>`;
  if (typeof content === "boolean") return html`${content ? values.yes : values.no}`;
  if (typeof content === "number") return html`${language.plainNumber(content)}`;
  if (typeof content !== "string") return html`${String(content)}`;
  const time = language.shortTime(content);
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
function nested(content: readonly JsonValue[] | JsonObject, language: Language): Html {
  const { values } = language.words;
  if (isList(content)) {
    if (content.length === 0) return html`<i>${values.none}</i>`;
    if (content.every(isScalar)) return listMarkup(content, 1, language);
    return folded(values.entries(content.length), listMarkup(content, 1, language));
  }
  const fields = Object.values(content);
  if (fields.length === 0) return html`<i>${values.none}</i>`;
  if (fields.length <= most.openFields && fields.every(isScalar)) return groupMarkup(content, 1, language);
  return folded(values.fields(fields.length), groupMarkup(content, 1, language));
}

function folded(summary: string, body: Html): Html {
  return html`<details><summary>${summary}</summary>${body}</details>`;
}

function inner(content: JsonValue | undefined, depth: number, language: Language): Html {
  if (typeof content !== "object" || content === null) {
    return isEmpty(content) ? html`–` : scalar(content, most.nestedLetters, language);
  }
  if (Object.keys(content).length === 0) return html`<i>${language.words.values.none}</i>`;
  if (depth >= most.depth) return cutMark;
  return isList(content) ? listMarkup(content, depth + 1, language) : groupMarkup(content, depth + 1, language);
}

function listMarkup(list: readonly JsonValue[], depth: number, language: Language): Html {
  const shown = list.slice(0, most.entries).map((entry) => inner(entry, depth, language));
  const rest = list.length > shown.length && html`${language.words.values.more(list.length - shown.length)}${cutMark}`;
  if (list.every(isScalar)) return joined(rest === false ? shown : [...shown, rest], ", ");
  return html`<ol>${shown.map((entry) => html`<li>${entry}</li>`)}</ol>${rest}`;
}

function groupMarkup(group: JsonObject, depth: number, language: Language): Html {
  const fields = Object.entries(group);
  const shown = fields.slice(0, most.fields);
  const rest = fields.length - shown.length;
  return html`<dl>${shown.map(
    ([key, value]) =>
      html`<dt>${shortened(nameWords(key), most.nestedLetters)}</dt><dd>${inner(value, depth, language)}</dd>`,
  )}</dl>${rest > 0 && html`${language.words.values.more(rest)}${cutMark}`}`;
}

function isList(content: JsonValue): content is readonly JsonValue[] {
  return Array.isArray(content);
}

function isScalar(content: JsonValue): boolean {
  return !isList(content) && !isPlainObject(content);
}
