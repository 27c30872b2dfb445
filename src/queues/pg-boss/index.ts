import { invalid } from "../../model/source-error.ts";
import { type ExportQueueOptions, settled } from "../flow/options.ts";
import { type ExportQueue, exportQueue } from "../flow/queue.ts";
import type { PgBossClient } from "./client.ts";
import { PgBossTransport } from "./transport.ts";

export type { DeadLetter } from "../flow/job.ts";
export type { ExportQueueOptions, SourceLimit } from "../flow/options.ts";
export type { ExportQueue, ExportWorker, QueuedProgress, WorkOptions } from "../flow/queue.ts";
export type { QueueEvent } from "../flow/run.ts";
export type { PgBossClient, PgBossInsert, PgBossJob } from "./client.ts";

export interface PgBossQueueOptions<A> extends ExportQueueOptions<A> {
  /** A pg-boss 10 that was started. It is not stopped here. */
  readonly boss: PgBossClient;
  /** The schema that pg-boss was given. Default `"pgboss"`. */
  readonly schema?: string;
  /** How often an idle worker looks for jobs, in milliseconds. Default 1,000. */
  readonly pollMs?: number;
}

/**
 * Exports over pg-boss, in PostgreSQL: a queue for each source, one that assembles, one of dead letters; and a table `portmanteau_slot` in
 * pg-boss's schema, for the limits. Needs the package `pg-boss`, version 10.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` at once
 * @example
 * ```ts
 * const boss = await new PgBoss("postgres://db.example/app").start();
 * const queue = pgBossQueue({ exporter, boss, limits: { postgres: { concurrency: 4, perSecond: 10 } } });
 * await queue.submit(request);
 * const worker = await queue.work({ deliver: ({ requestId }) => ({ to: fileDelivery(`/exports/${requestId}.zip`) }) });
 * ```
 */
export function pgBossQueue<A>(options: PgBossQueueOptions<A>): ExportQueue<A> {
  const settings = settled(options);
  const { boss, schema = "pgboss", pollMs = 1_000 } = options;
  if (typeof boss?.fetch !== "function") throw invalid("`boss` is no pg-boss.");
  if (!/^[A-Za-z_]\w{0,49}$/.test(schema)) throw invalid("`schema` is no name that pg-boss takes.");
  return exportQueue(settings, new PgBossTransport({ ...settings, boss, schema, pollMs }));
}
