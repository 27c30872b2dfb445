import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import fastify from "fastify";
import { verifyBundle } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptedExports } from "../../examples/frameworks/accepted.ts";
import { openExports, startWorker } from "../../examples/queued-exports.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import { emptyFolder, entriesOf, jsonAt } from "../support/exporting.ts";
import { noteDataset, notes } from "../support/notes.ts";
import { startRedis } from "../support/redis-server.ts";

const redis = await startRedis();
it.runIf(redis.required === true)("needs a redis-server", () => {
  expect.fail(redis.notRun);
});

describe.skipIf(redis.notRun !== undefined)(`an export that is asked for and fetched later: ${redis.title}`, () => {
  const app = fastify();
  const folder = emptyFolder();
  const accounts = new Map<string, string>();
  let now = 0;
  let exports: ReturnType<typeof openExports>;
  let url: string;
  const as = (account: string, path: string, method = "GET") =>
    fetch(new URL(path, url), { method, headers: { "x-session": account } });

  beforeAll(async () => {
    now = Date.now();
    const records = ({ subject }: { subject: { id?: string } }) => (subject.id === "u1" ? notes(25) : []);
    const source = iterableSource({ records, count: (context) => records(context).length });
    exports = openExports(durableExporterOf([noteDataset("notes", source)], new TestSpool()), {
      host: "127.0.0.1",
      port: redis.port,
    });
    await app.register(acceptedExports, {
      exports,
      folder,
      key: { id: "1", secret: randomBytes(32) },
      accountOf: ({ headers }) => headers["x-session"] as string | undefined,
      asked: {
        keep: async (id, account) => void accounts.set(id, account),
        accountOf: async (id) => accounts.get(id),
      },
      clock: () => now,
    });
    url = await app.listen({ port: 0, host: "127.0.0.1" });
  });
  afterAll(async () => {
    await app.close();
    await exports.close();
    await redis.stop();
  });

  it("is accepted, collected by a worker, and downloaded by its own person only, until the link ends", async () => {
    expect((await fetch(new URL("/exports", url), { method: "POST" })).status).toBe(401);
    const accepted = await as("u1", "/exports", "POST");
    const status = accepted.headers.get("location") ?? "";
    expect([accepted.status, status]).toEqual([202, expect.stringMatching(/^\/exports\/[0-9a-f-]{36}$/)]);
    const early = await as("u1", status);
    expect([early.status, early.headers.get("retry-after"), await early.json()]).toEqual([
      200,
      "5",
      { state: "queued" },
    ]);
    expect([(await as("u2", status)).status, (await fetch(new URL(status, url))).status]).toEqual([404, 404]);

    const worker = await startWorker(exports, folder);
    let answer: { state: string; download?: string } = { state: "queued" };
    for (; answer.download === undefined; await delay(20))
      answer = (await (await as("u1", status)).json()) as typeof answer;
    await worker.close();
    expect(answer.state).toBe("delivered");
    const { download } = answer;

    expect((await as("u2", download)).status).toBe(404);
    const response = await as("u1", download);
    const zip = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/zip"]);
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
    expect(jsonAt(entriesOf(zip), "data/notes.json")).toEqual(notes(25));

    now += 8 * 86_400_000;
    expect([(await as("u1", download)).status, (await as("u1", status)).status]).toEqual([410, 410]);
  });
});
