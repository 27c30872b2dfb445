/**
 * What version 2.0 of the Data Package profile demands of the properties that our descriptor uses, written down from the published
 * specification. Unknown names are allowed there only as extensions; here they must carry our prefix, so that a typing error shows.
 */
const text = { type: "string", minLength: 1 };
const extensions = { "^portmanteau:": {} };
const names = { anyOf: [text, { type: "array", items: text, minItems: 1 }] };

const field = {
  type: "object",
  required: ["name", "type"],
  additionalProperties: false,
  patternProperties: extensions,
  properties: {
    name: text,
    type: { enum: ["string", "number", "integer", "boolean", "object", "array", "date", "datetime", "any"] },
    format: text,
    title: text,
    description: text,
    rdfType: { type: "string", pattern: "^https://" },
    constraints: { type: "object", additionalProperties: false, properties: { required: { type: "boolean" } } },
  },
  anyOf: [
    { properties: { type: { not: { const: "string" } } } },
    { properties: { format: { enum: ["default", "email", "uri", "binary", "uuid"] } } },
  ],
};

const resource = {
  type: "object",
  required: ["name", "path"],
  additionalProperties: false,
  patternProperties: extensions,
  properties: {
    name: { type: "string", pattern: "^[a-z0-9._/-]+$" },
    path: { type: "string", pattern: "^(?=[^./~])(?!file:)((?!/\\.\\./)(?!\\\\)(?!://).)*$" },
    type: { const: "table" },
    profile: { const: "tabular-data-resource" },
    title: text,
    description: text,
    format: text,
    mediatype: { type: "string", pattern: "^(.+)/(.+)$" },
    encoding: { const: "utf-8" },
    bytes: { type: "integer", minimum: 0 },
    hash: { type: "string", pattern: "^sha256:[0-9a-f]{64}$" },
    dialect: {
      type: "object",
      additionalProperties: false,
      patternProperties: extensions,
      properties: {
        delimiter: { const: "," },
        lineTerminator: { const: "\r\n" },
        quoteChar: { const: '"' },
        doubleQuote: { const: true },
        header: { const: true },
        skipInitialSpace: { const: false },
      },
    },
    schema: {
      type: "object",
      required: ["fields"],
      additionalProperties: false,
      properties: {
        fields: { type: "array", minItems: 1, items: field },
        missingValues: { const: [""] },
        primaryKey: names,
        foreignKeys: {
          type: "array",
          minItems: 1,
          items: {
            type: "object",
            required: ["fields", "reference"],
            additionalProperties: false,
            properties: {
              fields: names,
              reference: {
                type: "object",
                required: ["fields"],
                additionalProperties: false,
                properties: { resource: text, fields: names },
              },
            },
          },
        },
      },
    },
  },
  anyOf: [{ not: { required: ["type"] } }, { required: ["schema", "dialect"] }],
};

export const packageRules = {
  type: "object",
  required: ["resources"],
  additionalProperties: false,
  properties: {
    $schema: { const: "https://datapackage.org/profiles/2.0/datapackage.json" },
    name: { type: "string", pattern: "^[a-z0-9._/-]+$" },
    id: text,
    title: text,
    created: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$" },
    resources: { type: "array", minItems: 1, items: resource },
  },
};
