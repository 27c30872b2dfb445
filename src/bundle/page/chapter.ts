import type { Manifest } from "../../model/generated/manifest.ts";
import { facts } from "./blocks.ts";
import type { Category, Chapter } from "./chapters.ts";
import { datasetSection } from "./dataset-section.ts";
import { bdi, type Html, html, joined } from "./html.ts";
import type { Language } from "./language.ts";

/** One category: the legal facts that its datasets share, then each dataset. */
export function chapterSection(
  { id, title, category, datasets }: Chapter,
  manifest: Manifest,
  language: Language,
): Html {
  return html`<section class="chapter"><h2 id="${id}">${bdi(title)}</h2>
${category?.description !== undefined && html`<p class="lead" dir="auto">${category.description}</p>`}
${category !== undefined && categoryFacts(category, manifest, language)}
${datasets.length === 0 && html`<p>${language.words.category.none}</p>`}
${datasets.map((section) => datasetSection(section, manifest.part, language))}</section>
`;
}

function categoryFacts(category: Category, { recipients }: Manifest, language: Language): Html {
  const { purposes, legalBasis, personalData, fides, origin, source, retention, portable } = category;
  const { category: words, codes } = language.words;
  const known = new Map(recipients.map((recipient) => [recipient.id, recipient]));
  const receivers = category.recipients.map((id) => {
    const recipient = known.get(id);
    return recipient === undefined ? bdi(id) : recipientMarkup(recipient, language);
  });
  const lists = [purposes, [legalBasis], personalData, fides];
  return html`<div class="panel">${facts([
    [words.why, purposes.length > 0 && listed(purposes.map((purpose) => bdi(language.term(purpose))))],
    [words.basis, bdi(language.basis(legalBasis))],
    [words.origin, html`${codes.origins[origin]}.${source !== undefined && words.source(bdi(source))}`],
    [words.retention, bdi(language.retention(retention))],
    [words.recipients, receivers.length === 0 ? words.nobody : listed(receivers)],
    [words.kinds, personalData.length > 0 && joined(personalData.map(language.term), ", ")],
    [words.portable, portable ? words.isPortable : words.notPortable],
  ])}
<details class="codes"><summary>${words.codes}<span class="hidden">${words.ofTitle(category.title)}</span></summary>${facts(
    lists.map((list, index) => [
      words.codeNames[index],
      list.length > 0 &&
        joined(
          list.map((code) => html`<code>${code}</code>`),
          " ",
        ),
    ]),
  )}</details></div>`;
}

function recipientMarkup({ name, country, safeguard }: Manifest["recipients"][number], language: Language): Html {
  const guarded = safeguard !== undefined && language.words.category.safeguard(bdi(safeguard));
  return html`${bdi(name)}${country !== undefined && html`, ${language.country(country)}`}${guarded}`;
}

/** One thing as it is, several as a list. */
function listed(parts: readonly Html[]): Html {
  return parts.length === 1 ? html`${parts}` : html`<ul>${parts.map((part) => html`<li>${part}</li>`)}</ul>`;
}
