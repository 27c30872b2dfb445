import { createHash } from "node:crypto";
import type { Manifest } from "../../model/generated/manifest.ts";
import { about } from "./about.ts";
import { chapterSection } from "./chapter.ts";
import { type Chapter, chaptersOf } from "./chapters.ts";
import { filesSection } from "./files.ts";
import { bdi, Html, html } from "./html.ts";
import type { PageBranding, PageInput } from "./input.ts";
import { type Language, languageOf } from "./language.ts";
import { leftOut } from "./left-out.ts";
import { header, pageTitle, partialWarning, partNotice } from "./opening.ts";
import { overview } from "./overview.ts";
import { decisionsSection, recipientsSection, rightsSection } from "./rights.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

export { pageBranding } from "./branding.ts";
export { columnMarkup } from "./columns.ts";
export type { PageBranding, PageDataset, PageInput } from "./input.ts";
export { type Language, languageOf } from "./language.ts";

/**
 * The page for the person: self-contained, nothing loaded, readable without its script. It says first which part it is, when there
 * are several, and when the copy is not whole; then how much is held and why, all of it kind by kind, what is not given, and their
 * rights. Same input, same bytes.
 */
export function renderPage(input: PageInput): string {
  const { manifest, branding } = input;
  const head = pageHead({ controller: manifest.controller, branding }, languageOf(manifest.request.locale));
  return [head, ...bodySections(input)].map(({ markup }) => markup).join("");
}

/** How every page of a controller begins in one language: the head, with the style and the script, and the logo. */
export function pageHead(
  { controller, branding }: Pick<Manifest, "controller"> & Pick<PageInput, "branding">,
  language: Language,
): Html {
  const { frame, script: scriptWords } = language.words;
  const { search, none, one, many, sort } = scriptWords;
  const styles = [style, ...(branding?.style ? [branding.style] : [])];
  // The policy allows these styles and this script, and nothing else: should a value ever slip out of its place, it could neither run
  // nor load anything.
  const policy = [
    "default-src 'none'",
    `style-src ${styles.map(sourceOf).join(" ")}`,
    `script-src ${sourceOf(script)}`,
    ...(branding?.logo === undefined ? [] : ["img-src data:"]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="${language.locale}" dir="ltr" data-search="${search}" data-none="${none}" data-one="${one}" data-many="${many}" data-sort="${sort}"><head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${pageTitle({ controller }, language)}</title>
${styles.map((each) => html`<style>${new Html(each)}</style>\n`)}<script>${new Html(script)}</script>
</head><body id="top">
<a class="skip" href="#content">${frame.skip}</a>
<header><div class="page">${branding && brand(branding, controller)}`;
}

/** The logo and the name beside it. */
function brand({ logo, name }: PageBranding, controller: Manifest["controller"]): Html | undefined {
  if (logo === undefined && name === undefined) return undefined;
  return html`<p class="brand">${logo && html`<img src="${logo.dataUri}" alt="${logo.alt}">`}${bdi(name ?? controller.name)}</p>\n`;
}

function sourceOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The rest of the page in UTF-8. Section by section: one letter beyond Latin-1 makes V8 encode all of a long text the slow way. */
export function pageBody(input: PageInput): Buffer {
  return Buffer.concat(bodySections(input).map(({ markup }) => Buffer.from(markup)));
}

function bodySections(input: PageInput): Html[] {
  const { manifest } = input;
  const language = languageOf(manifest.request.locale);
  const chapters = chaptersOf(input, language);
  const opening = html`${header(manifest, language)}
<main id="content" tabindex="-1" class="page">
${partNotice(manifest, input.partName, language)}${partialWarning(manifest, chapters, language)}
${contents(chapters, language)}
<div class="body">
${overview(manifest, chapters, language)}
`;
  const closing = html`
${leftOut(manifest, chapters, language)}
${recipientsSection(manifest, language)}
${rightsSection(manifest, language)}
${decisionsSection(manifest, language)}
${filesSection(manifest, language)}
${about(manifest, language)}
</div></main>
${footer(manifest, language)}
</body></html>
`;
  return [opening, ...chapters.map((chapter) => chapterSection(chapter, manifest, language)), closing];
}

function contents(chapters: readonly Chapter[], { words }: Language): Html {
  const link = (id: string, name: Html | string) => html`<li><a href="#${id}">${name}</a></li>\n`;
  return html`<nav aria-labelledby="contents"><p id="contents">${words.frame.contents}</p><ul>
${link("overview", words.overview.heading)}
${chapters.length > 0 && html`<li><ul>\n${chapters.map(({ id, title }) => link(id, bdi(title)))}</ul></li>`}
${link("left-out", words.leftOut.heading)}${link("recipients", words.rights.recipients)}${link("rights", words.rights.heading)}
${link("decisions", words.rights.decisions)}${link("files", words.files.heading)}${link("about", words.about.heading)}</ul></nav>`;
}

function footer({ createdAt, generator, bundleId, formatVersion }: Manifest, language: Language): Html {
  const { frame } = language.words;
  const program = html`${bdi(generator.name)} ${bdi(generator.version)}`;
  return html`<footer><div class="page"><p>${frame.made(language.time(createdAt), program)} ${frame.copy(html`<code>${bundleId}</code>`, String(formatVersion))}</p>
<p><a href="#top">${frame.top}</a></p></div></footer>`;
}
