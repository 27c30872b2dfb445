import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { postgresEngines } from "../support/postgres.ts";
import { startRedis } from "../support/redis-server.ts";
import { type FleetResult, runFleet } from "./fleet/run.ts";

/** A small form of `npm run test:fleet`. */
const load = { workers: 3, small: 20, large: 1, largeRecords: 50_000, killEveryMs: 3_000 };

function requireWhole({ requests, bad, files, delivered, overtaken, killed, hands }: FleetResult): void {
  expect(killed).toBeGreaterThan(0);
  expect(bad).toEqual([]);
  expect([...files].sort()).toEqual(requests.map(({ id }) => `${id}.zip`).sort());
  const digests = new Map<string, Set<string>>();
  for (const { requestId, sha256 } of delivered)
    digests.set(requestId, (digests.get(requestId) ?? new Set()).add(sha256));
  for (const [id, different] of digests) expect(different.size, id).toBe(1); // what came twice is the same, to the byte
  expect(hands).toBeGreaterThan(1);
  expect(overtaken).toBeLessThanOrEqual(2 * killed); // two jobs at a time are lost with a worker
}

const redis = await startRedis();
describe.skipIf(redis.notRun !== undefined)(`a fleet over BullMQ: ${redis.title}`, () => {
  afterAll(() => redis.stop());

  it("finishes a mixed load while workers are killed: every bundle verifies, none is missing, none is there in two forms", async () => {
    const server = { kind: "bullmq", connection: { host: "127.0.0.1", port: redis.port } } as const;
    requireWhole(await runFleet({ ...load, server, folder: emptyFolder() }));
    const client = new Redis(redis.port);
    const keys = await client.keys("*");
    client.disconnect();
    expect(keys.filter((key) => /person-|:[0-9a-f]{8}-[0-9a-f-]{27}/.test(key))).toEqual([]); // no job is left
  }, 300_000);
});

const embedded = (await postgresEngines()).find(({ name }) => name === "embedded");
describe.skipIf(embedded?.notRun !== undefined)(`a fleet over pg-boss: ${embedded?.title}`, () => {
  it("finishes a mixed load while workers are killed: every bundle verifies, none is missing, none is there in two forms", async () => {
    const database = await embedded?.open();
    const server = { kind: "pg-boss", connection: database?.config ?? {} } as const;
    try {
      requireWhole(await runFleet({ ...load, server, folder: emptyFolder() }));
    } finally {
      await database?.drop();
    }
  }, 300_000);
});
