import { html } from "../html.ts";
import type { Words } from "./en.ts";
import { grouped, inRow } from "./formats.ts";

// Four digits stand together in Spanish.
const number = (value: number) => grouped(value, "\u00A0", 5);
const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
const records = (value: number) => count(value, "registro");

export const es: Words = {
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
    number: "Su número con nosotros",
    as: (format) => ` (como ${format})`,
    made: "Preparada",
    covers: "Abarca",
    part: "Parte",
    copyNumber: "Número de esta copia",
  },

  overview: {
    heading: "Qué hay aquí",
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
    most: (value, when) => `Lo máximo: ${when}, ${number(value)}.`,
    numbers: "Las cifras",
    head: ["Período", "Registros"],
  },

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

  leftOut: {
    heading: "Qué no hay aquí, y por qué",
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
