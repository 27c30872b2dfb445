import type { CodeWords } from "../en/codes.ts";
import { count, number } from "./counting.ts";

export const codeWords: CodeWords = {
  formats: {
    number,
    decimal: ",",
    months: "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre".split("|"),
    shortMonths: "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic".split("|"),
    day: (day, month, year) => `${day} ${month} ${year}`,
    shortDay: (day, month, year) => `${day} ${month} ${year}`,
    bytes: (value) => `${number(value)} byte`,
    sizes: ["kB", "MB", "GB", "TB"],
    span: (from, to) => `${from} – ${to}`,
    durations: {
      Y: (value) => count(value, "anno", "anni"),
      M: (value) => count(value, "mese", "mesi"),
      W: (value) => count(value, "settimana", "settimane"),
      D: (value) => count(value, "giorno", "giorni"),
      H: (value) => count(value, "ora", "ore"),
      m: (value) => count(value, "minuto", "minuti"),
      S: (value) => count(value, "secondo", "secondi"),
    },
  },

  codes: {
    requests: {
      access: "Una copia dei dati personali che abbiamo su di Lei (diritto di accesso)",
      portability: "I dati personali che può portare a un altro servizio (diritto alla portabilità dei dati)",
    },
    regulations: {
      gdpr: "Regolamento generale sulla protezione dei dati (GDPR)",
      ccpa: "Legge della California sulla privacy dei consumatori (CCPA)",
    },
    consistencies: {
      snapshot: "Tutto mostra uno stesso momento.",
      "per-dataset": "Ogni tipo di dati mostra un proprio momento.",
      none: "Alcuni dati possono essere cambiati durante la copia.",
    },
    scopes: {
      all: "Tutto, tranne ciò che questa pagina indica come escluso.",
      law: "Ciò che ci ha fornito e ciò che è stato registrato del Suo utilizzo, dove ci basiamo sul Suo consenso o su un contratto con Lei.",
      "all-but-derived":
        "Ciò che ci ha fornito e ciò che è stato registrato del Suo utilizzo, qualunque sia la base che ci permette di usarlo.",
    },
    bases: {
      "6-1-a": "Lei ha acconsentito (consenso)",
      "6-1-b": "Ci serve per il nostro contratto con Lei",
      "6-1-c": "Una legge ci obbliga",
      "6-1-d": "Protegge la vita di qualcuno (interessi vitali)",
      "6-1-e": "Serve a un compito di interesse pubblico",
      "6-1-f": "Si basa su un nostro legittimo interesse",
      "9-2-a": "Lei ha acconsentito espressamente (consenso per dati sensibili)",
      "9-2-b": "Lo richiede il diritto del lavoro e della sicurezza sociale",
      "9-2-c": "Protegge la vita di qualcuno (interessi vitali)",
      "9-2-d": "Lei è membro della nostra organizzazione senza scopo di lucro o in contatto con essa",
      "9-2-e": "Lo ha reso pubblico Lei",
      "9-2-f": "Serve per far valere un diritto in giudizio",
      "9-2-g": "Serve a un interesse pubblico rilevante previsto da una legge",
      "9-2-h": "Serve all’assistenza sanitaria o sociale",
      "9-2-i": "Serve alla sanità pubblica",
      "9-2-j": "Serve ad archivi, alla ricerca o alla statistica",
    },
    origins: {
      provided: "Ce lo ha fornito Lei",
      observed: "È stato registrato mentre usava il nostro servizio",
      derived: "Lo abbiamo calcolato da altri dati su di Lei",
      inferred: "Lo abbiamo dedotto da altri dati su di Lei, quindi può essere sbagliato",
    },
    outcomes: {
      complete: "Completo",
      empty: "Nessun dato",
      partial: "Incompleto",
      failed: "Mancante",
      excluded: "Escluso",
      notApplicable: "Non si applica",
    },
    leftOut: {
      secret:
        "Lo conserviamo per proteggere il Suo account e non lo diamo mai: chi lo avesse potrebbe agire a Suo nome.",
      "third-party-rights": "Riguarda altre persone, i cui diritti contano allo stesso modo.",
      "not-portable-basis":
        "Il diritto di portare con sé i dati vale solo per ciò che usiamo con il Suo consenso o per un contratto con Lei.",
      "not-portable-origin":
        "Il diritto di portare con sé i dati vale solo per ciò che ci ha fornito o che è stato registrato del Suo utilizzo.",
      processor: "Lo conserviamo soltanto per qualcun altro, che ne decide.",
      declared: "Lo abbiamo escluso di proposito.",
    },
    identities: {
      email: "Indirizzo e-mail",
      phone: "Numero di telefono",
      controller_customer_id: "Numero cliente",
    },
    types: {
      string: "testo",
      integer: "numero intero",
      number: "numero",
      boolean: "sì o no",
      json: "elenco o gruppo",
    },
  },

  article: (article, paragraph, letter) => `GDPR, articolo ${article}, paragrafo ${paragraph}, lettera ${letter}`,
};
