import type { Right } from "./controller.ts";
import type { Locale } from "./locale.ts";

/** The rights that GDPR 15(1)(e) asks to be told, in plain words. */
export const gdprRights: readonly Right[] = [
  {
    name: "Access",
    basis: "GDPR 15",
    description: "You may ask what is held about you and get a copy. This file is the answer.",
  },
  {
    name: "Rectification",
    basis: "GDPR 16",
    description: "You may have wrong data corrected and incomplete data completed.",
  },
  {
    name: "Erasure",
    basis: "GDPR 17",
    description: "You may have your data deleted, unless a law demands that it is kept.",
  },
  {
    name: "Restriction",
    basis: "GDPR 18",
    description: "You may ask that your data is kept but not used, for instance while a dispute is open.",
  },
  {
    name: "Portability",
    basis: "GDPR 20",
    description: "You may take the data you provided to another service, in a form that machines read.",
  },
  {
    name: "Objection",
    basis: "GDPR 21",
    description:
      "You may object to uses of your data that rest on legitimate interests, and to direct marketing at any time.",
  },
  {
    name: "Human review",
    basis: "GDPR 22",
    description: "You need not accept a decision that a machine alone made and that weighs heavily on you.",
  },
];

const right = (name: string, basis: string, description: string): Right => ({ name, basis, description });

const translated: Readonly<Record<Exclude<Locale, "en">, readonly Right[]>> = {
  de: [
    right(
      "Auskunft",
      "Art. 15 DSGVO",
      "Sie dürfen fragen, was über Sie gespeichert ist, und eine Kopie bekommen. Diese Datei ist die Antwort.",
    ),
    right("Berichtigung", "Art. 16 DSGVO", "Sie dürfen falsche Daten berichtigen und unvollständige ergänzen lassen."),
    right(
      "Löschung",
      "Art. 17 DSGVO",
      "Sie dürfen Ihre Daten löschen lassen, es sei denn, ein Gesetz verlangt, dass sie aufbewahrt werden.",
    ),
    right(
      "Einschränkung",
      "Art. 18 DSGVO",
      "Sie dürfen verlangen, dass Ihre Daten aufbewahrt, aber nicht verwendet werden, etwa solange ein Streit offen ist.",
    ),
    right(
      "Datenübertragbarkeit",
      "Art. 20 DSGVO",
      "Sie dürfen die Daten, die Sie gegeben haben, in maschinenlesbarer Form zu einem anderen Dienst mitnehmen.",
    ),
    right(
      "Widerspruch",
      "Art. 21 DSGVO",
      "Sie dürfen Verwendungen Ihrer Daten widersprechen, die auf berechtigten Interessen beruhen, und jederzeit der Direktwerbung.",
    ),
    right(
      "Prüfung durch einen Menschen",
      "Art. 22 DSGVO",
      "Sie müssen keine Entscheidung hinnehmen, die allein eine Maschine getroffen hat und die Sie erheblich trifft.",
    ),
  ],
  fr: [
    right(
      "Accès",
      "Art. 15 RGPD",
      "Vous pouvez demander ce qui est détenu sur vous et en obtenir une copie. Ce fichier est la réponse.",
    ),
    right(
      "Rectification",
      "Art. 16 RGPD",
      "Vous pouvez faire corriger des données fausses et compléter des données incomplètes.",
    ),
    right(
      "Effacement",
      "Art. 17 RGPD",
      "Vous pouvez faire supprimer vos données, sauf si une loi exige leur conservation.",
    ),
    right(
      "Limitation",
      "Art. 18 RGPD",
      "Vous pouvez demander que vos données soient gardées sans être utilisées, par exemple tant qu’un litige est en cours.",
    ),
    right(
      "Portabilité",
      "Art. 20 RGPD",
      "Vous pouvez emporter vers un autre service les données que vous avez fournies, sous une forme lisible par les machines.",
    ),
    right(
      "Opposition",
      "Art. 21 RGPD",
      "Vous pouvez vous opposer aux utilisations de vos données fondées sur des intérêts légitimes et, à tout moment, à la prospection directe.",
    ),
    right(
      "Intervention humaine",
      "Art. 22 RGPD",
      "Vous n’êtes pas tenu d’accepter une décision prise par une machine seule et qui vous affecte fortement.",
    ),
  ],
  es: [
    right(
      "Acceso",
      "Art. 15 RGPD",
      "Puede preguntar qué datos se tienen sobre usted y obtener una copia. Este archivo es la respuesta.",
    ),
    right("Rectificación", "Art. 16 RGPD", "Puede hacer corregir datos erróneos y completar datos incompletos."),
    right("Supresión", "Art. 17 RGPD", "Puede hacer borrar sus datos, salvo que una ley exija conservarlos."),
    right(
      "Limitación",
      "Art. 18 RGPD",
      "Puede pedir que sus datos se guarden pero no se usen, por ejemplo mientras haya una disputa abierta.",
    ),
    right(
      "Portabilidad",
      "Art. 20 RGPD",
      "Puede llevarse a otro servicio los datos que proporcionó, en una forma que las máquinas leen.",
    ),
    right(
      "Oposición",
      "Art. 21 RGPD",
      "Puede oponerse a los usos de sus datos que se basan en intereses legítimos y, en todo momento, a la publicidad directa.",
    ),
    right(
      "Revisión humana",
      "Art. 22 RGPD",
      "No tiene por qué aceptar una decisión que una máquina tomó por sí sola y que le afecta gravemente.",
    ),
  ],
  it: [
    right(
      "Accesso",
      "Art. 15 GDPR",
      "Può chiedere che cosa viene conservato su di Lei e averne una copia. Questo file è la risposta.",
    ),
    right("Rettifica", "Art. 16 GDPR", "Può far correggere i dati sbagliati e completare quelli incompleti."),
    right(
      "Cancellazione",
      "Art. 17 GDPR",
      "Può far cancellare i Suoi dati, salvo che una legge imponga di conservarli.",
    ),
    right(
      "Limitazione",
      "Art. 18 GDPR",
      "Può chiedere che i Suoi dati siano conservati ma non usati, per esempio finché è aperta una controversia.",
    ),
    right(
      "Portabilità",
      "Art. 20 GDPR",
      "Può portare a un altro servizio i dati che ha fornito, in una forma leggibile dalle macchine.",
    ),
    right(
      "Opposizione",
      "Art. 21 GDPR",
      "Può opporsi agli usi dei Suoi dati che si basano su legittimi interessi e, in ogni momento, al marketing diretto.",
    ),
    right(
      "Intervento umano",
      "Art. 22 GDPR",
      "Non è tenuto ad accettare una decisione presa da una macchina da sola che La riguarda in modo rilevante.",
    ),
  ],
};

/**
 * The rights of the GDPR in plain words of one language, as a bundle has them where the configuration names none. Add to each how to
 * use it.
 *
 * @param locale a language of the page
 * @example
 * ```ts
 * gdprRightsIn("de").map(({ name }) => name)[0]; // "Auskunft"
 * ```
 */
export function gdprRightsIn(locale: Locale): readonly Right[] {
  return locale === "en" ? gdprRights : translated[locale];
}
