import type { OpenSnapshot, Snapshot } from "../model/source.ts";
import type { CollectedDataset } from "./plan.ts";
import { abortedError, typedError } from "./read-pages.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Opens the snapshot of each source, each once, and adds it to those that are open. @throws {PortmanteauError} that names the dataset */
export async function openSnapshots(
  collected: readonly CollectedDataset[],
  snapshots: Map<Snapshot, OpenSnapshot>,
  signal: AbortSignal,
): Promise<void> {
  for (const { dataset } of collected) {
    const { snapshot, name } = dataset.source;
    if (snapshot === undefined || snapshots.has(snapshot)) continue;
    try {
      const opening = (async () => snapshot.open(signal))();
      snapshots.set(snapshot, await unlessAborted(opening, signal, (late) => late.close()));
    } catch (error) {
      throw signal.aborted ? abortedError() : typedError(error, dataset.name, name);
    }
  }
}
