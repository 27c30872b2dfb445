import type { Manifest } from "../../model/generated/manifest.ts";

/** The page's plain English. It says the same on every machine: no locale data of the system is used. */

type Category = Manifest["categories"][number];
type Dataset = Manifest["datasets"][number];

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `2026-11-24T09:00:00.000Z` → `24 November 2026`. */
export function dateWords(instant: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(instant);
  return match === null ? instant : `${Number(match[3])} ${months[Number(match[2]) - 1] ?? match[2]} ${match[1]}`;
}

/** The time that records cover, in days. */
export function periodWords({ from, to }: { readonly from: string; readonly to: string }): string {
  const [first, last] = [dateWords(from), dateWords(to)];
  return first === last ? first : `${first} to ${last}`;
}

/** `1234567` → `1,234,567`. */
export function numberWords(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${numberWords(count)} ${count === 1 ? one : many}`;
}

export function sizeWords(bytes: number): string {
  if (bytes < 1024) return countWords(bytes, "byte");
  const units = ["KB", "MB", "GB", "TB"];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** `P1Y6M` → `1 year, 6 months`. */
export function durationWords(duration: string): string {
  const [date = "", time = ""] = duration.replace(/^P/, "").split("T");
  const names: Record<string, string> = { Y: "year", M: "month", W: "week", D: "day" };
  const clock: Record<string, string> = { H: "hour", M: "minute", S: "second" };
  const parts = (text: string, units: Record<string, string>) =>
    [...text.matchAll(/(\d+)([A-Z])/g)].map(([, count, unit]) => countWords(Number(count), units[unit ?? ""] ?? ""));
  return [...parts(date, names), ...parts(time, clock)].join(", ");
}

export function retentionWords({ duration, criteria }: Category["retention"]): string {
  const length = duration === undefined ? undefined : durationWords(duration);
  return [length, criteria].filter((part) => part !== undefined).join("; ");
}

const bases: Readonly<Record<string, string>> = {
  "A6-1-a": "You agreed to it (consent)",
  "A6-1-b": "It is needed for our contract with you",
  "A6-1-c": "A law obliges us to",
  "A6-1-d": "It protects somebody's life",
  "A6-1-e": "It is a task in the public interest",
  "A6-1-f": "It rests on a legitimate interest of ours",
  "A9-2-a": "You agreed to it explicitly (consent)",
};

export function basisWords(legalBasis: string): string {
  return bases[legalBasis.replace(/^.*[:#]/, "")] ?? legalBasis;
}

/** `dpv:PaymentManagement` → `Payment management`. */
export function termWords(iri: string): string {
  const words = iri
    .replace(/^.*[:#/]/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function originWords(origin: Category["origin"]): string {
  switch (origin) {
    case "provided":
      return "You gave it to us";
    case "observed":
      return "It was recorded while you used the service";
    case "derived":
      return "It was worked out from other data";
    case "inferred":
      return "It was inferred from other data";
    default:
      throw new TypeError(`Unknown origin: ${origin satisfies never}`);
  }
}

export function outcomeWords({ outcome, records }: Pick<Dataset, "outcome" | "records">): string {
  switch (outcome) {
    case "complete":
      return "Complete";
    case "empty":
      return "Nothing is held";
    case "partial":
      return `Not complete: ${countWords(records.written, "record")} are here`;
    case "failed":
      return "Could not be read";
    case "excluded":
      return "Left out";
    case "notApplicable":
      return "Does not concern you";
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

export function withheldWords(reason: Manifest["withheld"][number]["reason"]): string {
  switch (reason) {
    case "secret":
      return "Held for security, and never given out";
    case "third-party-rights":
      return "It concerns other people";
    case "not-portable-basis":
      return "Not part of a portability request: it rests neither on consent nor on a contract";
    case "not-portable-origin":
      return "Not part of a portability request: it was worked out, not given by you or recorded of you";
    case "declared":
      return "Held back for the reason given";
    default:
      throw new TypeError(`Unknown reason: ${reason satisfies never}`);
  }
}

export function excludedWords(reason: Manifest["excluded"][number]["reason"]): string {
  return reason === "processor" ? "We hold it on behalf of somebody else, who decides about it" : withheldWords(reason);
}

/** `/billingAddress/city` → `billingAddress › city`. */
export function pointerWords(pointer: string): string {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => (step === "*" ? "each" : step.replaceAll("~1", "/").replaceAll("~0", "~"))).join(" › ");
}
