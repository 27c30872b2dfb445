import type { Manifest } from "../../model/generated/manifest.ts";
import { facts } from "./blocks.ts";
import type { Category, Chapter } from "./chapters.ts";
import { countryWords } from "./countries.ts";
import { datasetSection } from "./dataset-section.ts";
import { bdi, type Html, html, joined } from "./html.ts";
import { basisWords, originWords, retentionWords, termWords } from "./words.ts";

/** One category: the legal facts that its datasets share, then each dataset. */
export function chapterSection({ id, title, category, datasets }: Chapter, manifest: Manifest): Html {
  return html`<section class="chapter"><h2 id="${id}">${bdi(title)}</h2>
${category?.description !== undefined && html`<p class="lead">${category.description}</p>`}
${category !== undefined && categoryFacts(category, manifest)}
${datasets.length === 0 && html`<p>No records of this category are in this copy.</p>`}
${datasets.map((section) => datasetSection(section, manifest.part))}</section>
`;
}

function categoryFacts(category: Category, { recipients }: Manifest): Html {
  const { purposes, legalBasis, personalData, fides, origin, source, retention, portable } = category;
  const known = new Map(recipients.map((recipient) => [recipient.id, recipient]));
  const receivers = category.recipients.map((id) => {
    const recipient = known.get(id);
    return recipient === undefined ? bdi(id) : recipientMarkup(recipient);
  });
  const codes: (readonly [string, readonly string[]])[] = [
    ["Purposes", purposes],
    ["Legal basis", [legalBasis]],
    ["Personal data", personalData],
    ["Fideslang", fides],
  ];
  return html`<div class="panel">${facts([
    ["Why we use it", purposes.length > 0 && listed(purposes.map((purpose) => bdi(termWords(purpose))))],
    ["What allows us to", bdi(basisWords(legalBasis))],
    ["Where it came from", html`${originWords(origin)}.${source !== undefined && html` Source: ${bdi(source)}`}`],
    ["How long we keep it", bdi(retentionWords(retention))],
    [
      "Who receives it",
      receivers.length === 0 ? "Nobody outside our organisation that we name here." : listed(receivers),
    ],
    ["Kinds of personal data", personalData.length > 0 && joined(personalData.map(termWords), ", ")],
    [
      "Yours to take along",
      portable
        ? "Yes. You may take it to another service, in a form that programs can read."
        : "The right to take data along does not cover it. You may still have a copy.",
    ],
  ])}
<details class="codes"><summary>Codes for specialists<span class="hidden"> of ${category.title}</span></summary>${facts(
    codes.map(([name, list]) => [
      name,
      list.length > 0 &&
        joined(
          list.map((code) => html`<code>${code}</code>`),
          " ",
        ),
    ]),
  )}</details></div>`;
}

function recipientMarkup({ name, country, safeguard }: Manifest["recipients"][number]): Html {
  return html`${bdi(name)}${country !== undefined && html`, ${countryWords(country)}`}${safeguard !== undefined && html` (protected by: ${bdi(safeguard)})`}`;
}

/** One thing as it is, several as a list. */
function listed(parts: readonly Html[]): Html {
  return parts.length === 1 ? html`${parts}` : html`<ul>${parts.map((part) => html`<li>${part}</li>`)}</ul>`;
}
