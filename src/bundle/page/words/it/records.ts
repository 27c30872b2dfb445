import { html } from "../../html.ts";
import type { RecordWords } from "../en/records.ts";
import { count, number, records } from "./counting.ts";

export const recordWords: RecordWords = {
  category: {
    why: "Perché lo usiamo",
    basis: "Che cosa ce lo permette",
    origin: "Da dove viene",
    source: (source) => html` Provenienza: ${source}`,
    retention: "Per quanto tempo lo conserviamo",
    recipients: "Chi lo riceve",
    nobody: "Nessuno al di fuori della nostra organizzazione che nominiamo qui.",
    kinds: "Tipi di dati personali",
    portable: "Può portarlo con sé?",
    isPortable: "Sì. Può portarlo a un altro servizio, in una forma che i programmi sanno leggere.",
    notPortable: "Il diritto di portare con sé i dati non vale per questo. Può comunque averne una copia.",
    safeguard: (safeguard) => html` (protezione: ${safeguard})`,
    codes: "Codici per specialisti",
    ofTitle: (title) => `: ${title}`,
    codeNames: ["Finalità", "Base giuridica", "Dati personali", "Fideslang"],
    none: "In questa copia non ci sono dati di questo tipo.",
  },

  dataset: {
    complete: (written) => {
      if (written === 0) return "In questa copia non c’è alcuna registrazione di questo tipo.";
      return written === 1
        ? "L’unica registrazione di questo tipo è in questa copia."
        : `Tutte le ${number(written)} registrazioni di questo tipo sono in questa copia.`;
    },
    empty: "Non abbiamo dati di questo tipo su di Lei.",
    partial: (written, expected) =>
      expected !== null && expected > written
        ? `Solo ${number(written)} di ${records(expected)} sono in questa copia.`
        : `${records(written)} ${written === 1 ? "è" : "sono"} in questa copia, e alcune mancano.`,
    failed: "Non è stato possibile leggere nessuna di queste registrazioni, quindi in questa copia non ce ne sono.",
    excluded: "Abbiamo escluso questi dati di proposito.",
    notApplicable: "Questo tipo di dati non La riguarda.",
    dated: (period) => `Data: ${period}.`,
    covered: (period) => `Periodo: ${period}.`,
    system: (source) => html`Sistema di origine: ${source}.`,
    apart: (value, rest) =>
      html`${value === 1 ? "Una registrazione è messa" : `${number(value)} registrazioni sono messe`} da parte: qualcosa non corrispondeva alla nostra descrizione di questi dati. ${rest}`,
    notLost: "Nulla è andato perso.",
    apartFile: (path, value) =>
      html`Nulla è andato perso: il file ${path} ${value === 1 ? "la" : "le"} contiene, con ciò che era inatteso.`,
    see: (path) => html`Si veda ${path}.`,
    first: (label) => `Prime registrazioni: ${label}`,
    showing: (shown, all) => `Le prime ${number(shown)} di ${records(all)}`,
    columns: (value) =>
      value === 1 ? "Che cosa significa la colonna" : `Che cosa significano le ${number(value)} colonne`,
    inLabel: (label) => `: ${label}`,
    sheet: (label) => `${label}: l’unica registrazione`,
    sheetHead: ["Campo", "Il Suo", "Che cos’è"],
    filesOf: (label) => `File: ${label}`,
    csv: "Si apre in un foglio di calcolo",
    json: "Per altri servizi",
    apartWords: "Registrazioni messe da parte",
    file: "File",
    attachment: "File allegato",
    moreFiles: (value, folder) => html`altri ${number(value)} nella cartella ${folder}`,
    schema: "Descrive ogni campo, per i programmi",
  },

  values: {
    empty: "testo vuoto",
    yes: "sì",
    no: "no",
    none: "niente",
    entries: (value) => count(value, "voce", "voci"),
    fields: (value) => count(value, "campo", "campi"),
    more: (value) => `e altri ${number(value)}`,
    cut: (mark) => html`${mark} indica ciò che è abbreviato in questa pagina. Nei file c’è tutto.`,
    whole: "L’intera registrazione",
    uid: "Identificatore unico",
  },
};
