import { html } from "../html.ts";
import type { Words } from "./en.ts";
import { grouped, inRow } from "./formats.ts";

const number = (value: number) => grouped(value, "\u202F");
const isOne = (value: number) => value < 2;
const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${isOne(value) ? one : many}`;
const records = (value: number) => count(value, "enregistrement");

/** A colon and a question mark have a space before them, which does not break. */
export const fr: Words = {
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

  frame: {
    title: (name) => `Vos données chez ${name}`,
    heading: (name) => html`Vos données chez ${name}`,
    eyebrow: "Une copie de vos données personnelles",
    lead: (name, received, made, isAccess) =>
      html`Le ${received}, vous avez demandé à ${name} les données personnelles ${isAccess ? "que nous détenons sur vous" : "que vous pouvez emporter vers un autre service"}. Voici la réponse,
établie le ${made}. Cette page montre ce qu’elle contient, pourquoi nous l’avons et ce que vous pouvez en faire.`,
    skip: "Aller au contenu",
    contents: "Sur cette page",
    made: (time, program) => html`Établie le ${time} avec ${program}.`,
    copy: (id, version) => html`Copie ${id}, version du format ${version}. Les heures de cette page sont en UTC.`,
    top: "Retour en haut",
    others: "Autres données",
  },

  part: {
    heading: (part, of) => `Ceci est la partie ${number(part)}${of === undefined ? "" : ` sur ${number(of)}`}`,
    keep: (files) =>
      `Votre copie se compose de ${files === undefined ? "plusieurs" : number(files)} fichiers zip. Gardez-les ensemble\u00A0: seuls tous les fichiers forment la copie entière.`,
    restUnnamed: "Le reste se trouve dans les autres fichiers zip que vous avez reçus.",
    restBetween: (first, last) => html`Le reste se trouve dans les autres, de ${first} à ${last}.`,
    rest: (names) => html`Le reste se trouve dans ${inRow(names, " et ")}.`,
    lists:
      "Cette page énumère tout ce que nous avons copié et indique, pour chaque type de données, combien se trouvent dans ce fichier zip.",
    of: (part, of) => `Numéro ${number(part)} sur ${number(of)} fichiers zip.`,
    ofSeveral: (part, last) =>
      `La copie se compose de plusieurs fichiers zip. Celui-ci est le numéro ${number(part)}, ${last ? "le dernier" : "d’autres suivent"}.`,
    here: (here, all) => {
      if (here === all)
        return all === 1 ? "Il se trouve dans ce fichier zip." : `Les ${number(all)} se trouvent dans ce fichier zip.`;
      if (here === 0) return "Rien de cela n’est dans ce fichier zip\u00A0: regardez dans les autres parties.";
      return `${number(here)} ${isOne(here) ? "se trouve" : "se trouvent"} dans ce fichier zip, le reste dans les autres parties.`;
    },
  },

  warning: {
    heading: "Cette copie n’est pas complète",
    missing: (date, isListed) =>
      `Une partie de vos données n’a pas pu être copiée le ${date}.${isListed ? " Voici ce qui manque, en partie ou en totalité\u00A0:" : ""}`,
    ask: (name, contact) => html`Vous avez toujours droit à l’ensemble. Demandez le reste à ${name}\u00A0: ${contact}.`,
    counted: (expected, written) => `Notre système a compté ${records(expected)} et en a fourni ${number(written)}.`,
    files: "Certains fichiers liés à ces enregistrements n’ont pas pu être lus.",
    stopped: "La lecture s’est arrêtée avant la fin.",
    failed: "La lecture n’a pas abouti.",
  },

  about: {
    heading: "À propos de cette copie",
    who: "Qui répond",
    organisation: "Organisme",
    contact: "Adresse de contact",
    dpo: "Délégué à la protection des données",
    representative: "Représentant dans l’UE",
    request: "Votre demande",
    asked: "Vous avez demandé",
    law: "Loi",
    received: "Reçue",
    due: "Réponse attendue",
    extended: "Prolongée jusqu’au",
    requestNumber: "Numéro de la demande",
    copy: "Cette copie",
    number: "Votre numéro chez nous",
    as: (format) => ` (sous forme de ${format})`,
    made: "Établie",
    covers: "Contient",
    part: "Partie",
    copyNumber: "Numéro de cette copie",
  },

  overview: {
    heading: "Ce que contient cette copie",
    records: (value) => (isOne(value) ? "enregistrement vous concernant" : "enregistrements vous concernant"),
    kinds: (value) => (isOne(value) ? "type de données" : "types de données"),
    files: (value, isPart, size) =>
      `${isOne(value) ? "fichier de données" : "fichiers de données"}${isPart ? " dans ce fichier zip" : ""}, ${size}`,
    apart: (value) =>
      `${isOne(value) ? `${number(value)} autre enregistrement est mis` : `${number(value)} autres enregistrements sont mis`} à part, car quelque chose y était inattendu.`,
    nothing: "Nous ne détenons aucune donnée sur vous.",
    short: "En bref",
    why: "Pourquoi",
    kept: "Conservation",
    all: "Tout, point par point",
    caption: "Tous les types de données de cette copie",
    head: ["Type de données", "Enregistrements", "État", "Du – au", "Fichiers"],
    of: (written, expected) => `${number(written)} sur ${number(expected)}`,
    fileOf: (label) => `, fichier\u00A0: ${label}`,
    countOf: records,
  },

  charts: {
    rows: "Les petites barres montrent quand il y a eu des enregistrements\u00A0: toutes les lignes couvrent la même durée, de gauche à droite.",
    months: (first, last) => `Enregistrements par mois, de ${first} à ${last}`,
    years: (first, last) => `Enregistrements par an, de ${first} à ${last}`,
    spans: (years, first, last) => `Enregistrements par tranche de ${number(years)} ans, de ${first} à ${last}`,
    most: (value, when) => `Le plus\u00A0: ${when}, ${number(value)}.`,
    numbers: "Les chiffres",
    head: ["Période", "Enregistrements"],
  },

  category: {
    why: "Pourquoi nous l’utilisons",
    basis: "Ce qui nous y autorise",
    origin: "D’où cela vient",
    source: (source) => html` Origine\u00A0: ${source}`,
    retention: "Combien de temps nous le gardons",
    recipients: "Qui le reçoit",
    nobody: "Personne en dehors de notre organisme que nous nommions ici.",
    kinds: "Types de données personnelles",
    portable: "Pouvez-vous l’emporter\u00A0?",
    isPortable: "Oui. Vous pouvez l’emporter vers un autre service, sous une forme que les programmes savent lire.",
    notPortable: "Le droit d’emporter ses données ne s’y applique pas. Vous pouvez tout de même en avoir une copie.",
    safeguard: (safeguard) => html` (protection\u00A0: ${safeguard})`,
    codes: "Codes pour spécialistes",
    ofTitle: (title) => `\u00A0: ${title}`,
    codeNames: ["Finalités", "Base juridique", "Données personnelles", "Fideslang"],
    none: "Cette copie ne contient aucune donnée de ce type.",
  },

  dataset: {
    complete: (written) => {
      if (written === 0) return "Cette copie ne contient aucun enregistrement de ce type.";
      return written === 1
        ? "Le seul enregistrement de ce type est dans cette copie."
        : `Les ${number(written)} enregistrements de ce type sont tous dans cette copie.`;
    },
    empty: "Nous ne détenons aucune donnée de ce type sur vous.",
    partial: (written, expected) =>
      expected !== null && expected > written
        ? `Seulement ${number(written)} sur ${records(expected)} ${isOne(written) ? "est" : "sont"} dans cette copie.`
        : `${records(written)} ${isOne(written) ? "est" : "sont"} dans cette copie, et il en manque.`,
    failed: "Aucun de ces enregistrements n’a pu être lu\u00A0; cette copie n’en contient donc aucun.",
    excluded: "Nous avons laissé ces données de côté volontairement.",
    notApplicable: "Ce type de données ne vous concerne pas.",
    dated: (period) => `Date\u00A0: ${period}.`,
    covered: (period) => `Période\u00A0: ${period}.`,
    system: (source) => html`Système d’origine\u00A0: ${source}.`,
    apart: (value, rest) =>
      html`${isOne(value) ? `${number(value)} enregistrement est mis` : `${number(value)} enregistrements sont mis`} à part\u00A0: quelque chose n’y correspondait pas à notre propre description de ces données. ${rest}`,
    notLost: "Rien n’est perdu.",
    apartFile: (path, value) =>
      html`Rien n’est perdu\u00A0: le fichier ${path} ${isOne(value) ? "le" : "les"} contient, avec ce qui était inattendu.`,
    see: (path) => html`Voir ${path}.`,
    first: (label) => `Premiers enregistrements\u00A0: ${label}`,
    showing: (shown, all) => `Les ${number(shown)} premiers sur ${records(all)}`,
    columns: (value) =>
      isOne(value) ? "Ce que signifie la colonne" : `Ce que signifient les ${number(value)} colonnes`,
    inLabel: (label) => `\u00A0: ${label}`,
    sheet: (label) => `${label}\u00A0: le seul enregistrement`,
    sheetHead: ["Champ", "Le vôtre", "Ce que c’est"],
    filesOf: (label) => `Fichiers\u00A0: ${label}`,
    csv: "S’ouvre dans un tableur",
    json: "Pour d’autres services",
    apartWords: "Enregistrements mis à part",
    file: "Fichier",
    attachment: "Fichier joint",
    moreFiles: (value, folder) => html`${number(value)} de plus dans le dossier ${folder}`,
    schema: "Décrit chaque champ, pour les programmes",
  },

  values: {
    empty: "texte vide",
    yes: "oui",
    no: "non",
    none: "rien",
    entries: (value) => count(value, "élément"),
    fields: (value) => count(value, "champ"),
    more: (value) => `et ${number(value)} de plus`,
    cut: (mark) => html`${mark} indique ce qui est abrégé sur cette page. Les fichiers contiennent tout.`,
    whole: "L’enregistrement entier",
    uid: "Identifiant unique",
  },

  leftOut: {
    heading: "Ce qui n’est pas dans cette copie, et pourquoi",
    nothing: "Rien n’a été laissé de côté volontairement.",
    fields: "Champs que nous détenons et ne communiquons pas",
    fieldsCaption: "Champs détenus et non communiqués",
    fieldsHead: ["Champ", "Ce que c’est", "Pourquoi il n’est pas communiqué"],
    inDataset: (label) => html`dans ${label}`,
    kinds: "Types de données que nous avons laissés de côté",
    kindsCaption: "Données laissées de côté",
    kindsHead: ["Quoi", "Pourquoi", "À qui s’adresser"],
    notPortable:
      "Vous pouvez tout de même voir ce que le droit d’emporter ses données ne couvre pas\u00A0: demandez-nous une copie de toutes vos données (droit d’accès).",
    replaced: "Informations sur d’autres personnes",
    replacedWords: (mark) =>
      html`Les noms et identifiants d’autres personnes sont remplacés dans vos données, pour les protéger\u00A0: par ${mark}, ou par un nom de substitution
