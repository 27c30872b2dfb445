/**
 * `npm run test:fleet -- --kind bullmq --small 2000 --large 3 --records 1000000 --workers 3 --kill-every 4000`: a fleet of workers over a Redis of its
 * own, or the embedded PostgreSQL. Prints what came of it, and fails unless every bundle is there, whole, in one form only, the earliest due
 * first, and none was delivered twice but by the death of a worker. These are its sizes when none are given.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { postgresEngines } from "../../support/postgres.ts";
import { startRedis } from "../../support/redis-server.ts";
import { runFleet } from "./run.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string", default: "bullmq" },
    small: { type: "string", default: "2000" },
    large: { type: "string", default: "3" },
    records: { type: "string", default: "1000000" },
    workers: { type: "string", default: "3" },
    "kill-every": { type: "string", default: "4000" },
  },
});

async function openServer() {
  if (values.kind === "bullmq") {
    const { port, stop } = await startRedis();
    return { server: { kind: "bullmq", connection: { host: "127.0.0.1", port } } as const, stop };
  }
  const database = await (await postgresEngines()).find(({ name }) => name === "embedded")?.open();
  if (database?.config === undefined) throw new Error("There is no embedded PostgreSQL here.");
  return { server: { kind: "pg-boss", connection: database.config } as const, stop: () => database.drop() };
}

const { server, stop } = await openServer();
const folder = await mkdtemp(join(tmpdir(), "portmanteau-fleet-"));
const started = performance.now();
try {
  const { requests, killed, bad, files, delivered, overtaken, hands } = await runFleet({
    server,
    folder,
    workers: Number(values.workers),
    small: Number(values.small),
    large: Number(values.large),
    largeRecords: Number(values.records),
    killEveryMs: Number(values["kill-every"]),
  });
  const forms = new Set(delivered.map(({ requestId, sha256 }) => `${requestId} ${sha256}`)).size;
  const ids = new Set(delivered.map(({ requestId }) => requestId)).size;
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log({
    seconds,
    requests: requests.length,
    bundles: files.length,
    bad,
    killed,
    delivered: delivered.length,
    overtaken,
    hands,
  });
  const isWhole = bad.length === 0 && files.length === requests.length && forms === ids;
  // With a worker two jobs are lost, of which one may have delivered its bundle and not noted it yet.
  if (!isWhole || overtaken > 2 * killed || delivered.length - ids > killed) process.exitCode = 1;
} finally {
  await stop();
  await rm(folder, { recursive: true, force: true });
}
