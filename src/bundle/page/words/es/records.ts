import { html } from "../../html.ts";
import type { RecordWords } from "../en/records.ts";
import { count, number, records } from "./counting.ts";

export const recordWords: RecordWords = {
  category: {
    why: "Para qué lo usamos",
    basis: "Qué nos lo permite",
    origin: "De dónde procede",
    source: (source) => html` Procedencia: ${source}`,
    retention: "Cuánto tiempo lo guardamos",
    recipients: "Quién lo recibe",
    nobody: "Nadie fuera de nuestra organización a quien nombremos aquí.",
    kinds: "Tipos de datos personales",
    portable: "¿Puede llevárselo?",
    isPortable: "Sí. Puede llevárselo a otro servicio, en una forma que los programas pueden leer.",
    notPortable: "El derecho a llevarse los datos no lo cubre. Aun así, puede tener una copia.",
    safeguard: (safeguard) => html` (protección: ${safeguard})`,
    codes: "Códigos para especialistas",
    ofTitle: (title) => `: ${title}`,
    codeNames: ["Fines", "Base jurídica", "Datos personales", "Fideslang"],
    none: "En esta copia no hay datos de este tipo.",
  },

  dataset: {
    complete: (written) => {
      if (written === 0) return "En esta copia no hay ningún registro de este tipo.";
      return written === 1
        ? "El único registro de este tipo está en esta copia."
        : `Los ${number(written)} registros de este tipo están en esta copia.`;
    },
    empty: "No tenemos datos de este tipo sobre usted.",
    partial: (written, expected) =>
      expected !== null && expected > written
        ? `Solo ${number(written)} de ${records(expected)} están en esta copia.`
        : `${records(written)} ${written === 1 ? "está" : "están"} en esta copia, y faltan algunos.`,
    failed: "No se pudo leer ninguno de estos registros, así que no hay ninguno en esta copia.",
    excluded: "Omitimos estos datos a propósito.",
    notApplicable: "Este tipo de datos no le concierne.",
    dated: (period) => `Fecha: ${period}.`,
    covered: (period) => `Período: ${period}.`,
    system: (source) => html`Sistema de origen: ${source}.`,
    apart: (value, rest) =>
      html`${value === 1 ? "1 registro está apartado" : `${number(value)} registros están apartados`}: algo en ${value === 1 ? "él" : "ellos"} no coincidía con nuestra propia descripción de estos datos. ${rest}`,
    notLost: "No se ha perdido nada.",
    apartFile: (path, value) =>
      html`No se ha perdido nada: el archivo ${path} ${value === 1 ? "lo" : "los"} contiene, con lo que era inesperado.`,
    see: (path) => html`Véase ${path}.`,
    first: (label) => `Primeros registros: ${label}`,
    showing: (shown, all) => `Los primeros ${number(shown)} de ${records(all)}`,
    columns: (value) => (value === 1 ? "Qué significa la columna" : `Qué significan las ${number(value)} columnas`),
    inLabel: (label) => `: ${label}`,
    sheet: (label) => `${label}: el único registro`,
    sheetHead: ["Campo", "El suyo", "Qué es"],
    filesOf: (label) => `Archivos: ${label}`,
    csv: "Se abre en una hoja de cálculo",
    json: "Para otros servicios",
    apartWords: "Registros apartados",
    file: "Archivo",
    attachment: "Archivo adjunto",
    moreFiles: (value, folder) => html`${number(value)} más en la carpeta ${folder}`,
    schema: "Describe cada campo, para programas",
  },

  values: {
    empty: "texto vacío",
    yes: "sí",
    no: "no",
    none: "nada",
    entries: (value) => count(value, "elemento"),
    fields: (value) => count(value, "campo"),
    more: (value) => `y ${number(value)} más`,
    cut: (mark) => html`${mark} marca lo que está abreviado en esta página. En los archivos está todo.`,
    whole: "El registro entero",
    uid: "Identificador único",
  },
};
