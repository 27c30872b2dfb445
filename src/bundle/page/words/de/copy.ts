import { html } from "../../html.ts";
import type { CopyWords } from "../en/copy.ts";
import { inRow } from "../formats.ts";
import { count, number, records } from "./counting.ts";

export const copyWords: CopyWords = {
  frame: {
    title: (name) => `Ihre Daten bei ${name}`,
    heading: (name) => html`Ihre Daten bei ${name}`,
    eyebrow: "Eine Kopie Ihrer personenbezogenen Daten",
    lead: (name, received, made, isAccess) =>
      html`Am ${received} haben Sie ${name} um die personenbezogenen Daten gebeten, ${isAccess ? "die wir über Sie haben" : "die Sie zu einem anderen Dienst mitnehmen dürfen"}. Das ist die Antwort vom ${made}.
Diese Seite zeigt, was darin ist, warum wir es haben und was Sie damit tun können.`,
    skip: "Zum Inhalt springen",
    contents: "Auf dieser Seite",
    made: (time, program) => html`Erstellt am ${time} mit ${program}.`,
    copy: (id, version) => html`Kopie ${id}, Formatversion ${version}. Zeiten auf dieser Seite sind in UTC.`,
    top: "Zum Seitenanfang",
    others: "Andere Daten",
  },

  part: {
    heading: (part, of) => `Das ist Teil ${number(part)}${of === undefined ? "" : ` von ${number(of)}`}`,
    keep: (files) =>
      `Ihre Kopie besteht aus ${files === undefined ? "mehreren" : number(files)} Zip-Dateien. Bewahren Sie sie zusammen auf: Nur alle zusammen sind die ganze Kopie.`,
    restUnnamed: "Der Rest ist in den anderen Zip-Dateien, die Sie bekommen haben.",
    restBetween: (first, last) => html`Der Rest ist in den anderen von ${first} bis ${last}.`,
    rest: (names) => html`Der Rest ist in ${inRow(names, " und ")}.`,
    lists:
      "Diese Seite nennt alles, was wir kopiert haben, und sagt zu jeder Art von Daten, wie viele davon in dieser Zip-Datei sind.",
    of: (part, of) => `Nummer ${number(part)} von ${number(of)} Zip-Dateien.`,
    ofSeveral: (part, last) =>
      `Die Kopie besteht aus mehreren Zip-Dateien. Das ist Nummer ${number(part)}, ${last ? "die letzte" : "weitere folgen"}.`,
    here: (here, all) => {
      if (here === all)
        return all === 1 ? "Er ist in dieser Zip-Datei." : `Alle ${number(all)} sind in dieser Zip-Datei.`;
      if (here === 0) return "In dieser Zip-Datei ist davon nichts: Sehen Sie in den anderen Teilen nach.";
      return `${number(here)} davon ${here === 1 ? "ist" : "sind"} in dieser Zip-Datei, die übrigen in den anderen Teilen.`;
    },
  },

  warning: {
    heading: "Diese Kopie ist nicht vollständig",
    missing: (date, isListed) =>
      `Einige Ihrer Daten konnten am ${date} nicht kopiert werden.${isListed ? " Das fehlt, teilweise oder ganz:" : ""}`,
    ask: (name, contact) =>
      html`Sie haben weiterhin ein Recht auf alles. Fragen Sie ${name} nach dem Rest: ${contact}.`,
    counted: (expected, written) => `Unser System hat ${records(expected)} gezählt und ${number(written)} geliefert.`,
    files: "Einige Dateien, die zu diesen Daten gehören, konnten nicht gelesen werden.",
    stopped: "Das Lesen brach vor dem Ende ab.",
    failed: "Das Lesen ist nicht gelungen.",
  },

  about: {
    heading: "Über diese Kopie",
    who: "Wer antwortet",
    organisation: "Unternehmen oder Stelle",
    contact: "Kontakt",
    dpo: "Datenschutzbeauftragte Person",
    representative: "Vertretung in der EU",
    request: "Ihre Anfrage",
    asked: "Sie baten um",
    law: "Gesetz",
    received: "Eingegangen",
    due: "Antwort fällig",
    extended: "Verlängert bis",
    requestNumber: "Nummer der Anfrage",
    copy: "Diese Kopie",
    number: "Ihre Nummer bei uns",
    as: (format) => ` (als ${format})`,
    made: "Erstellt",
    covers: "Umfasst",
    part: "Teil",
    copyNumber: "Nummer dieser Kopie",
  },

  overview: {
    heading: "Was diese Kopie enthält",
    records: (value) => (value === 1 ? "Datensatz über Sie" : "Datensätze über Sie"),
    kinds: (value) => (value === 1 ? "Art von Daten" : "Arten von Daten"),
    files: (value, isPart, size) =>
      `${value === 1 ? "Datei mit Daten" : "Dateien mit Daten"}${isPart ? " in dieser Zip-Datei" : ""}, ${size}`,
    apart: (value) =>
      `${count(value, "weiterer Datensatz liegt", "weitere Datensätze liegen")} gesondert, weil etwas darin nicht wie erwartet war.`,
    nothing: "Wir haben keine Daten über Sie.",
    short: "In Kürze",
    why: "Wozu",
    kept: "Aufbewahrt",
    all: "Alles im Einzelnen",
    caption: "Alle Arten von Daten in dieser Kopie",
    head: ["Art von Daten", "Datensätze", "Stand", "Von – bis", "Dateien"],
    of: (written, expected) => `${number(written)} von ${number(expected)}`,
    fileOf: (label) => `-Datei: ${label}`,
    countOf: records,
  },

  charts: {
    rows: "Die kleinen Balken zeigen, wann es Datensätze gab: In allen Zeilen läuft dieselbe Zeit von links nach rechts.",
    months: (first, last) => `Datensätze je Monat, ${first} bis ${last}`,
    years: (first, last) => `Datensätze je Jahr, ${first} bis ${last}`,
    spans: (years, first, last) => `Datensätze je ${number(years)} Jahre, ${first} bis ${last}`,
    most: (value, when) => `Am meisten: ${when}, ${number(value)}.`,
    numbers: "Die Zahlen",
    head: ["Zeit", "Datensätze"],
  },
};
