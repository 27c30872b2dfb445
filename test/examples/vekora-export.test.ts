import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Exporter, type ExportRequest, type JsonObject, openBundle, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import yauzl from "yauzl";
import { type Database, openDatabase } from "../../examples/vekora/database.ts";
import { vekoraExporter } from "../../examples/vekora/exporter.ts";
import {
  agentIds,
  agentNames,
  customerDataMarkers,
  hostileTexts,
  mainSubject,
  mainSubjectEmail,
  newSubject,
  otherSubjectMarkers,
  seededSecrets,
} from "../../examples/vekora/seed.ts";
import { type PostgresDatabase, type PostgresEngine, postgresEngines } from "../support/postgres.ts";

const fixed = { clock: () => Date.UTC(2025, 10, 24), bundleId: "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11" };

function requestOf(type: ExportRequest["type"], id = mainSubject): ExportRequest {
  const identities = id === mainSubject ? [{ identity_type: "email", identity_value: mainSubjectEmail }] : [];
  return { id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77", type, subject: { id, identities } };
}

/** Every entry's bytes, read by a reader that is not ours. */
async function entriesOf(file: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const zip = await yauzl.openPromise(file);
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith("/"))
      entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return entries;
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

for (const engine of await postgresEngines()) {
  describe.skipIf(engine.notRun !== undefined)(`the Vekora example on ${engine.title}`, () => exampleOn(engine));
}

function exampleOn(engine: PostgresEngine): void {
  let server: PostgresDatabase;
  let database: Database;
  let exporter: Exporter;
  let folder: string;

  const exported = async (request: ExportRequest, name: string) => {
    const path = join(folder, name);
    const report = await exporter.export(request, { to: fileDelivery(path), ...fixed });
    return { path, report, outcomes: Object.fromEntries(report.datasets.map((each) => [each.name, each.outcome])) };
  };
  const recordsOf = async (path: string, dataset: string): Promise<JsonObject[]> => {
    const bundle = await openBundle(path);
    try {
      return await collect(bundle.dataset(dataset).records());
    } finally {
      bundle.close();
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vekora-test-"));
    server = await engine.open();
    await server.sql("create table accounts (id text); insert into accounts values ('not ours')");
    const { host, user, database: name, port = 5432 } = server.config ?? {};
    const url =
      name === undefined ? "" : `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host ?? "")}`;
    database = await openDatabase({ url, apiRequests: 6_000 });
    exporter = vekoraExporter(database);
  });
  afterAll(async () => {
    await database?.close();
    await server?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it("passes its own check", async () => {
    expect((await exporter.check()).map(({ dataset, status }) => `${dataset} ${status}`)).toEqual(
      exporter.plan(requestOf("access")).datasets.map(({ name }) => `${name} ok`),
    );
  });

  it("delivers everything that is held, all of it at one moment, in a bundle that verifies", async () => {
    const { path, report, outcomes } = await exported(requestOf("access"), "access.zip");
    expect(report).toMatchObject({
      status: "delivered",
      completeness: "complete",
      consistency: "snapshot",
      findings: [],
    });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["complete"]));
    expect((await entriesOf(path)).get("index.html")?.length).toBeLessThan(300_000); // it opens at once, on a phone too
    for (const { name, records } of report.datasets) {
      expect(`${name} ${records.written} ${records.expected} ${records.quarantined}`).toBe(
        `${name} ${records.read} ${records.read} 0`,
      );
    }
    expect(await collect(verifyBundle(path))).toEqual([]);
  });

  it("lets out no secret, nobody else, no agent, and nothing that customers host", async () => {
    const { path } = await exported(requestOf("access"), "kept-back.zip");
    const forbidden = [
      "SECRET",
      ...seededSecrets,
      ...otherSubjectMarkers,
      ...agentNames,
      ...agentIds,
      ...customerDataMarkers,
    ];
    for (const [name, bytes] of await entriesOf(path)) {
      const text = bytes.toString("utf8");
      expect(
        forbidden.filter((mark) => text.includes(mark)),
        name,
      ).toEqual([]);
    }
  });

  it("says what it keeps back and why", async () => {
    const { path } = await exported(requestOf("access"), "withheld.zip");
    const { manifest, close } = await openBundle(path);
    close();
    expect(manifest.withheld.map(({ dataset, pointer, reason }) => `${dataset}${pointer} ${reason}`)).toEqual([
      "account/passwordHash secret",
      "account/totpSecret secret",
      "payment-methods/providerToken secret",
      "sessions/tokenHash secret",
    ]);
    expect(manifest.excluded).toMatchObject([{ reason: "processor" }]);
    expect(manifest.categories.map(({ id, portable }) => `${id} ${portable}`)).toEqual([
      "account true",
      "billing true",
      "support true",
      "usage false",
      "cookies true",
    ]);
  });

  it("carries what people typed, character for character", async () => {
    const { path } = await exported(requestOf("access"), "typed.zip");
    const bodies = new Set((await recordsOf(path, "support-messages")).map(({ body }) => body));
    // PGlite takes a byte order mark off the front of every text that it gives back; a server does not.
    const given = engine.name === "pglite" ? hostileTexts.map((text) => text.replace(/^\ufeff/, "")) : hostileTexts;
    expect(given.filter((text) => !bodies.has(text))).toEqual([]);
  });

  it("lets people take usage logs along, as the policy promises, but not what was worked out about them", async () => {
    const { path, outcomes } = await exported(requestOf("portability"), "portability.zip");
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["complete"]));
    expect(Object.keys(outcomes)).toContain("api-requests");
    expect((await recordsOf(path, "account"))[0]).not.toHaveProperty("riskScore");
    const { manifest, close } = await openBundle(path);
    close();
    expect(manifest.portabilityScope).toBe("all-but-derived");
    expect(manifest.withheld).toContainEqual(
      expect.objectContaining({ pointer: "/riskScore", reason: "not-portable-origin" }),
    );
    expect(await collect(verifyBundle(path))).toEqual([]);
  });

  it("answers somebody who has just signed up, too", async () => {
    const { path, report, outcomes } = await exported(requestOf("access", newSubject), "new.zip");
    expect(report.completeness).toBe("complete");
    const { account, ...rest } = outcomes;
    expect(account).toBe("complete");
    expect(new Set(Object.values(rest))).toEqual(new Set(["empty"]));
    expect(await collect(verifyBundle(path))).toEqual([]);
  });

  it("gives the same bytes for the same request, clock and bundle id", async () => {
    const [first, second] = [
      await exported(requestOf("access"), "1.zip"),
      await exported(requestOf("access"), "2.zip"),
    ];
    expect(second.report.bundle).toEqual(first.report.bundle);
  });

  it("touches nothing outside its own schema", async () => {
    expect(await server.sql("select id from accounts")).toEqual([{ id: "not ours" }]);
  });
}

describe("the Vekora example's portmanteau.config.ts", () => {
  it("gives an exporter that passes its check, and closes", async () => {
    // Whoever runs the tests may have a database of their own there.
    vi.stubEnv("DATABASE_URL", "");
    const { default: config } = await import("../../examples/vekora/portmanteau.config.ts");
    try {
      expect(new Set((await config.exporter.check()).map(({ status }) => status))).toEqual(new Set(["ok"]));
    } finally {
      await config.close?.();
      vi.unstubAllEnvs();
    }
  });
});
