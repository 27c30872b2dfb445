import { html } from "../../html.ts";
import type { RecordWords } from "../en/records.ts";
import { count, isOne, number, records } from "./counting.ts";

export const recordWords: RecordWords = {
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
};
