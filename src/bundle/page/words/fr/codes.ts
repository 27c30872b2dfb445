import type { CodeWords } from "../en/codes.ts";
import { count, number } from "./counting.ts";

export const codeWords: CodeWords = {
  formats: {
    number,
    decimal: ",",
    months: "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre".split("|"),
    shortMonths: "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.".split("|"),
    day: (day, month, year) => `${day === 1 ? "1er" : day} ${month} ${year}`,
    shortDay: (day, month, year) => `${day} ${month} ${year}`,
    bytes: (value) => count(value, "octet"),
    sizes: ["ko", "Mo", "Go", "To"],
    span: (from, to) => `du ${from} au ${to}`,
    durations: {
      Y: (value) => count(value, "an"),
      M: (value) => `${number(value)} mois`,
      W: (value) => count(value, "semaine"),
      D: (value) => count(value, "jour"),
      H: (value) => count(value, "heure"),
      m: (value) => count(value, "minute"),
      S: (value) => count(value, "seconde"),
    },
  },

  codes: {
    requests: {
      access: "Une copie des données personnelles que nous détenons sur vous (droit d’accès)",
      portability:
        "Les données personnelles que vous pouvez emporter vers un autre service (droit à la portabilité des données)",
    },
    regulations: {
      gdpr: "Règlement général sur la protection des données (RGPD)",
      ccpa: "Loi californienne sur la protection de la vie privée des consommateurs (CCPA)",
    },
    consistencies: {
      snapshot: "L’ensemble montre un seul et même instant.",
      "per-dataset": "Chaque type de données montre un instant qui lui est propre.",
      none: "Des données ont pu changer pendant la copie.",
    },
    scopes: {
      all: "Tout, sauf ce que cette page indique comme laissé de côté.",
      law: "Ce que vous nous avez fourni et ce qui a été enregistré de votre utilisation, lorsque nous nous fondons sur votre consentement ou sur un contrat avec vous.",
      "all-but-derived":
        "Ce que vous nous avez fourni et ce qui a été enregistré de votre utilisation, quelle que soit la base qui nous autorise à l’utiliser.",
    },
    bases: {
      "6-1-a": "Vous l’avez accepté (consentement)",
      "6-1-b": "Nous en avons besoin pour notre contrat avec vous",
      "6-1-c": "Une loi nous y oblige",
      "6-1-d": "Cela protège la vie d’une personne (intérêts vitaux)",
      "6-1-e": "Cela sert une mission d’intérêt public",
      "6-1-f": "Cela repose sur un intérêt légitime de notre part",
      "9-2-a": "Vous l’avez accepté expressément (consentement pour des données sensibles)",
      "9-2-b": "Le droit du travail et de la sécurité sociale l’exige",
      "9-2-c": "Cela protège la vie d’une personne (intérêts vitaux)",
      "9-2-d": "Vous êtes membre de notre organisme à but non lucratif, ou en contact avec lui",
      "9-2-e": "Vous l’avez rendu public vous-même",
      "9-2-f": "C’est nécessaire pour faire valoir un droit en justice",
      "9-2-g": "Cela sert un intérêt public important prévu par une loi",
      "9-2-h": "C’est nécessaire pour des soins de santé ou une aide sociale",
      "9-2-i": "Cela sert la santé publique",
      "9-2-j": "Cela sert des archives, la recherche ou des statistiques",
    },
    origins: {
      provided: "Vous nous l’avez fourni",
      observed: "Cela a été enregistré pendant que vous utilisiez notre service",
      derived: "Nous l’avons calculé à partir d’autres données sur vous",
      inferred: "Nous l’avons déduit d’autres données sur vous\u00A0; cela peut donc être faux",
    },
    outcomes: {
      complete: "Complet",
      empty: "Rien à copier",
      partial: "Incomplet",
      failed: "Manquant",
      excluded: "Laissé de côté",
      notApplicable: "Sans objet",
    },
    leftOut: {
      secret:
        "Nous le gardons pour protéger votre compte et ne le communiquons jamais\u00A0: qui l’aurait pourrait agir en votre nom.",
      "third-party-rights": "Cela concerne d’autres personnes, dont les droits comptent aussi.",
      "not-portable-basis":
        "Le droit d’emporter ses données ne couvre que ce que nous utilisons avec votre consentement ou pour un contrat avec vous.",
      "not-portable-origin":
        "Le droit d’emporter ses données ne couvre que ce que vous nous avez fourni ou ce qui a été enregistré de votre utilisation.",
      processor: "Nous le conservons seulement pour quelqu’un d’autre, qui en décide.",
      declared: "Nous l’avons laissé de côté volontairement.",
    },
    identities: {
      email: "Adresse e-mail",
      phone: "Numéro de téléphone",
      controller_customer_id: "Numéro de client",
    },
    types: {
      string: "texte",
      integer: "nombre entier",
      number: "nombre",
      boolean: "oui ou non",
      json: "liste ou groupe",
    },
  },

  article: (article, paragraph, letter) => `RGPD, article ${article}, paragraphe ${paragraph}, point ${letter}`,
};
