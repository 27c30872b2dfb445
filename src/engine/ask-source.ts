import type { PortmanteauError } from "../model/errors.ts";
import type { Partition, ReadContext } from "../model/source.ts";
import type { CompiledConfig } from "./config.ts";
import type { CollectedDataset } from "./plan.ts";
import { countRecords, partitionsOf } from "./read-pages.ts";
import type { Retry } from "./retry.ts";

interface Counted {
  /** Why the source could not be asked. */
  readonly error: PortmanteauError | undefined;
  /** Null where the source does not count. */
  readonly expected: number | null;
}

/** How many records a source has, by its own count. */
export async function countOf(
  { dataset: { source, name } }: CollectedDataset,
  { pageTimeoutMs }: Pick<CompiledConfig, "pageTimeoutMs">,
  context: ReadContext,
  asking: Retry,
): Promise<Counted> {
  let expected: number | null = null;
  const error = await asking.run(async () => {
    expected = await countRecords(source, context, pageTimeoutMs, name);
  });
  return { error, expected };
}

/** What a source is asked before it is read: how many records it has, and how they are divided. */
export async function askSource(
  planned: CollectedDataset,
  config: Pick<CompiledConfig, "pageTimeoutMs">,
  context: ReadContext,
  asking: Retry,
): Promise<Counted & { readonly partitions: readonly Partition[] }> {
  const { source, name } = planned.dataset;
  const counted = await countOf(planned, config, context, asking);
  let partitions: readonly Partition[] = [];
  if (counted.error !== undefined || source.partitions === undefined || source.capabilities.attachments)
    return { ...counted, partitions };
  asking.progress();
  const error = await asking.run(async () => {
    partitions = await partitionsOf(source, context, config.pageTimeoutMs, name);
  });
  return { ...counted, error, partitions };
}
