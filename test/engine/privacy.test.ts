import { constants, inflateRawSync } from "node:zlib";
import type { RecordSchema, Spool } from "portmanteau";
import { describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  jsonAt,
  noteDataset,
  request,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

/** Each value that must not leave has this in it, however it is written. */
const seed = "zq7kX";
const secret = (what: string) => `${seed}-${what}`;

const schema: RecordSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "owner", "password"],
  $defs: {
    login: {
      type: "object",
      additionalProperties: false,
      required: ["at"],
      properties: { at: { type: "string" }, token: { type: "string", writeOnly: true } },
    },
  },
  properties: {
    id: { type: "integer" },
    owner: { type: "string" },
    password: { type: "string", writeOnly: true },
    apiKey: { type: "string", "x-privacy": { secret: true } },
    card: { type: "string", "x-privacy": { withhold: "the number is held by the payment service" } },
    letter: { type: "string", "x-privacy": { withhold: "third-party-rights" } },
    inviter: { type: "string", "x-privacy": { thirdParty: "redact" } },
    assignee: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
    logins: { type: "array", items: { $ref: "#/$defs/login" } },
    devices: { type: "object", additionalProperties: { $ref: "#/$defs/login" } },
    last: { $ref: "#/$defs/login" },
  },
};

const login = { at: "noon", token: secret("token"), ip: secret("nested unknown") };
const record = (id: unknown) => ({
  id,
  owner: "u1",
  password: secret("password"),
  apiKey: secret("key"),
  card: secret("card"),
  letter: secret("letter"),
  inviter: secret("Alice"),
  assignee: secret("Bob"),
  logins: [login, login],
  devices: { phone: login },
  last: login,
  internalScore: secret("unknown field"),
  [`${secret("email")}@name.example`]: 1,
});

/** A spool in memory that remembers all it was ever given. */
function recordingSpool() {
  const streams: Buffer[][] = [];
  const spool = (): Spool => ({
    create: async () => {
      const chunks: Buffer[] = [];
      streams.push(chunks);
      return {
        write: async (bytes) => void chunks.push(Buffer.from(bytes)),
        seal: async () => ({
          bytes: Buffer.concat(chunks).length,
          read: async function* () {
            yield* chunks;
          },
          discard: async () => {},
        }),
        discard: async () => {},
      };
    },
    close: async () => {},
  });
  // Of a part that was given up the deflate stream has no end.
  const texts = () =>
    streams.map((chunks) => inflateRawSync(Buffer.concat(chunks), { finishFlush: constants.Z_SYNC_FLUSH }).toString());
  return { spool, texts };
}

describe("what must not leave", () => {
  it("is in no byte of the bundle, the spool, the events and the report", async () => {
    const { spool, texts } = recordingSpool();
    const records = [...Array(25).keys()].map((id) => record(id % 5 === 4 ? `bad ${id}` : id));
    const { entries, zip, events, report } = await exported(
      [noteDataset("a", controlledSource(records).source, { schema })],
      {
        spool,
      },
    );
    expect(report.datasets[0]?.records).toMatchObject({ written: 20, quarantined: 5 });
    expect(texts()).toHaveLength(3);
    const places: Record<string, string | Buffer> = {
      ...Object.fromEntries(entries),
      ...Object.fromEntries(texts().entries()),
      zip: zip.toString("latin1"),
      events: JSON.stringify(events),
      report: JSON.stringify(report),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(0);
      expect(text.toString().includes(seed), place).toBe(false);
    }
    expect(JSON.stringify([events, report])).not.toMatch(/"u1"|\bu1\b/);
  });

  it("is said to be held, and why, or counted", async () => {
    const { entries, report } = await exported([noteDataset("a", controlledSource([record(1)]).source, { schema })]);
    const manifest = jsonAt(entries, "manifest.json");
    expect(
      manifest.withheld.map((field: { pointer: string; reason: string }) => [field.pointer, field.reason]),
    ).toEqual([
      ["/password", "secret"],
      ["/apiKey", "secret"],
      ["/card", "declared"],
      ["/letter", "third-party-rights"],
      ["/logins/*/token", "secret"],
      ["/devices/*/token", "secret"],
      ["/last/token", "secret"],
    ]);
    expect(report.datasets[0]).toMatchObject({
      redactions: { "/inviter": 1, "/assignee": 1 },
      droppedFields: {
        "/internalScore": 1,
        "/(other names)": 1,
        "/logins/*/ip": 2,
        "/devices/*/ip": 1,
        "/last/ip": 1,
      },
    });
    const [given] = jsonAt(entries, "data/a.json");
    expect(Object.keys(given)).toEqual(["id", "owner", "inviter", "assignee", "logins", "devices", "last"]);
    expect([given.inviter, given.last]).toEqual(["[redacted]", { at: "noon" }]);
  });

  it("is nowhere when an export ends on a record of somebody else: that record reaches no spool", async () => {
    const { spool, texts } = recordingSpool();
    const open = { type: "object", additionalProperties: false, properties: { text: { type: "string" } } } as const;
    const records = [
      ...[...Array(40).keys()].map(() => ({ owner: "u1", text: "x".repeat(50_000) })),
      { owner: secret("other"), text: secret("others' text") },
    ];
    const { exporter } = exporterOf([noteDataset("a", controlledSource(records).source, { schema: open })], { spool });
    const to = new Collecting();
    const error = await failing(exporter.export(request, { to }));
    expect(error.code).toBe("SUBJECT_MISMATCH");
    expect(texts().join("").length).toBeGreaterThan(50_000);
    expect(`${texts().join("")}${to.bytes.toString("latin1")}${JSON.stringify([error, error.report])}`).not.toContain(
      seed,
    );
  });

  it("is the subject's identifiers in a name of a file", async () => {
    const asked = { request: { ...request, subject: { id: "u1-unique" } } };
    const { entries } = await exported(
      [noteDataset("a", controlledSource([{ ...record(1), owner: "u1-unique" }]).source, { schema })],
      {},
      asked,
    );
    expect([...entries.keys()].filter((path) => path.includes("u1"))).toEqual([]);
    expect(jsonAt(entries, "manifest.json").subject.id).toBe("u1-unique");
  });
});
