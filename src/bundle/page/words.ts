import type { Manifest } from "../../model/generated/manifest.ts";
import { pointerKeys } from "../../model/json.ts";
import { countWords, durationWords, numberWords } from "./figures.ts";

/** What the codes of the manifest say in plain English, in the voice of the organisation: "we". */

type Category = Manifest["categories"][number];
type Dataset = Manifest["datasets"][number];

export function requestWords(type: Manifest["request"]["type"]): string {
  switch (type) {
    case "access":
      return "A copy of the personal data we hold about you (right of access)";
    case "portability":
      return "The personal data that you may take to another service (right to data portability)";
    default:
      throw new TypeError(`Unknown type of request: ${type satisfies never}`);
  }
}

const regulations: Readonly<Record<string, string>> = {
  gdpr: "General Data Protection Regulation (GDPR)",
  ccpa: "California Consumer Privacy Act (CCPA)",
};

export function regulationWords(regulation: string): string {
  return regulations[regulation.toLowerCase().replace(/^eu-/, "")] ?? regulation;
}

export function consistencyWords(consistency: Manifest["consistency"]): string {
  switch (consistency) {
    case "snapshot":
      return "All of it shows one moment.";
    case "per-dataset":
      return "Each kind of record shows one moment of its own.";
    case "none":
      return "Records may have changed while they were copied.";
    default:
      throw new TypeError(`Unknown consistency: ${consistency satisfies never}`);
  }
}

const articles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "6-1": {
    a: "You agreed to it (consent)",
    b: "We need it for our contract with you",
    c: "A law obliges us to",
    d: "It protects somebody's life (vital interests)",
    e: "It serves a task in the public interest",
    f: "It rests on a legitimate interest of ours",
  },
  "9-2": {
    a: "You agreed to it explicitly (consent to sensitive data)",
    b: "The law on work and social security calls for it",
    c: "It protects somebody's life (vital interests)",
    d: "You are a member of, or in touch with, our non-profit organisation",
    e: "You made it public yourself",
    f: "It is needed for a legal claim",
    g: "It serves a substantial public interest that a law names",
    h: "It is needed for health or social care",
    i: "It serves public health",
    j: "It serves archives, research or statistics",
  },
};

/** `eu-gdpr:A6-1-b` → `We need it for our contract with you (GDPR, Article 6(1)(b))`; an unknown basis stays as it is. */
export function basisWords(legalBasis: string): string {
  const [, article, paragraph, letter = ""] = /[:#]A([69])-([12])-([a-j])(?:-|$)/.exec(legalBasis) ?? [];
  const words = articles[`${article}-${paragraph}`]?.[letter];
  return words === undefined ? legalBasis : `${words} (GDPR, Article ${article}(${paragraph})(${letter}))`;
}

/** `dpv:PaymentManagement` → `Payment management`, `pd:IPAddress` → `IP address`. */
export function termWords(iri: string): string {
  const local = iri.replace(/^.*[:#/]/, "") || iri;
  return local === "UID" ? "Unique identifier" : nameWords(local);
}

const acronyms = new Map(["id", "ip", "url", "vat", "iban", "api"].map((word) => [word, word.toUpperCase()]));

/** A name that a program gave, as words: `unitPrice` → `Unit price`, `ip_address` → `IP address`. Other texts stay as they are. */
export function nameWords(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return name;
  const words = name.replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3 $2$4").split(/[\s_]+/);
  const text = words
    .map((word) => (/^[A-Z0-9]{2,}s?$/.test(word) ? word : (acronyms.get(word.toLowerCase()) ?? word.toLowerCase())))
    .join(" ")
    .trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `/billingAddress/postalCode` → `Billing address › Postal code`; `*`, which stands for every element, says nothing. */
export function pointerWords(pointer: string): string {
  const keys = (pointerKeys(pointer) ?? [pointer]).filter((key) => key !== "*");
  return keys.length === 0 ? "The whole record" : keys.map(nameWords).join(" › ");
}

export function originWords(origin: Category["origin"]): string {
  switch (origin) {
    case "provided":
      return "You gave it to us";
    case "observed":
      return "It was recorded while you used our service";
    case "derived":
      return "We worked it out from other data about you";
    case "inferred":
      return "We concluded it from other data about you, so it may be wrong";
    default:
      throw new TypeError(`Unknown origin: ${origin satisfies never}`);
  }
}

export function retentionWords({ duration, criteria }: Category["retention"]): string {
  return [duration === undefined ? undefined : durationWords(duration), criteria]
    .filter((part) => part !== undefined)
    .join(". ");
}

/** The outcome in one or two words, for a table. */
export function outcomeWords(outcome: Dataset["outcome"]): string {
  switch (outcome) {
    case "complete":
      return "Complete";
    case "empty":
      return "Nothing held";
    case "partial":
      return "Not complete";
    case "failed":
      return "Missing";
    case "excluded":
      return "Left out";
    case "notApplicable":
      return "Does not apply";
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

/** The outcome in a sentence. */
export function outcomeSentence({ outcome, records: { written, expected } }: Dataset): string {
  switch (outcome) {
    case "complete":
      return `All ${countWords(written, "record")} of this kind ${written === 1 ? "is" : "are"} in this copy.`
        .replace("All 1 record of", "The one record of")
        .replace("All 0 records of this kind are", "No record of this kind is");
    case "empty":
      return "We hold no records of this kind about you.";
    case "partial":
      return expected !== null && expected > written
        ? `Only ${numberWords(written)} of ${countWords(expected, "record")} are in this copy.`
        : `${countWords(written, "record")} ${written === 1 ? "is" : "are"} in this copy, and some are missing.`;
    case "failed":
      return "None of these records could be read, so none are in this copy.";
    case "excluded":
      return "We left these records out on purpose.";
    case "notApplicable":
      return "This kind of record does not concern you.";
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

type LeftOutReason = Manifest["withheld"][number]["reason"] | Manifest["excluded"][number]["reason"];

/** Why a field, a dataset or a category is not given. */
export function leftOutWords(reason: LeftOutReason): string {
  switch (reason) {
    case "secret":
      return "We hold it to keep your account safe and never give it out: whoever had it could act in your name.";
    case "third-party-rights":
      return "It is about other people, whose rights count as well.";
    case "not-portable-basis":
      return "The right to take data along covers only what we use with your consent or for a contract with you.";
    case "not-portable-origin":
      return "The right to take data along covers only what you gave us or what was recorded of your use.";
    case "processor":
      return "We only store it for somebody else, who decides about it.";
    case "declared":
      return "We left it out on purpose.";
    default:
      throw new TypeError(`Unknown reason: ${reason satisfies never}`);
  }
}

const identities: Readonly<Record<string, string>> = {
  email: "Email address",
  phone: "Phone number",
  controller_customer_id: "Customer number",
};

/** A kind of identity, in OpenDSR's names. */
export function identityWords(type: string): string {
  return identities[type] ?? nameWords(type);
}
