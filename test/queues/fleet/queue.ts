import PgBoss from "pg-boss";
import type { AssembleOptions, DurableExporter } from "../../../src/index.ts";
import { bullmqQueue } from "../../../src/queues/bullmq/index.ts";
import type { ExportQueue } from "../../../src/queues/flow/queue.ts";
import { pgBossQueue } from "../../../src/queues/pg-boss/index.ts";

/** Which server, and how it is reached. */
export interface FleetServer {
  readonly kind: "bullmq" | "pg-boss";
  readonly connection: object;
}

/** The queue that every process of a fleet opens. */
export async function openQueue(
  { kind, connection }: FleetServer,
  name: string,
  exporter: DurableExporter,
): Promise<{ readonly queue: ExportQueue<AssembleOptions>; close(): Promise<void> }> {
  const options = {
    exporter,
    name,
    leaseMs: 2_000,
    backoffMs: 100,
    attempts: 50,
    limits: { postgres: { concurrency: 4 } },
  };
  if (kind === "bullmq") {
    const queue = bullmqQueue({ ...options, connection });
    return { queue, close: () => queue.close() };
  }
  const boss = new PgBoss({ ...connection, schema: "jobs", schedule: false });
  boss.on("error", () => {});
  await boss.start();
  const queue = pgBossQueue({ ...options, boss, schema: "jobs", pollMs: 100 });
  return { queue, close: () => boss.stop({ graceful: false }) };
}
