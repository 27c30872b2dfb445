import type { Manifest } from "../../model/generated/manifest.ts";
import { facts } from "./blocks.ts";
import { bdi, contactLink, type Html, html } from "./html.ts";
import type { Language } from "./language.ts";

/** Who answers, what was asked, and which copy this is. */
export function about(manifest: Manifest, language: Language): Html {
  const { controller, request, subject, part, consistency, portabilityScope, createdAt, bundleId } = manifest;
  const { about: words, codes } = language.words;
  return html`<section><h2 id="about">${words.heading}</h2>
<div class="cards">
<div><h3>${words.who}</h3>${facts([
    [words.organisation, bdi(controller.name)],
    [words.contact, contactLink(controller.contact)],
    [words.dpo, controller.dpo === undefined ? undefined : contactLink(controller.dpo)],
    [words.representative, controller.representative === undefined ? undefined : bdi(controller.representative)],
  ])}</div>
<div><h3>${words.request}</h3>${facts([
    [words.asked, `${codes.requests[request.type]}.`],
    [words.law, bdi(language.regulation(request.regulation))],
    [words.received, language.date(request.receivedAt)],
    [words.due, language.date(request.dueAt)],
    [
      words.extended,
      request.extension !== undefined &&
        html`${language.date(request.extension.until)}. ${bdi(request.extension.reason)}`,
    ],
    [words.requestNumber, html`<code>${request.id}</code>`],
  ])}</div>
<div><h3>${words.copy}</h3>${facts([
    [words.number, subject.id !== undefined && bdi(subject.id)],
    ...subject.identities.map(
      ({ identity_type, identity_value, identity_format = "raw" }) =>
        [
          bdi(language.identity(identity_type)),
          html`${bdi(identity_value)}${identity_format !== "raw" && words.as(identity_format)}`,
        ] as const,
    ),
    [words.made, language.time(createdAt)],
    [words.covers, `${codes.scopes[portabilityScope ?? "all"]} ${codes.consistencies[consistency]}`],
    [words.part, partWords(part, language)],
    [words.copyNumber, html`<code>${bundleId.replace(/^urn:uuid:/, "")}</code>`],
  ])}</div>
</div></section>`;
}

function partWords({ number, last, count }: Manifest["part"], { words: { part } }: Language): string | undefined {
  if (number === 1 && last) return undefined;
  return count === undefined ? part.ofSeveral(number, last) : part.of(number, count);
}
