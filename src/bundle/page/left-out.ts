import type { Manifest } from "../../model/generated/manifest.ts";
import { lawMarkup, table } from "./blocks.ts";
import type { Chapter } from "./chapters.ts";
import { bdi, contactLink, type Html, html } from "./html.ts";
import type { Language } from "./language.ts";
import { pointerWords } from "./names.ts";

/** Fields that are held and not given, what was left out, what was replaced, what was dropped: nothing is missing silently. */
export function leftOut(
  { withheld, excluded, datasets, controller }: Manifest,
  chapters: readonly Chapter[],
  language: Language,
): Html {
  const { leftOut: words, codes, values } = language.words;
  const sections = chapters.flatMap((chapter) => chapter.datasets);
  const labels = new Map(sections.map(({ dataset, label }) => [dataset.name, label]));
  const titleOf = (name: string, pointer: string) =>
    sections.find(({ dataset }) => dataset.name === name)?.shown?.columns.find((column) => column.pointer === pointer)
      ?.title;
  const counted = (facts: (dataset: Manifest["datasets"][number]) => Record<string, number | undefined>) =>
    datasets.flatMap((dataset) =>
      Object.entries(facts(dataset)).map(([pointer, count = 0]) => [
        bdi(titleOf(dataset.name, pointer) ?? pointerWords(pointer, values.whole)),
        bdi(labels.get(dataset.name) ?? dataset.title),
        words.times(count),
      ]),
    );
  const replaced = counted(({ redactions }) => redactions);
  const dropped = counted(({ droppedFields }) => droppedFields);
  const nothing = withheld.length + excluded.length + replaced.length + dropped.length === 0;
  const notPortable = [...withheld, ...excluded].some(({ reason }) => reason.startsWith("not-portable"));
  return html`<section><h2 id="left-out">${words.heading}</h2>
${nothing && html`<p>${words.nothing}</p>`}
${
  withheld.length > 0 &&
  html`<h3>${words.fields}</h3>${table(
    words.fieldsCaption,
    words.fieldsHead,
    withheld.map(({ pointer, dataset, description, reason, basis }) => [
      html`${bdi(pointerWords(pointer, values.whole))} <span class="law">${words.inDataset(bdi(labels.get(dataset) ?? dataset))}</span>`,
      description !== undefined && bdi(description),
      html`${codes.leftOut[reason]}${lawMarkup(basis)}`,
    ]),
  )}`
}
${
  excluded.length > 0 &&
  html`<h3>${words.kinds}</h3>${table(
    words.kindsCaption,
    words.kindsHead,
    excluded.map(({ what, dataset, reason, basis, description, contact }) => [
      bdi(what),
      html`${codes.leftOut[reason]} ${description !== undefined && dataset === undefined && bdi(description)}${lawMarkup(basis)}`,
      contact !== undefined && contactLink(contact),
    ]),
  )}`
}
${notPortable && html`<p>${words.notPortable}</p>`}
${
  replaced.length > 0 &&
  html`<h3>${words.replaced}</h3>
<p>${words.replacedWords(html`<code>[redacted]</code>`)}</p>
${table(words.replacedCaption, words.replacedHead, replaced)}`
}
${
  dropped.length > 0 &&
  html`<h3>${words.dropped}</h3>
<p>${words.droppedWords(contactLink(controller.contact))}</p>
${table(words.droppedCaption, words.droppedHead, dropped)}`
}</section>`;
}
