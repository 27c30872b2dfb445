import { type Html, html } from "../../html.ts";
import { count } from "./counting.ts";

/** What is left out and why, the rights, how to use the files; and the words of the script. */
export const guidanceWords = {
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

export type GuidanceWords = typeof guidanceWords;
