import type { Manifest } from "../../model/generated/manifest.ts";
import { chapterSection } from "./chapter.ts";
import { type Chapter, chaptersOf } from "./chapters.ts";
import { timeWords } from "./figures.ts";
import { filesSection } from "./files.ts";
import { bdi, Html, html } from "./html.ts";
import type { PageInput } from "./input.ts";
import { leftOut } from "./left-out.ts";
import { about, header, pageTitle, partialWarning, partNotice } from "./opening.ts";
import { overview } from "./overview.ts";
import { decisionsSection, recipientsSection, rightsSection } from "./rights.ts";
import { style, styleHash } from "./style.ts";

export { columnMarkup } from "./columns.ts";
export type { PageDataset, PageInput } from "./input.ts";

/**
 * The page for the person: self-contained, no script, nothing loaded. It says first which part it is, when there
 * are several, and when the copy is not whole; then who answers, what
 * is held and why, what is not given, and their rights. Same input, same bytes.
 */
export function renderPage(input: PageInput): string {
  return [pageHead(input.manifest), ...bodySections(input)].map(({ markup }) => markup).join("");
}

/** How every page of a controller begins: the head, with the style. */
export function pageHead(manifest: Pick<Manifest, "controller">): Html {
  // The policy allows this one style and nothing else: should a value ever slip out of its place, it could neither run nor load anything.
  const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en"><head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${pageTitle(manifest)}</title>
<style>${new Html(style)}</style>
</head>`;
}

/** The rest of the page in UTF-8. Section by section: one letter beyond Latin-1 makes V8 encode all of a long text the slow way. */
export function pageBody(input: PageInput): Buffer {
  return Buffer.concat(bodySections(input).map(({ markup }) => Buffer.from(markup)));
}

function bodySections(input: PageInput): Html[] {
  const { manifest } = input;
  const chapters = chaptersOf(input);
  const opening = html`<body id="top">
<a class="skip" href="#content">Skip to the content</a>
${header(manifest)}
<main id="content" tabindex="-1" class="page">
${partNotice(manifest, input.partName)}${partialWarning(manifest, chapters)}
${contents(chapters)}
<div class="body">
${about(manifest)}
${overview(manifest, chapters)}
`;
  const closing = html`
${leftOut(manifest, chapters)}
${recipientsSection(manifest)}
${rightsSection(manifest)}
${decisionsSection(manifest)}
${filesSection(manifest)}
</div></main>
${footer(manifest)}
</body></html>
`;
  return [opening, ...chapters.map((chapter) => chapterSection(chapter, manifest)), closing];
}

function contents(chapters: readonly Chapter[]): Html {
  const link = (id: string, words: Html | string) => html`<li><a href="#${id}">${words}</a></li>\n`;
  return html`<nav aria-labelledby="contents"><p id="contents">On this page</p><ul>
${link("about", "About this copy")}${link("overview", "What is in here")}
<li><ul>
${chapters.map(({ id, title }) => link(id, bdi(title)))}</ul></li>
${link("left-out", "What is not in here, and why")}${link("recipients", "Who receives your data")}${link("rights", "Your rights")}
${link("decisions", "Decisions made by a machine")}${link("files", "How to use the files")}</ul></nav>`;
}

function footer({ createdAt, generator, bundleId, formatVersion }: Manifest): Html {
  return html`<footer><div class="page"><p>Made on ${timeWords(createdAt)} by ${bdi(generator.name)} ${bdi(generator.version)}. Copy
<code>${bundleId}</code>, format version ${formatVersion}. Times on this page are in UTC.</p>
<p><a href="#top">Back to the top</a></p></div></footer>`;
}
