import { html } from "../../html.ts";
import type { RecordWords } from "../en/records.ts";
import { count, number, records } from "./counting.ts";

export const recordWords: RecordWords = {
  category: {
    why: "Wozu wir es verwenden",
    basis: "Was es uns erlaubt",
    origin: "Woher es kommt",
    source: (source) => html` Quelle: ${source}`,
    retention: "Wie lange wir es aufbewahren",
    recipients: "Wer es bekommt",
    nobody: "Niemand außerhalb unseres Hauses, den wir hier nennen.",
    kinds: "Arten personenbezogener Daten",
    portable: "Dürfen Sie es mitnehmen?",
    isPortable: "Ja. Sie dürfen es zu einem anderen Dienst mitnehmen, in einer Form, die Programme lesen können.",
    notPortable: "Das Recht, Daten mitzunehmen, gilt dafür nicht. Eine Kopie dürfen Sie trotzdem haben.",
    safeguard: (safeguard) => html` (geschützt durch: ${safeguard})`,
    codes: "Kennungen für Fachleute",
    ofTitle: (title) => `: ${title}`,
    codeNames: ["Zwecke", "Rechtsgrundlage", "Personenbezogene Daten", "Fideslang"],
    none: "In dieser Kopie sind keine Daten dieser Art.",
  },

  dataset: {
    complete: (written) => {
      if (written === 0) return "In dieser Kopie ist kein Datensatz dieser Art.";
      return written === 1
        ? "Der eine Datensatz dieser Art ist in dieser Kopie."
        : `Alle ${number(written)} Datensätze dieser Art sind in dieser Kopie.`;
    },
    empty: "Wir haben keine Daten dieser Art über Sie.",
    partial: (written, expected) =>
      expected !== null && expected > written
        ? `Nur ${number(written)} von ${number(expected)} Datensätzen sind in dieser Kopie.`
        : `${records(written)} ${written === 1 ? "ist" : "sind"} in dieser Kopie, und einige fehlen.`,
    failed: "Keiner dieser Datensätze konnte gelesen werden, also ist keiner in dieser Kopie.",
    excluded: "Wir haben diese Daten absichtlich weggelassen.",
    notApplicable: "Diese Art von Daten betrifft Sie nicht.",
    dated: (period) => `Vom ${period}.`,
    covered: (period) => `Zeitraum: ${period}.`,
    system: (source) => html`Quellsystem: ${source}.`,
    apart: (value, rest) =>
      html`${count(value, "Datensatz liegt", "Datensätze liegen")} gesondert: Etwas darin passte nicht zu unserer eigenen Beschreibung dieser Daten. ${rest}`,
    notLost: "Nichts ist verloren.",
    apartFile: (path, value) =>
      html`Nichts ist verloren: Die Datei ${path} enthält ${value === 1 ? "ihn" : "sie"}, mit dem, was unerwartet war.`,
    see: (path) => html`Siehe ${path}.`,
    first: (label) => `Die ersten Datensätze: ${label}`,
    showing: (shown, all) => `Die ersten ${number(shown)} von ${number(all)} Datensätzen`,
    columns: (value) => (value === 1 ? "Was die Spalte bedeutet" : `Was die ${number(value)} Spalten bedeuten`),
    inLabel: (label) => `: ${label}`,
    sheet: (label) => `${label}: der eine Datensatz`,
    sheetHead: ["Feld", "Ihres", "Was es ist"],
    filesOf: (label) => `Dateien: ${label}`,
    csv: "Öffnet sich in einer Tabellenkalkulation",
    json: "Für andere Dienste",
    apartWords: "Gesonderte Datensätze",
    file: "Datei",
    attachment: "Beigefügte Datei",
    moreFiles: (value, folder) => html`${number(value)} weitere im Ordner ${folder}`,
    schema: "Beschreibt jedes Feld, für Programme",
  },

  values: {
    empty: "leerer Text",
    yes: "ja",
    no: "nein",
    none: "nichts",
    entries: (value) => count(value, "Eintrag", "Einträge"),
    fields: (value) => count(value, "Feld", "Felder"),
    more: (value) => `und ${number(value)} mehr`,
    cut: (mark) => html`${mark} zeigt, was auf dieser Seite gekürzt ist. In den Dateien steht alles.`,
    whole: "Der ganze Datensatz",
    uid: "Eindeutige Kennung",
  },
};
