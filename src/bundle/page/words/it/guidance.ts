import { html } from "../../html.ts";
import type { GuidanceWords } from "../en/guidance.ts";
import { count } from "./counting.ts";

export const guidanceWords: GuidanceWords = {
  leftOut: {
    heading: "Che cosa non contiene questa copia, e perché",
    nothing: "Nulla è stato escluso di proposito.",
    fields: "Campi che abbiamo e non diamo",
    fieldsCaption: "Campi conservati e non dati",
    fieldsHead: ["Campo", "Che cos’è", "Perché non viene dato"],
    inDataset: (label) => html`in ${label}`,
    kinds: "Tipi di dati che abbiamo escluso",
    kindsCaption: "Dati esclusi",
    kindsHead: ["Che cosa", "Perché è escluso", "A chi chiedere"],
    notPortable:
      "Può comunque vedere ciò che il diritto di portare con sé i dati non comprende: ci chieda una copia di tutti i Suoi dati (diritto di accesso).",
    replaced: "Informazioni su altre persone",
    replacedWords: (mark) =>
      html`Nomi e identificatori di altre persone sono sostituiti nei Suoi dati, per proteggerle: con ${mark}, o con un nome fittizio
che in tutta questa copia è lo stesso per la stessa persona.`,
    replacedCaption: "Campi sostituiti per proteggere altre persone",
    replacedHead: ["Campo", "Appartiene a", "Sostituito"],
    dropped: "Campi senza descrizione",
    droppedWords: (contact) =>
      html`I nostri sistemi contengono anche questi campi. Il loro significato non è descritto, perciò non sono stati copiati. Ci chieda di essi: ${contact}.`,
    droppedCaption: "Campi che non sono stati copiati",
    droppedHead: ["Campo", "Appartiene a", "Non copiato"],
    times: (value) => count(value, "volta", "volte"),
  },

  rights: {
    recipients: "Chi riceve i Suoi dati",
    noRecipients: "Non nominiamo destinatari al di fuori della nostra organizzazione.",
    recipientsCaption: "Tutti coloro che ricevono parte dei Suoi dati",
    recipientsHead: ["Nome", "Che cosa fanno", "Riceve", "Paese", "Garanzia"],
    heading: "I Suoi diritti",
    caption: "I Suoi diritti e come esercitarli",
    head: ["Diritto", "Che cosa significa", "Come esercitarlo"],
    ask: (contact) => html`Per esercitare un diritto o chiedere qualcosa su questa copia: ${contact}.`,
    complaint: "Come presentare un reclamo",
    complain: (authority, contact) =>
      html`Se ritiene che trattiamo male i Suoi dati, può presentare un reclamo: ${authority}${contact !== undefined && html`, ${contact}`}.`,
    decisions: "Decisioni prese da una macchina",
    noDecisions: "Non nominiamo alcuna decisione su di Lei presa da una macchina da sola.",
    logic: "Come viene presa",
    consequences: "Che cosa ne segue per Lei",
  },

  files: {
    heading: "Come usare i file",
    unpack:
      "Per prima cosa estragga il file zip: i link di questa pagina portano a file che le stanno accanto. Ogni tipo di dati si trova in due file che dicono la stessa cosa.",
    csv: "CSV: da guardare",
    csvOpen:
      "Si apre in un foglio di calcolo come LibreOffice Calc, Excel o Numbers. Se lo chiede: il testo è in UTF-8 e le virgole separano le colonne.",
    csvQuote: (mark) =>
      html`Alcuni testi iniziano con un ${mark} in più. Evita che un foglio di calcolo scambi il testo per una formula e non fa parte dei Suoi dati.`,
    json: "JSON: da portare con sé",
    jsonRead:
      "La forma che leggono altri servizi e programmi. Ogni riga è una registrazione. Anche un editor di testo lo mostra.",
    jsonHand: "Consegni questi file quando un altro servizio offre di importare i Suoi dati.",
    safe: "Da conservare con cura",
    safeWords:
      "Questa cartella dice molto di Lei. La conservi dove solo Lei può leggerla e la elimini quando non Le serve più.",
    check: "Verificare che nulla sia stato modificato",
    checkWords: "Apra un terminale in questa cartella. Ogni riga deve terminare con OK.",
    onLinux: "su Linux",
    onMac: "su un Mac",
    signed: (key) =>
      html`Abbiamo firmato questo elenco. Con la nostra chiave pubblica, che dovrebbe avere da noi per altra via, il programma minisign verifica che provenga da noi.
Il numero della nostra chiave è ${key}.`,
    rest: "Che cos’altro c’è nella cartella",
    restCaption: "Altri file nella cartella",
    restHead: ["File", "A che cosa serve"],
    manifest: "Tutto ciò che dice questa pagina, per programmi e revisori.",
    dataPackage: "Descrive i file CSV, per strumenti di dati (Frictionless Data Package).",
    schemas: "Descrive ogni campo dei file JSON, per i programmi (JSON Schema).",
    attachments: "File che appartengono ai Suoi dati.",
    quarantine: "Registrazioni che non erano come previsto, con ciò che era inatteso.",
    checksums: "Un’impronta di ogni file, per vedere se uno è stato modificato.",
  },

  script: {
    search: "Cerca in queste registrazioni",
    none: "Nessuna registrazione corrisponde.",
    one: "1 registrazione corrisponde.",
    many: "# registrazioni corrispondono.",
    sort: "Ordina per questa colonna",
  },
};