qui est le même pour la même personne dans toute cette copie.`,
    replacedCaption: "Champs remplacés pour protéger d’autres personnes",
    replacedHead: ["Champ", "Appartient à", "Remplacé"],
    dropped: "Champs sans description",
    droppedWords: (contact) =>
      html`Nos systèmes contiennent aussi ces champs. Leur sens n’est pas décrit\u00A0; ils n’ont donc pas été copiés. Interrogez-nous à leur sujet\u00A0: ${contact}.`,
    droppedCaption: "Champs qui n’ont pas été copiés",
    droppedHead: ["Champ", "Appartient à", "Non copié"],
    times: (value) => `${number(value)} fois`,
  },

  rights: {
    recipients: "Qui reçoit vos données",
    noRecipients: "Nous ne nommons aucun destinataire en dehors de notre organisme.",
    recipientsCaption: "Tous ceux qui reçoivent une partie de vos données",
    recipientsHead: ["Nom", "Ce qu’ils font", "Reçoit", "Pays", "Garantie"],
    heading: "Vos droits",
    caption: "Vos droits et comment les exercer",
    head: ["Droit", "Ce qu’il signifie", "Comment l’exercer"],
    ask: (contact) => html`Pour exercer un droit ou poser une question sur cette copie\u00A0: ${contact}.`,
    complaint: "Comment faire une réclamation",
    complain: (authority, contact) =>
      html`Si vous pensez que nous traitons mal vos données, vous pouvez adresser une réclamation\u00A0: ${authority}${contact !== undefined && html`, ${contact}`}.`,
    decisions: "Décisions prises par une machine",
    noDecisions: "Nous ne nommons aucune décision vous concernant qu’une machine prenne seule.",
    logic: "Comment elle est prise",
    consequences: "Ce qui en découle pour vous",
  },

  files: {
    heading: "Comment utiliser les fichiers",
    unpack:
      "Décompressez d’abord le fichier zip\u00A0: les liens de cette page mènent à des fichiers placés à côté. Chaque type de données se présente en deux fichiers qui disent la même chose.",
    csv: "CSV\u00A0: pour regarder",
    csvOpen:
      "S’ouvre dans un tableur comme LibreOffice Calc, Excel ou Numbers. S’il pose la question\u00A0: le texte est en UTF-8 et des virgules séparent les colonnes.",
    csvQuote: (mark) =>
      html`Certains textes commencent par un ${mark} de plus. Il évite qu’un tableur prenne le texte pour une formule et ne fait pas partie de vos données.`,
    json: "JSON\u00A0: pour emporter",
    jsonRead:
      "La forme que lisent les autres services et programmes. Chaque ligne est un enregistrement. Un éditeur de texte l’affiche aussi.",
    jsonHand: "Remettez ces fichiers lorsqu’un autre service propose d’importer vos données.",
    safe: "À garder en lieu sûr",
    safeWords:
      "Ce dossier en dit long sur vous. Gardez-le là où vous seul pouvez le lire et supprimez-le quand vous n’en avez plus besoin.",
    check: "Vérifier que rien n’a été modifié",
    checkWords: "Ouvrez un terminal dans ce dossier. Chaque ligne doit se terminer par OK.",
    onLinux: "sous Linux",
    onMac: "sur un Mac",
    signed: (key) =>
      html`Nous avons signé cette liste. Avec notre clé publique, que vous devriez tenir de nous par une autre voie, le programme minisign vérifie qu’elle vient de nous.
Le numéro de notre clé est ${key}.`,
    rest: "Ce que contient encore le dossier",
    restCaption: "Autres fichiers du dossier",
    restHead: ["Fichier", "À quoi il sert"],
    manifest: "Tout ce que dit cette page, pour les programmes et les auditeurs.",
    dataPackage: "Décrit les fichiers CSV, pour les outils de données (Frictionless Data Package).",
    schemas: "Décrit chaque champ des fichiers JSON, pour les programmes (JSON Schema).",
    attachments: "Fichiers liés à vos données.",
    quarantine: "Enregistrements inattendus, avec ce qui l’était.",
    checksums: "Une empreinte de chaque fichier, pour voir si l’un d’eux a été modifié.",
  },

  script: {
    search: "Rechercher dans ces enregistrements",
    none: "Aucun enregistrement ne correspond.",
    one: "1 enregistrement correspond.",
    many: "# enregistrements correspondent.",
    sort: "Trier selon cette colonne",
  },
};
