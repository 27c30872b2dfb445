import type { Count } from "../../model/generated/journal/count.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { ReadContext } from "../../model/source.ts";
import { countOf } from "../ask-source.ts";
import { type CollectOptions, sourceRetry } from "../collect.ts";
import type { CollectedDataset } from "../plan.ts";
import { errorDocument, getDocument, names, putDocument } from "./documents.ts";
import type { StoredRequest } from "./request.ts";

export interface CountAgainOptions extends Pick<CollectOptions, "signal" | "emit"> {
  /** Whether a source that cannot count now ends this attempt only: its error is thrown. */
  readonly waitsForBetter: boolean;
}

/** Whether the parts of a dataset, all sealed, hold something else than its source counted before. */
export function isDoubtful(expected: number | null, receipts: readonly Receipt[]): boolean {
  const read = receipts.reduce((sum, { written, quarantined }) => sum + written + quarantined, 0);
  return expected !== null && expected !== read && receipts.every(({ error }) => error === null);
}

/**
 * What a source counts after its parts were read. It is asked once for a request, as near to the reading as can be, and the answer is
 * kept: later it would count what came since.
 *
 * @param of index of the dataset
 * @param context gives what the source is asked with, when it must be asked
 */
export async function countedAgain(
  { vault, begun, config }: Pick<StoredRequest, "vault" | "begun" | "config">,
  of: number,
  planned: CollectedDataset,
  context: () => Promise<ReadContext>,
  { signal, emit, waitsForBetter }: CountAgainOptions,
): Promise<Count> {
  const { generation } = begun;
  const known = await getDocument(vault, "count", names.count(of));
  if (known?.generation === generation) return known;
  const asking = sourceRetry(planned, config, { signal, emit }, true);
  const { error, expected } = await countOf(planned, config, await context(), asking);
  if (error !== undefined && waitsForBetter) throw error;
  const count: Count = { generation, expected, error: error === undefined ? null : errorDocument(error) };
  await putDocument(vault, names.count(of), count);
  return count;
}
