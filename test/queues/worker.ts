/** One worker as a process of its own: node jiti worker.ts '{"kind":…}'. It writes its events as lines of JSON; SIGTERM closes it. */
import PgBoss from "pg-boss";
import { bullmqQueue } from "../../src/queues/bullmq/index.ts";
import type { ExportQueueOptions } from "../../src/queues/flow/options.ts";
import { pgBossQueue } from "../../src/queues/pg-boss/index.ts";
import { type Shared, sharedSteps } from "./shared-steps.ts";

export interface WorkerTask {
  readonly kind: "bullmq" | "pg-boss";
  /** Of ioredis, or of pg-boss. */
  readonly connection: object;
  readonly shared: Shared;
  readonly options: Omit<ExportQueueOptions<unknown>, "exporter">;
  readonly concurrency?: number;
}

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
const { exporter } = sharedSteps(task.shared);
const options = { ...task.options, exporter };
let boss: PgBoss | undefined;
if (task.kind === "pg-boss") {
  boss = new PgBoss({ ...task.connection, schema: "jobs", schedule: false });
  boss.on("error", () => {}); // its worker says so, too
  await boss.start();
}
const queue =
  boss === undefined
    ? bullmqQueue({ ...options, connection: task.connection })
    : pgBossQueue({ ...options, boss, schema: "jobs", pollMs: 50 });
const worker = await queue.work({
  deliver: () => ({ to: "the folder" }),
  concurrency: task.concurrency ?? 4,
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});
process.stdout.write('{"type":"ready"}\n');
process.once("SIGTERM", async () => {
  await worker.close({ graceMs: 0 });
  await queue.close();
  await boss?.stop({ graceful: false });
});
