import { html } from "../../html.ts";
import type { CopyWords } from "../en/copy.ts";
import { inRow } from "../formats.ts";
import { number, records } from "./counting.ts";

export const copyWords: CopyWords = {
  frame: {
    title: (name) => `I Suoi dati presso ${name}`,
    heading: (name) => html`I Suoi dati presso ${name}`,
    eyebrow: "Una copia dei Suoi dati personali",
    lead: (name, received, made, isAccess) =>
      html`In data ${received} ha chiesto a ${name} i dati personali ${isAccess ? "che abbiamo su di Lei" : "che può portare a un altro servizio"}. Questa è la risposta,
preparata in data ${made}. Questa pagina mostra che cosa contiene, perché lo abbiamo e che cosa può farne.`,
    skip: "Vai al contenuto",
    contents: "In questa pagina",
    made: (time, program) => html`Preparata il ${time} con ${program}.`,
    copy: (id, version) => html`Copia ${id}, versione del formato ${version}. Gli orari di questa pagina sono in UTC.`,
    top: "Torna all’inizio",
    others: "Altri dati",
  },

  part: {
    heading: (part, of) => `Questa è la parte ${number(part)}${of === undefined ? "" : ` di ${number(of)}`}`,
    keep: (files) =>
      `La Sua copia è composta da ${files === undefined ? "più" : number(files)} file zip. Li conservi insieme: solo tutti insieme sono la copia intera.`,
    restUnnamed: "Il resto è negli altri file zip che ha ricevuto.",
    restBetween: (first, last) => html`Il resto è negli altri, da ${first} a ${last}.`,
    rest: (names) => html`Il resto è in ${inRow(names, " e ")}.`,
    lists:
      "Questa pagina elenca tutto ciò che abbiamo copiato e dice, per ogni tipo di dati, quanti sono in questo file zip.",
    of: (part, of) => `Numero ${number(part)} di ${number(of)} file zip.`,
    ofSeveral: (part, last) =>
      `La copia è composta da più file zip. Questo è il numero ${number(part)}, ${last ? "l’ultimo" : "ne seguono altri"}.`,
    here: (here, all) => {
      if (here === all) return all === 1 ? "È in questo file zip." : `Tutte e ${number(all)} sono in questo file zip.`;
      if (here === 0) return "Nulla di ciò è in questo file zip: guardi nelle altre parti.";
      return `${number(here)} ${here === 1 ? "è" : "sono"} in questo file zip, il resto nelle altre parti.`;
    },
  },

  warning: {
    heading: "Questa copia non è completa",
    missing: (date, isListed) =>
      `Non è stato possibile copiare alcuni dei Suoi dati il ${date}.${isListed ? " Ecco che cosa manca, in parte o del tutto:" : ""}`,
    ask: (name, contact) => html`Lei ha ancora diritto a tutto. Chieda il resto a ${name}: ${contact}.`,
    counted: (expected, written) =>
      `Il nostro sistema ha contato ${records(expected)} e ne ha fornite ${number(written)}.`,
    files: "Non è stato possibile leggere alcuni file legati a queste registrazioni.",
    stopped: "La lettura si è interrotta prima della fine.",
    failed: "La lettura non è riuscita.",
  },

  about: {
    heading: "Informazioni su questa copia",
    who: "Chi risponde",
    organisation: "Organizzazione",
    contact: "Contatto",
    dpo: "Responsabile della protezione dei dati",
    representative: "Rappresentante nell’UE",
    request: "La Sua richiesta",
    asked: "Ha chiesto",
    law: "Legge",
    received: "Ricevuta",
    due: "Risposta entro",
    extended: "Prorogata fino al",
    requestNumber: "Numero della richiesta",
    copy: "Questa copia",
    number: "Il Suo numero presso di noi",
    as: (format) => ` (come ${format})`,
    made: "Preparata",
    covers: "Comprende",
    part: "Parte",
    copyNumber: "Numero di questa copia",
  },

  overview: {
    heading: "Che cosa contiene questa copia",
    records: (value) => (value === 1 ? "registrazione su di Lei" : "registrazioni su di Lei"),
    kinds: (value) => (value === 1 ? "tipo di dati" : "tipi di dati"),
    files: (_value, isPart, size) => `file di dati${isPart ? " in questo file zip" : ""}, ${size}`,
    apart: (value) =>
      `${value === 1 ? "Un’altra registrazione è messa" : `Altre ${number(value)} registrazioni sono messe`} da parte perché qualcosa non era come previsto.`,
    nothing: "Non abbiamo dati su di Lei.",
    short: "In breve",
    why: "Perché",
    kept: "Conservazione",
    all: "Tutto, voce per voce",
    caption: "Tutti i tipi di dati in questa copia",
    head: ["Tipo di dati", "Registrazioni", "Stato", "Dal – al", "File"],
    of: (written, expected) => `${number(written)} di ${number(expected)}`,
    fileOf: (label) => `, file: ${label}`,
    countOf: records,
  },

  charts: {
    rows: "Le piccole barre mostrano quando ci sono state registrazioni: tutte le righe coprono lo stesso tempo, da sinistra a destra.",
    months: (first, last) => `Registrazioni al mese, da ${first} a ${last}`,
    years: (first, last) => `Registrazioni all’anno, da ${first} a ${last}`,
    spans: (years, first, last) => `Registrazioni ogni ${number(years)} anni, da ${first} a ${last}`,
    most: (value, when) => `Massimo: ${when}, ${number(value)}.`,
    numbers: "I numeri",
    head: ["Periodo", "Registrazioni"],
  },
};
