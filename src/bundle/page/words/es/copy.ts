import { html } from "../../html.ts";
import type { CopyWords } from "../en/copy.ts";
import { inRow } from "../formats.ts";
import { number, records } from "./counting.ts";

export const copyWords: CopyWords = {
  frame: {
    title: (name) => `Sus datos en ${name}`,
    heading: (name) => html`Sus datos en ${name}`,
    eyebrow: "Una copia de sus datos personales",
    lead: (name, received, made, isAccess) =>
      html`El ${received} usted pidió a ${name} los datos personales ${isAccess ? "que tenemos sobre usted" : "que puede llevarse a otro servicio"}. Esta es la respuesta,
preparada el ${made}. Esta página muestra qué contiene, por qué lo tenemos y qué puede hacer con ello.`,
    skip: "Ir al contenido",
    contents: "En esta página",
    made: (time, program) => html`Preparado el ${time} con ${program}.`,
    copy: (id, version) => html`Copia ${id}, versión del formato ${version}. Las horas de esta página son UTC.`,
    top: "Volver arriba",
    others: "Otros datos",
  },

  part: {
    heading: (part, of) => `Esta es la parte ${number(part)}${of === undefined ? "" : ` de ${number(of)}`}`,
    keep: (files) =>
      `Su copia se compone de ${files === undefined ? "varios" : number(files)} archivos zip. Guárdelos juntos: solo todos ellos son la copia completa.`,
    restUnnamed: "El resto está en los demás archivos zip que recibió.",
    restBetween: (first, last) => html`El resto está en los demás, de ${first} a ${last}.`,
    rest: (names) => html`El resto está en ${inRow(names, " y ")}.`,
    lists: "Esta página enumera todo lo que copiamos y dice, de cada tipo de datos, cuántos están en este archivo zip.",
    of: (part, of) => `Número ${number(part)} de ${number(of)} archivos zip.`,
    ofSeveral: (part, last) =>
      `La copia se compone de varios archivos zip. Este es el número ${number(part)}, ${last ? "el último" : "y siguen más"}.`,
    here: (here, all) => {
      if (here === all)
        return all === 1 ? "Está en este archivo zip." : `Los ${number(all)} están en este archivo zip.`;
      if (here === 0) return "Nada de ello está en este archivo zip: mire en las otras partes.";
      return `${number(here)} ${here === 1 ? "está" : "están"} en este archivo zip; los demás, en las otras partes.`;
    },
  },

  warning: {
    heading: "Esta copia no está completa",
    missing: (date, isListed) =>
      `Algunos de sus datos no se pudieron copiar el ${date}.${isListed ? " Esto falta, en parte o del todo:" : ""}`,
    ask: (name, contact) => html`Usted sigue teniendo derecho a todo. Pida el resto a ${name}: ${contact}.`,
    counted: (expected, written) => `Nuestro sistema contó ${records(expected)} y entregó ${number(written)}.`,
    files: "Algunos archivos que pertenecen a estos registros no se pudieron leer.",
    stopped: "La lectura se detuvo antes del final.",
    failed: "No se logró leerlos.",
  },

  about: {
    heading: "Acerca de esta copia",
    who: "Quién responde",
    organisation: "Organización",
    contact: "Contacto",
    dpo: "Delegado de protección de datos",
    representative: "Representante en la UE",
    request: "Su solicitud",
    asked: "Usted pidió",
    law: "Ley",
    received: "Recibida",
    due: "Plazo de respuesta",
    extended: "Prorrogado hasta",
    requestNumber: "Número de solicitud",
    copy: "Esta copia",
    number: "Su número en nuestros sistemas",
    as: (format) => ` (como ${format})`,
    made: "Preparada",
    covers: "Abarca",
    part: "Parte",
    copyNumber: "Número de esta copia",
  },

  overview: {
    heading: "Qué contiene esta copia",
    records: (value) => (value === 1 ? "registro sobre usted" : "registros sobre usted"),
    kinds: (value) => (value === 1 ? "tipo de datos" : "tipos de datos"),
    files: (value, isPart, size) =>
      `${value === 1 ? "archivo de datos" : "archivos de datos"}${isPart ? " en este archivo zip" : ""}, ${size}`,
    apart: (value) =>
      `${value === 1 ? "1 registro más está apartado" : `${number(value)} registros más están apartados`} porque algo en ellos no era lo esperado.`,
    nothing: "No tenemos ningún dato sobre usted.",
    short: "En resumen",
    why: "Para qué",
    kept: "Se guarda",
    all: "Todo, uno por uno",
    caption: "Todos los tipos de datos de esta copia",
    head: ["Tipo de datos", "Registros", "Estado", "Desde – hasta", "Archivos"],
    of: (written, expected) => `${number(written)} de ${number(expected)}`,
    fileOf: (label) => `, archivo: ${label}`,
    countOf: records,
  },

  charts: {
    rows: "Las barras pequeñas muestran cuándo hubo registros: todas las filas abarcan el mismo tiempo, de izquierda a derecha.",
    months: (first, last) => `Registros por mes, de ${first} a ${last}`,
    years: (first, last) => `Registros por año, de ${first} a ${last}`,
    spans: (years, first, last) => `Registros por cada ${number(years)} años, de ${first} a ${last}`,
    most: (value, when) => `Máximo: ${when}, ${number(value)}.`,
    numbers: "Las cifras",
    head: ["Período", "Registros"],
  },
};
