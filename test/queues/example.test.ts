import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { openExports, startWorker } from "../../examples/queued-exports.ts";
import { verifyBundle } from "../../src/index.ts";
import { iterableSource } from "../../src/sources/iterable.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import { emptyFolder } from "../support/exporting.ts";
import { noteDataset, notes } from "../support/notes.ts";
import { startRedis } from "../support/redis-server.ts";

const redis = await startRedis();
it.runIf(redis.required === true)("needs a redis-server", () => {
  expect.fail(redis.notRun);
});

describe.skipIf(redis.notRun !== undefined)(`the queue of docs/operating.md: ${redis.title}`, () => {
  afterAll(() => redis.stop());

  it("exports", async () => {
    const source = iterableSource({ records: () => notes(25), count: () => 25 });
    const exporter = durableExporterOf([noteDataset("notes", source)], new TestSpool());
    const exports = openExports(exporter, { host: "127.0.0.1", port: redis.port });
    const [id, folder] = [randomUUID(), emptyFolder()];
    await exports.submit({ id, type: "access", subject: { id: "u1" } });
    const worker = await startWorker(exports, folder);
    while ((await exports.progress(id))?.state !== "delivered") await delay(20);
    await worker.close();
    await exports.close();
    expect(await verifyBundle(`${folder}/${id}.zip`).summary()).toMatchObject({ sound: true, complete: true });
  });
});
