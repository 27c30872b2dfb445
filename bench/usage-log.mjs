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
const cities = ["Zürich", "Berlin", "Paris", "Madrid", "Roma", "København"];
const agents = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
  "vekora-cli/4.2.0 (darwin; arm64)",
  null,
];

/** The record at an index; the same one every time. */
export function usageRecord(index) {
  const mixed = Math.imul(index ^ (index >>> 15), 0x2c1b3c6d) >>> 0;
  return {
    id: `${mixed.toString(16).padStart(8, "0")}-${(index & 0xffff).toString(16).padStart(4, "0")}-4abc-9def-${index.toString(16).padStart(12, "0")}`,
    accountId: "acc_1",
    occurredAt: new Date(1_700_000_000_000 + index * 977).toISOString(),
    method: methods[mixed & 3],
    path: `/v1/projects/${mixed % 977}/deployments/${(mixed >>> 7) % 100_003}`,
    status: [200, 200, 200, 201, 204, 404, 500][mixed % 7],
    durationMs: (mixed % 100_000) / 100,
    ip: `10.${(mixed >>> 8) & 255}.${(mixed >>> 16) & 255}.${mixed & 255}`,
    userAgent: agents[mixed % 3],
    geo: { country: ["CH", "DE", "FR", "ES", "IT", "DK"][mixed % 6], city: cities[mixed % 6] },
  };
}
