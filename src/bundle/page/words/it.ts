import { html } from "../html.ts";
import type { Words } from "./en.ts";
import { grouped, inRow } from "./formats.ts";

const number = (value: number) => grouped(value, ".");
const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;
const records = (value: number) => count(value, "registrazione", "registrazioni");

export const it: Words = {
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
    heading: "Che cosa c’è qui",
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
    most: (value, when) => `Il massimo: ${when}, ${number(value)}.`,
    numbers: "I numeri",
    head: ["Periodo", "Registrazioni"],
  },

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

  leftOut: {
    heading: "Che cosa non c’è qui, e perché",
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
