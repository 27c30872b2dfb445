import { html } from "../../html.ts";
import type { GuidanceWords } from "../en/guidance.ts";
import { count } from "./counting.ts";

export const guidanceWords: GuidanceWords = {
  leftOut: {
    heading: "Qué no contiene esta copia, y por qué",
    nothing: "No se omitió nada a propósito.",
    fields: "Campos que tenemos y no entregamos",
    fieldsCaption: "Campos que se guardan y no se entregan",
    fieldsHead: ["Campo", "Qué es", "Por qué no se entrega"],
    inDataset: (label) => html`en ${label}`,
    kinds: "Tipos de datos que omitimos",
    kindsCaption: "Datos omitidos",
    kindsHead: ["Qué", "Por qué se omite", "A quién preguntar"],
    notPortable:
      "Aun así puede ver lo que el derecho a llevarse los datos no cubre: pídanos una copia de todos sus datos (derecho de acceso).",
    replaced: "Información sobre otras personas",
    replacedWords: (mark) =>
      html`Los nombres e identificadores de otras personas se han sustituido en sus datos, para protegerlas: por ${mark}, o por un nombre ficticio
que es el mismo para la misma persona en toda esta copia.`,
    replacedCaption: "Campos sustituidos para proteger a otras personas",
    replacedHead: ["Campo", "Pertenece a", "Sustituido"],
    dropped: "Campos sin descripción",
    droppedWords: (contact) =>
      html`Nuestros sistemas también contienen estos campos. Su significado no está descrito, por lo que no se copiaron. Pregúntenos por ellos: ${contact}.`,
    droppedCaption: "Campos que no se copiaron",
    droppedHead: ["Campo", "Pertenece a", "No copiado"],
    times: (value) => count(value, "vez", "veces"),
  },

  rights: {
    recipients: "Quién recibe sus datos",
    noRecipients: "No nombramos ningún destinatario fuera de nuestra organización.",
    recipientsCaption: "Todos los que reciben parte de sus datos",
    recipientsHead: ["Nombre", "Qué hacen", "Recibe", "País", "Garantía"],
    heading: "Sus derechos",
    caption: "Sus derechos y cómo ejercerlos",
    head: ["Derecho", "Qué significa", "Cómo ejercerlo"],
    ask: (contact) => html`Para ejercer un derecho o preguntar algo sobre esta copia: ${contact}.`,
    complaint: "Cómo reclamar",
    complain: (authority, contact) =>
      html`Si cree que tratamos mal sus datos, puede presentar una reclamación: ${authority}${contact !== undefined && html`, ${contact}`}.`,
    decisions: "Decisiones tomadas por una máquina",
    noDecisions: "No nombramos ninguna decisión sobre usted que tome una máquina por sí sola.",
    logic: "Cómo se toma",
    consequences: "Qué consecuencias tiene para usted",
  },

  files: {
    heading: "Cómo usar los archivos",
    unpack:
      "Descomprima primero el archivo zip: los enlaces de esta página llevan a archivos que están junto a ella. Cada tipo de datos viene en dos archivos que dicen lo mismo.",
    csv: "CSV: para mirar",
    csvOpen:
      "Se abre en una hoja de cálculo como LibreOffice Calc, Excel o Numbers. Si pregunta: el texto está en UTF-8 y las comas separan las columnas.",
    csvQuote: (mark) =>
      html`Algunos textos empiezan con un ${mark} de más. Evita que una hoja de cálculo tome el texto por una fórmula y no forma parte de sus datos.`,
    json: "JSON: para llevárselo",
    jsonRead:
      "La forma que leen otros servicios y programas. Cada línea es un registro. Un editor de texto también lo muestra.",
    jsonHand: "Entregue estos archivos cuando otro servicio ofrezca importar sus datos.",
    safe: "Guárdelo bien",
    safeWords:
      "Esta carpeta dice mucho sobre usted. Guárdela donde solo usted pueda leerla y bórrela cuando ya no la necesite.",
    check: "Comprobar que nada se modificó",
    checkWords: "Abra un terminal en esta carpeta. Cada línea debe terminar en OK.",
    onLinux: "en Linux",
    onMac: "en un Mac",
    signed: (key) =>
      html`Hemos firmado esta lista. Con nuestra clave pública, que debería tener de nosotros por otra vía, el programa minisign comprueba que procede de nosotros.
El número de nuestra clave es ${key}.`,
    rest: "Qué más hay en la carpeta",
    restCaption: "Otros archivos de la carpeta",
    restHead: ["Archivo", "Para qué sirve"],
    manifest: "Todo lo que dice esta página, para programas y auditores.",
    dataPackage: "Describe los archivos CSV, para herramientas de datos (Frictionless Data Package).",
    schemas: "Describe cada campo de los archivos JSON, para programas (JSON Schema).",
    attachments: "Archivos que pertenecen a sus datos.",
    quarantine: "Registros que no eran lo esperado, con lo que era inesperado.",
    checksums: "Una huella de cada archivo, para ver si alguno se modificó.",
  },

  script: {
    search: "Buscar en estos registros",
    none: "Ningún registro coincide.",
    one: "1 registro coincide.",
    many: "# registros coinciden.",
    sort: "Ordenar por esta columna",
  },
};
