import { type Html, html } from "../../html.ts";
import { count, isOrAre, number } from "./counting.ts";

/** The records: each category, each dataset, and the values in its tables. */
export const recordWords = {
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
};

export type RecordWords = typeof recordWords;
