import type { ReadContext } from "../model/source.ts";
import { askSource, countOf } from "./ask-source.ts";
import { type CollectedPart, type CollectOptions, collectPart, sourceRetry } from "./collect.ts";
import { type Collected, concludeDataset, sum } from "./conclude-dataset.ts";
import type { CompiledConfig } from "./config.ts";
import { joinParts } from "./join.ts";
import type { CollectedDataset } from "./plan.ts";

export interface CollectDatasetOptions extends CollectOptions {
  /** What its source is asked with. */
  readonly context: ReadContext;
  /** Waits for a lane and works there. What was asked for while a lane is held comes before other datasets. */
  readonly inLane: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Collects one dataset to its end. A source that divides its records is read in several lanes, a part for each partition; joined in their
 * order they are one part as any other.
 *
 * @throws {PortmanteauError} only what is fatal for the whole export; any other error is the outcome
 */
export async function collectDataset(
  planned: CollectedDataset,
  config: CompiledConfig,
  options: CollectDatasetOptions,
): Promise<Collected> {
  const { name } = planned.dataset;
  const { context, emit, inLane } = options;
  const started = performance.now();
  const asking = sourceRetry(planned, config, options, true);
  const reads: number[] = [];
  let failed = false;
  const collectOne = (partition: number | undefined, context: ReadContext) =>
    inLane(async (): Promise<CollectedPart | undefined> => {
      if (failed && config.onFailure === "fail") return undefined; // nothing would be delivered
      const job = { planned, context, partition };
      const collected = await collectPart(job, config, options, (records, read) => {
        reads[partition ?? 0] = read;
        emit({ type: "page", dataset: name, records, read: sum(reads) });
      });
      if (collected.error !== undefined) failed = true;
      return collected;
    });

  type Parts = readonly Promise<CollectedPart | undefined>[];
  const { error, expected, parts } = await inLane(async () => {
    const { partitions, ...asked } = await askSource(planned, config, context, asking);
    emit({ type: "datasetStarted", dataset: name, expected: asked.expected });
    if (asked.error !== undefined) return { ...asked, parts: [] as Parts };
    if (partitions.length === 0) return { ...asked, parts: [collectOne(undefined, context)] };
    const isWhole = partitions.length === 1;
    const parts: Parts = partitions.map((partition, index) =>
      collectOne(isWhole ? undefined : index, { ...context, partition }),
    );
    return { ...asked, parts };
  });
  const joining = parts.length > 1 ? joinParts(planned, parts, options) : undefined;
  try {
    joining?.catch(() => {}); // it is waited for below, after the count
    const collected = (await Promise.all(parts)).filter((each) => each !== undefined);
    return await concludeDataset(
      planned,
      {
        parts: collected,
        error,
        expected,
        async countAgain() {
          asking.progress();
          const again = await inLane(() => countOf(planned, config, context, asking));
          return again.error === undefined ? again : { ...again, expected };
        },
        joined: async () => (joining === undefined ? collected[0]?.part : joining),
        retries: () => asking.total,
        durationMs: () => Math.round((performance.now() - started) * 10) / 10,
      },
      options,
    );
  } catch (error) {
    await Promise.allSettled([...parts, joining]); // only then is the spool closed, and with it what they sealed
    throw error;
  }
}
