import type { Manifest } from "../../model/generated/manifest.ts";
import type { JsonObject } from "../../model/json.ts";
import { datasetSection } from "./dataset-section.ts";
import { type Html, html } from "./html.ts";
import { style } from "./style.ts";
import {
  basisWords,
  countWords,
  dateWords,
  excludedWords,
  numberWords,
  originWords,
  outcomeWords,
  periodWords,
  pointerWords,
  retentionWords,
  termWords,
  withheldWords,
} from "./words.ts";

export interface PageInput {
  readonly manifest: Manifest;
  /** The datasets that have files, in the manifest's order. */
  readonly datasets: readonly PageDataset[];
}

export interface PageDataset {
  readonly name: string;
  readonly columns: readonly {
    readonly pointer: string;
    readonly title: string;
    readonly description?: string;
    readonly type: string;
  }[];
  /** The first records, as in the JSON file. */
  readonly preview: readonly JsonObject[];
}

/**
 * The page for the person: self-contained, no script, nothing loaded. It says first when the copy is not whole; then who answers, what
 * is held and why, what is not given, and their rights. Same input, same bytes.
 */
export function renderPage({ manifest, datasets }: PageInput): string {
  const { controller } = manifest;
  const title = `Your data at ${controller.name}`;
  const page = html`<!doctype html>
<html lang="en"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head><body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>${title}</h1>${introduction(manifest)}</header>
<main id="content">
${partialWarning(manifest)}
${overview(manifest)}
${manifest.categories.map((category) => categorySection(category, manifest, datasets))}
${notGiven(manifest)}
${recipientsSection(manifest)}
${rightsSection(manifest)}
${howTo()}
</main>
<footer><p>Made on ${dateWords(manifest.createdAt)} by ${manifest.generator.name} ${manifest.generator.version}. Bundle <code>${manifest.bundleId}</code>.</p></footer>
</body></html>
`;
  return page.markup;
}

function facts(rows: readonly (readonly [string, Html | string | undefined])[]): Html {
  return html`<dl class="facts">${rows.map(([name, content]) => content !== undefined && html`<dt>${name}</dt><dd>${content}</dd>`)}</dl>`;
}

