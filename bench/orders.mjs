/** A table of 16 columns of mixed types, as PostgreSQL makes it, and the schema of its records as our source gives them. */
export function createOrders(count) {
  return `CREATE UNLOGGED TABLE orders AS SELECT
    i::bigint AS id,
    'acc_1' AS account,
    md5('event' || i)::uuid AS event,
    timestamptz '2024-01-01 00:00:00Z' + i * interval '9.77 seconds' AS made_at,
    timestamptz '2024-01-02 00:00:00Z' + i * interval '9.811 seconds' AS updated_at,
    date '2024-01-01' + (i / 8000)::integer AS day,
    (hashint8(i) & 65535)::integer AS quantity,
    (hashint8(i) & 127)::smallint AS shelf,
    ((hashint8(i) & 16777215) / 100.0)::numeric(12, 2) AS total,
    (hashint8(i + 1) & 1048575) / 977.0::double precision AS weight,
    hashint8(i) & 1 = 1 AS paid,
    CASE WHEN i % 3 > 0 THEN 'To be left with the neighbour on floor ' || i % 17 || ', ring twice' END AS note,
    jsonb_build_object('colour', (ARRAY['red', 'green', 'blue'])[1 + i % 3], 'pieces', i % 11) AS details,
    ('10.' || i % 251 || '.' || i % 239 || '.' || i % 83)::inet AS address,
    'SKU-' || upper(substr(md5('sku' || i % 5000), 1, 10)) AS sku,
    (ARRAY['Zürich', 'Berlin', 'Paris', 'Madrid', 'København'])[1 + i % 5] AS city
    FROM generate_series(1, ${count}) AS i;
  ALTER TABLE orders ADD PRIMARY KEY (id)`;
}

export const allColumns =
  "id, account, event, made_at, updated_at, day, quantity, shelf, total, weight, paid, note, details, address, sku, city";
export const tenColumns = "id, event, made_at, quantity, total, weight, paid, note, details, city";

const text = { type: "string" };
const properties = {
  id: text,
  account: text,
  event: { type: "string", format: "uuid" },
  made_at: { type: "string", format: "date-time" },
  updated_at: { type: "string", format: "date-time" },
  day: { type: "string", format: "date" },
  quantity: { type: "integer" },
  shelf: { type: "integer" },
  total: text,
  weight: { type: "number" },
  paid: { type: "boolean" },
  note: { type: ["string", "null"] },
  details: {
    type: "object",
    additionalProperties: false,
    required: ["colour", "pieces"],
    properties: { colour: text, pieces: { type: "integer" } },
  },
  address: { type: "string", format: "ipv4" },
  sku: text,
  city: text,
};
export const ordersSchema = {
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
};

/** The query of a page for our source. */
export function pageOfOrders(columns) {
  return ({ subject, after, limit }) => ({
    text: `SELECT ${columns} FROM orders WHERE account = $1 AND ($2::bigint IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    values: [subject.id, after, limit],
  });
}
