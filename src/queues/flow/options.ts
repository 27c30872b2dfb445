import type { DurableSteps } from "../../model/durable.ts";
import { invalid } from "../../model/source-error.ts";

/** What both queues are told. */
export interface ExportQueueOptions<A> {
  /** An exporter with `durable`: all workers of a queue have the same configuration, spool and key. */
  readonly exporter: DurableSteps<A> & { readonly datasets: readonly { readonly source: { readonly name: string } }[] };
  /** Begins the names of the queues. Default `"portmanteau"`. */
  readonly name?: string;
  /** By a source's name, over all workers together. The worker that was started last decides. */
  readonly limits?: Readonly<Record<string, SourceLimit>>;
  /** How often a job is begun before it is a dead letter; deaths of workers count, too. Default 10. */
  readonly attempts?: number;
  /** Wait before the second attempt, in milliseconds; doubled for each further one, with jitter. Default 2,000. */
  readonly backoffMs?: number;
  /** After how long without a sign of life a worker is taken for dead, in milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /**
   * When a part fails for good. `"dead-letter"` (default): the request waits until somebody retries it. `"deliver-partial"`: what there is
   * is delivered; the exporter's `onFailure` must say so, too.
   */
  readonly onFailure?: "dead-letter" | "deliver-partial";
}

/** How much of one source all workers together may use at once. */
export interface SourceLimit {
  /** Most parts that are collected at a time. */
  readonly concurrency?: number;
  /** Most parts that are begun in a second. */
  readonly perSecond?: number;
}

/** The options, whole. @throws {PortmanteauError} `CONFIG_INVALID` */
export function settled<A>(options: ExportQueueOptions<A>) {
  const { exporter, name = "portmanteau", limits = {}, attempts = 10, backoffMs = 2_000, leaseMs = 30_000 } = options;
  const sources = [...new Set(exporter.datasets.map(({ source }) => source.name))];
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name)) throw invalid("`name` is 1 to 40 letters, digits, `_` and `-`.");
  whole("attempts", attempts, 1, 100);
  whole("backoffMs", backoffMs, 1, 3_600_000);
  whole("leaseMs", leaseMs, 1_000, 3_600_000);
  for (const [source, { concurrency = 1, perSecond = 1 }] of Object.entries(limits)) {
    if (!sources.includes(source)) throw invalid(`\`limits\` names "${source}", which is the source of no dataset.`);
    whole(`limits.${source}.concurrency`, concurrency, 1, 10_000);
    whole(`limits.${source}.perSecond`, perSecond, 1, 10_000);
  }
  return {
    exporter,
    name,
    limits,
    attempts,
    backoffMs,
    leaseMs,
    onFailure: options.onFailure ?? "dead-letter",
    sources,
  };
}

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function whole(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(`\`${option}\` is a whole number from ${least} to ${most}.`);
}
