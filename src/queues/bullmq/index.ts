import type { ConnectionOptions } from "bullmq";
import { type ExportQueueOptions, settled } from "../flow/options.ts";
import { type ExportQueue, exportQueue } from "../flow/queue.ts";
import { BullmqTransport } from "./transport.ts";

export type { DeadLetter } from "../flow/job.ts";
export type { ExportQueueOptions, SourceLimit } from "../flow/options.ts";
export type { ExportQueue, ExportWorker, QueuedProgress, WorkOptions } from "../flow/queue.ts";
export type { QueueEvent } from "../flow/run.ts";

export interface BullmqQueueOptions<A> extends ExportQueueOptions<A> {
  /** As BullMQ takes it: an address, or a client of ioredis with `maxRetriesPerRequest: null`. */
  readonly connection: ConnectionOptions;
  /** Before every key in Redis. Default `"bull"`. */
  readonly prefix?: string;
}

/**
 * Exports over BullMQ, on Redis: a flow for each request, a queue for each source. Needs the package `bullmq`. Redis must keep what it is given:
 * `appendonly yes`, `maxmemory-policy noeviction`.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` at once
 * @example
 * ```ts
 * const queue = bullmqQueue({ exporter, connection: { host: "redis" }, limits: { postgres: { concurrency: 4, perSecond: 10 } } });
 * await queue.submit(request);
 * const worker = await queue.work({ deliver: ({ requestId }) => ({ to: fileDelivery(`/exports/${requestId}.zip`) }) });
 * ```
 */
export function bullmqQueue<A>(options: BullmqQueueOptions<A>): ExportQueue<A> {
  const settings = settled(options);
  return exportQueue(settings, new BullmqTransport({ ...settings, ...options, prefix: options.prefix ?? "bull" }));
}
