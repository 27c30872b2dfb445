import type { Codes, Formats } from "../formats.ts";
import { count, number } from "./counting.ts";

/** How numbers, dates and sizes are written, and what the codes of the manifest say. */
export const codeWords = {
  formats: {
    number,
    decimal: ".",
    months: "January|February|March|April|May|June|July|August|September|October|November|December".split("|"),
    shortMonths: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec".split("|"),
    day: (day: number, month: string, year: string) => `${day} ${month} ${year}`,
    shortDay: (day: number, month: string, year: string) => `${day} ${month} ${year}`,
    bytes: (value: number) => count(value, "byte"),
    sizes: ["kB", "MB", "GB", "TB"],
    span: (from: string, to: string) => `${from} to ${to}`,
    durations: {
      Y: (value: number) => count(value, "year"),
      M: (value: number) => count(value, "month"),
      W: (value: number) => count(value, "week"),
      D: (value: number) => count(value, "day"),
      H: (value: number) => count(value, "hour"),
      m: (value: number) => count(value, "minute"),
      S: (value: number) => count(value, "second"),
    },
  } satisfies Formats as Formats,

  codes: {
    requests: {
      access: "A copy of the personal data we hold about you (right of access)",
      portability: "The personal data that you may take to another service (right to data portability)",
    },
    regulations: {
      gdpr: "General Data Protection Regulation (GDPR)",
      ccpa: "California Consumer Privacy Act (CCPA)",
    },
    consistencies: {
      snapshot: "All of it shows one moment.",
      "per-dataset": "Each kind of record shows one moment of its own.",
      none: "Records may have changed while they were copied.",
    },
    scopes: {
      all: "Everything, except what the page names as left out.",
      law: "What you gave us and what was recorded of your use, where we rely on your consent or on a contract with you.",
      "all-but-derived": "What you gave us and what was recorded of your use, whatever allows us to use it.",
    },
    bases: {
      "6-1-a": "You agreed to it (consent)",
      "6-1-b": "We need it for our contract with you",
      "6-1-c": "A law obliges us to",
      "6-1-d": "It protects somebody's life (vital interests)",
      "6-1-e": "It serves a task in the public interest",
      "6-1-f": "It rests on a legitimate interest of ours",
      "9-2-a": "You agreed to it explicitly (consent to sensitive data)",
      "9-2-b": "The law on work and social security calls for it",
      "9-2-c": "It protects somebody's life (vital interests)",
      "9-2-d": "You are a member of, or in touch with, our non-profit organisation",
      "9-2-e": "You made it public yourself",
      "9-2-f": "It is needed for a legal claim",
      "9-2-g": "It serves a substantial public interest that a law names",
      "9-2-h": "It is needed for health or social care",
      "9-2-i": "It serves public health",
      "9-2-j": "It serves archives, research or statistics",
    },
    origins: {
      provided: "You gave it to us",
      observed: "It was recorded while you used our service",
      derived: "We worked it out from other data about you",
      inferred: "We concluded it from other data about you, so it may be wrong",
    },
    outcomes: {
      complete: "Complete",
      empty: "Nothing held",
      partial: "Not complete",
      failed: "Missing",
      excluded: "Left out",
      notApplicable: "Does not apply",
    },
    leftOut: {
      secret: "We hold it to keep your account safe and never give it out: whoever had it could act in your name.",
      "third-party-rights": "It is about other people, whose rights count as well.",
      "not-portable-basis":
        "The right to take data along covers only what we use with your consent or for a contract with you.",
      "not-portable-origin":
        "The right to take data along covers only what you gave us or what was recorded of your use.",
      processor: "We only store it for somebody else, who decides about it.",
      declared: "We left it out on purpose.",
    },
    identities: { email: "Email address", phone: "Phone number", controller_customer_id: "Customer number" },
    types: {
      string: "text",
      integer: "whole number",
      number: "number",
      boolean: "yes or no",
      json: "list or group",
    },
  } satisfies Codes as Codes,

  article: (article: string, paragraph: string, letter: string) => `GDPR, Article ${article}(${paragraph})(${letter})`,
};

export type CodeWords = typeof codeWords;
