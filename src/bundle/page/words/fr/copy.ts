import { html } from "../../html.ts";
import type { CopyWords } from "../en/copy.ts";
import { inRow } from "../formats.ts";
import { isOne, number, records } from "./counting.ts";

export const copyWords: CopyWords = {
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
    most: (value, when) => `Maximum\u00A0: ${when}, ${number(value)}.`,
    numbers: "Les chiffres",
    head: ["Période", "Enregistrements"],
  },
};
