import { html } from "../../html.ts";
import type { GuidanceWords } from "../en/guidance.ts";
import { number } from "./counting.ts";

export const guidanceWords: GuidanceWords = {
  leftOut: {
    heading: "Was diese Kopie nicht enthält, und warum",
    nothing: "Nichts wurde absichtlich weggelassen.",
    fields: "Felder, die wir haben und nicht herausgeben",
    fieldsCaption: "Felder, die vorhanden sind und nicht herausgegeben werden",
    fieldsHead: ["Feld", "Was es ist", "Warum wir es nicht herausgeben"],
    inDataset: (label) => html`in ${label}`,
    kinds: "Arten von Daten, die wir weggelassen haben",
    kindsCaption: "Daten, die weggelassen wurden",
    kindsHead: ["Was", "Warum es weggelassen ist", "Wen Sie stattdessen fragen"],
    notPortable:
      "Sie dürfen trotzdem sehen, wofür das Recht auf Mitnahme nicht gilt: Bitten Sie uns um eine Kopie aller Ihrer Daten (Auskunftsrecht).",
    replaced: "Angaben über andere Menschen",
    replacedWords: (mark) =>
      html`Namen und Kennungen anderer Menschen sind in Ihren Daten ersetzt, um sie zu schützen: durch ${mark} oder durch einen Ersatznamen,
der in dieser Kopie für denselben Menschen immer derselbe ist.`,
    replacedCaption: "Felder, die zum Schutz anderer Menschen ersetzt wurden",
    replacedHead: ["Feld", "Gehört zu", "Ersetzt"],
    dropped: "Felder ohne Beschreibung",
    droppedWords: (contact) =>
      html`Auch diese Felder stehen in unseren Systemen. Was sie bedeuten, ist nicht beschrieben; deshalb wurden sie nicht kopiert. Fragen Sie uns danach: ${contact}.`,
    droppedCaption: "Felder, die nicht kopiert wurden",
    droppedHead: ["Feld", "Gehört zu", "Nicht kopiert"],
    times: (value) => `${number(value)}-mal`,
  },

  rights: {
    recipients: "Wer Ihre Daten bekommt",
    noRecipients: "Wir nennen keine Empfänger außerhalb unseres Hauses.",
    recipientsCaption: "Alle, die einige Ihrer Daten bekommen",
    recipientsHead: ["Name", "Was sie tun", "Bekommt", "Land", "Schutz"],
    heading: "Ihre Rechte",
    caption: "Ihre Rechte und wie Sie sie nutzen",
    head: ["Recht", "Was es bedeutet", "Wie Sie es nutzen"],
    ask: (contact) => html`Um ein Recht zu nutzen oder etwas zu dieser Kopie zu fragen: ${contact}.`,
    complaint: "Wie Sie sich beschweren",
    complain: (authority, contact) =>
      html`Wenn Sie meinen, dass wir mit Ihren Daten falsch umgehen, können Sie sich beschweren: ${authority}${contact !== undefined && html`, ${contact}`}.`,
    decisions: "Entscheidungen, die eine Maschine trifft",
    noDecisions: "Wir nennen keine Entscheidung über Sie, die allein eine Maschine trifft.",
    logic: "Wie sie zustande kommt",
    consequences: "Was für Sie daraus folgt",
  },

  files: {
    heading: "Wie Sie die Dateien benutzen",
    unpack:
      "Entpacken Sie zuerst die Zip-Datei: Die Links auf dieser Seite führen zu Dateien, die daneben liegen. Jede Art von Daten kommt in zwei Dateien, die dasselbe sagen.",
    csv: "CSV: zum Ansehen",
    csvOpen:
      "Öffnet sich in einer Tabellenkalkulation wie LibreOffice Calc, Excel oder Numbers. Falls sie fragt: Der Text ist in UTF-8, und Kommas trennen die Spalten.",
    csvQuote: (mark) =>
      html`Manche Texte beginnen mit einem zusätzlichen ${mark}. Es verhindert, dass die Tabellenkalkulation den Text für eine Formel hält, und gehört nicht zu Ihren Daten.`,
    json: "JSON: zum Mitnehmen",
    jsonRead:
      "Die Form, die andere Dienste und Programme lesen. Jede Zeile ist ein Datensatz. Auch ein Texteditor zeigt sie an.",
    jsonHand: "Geben Sie diese Dateien weiter, wenn ein anderer Dienst anbietet, Ihre Daten zu übernehmen.",
    safe: "Gut aufbewahren",
    safeWords:
      "Dieser Ordner verrät viel über Sie. Bewahren Sie ihn dort auf, wo nur Sie ihn lesen können, und löschen Sie ihn, wenn Sie ihn nicht mehr brauchen.",
    check: "Prüfen, dass nichts verändert wurde",
    checkWords: "Öffnen Sie in diesem Ordner ein Terminal. Jede Zeile muss mit OK enden.",
    onLinux: "unter Linux",
    onMac: "auf einem Mac",
    signed: (key) =>
      html`Wir haben diese Liste digital signiert. Mit unserem öffentlichen Schlüssel, den Sie von uns auf anderem Weg haben sollten, prüft das Programm minisign, dass sie von uns kommt.
Die Nummer unseres Schlüssels ist ${key}.`,
    rest: "Was sonst noch im Ordner liegt",
    restCaption: "Andere Dateien im Ordner",
    restHead: ["Datei", "Wozu sie da ist"],
    manifest: "Alles, was diese Seite sagt, für Programme und zur Prüfung.",
    dataPackage: "Beschreibt die CSV-Dateien, für Datenwerkzeuge (Frictionless Data Package).",
    schemas: "Beschreibt jedes Feld der JSON-Dateien, für Programme (JSON Schema).",
    attachments: "Dateien, die zu Ihren Daten gehören.",
    quarantine: "Datensätze, die nicht wie erwartet waren, mit dem, was unerwartet war.",
    checksums: "Ein Fingerabdruck jeder Datei, um zu sehen, ob eine verändert wurde.",
  },

  script: {
    search: "Diese Datensätze durchsuchen",
    none: "Kein Datensatz passt.",
    one: "1 Datensatz passt.",
    many: "# Datensätze passen.",
    sort: "Nach dieser Spalte sortieren",
  },
};
