import type { CodeWords } from "../en/codes.ts";
import { count, number } from "./counting.ts";

export const codeWords: CodeWords = {
  formats: {
    number,
    decimal: ",",
    months: "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre".split("|"),
    shortMonths: "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic".split("|"),
    day: (day, month, year) => `${day} de ${month} de ${year}`,
    shortDay: (day, month, year) => `${day} ${month} ${year}`,
    bytes: (value) => count(value, "byte"),
    sizes: ["kB", "MB", "GB", "TB"],
    span: (from, to) => `del ${from} al ${to}`,
    durations: {
      Y: (value) => count(value, "año"),
      M: (value) => count(value, "mes", "meses"),
      W: (value) => count(value, "semana"),
      D: (value) => count(value, "día"),
      H: (value) => count(value, "hora"),
      m: (value) => count(value, "minuto"),
      S: (value) => count(value, "segundo"),
    },
  },

  codes: {
    requests: {
      access: "Una copia de los datos personales que tenemos sobre usted (derecho de acceso)",
      portability: "Los datos personales que puede llevarse a otro servicio (derecho a la portabilidad de los datos)",
    },
    regulations: {
      gdpr: "Reglamento General de Protección de Datos (RGPD)",
      ccpa: "Ley de Privacidad del Consumidor de California (CCPA)",
    },
    consistencies: {
      snapshot: "Todo muestra un mismo momento.",
      "per-dataset": "Cada tipo de datos muestra su propio momento.",
      none: "Es posible que algunos datos cambiaran mientras se copiaban.",
    },
    scopes: {
      all: "Todo, salvo lo que esta página indica como omitido.",
      law: "Lo que usted nos dio y lo que se registró de su uso, cuando nos basamos en su consentimiento o en un contrato con usted.",
      "all-but-derived":
        "Lo que usted nos dio y lo que se registró de su uso, sea cual sea la base que nos permite usarlo.",
    },
    bases: {
      "6-1-a": "Usted lo aceptó (consentimiento)",
      "6-1-b": "Lo necesitamos para nuestro contrato con usted",
      "6-1-c": "Una ley nos obliga",
      "6-1-d": "Protege la vida de alguien (intereses vitales)",
      "6-1-e": "Sirve a una misión de interés público",
      "6-1-f": "Se basa en un interés legítimo nuestro",
      "9-2-a": "Usted lo aceptó de forma explícita (consentimiento para datos sensibles)",
      "9-2-b": "Lo exige el derecho laboral y de la seguridad social",
      "9-2-c": "Protege la vida de alguien (intereses vitales)",
      "9-2-d": "Usted es miembro de nuestra organización sin ánimo de lucro o está en contacto con ella",
      "9-2-e": "Usted mismo lo hizo público",
      "9-2-f": "Es necesario para una reclamación legal",
      "9-2-g": "Sirve a un interés público esencial que una ley nombra",
      "9-2-h": "Es necesario para la asistencia sanitaria o social",
      "9-2-i": "Sirve a la salud pública",
      "9-2-j": "Sirve a archivos, a la investigación o a la estadística",
    },
    origins: {
      provided: "Usted nos lo dio",
      observed: "Se registró mientras usaba nuestro servicio",
      derived: "Lo calculamos a partir de otros datos sobre usted",
      inferred: "Lo dedujimos de otros datos sobre usted, así que puede ser erróneo",
    },
    outcomes: {
      complete: "Completo",
      empty: "No hay nada",
      partial: "Incompleto",
      failed: "Falta",
      excluded: "Omitido",
      notApplicable: "No se aplica",
    },
    leftOut: {
      secret:
        "Lo guardamos para proteger su cuenta y nunca lo entregamos: quien lo tuviera podría actuar en su nombre.",
      "third-party-rights": "Se refiere a otras personas, cuyos derechos también cuentan.",
      "not-portable-basis":
        "El derecho a llevarse los datos solo cubre lo que usamos con su consentimiento o para un contrato con usted.",
      "not-portable-origin":
        "El derecho a llevarse los datos solo cubre lo que usted nos dio o lo que se registró de su uso.",
      processor: "Solo lo guardamos para otra persona o entidad, que decide sobre ello.",
      declared: "Lo omitimos a propósito.",
    },
    identities: {
      email: "Correo electrónico",
      phone: "Número de teléfono",
      controller_customer_id: "Número de cliente",
    },
    types: {
      string: "texto",
      integer: "número entero",
      number: "número",
      boolean: "sí o no",
      json: "lista o grupo",
    },
  },

  article: (article, paragraph, letter) => `RGPD, artículo ${article}, apartado ${paragraph}, letra ${letter}`,
};
