import type { Manifest } from "../../model/generated/manifest.ts";
import { isWhole } from "../../model/outcome.ts";
import { facts, reasonMarkup } from "./blocks.ts";
import type { Chapter } from "./chapters.ts";
import { dateWords, numberWords, timeWords } from "./figures.ts";
import { bdi, contactLink, type Html, html, joined } from "./html.ts";
import type { PageInput } from "./input.ts";
import { consistencyWords, identityWords, outcomeSentence, regulationWords, requestWords } from "./words.ts";

export function pageTitle({ controller }: Pick<Manifest, "controller">): string {
  return `Your data at ${controller.name}`;
}

export function header(manifest: Manifest): Html {
  const { controller, request, createdAt } = manifest;
  const asked = request.type === "access" ? "that we hold about you" : "that you may take with you to another service";
  return html`<header><div class="page">
<p class="eyebrow">A copy of your personal data</p>
<h1>Your data at ${bdi(controller.name)}</h1>
<p class="lead">On ${dateWords(request.receivedAt)} you asked ${bdi(controller.name)} for the personal data ${asked}. This is the answer,
made on ${dateWords(createdAt)}. This page shows what is in it, why we have it, and what you can do with it.</p>
</div></header>`;
}

/** So many other zips are named one by one; of more, the first and the last. */
const mostNames = 8;

/** The first thing on one zip of several: which one it is, and where the rest is. */
export function partNotice({ part }: Manifest, partName: PageInput["partName"]): Html | undefined {
  const { number, last, count } = part;
  if (number === 1 && last) return undefined;
  return html`<section class="part" aria-labelledby="part"><h2 id="part">This is part ${numberWords(number)}${count !== undefined && ` of ${numberWords(count)}`}</h2>
<p>Your copy comes as ${count === undefined ? "several" : numberWords(count)} zip files. Keep them together: only all of them are the whole copy. ${restWords(part, partName)}</p>
<p>This page lists everything that we copied, and says of each kind of record how many are in this zip file.</p></section>
`;
}

function restWords({ number, count = 0 }: Manifest["part"], partName: PageInput["partName"] = () => undefined): Html {
  const others = Array.from({ length: count }, (_, index) => index + 1).filter((each) => each !== number);
  const shown = others.length > mostNames ? [others[0], others.at(-1)] : others;
  const names = shown.map((each) => partName(each ?? 0));
  if (names.length === 0 || names.includes(undefined))
    return html`The rest is in the other zip files that you received.`;
  const codes = names.map((name) => html`<code>${name}</code>`);
  if (others.length > mostNames) return html`The rest is in the others of ${joined(codes, " to ")}.`;
  const [final, ...before] = codes.toReversed();
  return html`The rest is in ${before.length > 0 && html`${joined(before.toReversed(), ", ")} and `}${final}.`;
}

/** The first thing on a copy that is not whole: that it is not, what is missing, why, and what to do. */
export function partialWarning(manifest: Manifest, chapters: readonly Chapter[]): Html | undefined {
  const { completeness, controller, createdAt } = manifest;
  if (completeness === "complete") return undefined;
  const missing = chapters.flatMap(({ datasets }) => datasets.filter(({ dataset }) => !isWhole(dataset.outcome)));
  return html`<section class="warning" aria-labelledby="partial"><h2 id="partial">This copy is not complete</h2>
<p>Some of your data could not be copied on ${dateWords(createdAt)}${missing.length === 0 ? "." : ". This is missing, in part or as a whole:"}</p>
${
  missing.length > 0 &&
  html`<ul>${missing.map(
    ({ id, dataset, label }) =>
      html`<li><a href="#${id}">${label}</a>: ${outcomeSentence(dataset)}${dataset.reason !== undefined && html` ${reasonMarkup(dataset.reason)}`}</li>\n`,
  )}</ul>`
}
<p>You still have the right to all of it. Ask ${bdi(controller.name)} for the rest: ${contactLink(controller.contact)}.</p></section>`;
}

export function about(manifest: Manifest): Html {
  const { controller, request, subject, part, consistency, createdAt, bundleId } = manifest;
  const people: (readonly [string, Html | undefined])[] = [
    ["Organisation", bdi(controller.name)],
    ["Contact", contactLink(controller.contact)],
    ["Data protection officer", controller.dpo === undefined ? undefined : contactLink(controller.dpo)],
    ["Representative in the EU", controller.representative === undefined ? undefined : bdi(controller.representative)],
  ];
  return html`<section><h2 id="about">About this copy</h2>
<div class="cards">
<div><h3>Who answers</h3>${facts(people)}</div>
<div><h3>Your request</h3>${facts([
    ["You asked for", `${requestWords(request.type)}.`],
    ["Law", bdi(regulationWords(request.regulation))],
    ["Received", dateWords(request.receivedAt)],
    ["Answer due", dateWords(request.dueAt)],
    [
      "Extended until",
      request.extension !== undefined && html`${dateWords(request.extension.until)}. ${bdi(request.extension.reason)}`,
    ],
    ["Request number", html`<code>${request.id}</code>`],
  ])}</div>
<div><h3>This copy</h3>${facts([
    ["Your number with us", subject.id !== undefined && bdi(subject.id)],
    ...subject.identities.map(
      ({ identity_type, identity_value, identity_format = "raw" }) =>
        [
          bdi(identityWords(identity_type)),
          html`${bdi(identity_value)}${identity_format !== "raw" && html` (as ${identity_format})`}`,
        ] as const,
    ),
    ["Made", timeWords(createdAt)],
    ["Covers", `${scopeWords(manifest)} ${consistencyWords(consistency)}`],
    ["Part", partWords(part)],
    ["Number of this copy", html`<code>${bundleId.replace(/^urn:uuid:/, "")}</code>`],
  ])}</div>
</div></section>`;
}

function scopeWords({ portabilityScope }: Manifest): string {
  switch (portabilityScope) {
    case null:
      return "Everything, except what the page names as left out.";
    case "law":
      return "What you gave us and what was recorded of your use, where we rely on your consent or on a contract with you.";
    case "all-but-derived":
      return "What you gave us and what was recorded of your use, whatever allows us to use it.";
    default:
      throw new TypeError(`Unknown scope: ${portabilityScope satisfies never}`);
  }
}

function partWords({ number, last, count }: Manifest["part"]): string | undefined {
  if (number === 1 && last) return undefined;
  if (count !== undefined) return `Number ${numberWords(number)} of ${numberWords(count)} zip files.`;
  return `The copy comes as several zip files. This is number ${number}, ${last ? "the last one" : "and more follow"}.`;
}
