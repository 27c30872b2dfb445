import { type Html, html } from "../html.ts";
import { type Codes, type Formats, grouped, inRow } from "./formats.ts";

const number = (value: number) => grouped(value, ",");
const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
const isOrAre = (value: number) => (value === 1 ? "is" : "are");

/** What the page says of itself in plain English, in the voice of the organisation: "we". The other languages have the same words. */
export const en = {
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

  frame: {
    title: (name: string) => `Your data at ${name}`,
    heading: (name: Html) => html`Your data at ${name}`,
    eyebrow: "A copy of your personal data",
    lead: (name: Html, received: string, made: string, isAccess: boolean) =>
      html`On ${received} you asked ${name} for the personal data ${isAccess ? "that we hold about you" : "that you may take with you to another service"}. This is the answer,
made on ${made}. This page shows what is in it, why we have it, and what you can do with it.`,
    skip: "Skip to the content",
    contents: "On this page",
    made: (time: string, program: Html) => html`Made on ${time} by ${program}.`,
    copy: (id: Html, version: string) => html`Copy ${id}, format version ${version}. Times on this page are in UTC.`,
    top: "Back to the top",
    others: "Other records",
  },

  part: {
    heading: (part: number, of?: number) =>
      `This is part ${number(part)}${of === undefined ? "" : ` of ${number(of)}`}`,
    keep: (files?: number) =>
      `Your copy comes as ${files === undefined ? "several" : number(files)} zip files. Keep them together: only all of them are the whole copy.`,
    restUnnamed: "The rest is in the other zip files that you received.",
    restBetween: (first: Html, last: Html) => html`The rest is in the others of ${first} to ${last}.`,
    rest: (names: readonly Html[]) => html`The rest is in ${inRow(names, " and ")}.`,
    lists: "This page lists everything that we copied, and says of each kind of record how many are in this zip file.",
    of: (part: number, of: number) => `Number ${number(part)} of ${number(of)} zip files.`,
    ofSeveral: (part: number, last: boolean) =>
      `The copy comes as several zip files. This is number ${number(part)}, ${last ? "the last one" : "and more follow"}.`,
    here: (here: number, all: number) => {
      if (here === all) return all === 1 ? "It is in this zip file." : `All ${number(all)} are in this zip file.`;
      if (here === 0) return `None of them ${isOrAre(all)} in this zip file: look in the other parts.`;
      return `${number(here)} of them ${isOrAre(here)} in this zip file, the others in the other parts.`;
    },
  },

  warning: {
    heading: "This copy is not complete",
    missing: (date: string, isListed: boolean) =>
      `Some of your data could not be copied on ${date}${isListed ? ". This is missing, in part or as a whole:" : "."}`,
    ask: (name: Html, contact: Html) =>
      html`You still have the right to all of it. Ask ${name} for the rest: ${contact}.`,
    counted: (expected: number, written: number) =>
      `Our system counted ${count(expected, "record")} and gave ${number(written)}.`,
    files: "Some of the files that belong to these records could not be read.",
    stopped: "Reading stopped before the end.",
    failed: "Reading did not succeed.",
  },

  about: {
    heading: "About this copy",
    who: "Who answers",
    organisation: "Organisation",
    contact: "Contact",
    dpo: "Data protection officer",
    representative: "Representative in the EU",
    request: "Your request",
    asked: "You asked for",
    law: "Law",
    received: "Received",
    due: "Answer due",
    extended: "Extended until",
    requestNumber: "Request number",
    copy: "This copy",
    number: "Your number with us",
    as: (format: string) => ` (as ${format})`,
    made: "Made",
    covers: "Covers",
    part: "Part",
    copyNumber: "Number of this copy",
  },

  overview: {
    heading: "What is in here",
    records: (value: number): string => (value === 1 ? "record about you" : "records about you"),
    kinds: (value: number): string => (value === 1 ? "kind of record" : "kinds of record"),
    files: (value: number, isPart: boolean, size: string) =>
      `${value === 1 ? "data file" : "data files"}${isPart ? " in this zip file" : ""}, ${size}`,
    apart: (value: number) =>
      `${count(value, "more record")} ${isOrAre(value)} set apart because something in them was not as expected.`,
    nothing: "We hold no records about you.",
    short: "In short",
    why: "Why",
    kept: "Kept",
    all: "Everything, one by one",
    caption: "All kinds of record in this copy",
    head: ["Kind of record", "Records", "State", "From – to", "Files"],
    of: (written: number, expected: number) => `${number(written)} of ${number(expected)}`,
    fileOf: (label: string) => ` file of ${label}`,
    countOf: (value: number) => count(value, "record"),
  },

  charts: {
    rows: "The small bars show when there were records: all rows have the same time, from left to right.",
    months: (first: string, last: string) => `Records per month, ${first} to ${last}`,
    years: (first: string, last: string) => `Records per year, ${first} to ${last}`,
    spans: (years: number, first: string, last: string) => `Records per ${number(years)} years, ${first} to ${last}`,
    most: (value: number, when: string) => `Most in ${when}: ${number(value)}.`,
    numbers: "The numbers",
    head: ["Time", "Records"],
  },

  category: {
    why: "Why we use it",
    basis: "What allows us to",
    origin: "Where it came from",
    source: (source: Html) => html` Source: ${source}`,
    retention: "How long we keep it",
    recipients: "Who receives it",
    nobody: "Nobody outside our organisation that we name here.",
    kinds: "Kinds of personal data",
    portable: "Yours to take along",
    isPortable: "Yes. You may take it to another service, in a form that programs can read.",
    notPortable: "The right to take data along does not cover it. You may still have a copy.",
    safeguard: (safeguard: Html) => html` (protected by: ${safeguard})`,
    codes: "Codes for specialists",
    ofTitle: (title: string) => ` of ${title}`,
    codeNames: ["Purposes", "Legal basis", "Personal data", "Fideslang"],
    none: "No records of this category are in this copy.",
  },

  dataset: {
    complete: (written: number) => {
      if (written === 0) return "No record of this kind is in this copy.";
      return written === 1
        ? "The one record of this kind is in this copy."
        : `All ${count(written, "record")} of this kind are in this copy.`;
    },
    empty: "We hold no records of this kind about you.",
    partial: (written: number, expected: number | null) =>
      expected !== null && expected > written
        ? `Only ${number(written)} of ${count(expected, "record")} are in this copy.`
        : `${count(written, "record")} ${isOrAre(written)} in this copy, and some are missing.`,
    failed: "None of these records could be read, so none are in this copy.",
    excluded: "We left these records out on purpose.",
    notApplicable: "This kind of record does not concern you.",
    dated: (period: string) => `Dated ${period}.`,
    covered: (period: string) => `Time covered: ${period}.`,
    system: (source: Html) => html`Source system: ${source}.`,
    apart: (value: number, rest: Html | string) =>
      html`${count(value, "record")} ${isOrAre(value)} set apart: something in ${value === 1 ? "it" : "them"} did
not match our own description of these records. ${rest}`,
    notLost: "Nothing is lost.",
    apartFile: (path: Html, value: number) =>
      html`Nothing is lost: the file ${path} has ${value === 1 ? "it" : "them"}, with what was unexpected.`,
    see: (path: Html) => html`See ${path}.`,
    first: (label: string) => `First records of ${label}`,
    showing: (shown: number, all: number) => `Showing the first ${number(shown)} of ${count(all, "record")}`,
    columns: (value: number) => `What the ${count(value, "column")} mean`,
    inLabel: (label: string) => ` in ${label}`,
    sheet: (label: string) => `${label}: the one record`,
    sheetHead: ["Field", "Yours", "What it is"],
    filesOf: (label: string) => `Files of ${label}`,
    csv: "Opens in a spreadsheet",
    json: "For other services",
    apartWords: "Records set apart",
    file: "File",
    attachment: "Attached file",
    moreFiles: (value: number, folder: Html) => html`${number(value)} more in the folder ${folder}`,
    schema: "Describes each field, for programs",
  },

  values: {
    empty: "empty text",
    yes: "yes",
    no: "no",
    none: "none",
    entries: (value: number) => count(value, "entry", "entries"),
    fields: (value: number) => count(value, "field"),
    more: (value: number) => `and ${number(value)} more`,
    cut: (mark: Html) => html`${mark} marks what is shortened on this page. The files have all of it.`,
    whole: "The whole record",
    uid: "Unique identifier",
  },

  leftOut: {
    heading: "What is not in here, and why",
    nothing: "Nothing was left out on purpose.",
    fields: "Fields we hold and do not give out",
    fieldsCaption: "Fields that are held and not given",
    fieldsHead: ["Field", "What it is", "Why it is not given"],
    inDataset: (label: Html) => html`in ${label}`,
    kinds: "Kinds of data we left out",
    kindsCaption: "Data that was left out",
    kindsHead: ["What", "Why it is left out", "Whom to ask instead"],
    notPortable:
      "You may still see what the right to take data along does not cover: ask us for a copy of all your data (right of access).",
    replaced: "Details about other people",
    replacedWords: (mark: Html) =>
      html`Names and keys of other people are replaced in your records, to protect them: with ${mark}, or with a stand-in name that is the
same for the same person throughout this copy.`,
    replacedCaption: "Fields that were replaced to protect other people",
    replacedHead: ["Field", "Belongs to", "Replaced"],
    dropped: "Fields without a description",
    droppedWords: (contact: Html) =>
      html`Our systems hold these fields too. What they say is not described, so that they were not copied. Ask us about them: ${contact}.`,
    droppedCaption: "Fields that were not copied",
    droppedHead: ["Field", "Belongs to", "Not copied"],
    times: (value: number) => count(value, "time"),
  },

  rights: {
    recipients: "Who receives your data",
    noRecipients: "We name no recipients outside our organisation.",
    recipientsCaption: "Everybody who receives some of your data",
    recipientsHead: ["Name", "What they do", "Receives", "Country", "Safeguard"],
    heading: "Your rights",
    caption: "Your rights and how to use them",
    head: ["Right", "What it means", "How to use it"],
    ask: (contact: Html) => html`To use a right, or to ask anything about this copy: ${contact}.`,
    complaint: "How to complain",
    complain: (authority: Html, contact: Html | undefined) =>
      html`If you think that we treat your data wrongly, you may complain to ${authority}${contact !== undefined && html`: ${contact}`}.`,
    decisions: "Decisions made by a machine",
    noDecisions: "We name no decision about you that a machine alone makes.",
    logic: "How it is made",
    consequences: "What follows for you",
  },

  files: {
    heading: "How to use the files",
    unpack:
      "Unpack the zip file first: the links on this page lead to files that lie beside it. Every kind of record comes as two files that say the same.",
    csv: "CSV: to look at",
    csvOpen:
      "Opens in a spreadsheet such as LibreOffice Calc, Excel or Numbers. If it asks: the text is UTF-8, and commas separate the columns.",
    csvQuote: (mark: Html) =>
      html`Some texts begin with an extra ${mark}. It keeps a spreadsheet from taking the text for a formula, and is not part of your data.`,
    json: "JSON: to take along",
    jsonRead:
      "The form that other services and programs read. Each line is one record. A text editor shows it as well.",
    jsonHand: "Hand these files over when another service offers to import your data.",
    safe: "Keep it safe",
    safeWords:
      "This folder tells a lot about you. Keep it where only you can read it, and delete it when you no longer need it.",
    check: "See that nothing was changed",
    checkWords: "Open a terminal in this folder. Every line must end with OK.",
    onLinux: "on Linux",
    onMac: "on a Mac",
    signed: (key: Html) =>
      html`We signed this list. With our public key, which you should have from us by another way, the program minisign checks that it comes from us.
The number of our key is ${key}.`,
    rest: "What else is in the folder",
    restCaption: "Other files in the folder",
    restHead: ["File", "What it is for"],
    manifest: "Everything that this page says, for programs and for auditors.",
    dataPackage: "Describes the CSV files, for data tools (Frictionless Data Package).",
    schemas: "Describes each field of the JSON files, for programs (JSON Schema).",
    attachments: "Files that belong to your records.",
    quarantine: "Records that were not as expected, with what was unexpected.",
    checksums: "A fingerprint of every file, to see whether one was changed.",
  },

  /** For the script: `#` stands for a number. */
  script: {
    search: "Search these records",
    none: "No record matches.",
    one: "1 record matches.",
    many: "# records match.",
    sort: "Sort by this column",
  },
};

/** The page's words in one language. A word that a language lacks is an error of the types. */
export type Words = typeof en;
