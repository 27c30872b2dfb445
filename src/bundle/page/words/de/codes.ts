import type { CodeWords } from "../en/codes.ts";
import { count, number } from "./counting.ts";

export const codeWords: CodeWords = {
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
      "9-2-e": "Sie haben es selbst veröffentlicht",
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
};
