import type { Partition, ReadContext } from "../model/source.ts";
import { type CollectedPart, type CollectOptions, collectPart, sourceRetry } from "./collect.ts";
import { type Collected, concludeDataset, sum } from "./conclude-dataset.ts";
import type { CompiledConfig } from "./config.ts";
import { joinParts } from "./join.ts";
import type { CollectedDataset } from "./plan.ts";
import { countRecords, partitionsOf } from "./read-pages.ts";

export interface CollectDatasetOptions extends CollectOptions {
  readonly snapshot: unknown;
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
  const { dataset, subject } = planned;
  const { source, name } = dataset;
  const { signal, emit, inLane } = options;
  const started = performance.now();
  const context: ReadContext = {
    subject,
    requestType: options.request.type,
    pageRecords: config.pageRecords,
    signal,
    snapshot: options.snapshot,
  };
  const asking = sourceRetry(planned, config, options, true);
  let expected: number | null = null;
  const countNow = () =>
    asking.run(async () => {
      expected = await countRecords(source, context, config.pageTimeoutMs, name);
    });
  let partitions: readonly Partition[] = [];
  const divideNow = async () => {
    if (source.partitions === undefined || source.capabilities.attachments) return undefined;
    asking.progress();
    return asking.run(async () => {
      partitions = await partitionsOf(source, context, config.pageTimeoutMs, name);
    });
  };

  const reads: number[] = [];
  let failed = false;
  const collectOne = (partition: number | undefined) =>
    inLane(async (): Promise<CollectedPart | undefined> => {
      if (failed && config.onFailure === "fail") return undefined; // nothing would be delivered
      const job = {
        planned,
        context: partition === undefined ? context : { ...context, partition: partitions[partition] as Partition },
        partition: partitions.length > 1 ? partition : undefined,
      };
      const collected = await collectPart(job, config, options, (records, read) => {
        reads[partition ?? 0] = read;
        emit({ type: "page", dataset: name, records, read: sum(reads) });
      });
      if (collected.error !== undefined) failed = true;
      return collected;
    });

  const begun = await inLane(async () => {
    const error = (await countNow()) ?? (await divideNow());
    emit({ type: "datasetStarted", dataset: name, expected });
    if (error !== undefined) return { error, parts: [] };
    return {
      error,
      parts: partitions.length === 0 ? [collectOne(undefined)] : partitions.map((_, index) => collectOne(index)),
    };
  });
  const parts: readonly Promise<CollectedPart | undefined>[] = begun.parts;
  const joining = parts.length > 1 ? joinParts(planned, parts, options) : undefined;
  try {
    joining?.catch(() => {}); // it is waited for below, after the count
    const collected = (await Promise.all(parts)).filter((each) => each !== undefined);
    return await concludeDataset(
      planned,
      {
        parts: collected,
        error: begun.error,
        expected,
        async countAgain() {
          asking.progress();
          const error = await inLane(countNow);
          return { error, expected };
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
