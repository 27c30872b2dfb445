import type { Manifest } from "../../model/generated/manifest.ts";
import { facts, lawMarkup, table } from "./blocks.ts";
import { countryWords } from "./countries.ts";
import { bdi, contactLink, type Html, html, joined } from "./html.ts";

export function recipientsSection({ recipients, categories }: Manifest): Html {
  const rows = recipients.map(({ id, name, category, country, safeguard }) => {
    const received = categories.filter((each) => each.recipients.includes(id)).map(({ title }) => bdi(title));
    return [
      bdi(name),
      bdi(category),
      received.length > 0 && joined(received, ", "),
      country !== undefined && countryWords(country),
      safeguard !== undefined && bdi(safeguard),
    ];
  });
  return html`<section><h2 id="recipients">Who receives your data</h2>
${
  rows.length === 0
    ? html`<p>We name no recipients outside our organisation.</p>`
    : table(
        "Everybody who receives some of your data",
        ["Name", "What they do", "Receives", "Country", "Safeguard"],
        rows,
        "recipients",
      )
}</section>`;
}

export function rightsSection({ rights, complaint, controller }: Manifest): Html {
  return html`<section><h2 id="rights">Your rights</h2>
${
  rights.length > 0 &&
  table(
    "Your rights and how to use them",
    ["Right", "What it means", "How to use it"],
    rights.map(({ name, description, basis, how }) => [
      html`${bdi(name)}${lawMarkup(basis)}`,
      description,
      how !== undefined && bdi(how),
    ]),
  )
}
<p>To use a right, or to ask anything about this copy: ${contactLink(controller.contact)}.</p>
${
  complaint !== undefined &&
  html`<h3 id="complaint">How to complain</h3>
<p>If you think that we treat your data wrongly, you may complain to ${bdi(complaint.authority)}${complaint.contact !== undefined && html`: ${contactLink(complaint.contact)}`}.</p>`
}</section>`;
}

export function decisionsSection({ automatedDecisions }: Manifest): Html {
  return html`<section><h2 id="decisions">Decisions made by a machine</h2>
${automatedDecisions.length === 0 && html`<p>We name no decision about you that a machine alone makes.</p>`}
${automatedDecisions.map(
  ({ name, logic, consequences }) =>
    html`<h3>${bdi(name)}</h3>${facts([
      ["How it is made", logic],
      ["What follows for you", consequences],
    ])}`,
)}</section>`;
}
