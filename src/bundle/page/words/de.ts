import { html } from "../html.ts";
import type { Words } from "./en.ts";
import { grouped, inRow } from "./formats.ts";

const number = (value: number) => grouped(value, ".");
const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;
const records = (value: number) => count(value, "Datensatz", "Datensätze");

export const de: Words = {
  formats: {
    number,
    decimal: ",",
    months: "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember".split("|"),
    shortMonths: "Jan.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sept.|Okt.|Nov.|Dez.".split("|"),
    day: (day, month, year) => `${day}. ${month} ${year}`,
    shortDay: (day, month, year) => `${day}. ${month} ${year}`,
    bytes: (value) => `${number(value)} Byte`,
    sizes: ["kB", "MB", "GB", "TB"],
    span: (from, to) => `${from} bis ${to}`,
    durations: {
      Y: (value) => count(value, "Jahr", "Jahre"),
      M: (value) => count(value, "Monat", "Monate"),
      W: (value) => count(value, "Woche", "Wochen"),
      D: (value) => count(value, "Tag", "Tage"),
      H: (value) => count(value, "Stunde", "Stunden"),
      m: (value) => count(value, "Minute", "Minuten"),
      S: (value) => count(value, "Sekunde", "Sekunden"),
    },
  },

  codes: {
    requests: {
      access: "Eine Kopie der personenbezogenen Daten, die wir über Sie haben (Auskunftsrecht)",
      portability:
        "Die personenbezogenen Daten, die Sie zu einem anderen Dienst mitnehmen dürfen (Recht auf Datenübertragbarkeit)",
    },
    regulations: {
      gdpr: "Datenschutz-Grundverordnung (DSGVO)",
      ccpa: "Kalifornisches Verbraucher-Datenschutzgesetz (CCPA)",
    },
    consistencies: {
      snapshot: "Alles zeigt denselben Augenblick.",
      "per-dataset": "Jede Art von Daten zeigt einen eigenen Augenblick.",
      none: "Daten können sich geändert haben, während sie kopiert wurden.",
    },
    scopes: {
      all: "Alles, außer dem, was diese Seite als weggelassen nennt.",
      law: "Was Sie uns gegeben haben und was bei Ihrer Nutzung aufgezeichnet wurde, soweit wir uns auf Ihre Einwilligung oder einen Vertrag mit Ihnen stützen.",
      "all-but-derived":
        "Was Sie uns gegeben haben und was bei Ihrer Nutzung aufgezeichnet wurde, gleich was uns die Verwendung erlaubt.",
    },
    bases: {
      "6-1-a": "Sie haben zugestimmt (Einwilligung)",
      "6-1-b": "Wir brauchen es für unseren Vertrag mit Ihnen",
      "6-1-c": "Ein Gesetz verpflichtet uns dazu",
      "6-1-d": "Es schützt jemandes Leben (lebenswichtige Interessen)",
      "6-1-e": "Es dient einer Aufgabe im öffentlichen Interesse",
      "6-1-f": "Es beruht auf einem berechtigten Interesse von uns",
      "9-2-a": "Sie haben ausdrücklich zugestimmt (Einwilligung zu sensiblen Daten)",
      "9-2-b": "Das Arbeitsrecht und das Recht der sozialen Sicherheit verlangen es",
      "9-2-c": "Es schützt jemandes Leben (lebenswichtige Interessen)",
      "9-2-d": "Sie sind Mitglied unserer gemeinnützigen Organisation oder mit ihr in Kontakt",
      "9-2-e": "Sie haben es selbst öffentlich gemacht",
      "9-2-f": "Es wird für einen Rechtsanspruch gebraucht",
      "9-2-g": "Es dient einem erheblichen öffentlichen Interesse, das ein Gesetz nennt",
      "9-2-h": "Es wird für die Gesundheitsversorgung oder soziale Betreuung gebraucht",
      "9-2-i": "Es dient der öffentlichen Gesundheit",
      "9-2-j": "Es dient Archiven, der Forschung oder der Statistik",
    },
    origins: {
      provided: "Sie haben es uns gegeben",
      observed: "Es wurde aufgezeichnet, während Sie unseren Dienst nutzten",
      derived: "Wir haben es aus anderen Daten über Sie errechnet",
      inferred: "Wir haben es aus anderen Daten über Sie geschlossen; es kann also falsch sein",
    },
    outcomes: {
      complete: "Vollständig",
      empty: "Nichts vorhanden",
      partial: "Unvollständig",
      failed: "Fehlt",
      excluded: "Weggelassen",
      notApplicable: "Trifft nicht zu",
    },
    leftOut: {
      secret:
        "Wir haben es, um Ihr Konto zu schützen, und geben es niemals heraus: Wer es hätte, könnte in Ihrem Namen handeln.",
      "third-party-rights": "Es betrifft andere Menschen, deren Rechte ebenso zählen.",
      "not-portable-basis":
        "Das Recht, Daten mitzunehmen, gilt nur für das, was wir mit Ihrer Einwilligung oder für einen Vertrag mit Ihnen verwenden.",
      "not-portable-origin":
        "Das Recht, Daten mitzunehmen, gilt nur für das, was Sie uns gegeben haben oder was bei Ihrer Nutzung aufgezeichnet wurde.",
      processor: "Wir speichern es nur für jemand anderen, der darüber entscheidet.",
      declared: "Wir haben es absichtlich weggelassen.",
    },
    identities: { email: "E-Mail-Adresse", phone: "Telefonnummer", controller_customer_id: "Kundennummer" },
    types: {
      string: "Text",
      integer: "ganze Zahl",
      number: "Zahl",
      boolean: "ja oder nein",
      json: "Liste oder Gruppe",
    },
  },
  article: (article, paragraph, letter) => `DSGVO, Artikel ${article} Absatz ${paragraph} Buchstabe ${letter}`,

  frame: {
    title: (name) => `Ihre Daten bei ${name}`,
    heading: (name) => html`Ihre Daten bei ${name}`,
    eyebrow: "Eine Kopie Ihrer personenbezogenen Daten",
    lead: (name, received, made, isAccess) =>
      html`Am ${received} haben Sie ${name} um die personenbezogenen Daten gebeten, ${isAccess ? "die wir über Sie haben" : "die Sie zu einem anderen Dienst mitnehmen dürfen"}. Das ist die Antwort vom ${made}.
Diese Seite zeigt, was darin ist, warum wir es haben und was Sie damit tun können.`,
    skip: "Zum Inhalt springen",
    contents: "Auf dieser Seite",
    made: (time, program) => html`Hergestellt am ${time} mit ${program}.`,
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
    made: "Hergestellt",
    covers: "Umfasst",
    part: "Teil",
    copyNumber: "Nummer dieser Kopie",
  },

  overview: {
    heading: "Was hier drin ist",
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

  leftOut: {
    heading: "Was nicht hier drin ist, und warum",
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
      html`Wir haben diese Liste unterschrieben. Mit unserem öffentlichen Schlüssel, den Sie von uns auf anderem Weg haben sollten, prüft das Programm minisign, dass sie von uns kommt.
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
