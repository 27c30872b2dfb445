/** Markup that is safe to put into the page. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | false | undefined | readonly Part[];

/**
 * A template whose interpolations are text, unless they are markup made here: `html\`<p>${value}</p>\`` cannot be broken out of.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((markup, literal, index) => markup + render(parts[index - 1]) + literal) };
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (Array.isArray(part)) return (part as readonly Part[]).map(render).join("");
  return typeof part === "object" ? (part as Html).markup : escaped(String(part));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or a quoted attribute. Control characters, which HTML cannot hold, become U+FFFD. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/g, "\uFFFD")
    .replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
