import { type Html, html } from "../../html.ts";
import { inRow } from "../formats.ts";
import { count, isOrAre, number } from "./counting.ts";

/** The copy as a whole: the page's frame, its part of a set, what is missing, and the overview. */
export const copyWords = {
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
};

export type CopyWords = typeof copyWords;
