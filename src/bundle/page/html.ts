/** Markup that is safe to put into the page. Only `html` makes it; a plain string or a plain object is never taken for it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Part = Html | string | number | false | undefined | readonly Part[];

/**
 * A template whose interpolations are text, unless they are `Html` themselves: html`<p>${value}</p>` cannot be broken out of, and
 * neither can a quoted attribute, html`<a href="${path}">`. `undefined` and `false` say nothing; a list says its parts in a row.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? "";
  for (let index = 0; index < parts.length; index++) markup += render(parts[index]) + strings[index + 1];
  return new Html(markup);
}

function render(part: Part): string {
  if (typeof part === "string") return escaped(part);
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "number") return String(part);
  let markup = "";
  for (const each of part) markup += render(each);
  return markup;
}

/** Parts with something between them: `joined(["a", "b"], ", ")`. */
export function joined(parts: readonly Part[], separator: Part): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : [separator, part]))}`;
}

/**
 * A value that somebody wrote, as it may stand among our own words: `bdi` keeps text that runs from right to left from
 * rearranging what stands around it.
 */
export function bdi(value: string): Html {
  return html`<bdi>${value}</bdi>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Whatever `escaped` or `plain` would change; most texts have none of it. */
const special = /[&<>"'\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069\uD800-\uDFFF]/;

/** Text as it may stand in an element or a quoted attribute. */
function escaped(text: string): string {
  if (!special.test(text)) return text;
  return plain(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/**
 * Text that shows what it says. Control characters, which HTML cannot hold, and the two marks that force a direction (with them
 * `exe.gpj` reads `jpg.exe`) become U+FFFD. The marks that only embed or isolate are taken out: `bdi` does their work, and one
 * that is never closed would end it.
 */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\0-\x08\x0B-\x1F\x7F-\x9F\u202D\u202E]/g, "\uFFFD")
    .replace(/[\u202A-\u202C\u2066-\u2069]/g, "");
}

/** A relative link to a file of the bundle, or `undefined` for a path that would leave the folder. */
export function fileHref(path: string): string | undefined {
  const steps = path.split("/");
  if (steps.some((step) => step === "" || step === "." || step === "..")) return undefined;
  return steps.map((step) => encodeURIComponent(step.toWellFormed())).join("/");
}

/** A contact as a link, when all of it is one e-mail address or one https address; otherwise as the text it is. */
export function contactLink(contact: string): Html {
  if (/^[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(contact)) return html`<a href="mailto:${contact}">${contact}</a>`;
  if (/^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#][\w.~/?#&=%+@:,;-]*)?$/i.test(contact))
    return html`<a href="${contact}" rel="noreferrer">${contact}</a>`;
  return bdi(contact);
}
