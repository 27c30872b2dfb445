import type { Manifest } from "../../model/generated/manifest.ts";
import { lawMarkup, table } from "./blocks.ts";
import type { Chapter } from "./chapters.ts";
import { countWords } from "./figures.ts";
import { bdi, contactLink, type Html, html } from "./html.ts";
import { leftOutWords, pointerWords } from "./words.ts";

/** Fields that are held and not given, what was left out, what was replaced, what was dropped: nothing is missing silently. */
export function leftOut({ withheld, excluded, datasets, controller }: Manifest, chapters: readonly Chapter[]): Html {
  const sections = chapters.flatMap((chapter) => chapter.datasets);
  const labels = new Map(sections.map(({ dataset, label }) => [dataset.name, label]));
  const titleOf = (name: string, pointer: string) =>
    sections.find(({ dataset }) => dataset.name === name)?.shown?.columns.find((column) => column.pointer === pointer)
      ?.title;
  const counted = (facts: (dataset: Manifest["datasets"][number]) => Record<string, number | undefined>) =>
    datasets.flatMap((dataset) =>
      Object.entries(facts(dataset)).map(([pointer, count = 0]) => [
        bdi(titleOf(dataset.name, pointer) ?? pointerWords(pointer)),
        bdi(labels.get(dataset.name) ?? dataset.title),
        countWords(count, "time"),
      ]),
    );
  const replaced = counted(({ redactions }) => redactions);
  const dropped = counted(({ droppedFields }) => droppedFields);
  const nothing = withheld.length + excluded.length + replaced.length + dropped.length === 0;
  const notPortable = [...withheld, ...excluded].some(({ reason }) => reason.startsWith("not-portable"));
  return html`<section><h2 id="left-out">What is not in here, and why</h2>
${nothing && html`<p>Nothing was left out on purpose.</p>`}
${
  withheld.length > 0 &&
  html`<h3>Fields we hold and do not give out</h3>${table(
    "Fields that are held and not given",
    ["Field", "What it is", "Why it is not given"],
    withheld.map(({ pointer, dataset, description, reason, basis }) => [
      html`${bdi(pointerWords(pointer))} <span class="law">in ${bdi(labels.get(dataset) ?? dataset)}</span>`,
      description !== undefined && bdi(description),
      html`${leftOutWords(reason)}${lawMarkup(basis)}`,
    ]),
  )}`
}
${
  excluded.length > 0 &&
  html`<h3>Kinds of data we left out</h3>${table(
    "Data that was left out",
    ["What", "Why it is left out", "Whom to ask instead"],
    excluded.map(({ what, reason, basis, description, contact }) => [
      bdi(what),
      html`${leftOutWords(reason)} ${description !== undefined && bdi(description)}${lawMarkup(basis)}`,
      contact !== undefined && contactLink(contact),
    ]),
  )}`
}
${notPortable && html`<p>You may still see what the right to take data along does not cover: ask us for a copy of all your data (right of access).</p>`}
${
  replaced.length > 0 &&
  html`<h3>Details about other people</h3>
<p>Names and keys of other people are replaced in your records, to protect them: with <code>[redacted]</code>, or with a stand-in name that is the
same for the same person throughout this copy.</p>
${table("Fields that were replaced to protect other people", ["Field", "Belongs to", "Replaced"], replaced)}`
}
${
  dropped.length > 0 &&
  html`<h3>Fields without a description</h3>
<p>Our systems hold these fields too. What they say is not described, so that they were not copied. Ask us about them: ${contactLink(controller.contact)}.</p>
${table("Fields that were not copied", ["Field", "Belongs to", "Not copied"], dropped)}`
}</section>`;
}
