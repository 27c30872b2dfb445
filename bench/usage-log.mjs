const text = { type: "string" };

/** The work of every large bench: a usage log of 10 fields with a nested place, about 335 bytes of JSON each. */
export const usageSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "accountId", "occurredAt", "method", "path", "status", "durationMs", "ip", "userAgent", "geo"],
  properties: {
    id: { type: "string", format: "uuid" },
    accountId: text,
    occurredAt: { type: "string", format: "date-time" },
    method: { type: "string", enum: ["GET", "POST", "PUT", "DELETE"] },
    path: text,
    status: { type: "integer" },
    durationMs: { type: "number" },
    ip: { type: "string", format: "ipv4" },
    userAgent: { type: ["string", "null"] },
    geo: {
      type: "object",
      additionalProperties: false,
      required: ["country", "city"],
      properties: { country: text, city: text },
    },
  },
};

const methods = ["GET", "POST", "PUT", "DELETE"];
const statuses = [200, 200, 200, 201, 204, 404, 500];
const places = [
  { country: "CH", city: "Zürich" },
  { country: "DE", city: "Berlin" },
  { country: "FR", city: "Paris" },
  { country: "ES", city: "Madrid" },
  { country: "IT", city: "Roma" },
  { country: "DK", city: "København" },
  { country: "NL", city: "Amsterdam" },
  { country: "PL", city: "Kraków" },
];
const agents = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
  "vekora-cli/4.2.0 (darwin; arm64)",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
  null,
];
const firstMs = 1_700_000_000_000;
const three = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, "0"));
const hex = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));
const projects = Array.from(
  { length: 4096 },
  (_, value) => `/v1/projects/prj_${hex[(value * 40_503) & 0xffff]}/deployments/`,
);
const uuid = Buffer.from("00000000-0000-4000-a000-000000000000");
const digitsAt = Uint8Array.from([...uuid.keys()].filter((at) => ![8, 13, 14, 18, 19, 23].includes(at)));
const hexDigits = Buffer.from("0123456789abcdef");
let [second, secondText] = [-1, ""];

/** The record at an index; the same one every time. Cheap to make, and about as hard to deflate as a real log. */
export function usageRecord(index) {
  const [a, b, c, d] = [bits(index, 1), bits(index, 2), bits(index, 3), bits(index, 4)];
  const ms = firstMs + index * 97 + (d & 63);
  if (Math.floor(ms / 1000) !== second) {
    second = Math.floor(ms / 1000);
    secondText = new Date(ms).toISOString().slice(0, 20);
  }
  putDigits(a, 0);
  putDigits(b, 8);
  putDigits(c, 16);
  putDigits(d, 22);
  const { country, city } = places[a & 7];
  return {
    id: uuid.latin1Slice(),
    accountId: "acc_1",
    occurredAt: `${secondText}${three[ms % 1000]}Z`,
    method: methods[b & 3],
    path: projects[a & 4095] + hex[b >>> 16] + hex[c & 0xffff] + hex[d & 0xffff],
    status: statuses[c % 7],
    durationMs: (c % 1_000_000) / 100,
    ip: `${1 + (d >>> 25)}.${(d >>> 8) & 255}.${(d >>> 16) & 255}.${d & 255}`,
    userAgent: agents[d & 3],
    geo: { country, city },
  };
}

function putDigits(word, from) {
  for (let digit = 0; digit < 8; digit++) uuid[digitsAt[from + digit]] = hexDigits[(word >>> (digit * 4)) & 15];
}

/** 32 bits that look random, from an index and a field: the finaliser of MurmurHash3. */
function bits(index, field) {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(field, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