function table(caption: string, head: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(([first = "", ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

function introduction({ request, controller, subject, createdAt }: Manifest): Html {
  const asked =
    request.type === "access"
      ? "a copy of everything that is held about you"
      : "a copy of the data that you may take to another service";
  return html`<p class="lead">You asked for ${asked}. This is the answer, made on ${dateWords(createdAt)}.</p>
${facts([
  ["Who answers", html`${controller.name}, ${controller.contact}`],
  ["Data protection officer", controller.dpo],
  ["Representative", controller.representative],
  ["About", html`<bdi>${subject.id}</bdi>`],
  ...subject.identities.map(
    ({ identity_type, identity_value }) => [`Known by ${identity_type}`, html`<bdi>${identity_value}</bdi>`] as const,
  ),
  [
    "Request",
    html`<code>${request.id}</code>, received on ${dateWords(request.receivedAt)}, due by ${dateWords(request.extension?.until ?? request.dueAt)}`,
  ],
  ["Extended", request.extension?.reason],
])}`;
}

function partialWarning({ completeness, datasets }: Manifest): Html | undefined {
  if (completeness === "complete") return undefined;
  const missing = datasets.filter(({ outcome }) => outcome === "partial" || outcome === "failed");
  return html`<section class="warning" aria-labelledby="partial"><h2 id="partial">This copy is not complete</h2>
<p>Something could not be read when it was made. Ask again, or contact the organisation named above.</p>
<ul>${missing.map((dataset) => html`<li><strong>${dataset.title}</strong>: ${outcomeWords(dataset)}${dataset.reason !== undefined && html` (${dataset.reason})`}</li>`)}</ul></section>`;
}

function overview({ datasets, categories }: Manifest): Html {
  const records = datasets.reduce((sum, dataset) => sum + dataset.records.written + dataset.records.quarantined, 0);
  const held = datasets.filter((dataset) => dataset.records.written > 0).length;
  return html`<h2 id="overview">What is in here</h2>
<p>${countWords(records, "record")} of ${countWords(held, "kind")}, in ${countWords(categories.length, "category", "categories")}.</p>
${table(
  "Everything in this copy",
  ["What", "Records", "State", "Period"],
  datasets.map((dataset) => [
    dataset.files.length > 0 || categories.some(({ id }) => id === dataset.category)
      ? html`<a href="${`#${dataset.name}`}">${dataset.title}</a>`
      : dataset.title,
    html`<span class="number">${numberWords(dataset.records.written)}</span>`,
    outcomeWords(dataset),
    dataset.period === undefined ? "–" : periodWords(dataset.period),
  ]),
)}`;
}

function categorySection(
  category: Manifest["categories"][number],
  manifest: Manifest,
  datasets: readonly PageDataset[],
): Html {
  const names = new Map(manifest.recipients.map((recipient) => [recipient.id, recipient]));
  const receivers = category.recipients.map((id) => names.get(id)?.name ?? id);
  return html`<section aria-labelledby="${`category-${category.id}`}"><h2 id="${`category-${category.id}`}">${category.title}</h2>
${category.description !== undefined && html`<p>${category.description}</p>`}
${facts([
  ["Why it is used", category.purposes.map(termWords).join(", ")],
  ["On what basis", `${basisWords(category.legalBasis)} (${category.legalBasis})`],
  [
    "Where it comes from",
    category.source === undefined
      ? originWords(category.origin)
      : `${originWords(category.origin)}; source: ${category.source}`,
  ],
  ["How long it is kept", retentionWords(category.retention)],
  ["Who receives it", receivers.length === 0 ? "Nobody else" : receivers.join(", ")],
  ["Kinds of data", category.personalData.length === 0 ? undefined : category.personalData.map(termWords).join(", ")],
  ["Yours to take along", category.portable ? "Yes: you may take it to another service (GDPR 20)" : "Not by law"],
])}
${manifest.datasets
  .filter((dataset) => dataset.category === category.id)
  .map((dataset) =>
    datasetSection(
      dataset,
      datasets.find(({ name }) => name === dataset.name),
    ),
  )}
</section>`;
}

function notGiven({ withheld, excluded, datasets }: Manifest): Html {
  const titles = new Map(datasets.map(({ name, title }) => [name, title]));
  const replaced = datasets.flatMap(({ title, redactions }) =>
    Object.entries(redactions).map(([pointer, count]) => [title, pointerWords(pointer), countWords(count, "time")]),
  );
  return html`<h2 id="not-given">What is not in here, and why</h2>
${withheld.length === 0 && excluded.length === 0 && replaced.length === 0 && html`<p>Nothing was held back.</p>`}
${
  withheld.length > 0 &&
  table(
    "Fields that are held and not given",
    ["In", "Field", "Why", "What it is"],
    withheld.map((field) => [
      titles.get(field.dataset) ?? field.dataset,
      pointerWords(field.pointer),
      `${withheldWords(field.reason)}${field.basis === undefined ? "" : ` (${field.basis})`}`,
      field.description ?? "–",
    ]),
  )
}
${
  excluded.length > 0 &&
  table(
    "What was left out",
    ["What", "Why", "Explanation", "Whom to ask"],
    excluded.map((each) => [
      each.what,
      `${excludedWords(each.reason)}${each.basis === undefined ? "" : ` (${each.basis})`}`,
      each.description ?? "–",
      each.contact ?? "–",
    ]),
  )
}
${replaced.length > 0 && html`<p>Names and identifiers of other people were replaced, to protect them.</p>${table("Replaced to protect other people", ["In", "Field", "How often"], replaced)}`}`;
}

function recipientsSection({ recipients }: Manifest): Html | undefined {
  if (recipients.length === 0) return undefined;
  return html`<h2 id="recipients">Who receives your data</h2>${table(
    "Recipients",
    ["Name", "What they do", "Country", "Safeguard"],
    recipients.map(({ name, category, country = "–", safeguard = "–" }) => [name, category, country, safeguard]),
  )}`;
}

function rightsSection({ rights, complaint, automatedDecisions }: Manifest): Html {
  return html`<h2 id="rights">Your rights</h2>
${facts(rights.map(({ name, description, how, basis }) => [name, html`${description}${how !== undefined && html` ${how}`}${basis !== undefined && html` <span class="none">(${basis})</span>`}`] as const))}
${complaint !== undefined && html`<h3>How to complain</h3><p>You may complain to ${complaint.authority}${complaint.contact !== undefined && html`, ${complaint.contact}`}.</p>`}
${automatedDecisions.length > 0 && html`<h3>Decisions made by a machine</h3>${facts(automatedDecisions.map(({ name, logic, consequences }) => [name, html`${logic} ${consequences}`] as const))}`}`;
}

function howTo(): Html {
  return html`<h2 id="files">How to use the files</h2>
${facts([
  [
    "CSV files",
    "For spreadsheets. Some texts begin with an extra ' so that a spreadsheet does not run them as a formula.",
  ],
  ["JSON files", "For other services and programs: the same records, one per line."],
  ["schemas/", "What each field of the JSON files means, for programs."],
  ["datapackage.json", "Describes the CSV files for data tools (Frictionless Data Package)."],
  ["manifest.json", "All facts of this page, for programs."],
  ["Check the copy", html`<code>sha256sum -c SHA256SUMS</code> in this folder shows whether any file was changed.`],
])}`;
}
