import type { Manifest } from "../../model/generated/manifest.ts";
import { facts, lawMarkup, table } from "./blocks.ts";
import { bdi, contactLink, type Html, html, joined } from "./html.ts";
import type { Language } from "./language.ts";

export function recipientsSection({ recipients, categories }: Manifest, language: Language): Html {
  const { rights: words } = language.words;
  const rows = recipients.map(({ id, name, category, country, safeguard }) => {
    const received = categories.filter((each) => each.recipients.includes(id)).map(({ title }) => bdi(title));
    return [
      bdi(name),
      bdi(category),
      received.length > 0 && joined(received, ", "),
      country !== undefined && language.country(country),
      safeguard !== undefined && bdi(safeguard),
    ];
  });
  return html`<section><h2 id="recipients">${words.recipients}</h2>
${
  rows.length === 0
    ? html`<p>${words.noRecipients}</p>`
    : table(words.recipientsCaption, words.recipientsHead, rows, "recipients")
}</section>`;
}

export function rightsSection({ rights, complaint, controller }: Manifest, language: Language): Html {
  const { rights: words } = language.words;
  return html`<section><h2 id="rights">${words.heading}</h2>
${
  rights.length > 0 &&
  table(
    words.caption,
    words.head,
    rights.map(({ name, description, basis, how }) => [
      html`${bdi(name)}${lawMarkup(basis)}`,
      bdi(description),
      how !== undefined && bdi(how),
    ]),
  )
}
<p>${words.ask(contactLink(controller.contact))}</p>
${
  complaint !== undefined &&
  html`<h3 id="complaint">${words.complaint}</h3>
<p>${words.complain(bdi(complaint.authority), complaint.contact === undefined ? undefined : contactLink(complaint.contact))}</p>`
}</section>`;
}

export function decisionsSection({ automatedDecisions }: Manifest, language: Language): Html {
  const { rights: words } = language.words;
  return html`<section><h2 id="decisions">${words.decisions}</h2>
${automatedDecisions.length === 0 && html`<p>${words.noDecisions}</p>`}
${automatedDecisions.map(
  ({ name, logic, consequences }) =>
    html`<h3>${bdi(name)}</h3>${facts([
      [words.logic, bdi(logic)],
      [words.consequences, bdi(consequences)],
    ])}`,
)}</section>`;
}
