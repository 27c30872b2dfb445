/**
 * For a process of its own: a worker answers requests, one after the other, and each is purged. node held.js '{"kind":…}' writes
 * into `held.json` of its folder what V8 holds after the warm-up, and after the last of them: how many values of each name.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import PgBoss from "pg-boss";
import { fileDelivery } from "../../src/deliveries/file/index.ts";
import { logEvents } from "../../src/observability/logging.ts";
import { openTelemetry } from "../../src/observability/opentelemetry/index.ts";
import { bullmqQueue } from "../../src/queues/bullmq/index.ts";
import { pgBossQueue } from "../../src/queues/pg-boss/index.ts";
import { directorySpool } from "../../src/spools/directory/index.ts";
import { durableExporterOf } from "../support/durable.ts";
import { everyKindSmall } from "../support/durable-datasets.ts";
import { heldValues } from "../support/held-values.ts";

export interface HeldTask {
  readonly kind: "bullmq" | "pg-boss";
  /** Of ioredis, or of pg-boss. */
  readonly connection: object;
  readonly folder: string;
  readonly name: string;
  readonly warmUps: number;
  readonly requests: number;
}

const task = JSON.parse(process.argv[2] ?? "") as HeldTask;
const [spool, out] = [join(task.folder, "spool"), join(task.folder, "out")];
for (const made of [spool, out]) mkdirSync(made);
const datasets = everyKindSmall().filter(({ name }) => name !== "divided"); // its source notes each reading
const exporter = durableExporterOf(datasets, directorySpool(spool), { onFailure: "deliver-partial" });
let boss: PgBoss | undefined;
if (task.kind === "pg-boss") {
  boss = new PgBoss({ ...task.connection, schema: "jobs", schedule: false });
  boss.on("error", () => {}); // its worker says so, too
  await boss.start();
}
const queue =
  boss === undefined
    ? bullmqQueue({ exporter, name: task.name, connection: task.connection })
    : pgBossQueue({ exporter, name: task.name, boss, schema: "jobs", pollMs: 50 });
/** A request's id, and its folder in the spool. */
const ofRequest = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}/;
const ended = new Map<string, (type: string) => void>();
const observers = [logEvents({ debug() {}, info() {}, warn() {}, error() {} }), openTelemetry()];
const worker = await queue.work({
  deliver: ({ requestId }) => ({ to: fileDelivery(join(out, requestId)) }),
  onEvent: (event) => {
    for (const observe of observers) observe(event);
    if (event.type === "jobFailed" || (event.type === "jobDone" && event.step === "assemble"))
      ended.get(String(event.requestId))?.(event.type);
  },
});

await answer(task.warmUps);
const before = await held();
await answer(task.requests);
const after = await held();
writeFileSync(join(task.folder, "held.json"), `[${before},${after}]`);
await worker.close({ graceMs: 0 });
await queue.close();
await boss?.stop({ graceful: false });
process.exit();

async function answer(requests: number): Promise<void> {
  for (let index = 0; index < requests; index++) {
    const id = randomUUID();
    const end = new Promise<string>((resolve) => ended.set(id, resolve));
    await queue.submit({ id, type: "access", subject: { id: "u1" } });
    if ((await end) !== "jobDone") throw new Error("A job failed in a test without failures.");
    ended.delete(id);
    await exporter.purge(id);
    rmSync(join(out, id));
  }
}

/** As one text: what was counted before must not be counted itself. */
async function held(): Promise<string> {
  await delay(500); // timers that a queue had set end
  return JSON.stringify(Object.fromEntries(await heldValues(ofRequest)));
}
