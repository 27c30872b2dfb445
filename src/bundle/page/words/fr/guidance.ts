import { html } from "../../html.ts";
import type { GuidanceWords } from "../en/guidance.ts";
import { number } from "./counting.ts";

export const guidanceWords: GuidanceWords = {
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
