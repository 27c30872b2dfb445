import type { Manifest } from "../../model/generated/manifest.ts";
import { isWhole } from "../../model/outcome.ts";
import { outcomeSentence, reasonMarkup } from "./blocks.ts";
import type { Chapter } from "./chapters.ts";
import { bdi, contactLink, type Html, html } from "./html.ts";
import type { PageInput } from "./input.ts";
import type { Language } from "./language.ts";

export function pageTitle({ controller }: Pick<Manifest, "controller">, { words }: Language): string {
  return words.frame.title(controller.name);
}

export function header({ controller, request, createdAt }: Manifest, language: Language): Html {
  const { frame } = language.words;
  const [received, made] = [language.date(request.receivedAt), language.date(createdAt)];
  return html`<p class="eyebrow">${frame.eyebrow}</p>
<h1>${frame.heading(bdi(controller.name))}</h1>
<p class="lead">${frame.lead(bdi(controller.name), received, made, request.type === "access")}</p>
</div></header>`;
}

/** So many other zips are named one by one; of more, the first and the last. */
const mostNames = 8;

/** The first thing on one zip of several: which one it is, and where the rest is. */
export function partNotice({ part }: Manifest, partName: PageInput["partName"], { words }: Language): Html | undefined {
  const { number, last, count } = part;
  if (number === 1 && last) return undefined;
  return html`<section class="part" aria-labelledby="part"><h2 id="part">${words.part.heading(number, count)}</h2>
<p>${words.part.keep(count)} ${restWords(part, partName, words.part)}</p>
<p>${words.part.lists}</p></section>
`;
}

function restWords(
  { number, count = 0 }: Manifest["part"],
  partName: PageInput["partName"] = () => undefined,
  words: Language["words"]["part"],
): Html | string {
  const others = Array.from({ length: count }, (_, index) => index + 1).filter((each) => each !== number);
  const shown = others.length > mostNames ? [others[0], others.at(-1)] : others;
  const names = shown.map((each) => partName(each ?? 0));
  if (names.length === 0 || names.includes(undefined)) return words.restUnnamed;
  const codes = names.map((name) => html`<code>${name}</code>`);
  const [first, last] = [codes[0], codes.at(-1)];
  if (others.length > mostNames && first !== undefined && last !== undefined) return words.restBetween(first, last);
  return words.rest(codes);
}

/** The first thing on a copy that is not whole: that it is not, what is missing, why, and what to do. */
export function partialWarning(manifest: Manifest, chapters: readonly Chapter[], language: Language): Html | undefined {
  const { completeness, controller, createdAt } = manifest;
  if (completeness === "complete") return undefined;
  const { warning } = language.words;
  const missing = chapters.flatMap(({ datasets }) => datasets.filter(({ dataset }) => !isWhole(dataset.outcome)));
  return html`<section class="warning" aria-labelledby="partial"><h2 id="partial">${warning.heading}</h2>
<p>${warning.missing(language.date(createdAt), missing.length > 0)}</p>
${
  missing.length > 0 &&
  html`<ul>${missing.map(
    ({ id, dataset, label }) =>
      html`<li><a href="#${id}">${label}</a>: ${outcomeSentence(dataset, language)} ${reasonMarkup(dataset, language)}</li>\n`,
  )}</ul>`
}
<p>${warning.ask(bdi(controller.name), contactLink(controller.contact))}</p></section>`;
}
