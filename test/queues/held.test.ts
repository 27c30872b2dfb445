import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { postgresEngines } from "../support/postgres.ts";
import { program } from "../support/program.ts";
import { startRedis } from "../support/redis-server.ts";
import type { HeldTask } from "./held.ts";

const run = promisify(execFile);
/** So many that one value held for each is told from the few dozen that come once: the latest jobs, what V8 makes when functions are called often. */
const requests = 60;

/** What a worker holds after its warm-up, and of what it holds more afterwards, by about one for each request. */
async function heldBy(server: Pick<HeldTask, "kind" | "connection">) {
  const task: HeldTask = {
    ...server,
    name: `h${randomUUID().slice(0, 8)}`,
    folder: emptyFolder(),
    warmUps: 15,
    requests,
  };
  await run(process.execPath, [program("test/queues/held.ts"), JSON.stringify(task)]);
  const held = readFileSync(join(task.folder, "held.json"), "utf8");
  const [before, after] = JSON.parse(held) as [Record<string, number>, Record<string, number>];
  const more = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return { before, more: more.filter(([, count]) => count >= 0.75 * requests) };
}

const redis = await startRedis();
describe.skipIf(redis.notRun !== undefined)(`memory of a worker over BullMQ: ${redis.title}`, () => {
  afterAll(() => redis.stop());

  it("holds no object, function or text of a request that was delivered", async () => {
    const { before, more } = await heldBy({ kind: "bullmq", connection: { host: "127.0.0.1", port: redis.port } });
    expect(before["object BullmqTransport"]).toBe(1);
    expect(more).toEqual([]);
  }, 900_000);
});

const embedded = (await postgresEngines()).find(({ name }) => name === "embedded");
describe.skipIf(embedded?.notRun !== undefined)(`memory of a worker over pg-boss: ${embedded?.title}`, () => {
  it("holds no object, function or text of a request that was delivered", async () => {
    const database = await embedded?.open();
    try {
      const { before, more } = await heldBy({ kind: "pg-boss", connection: database?.config ?? {} });
      expect(before["object PgBossTransport"]).toBe(1);
      expect(more).toEqual([]);
    } finally {
      await database?.drop();
    }
  }, 900_000);
});
