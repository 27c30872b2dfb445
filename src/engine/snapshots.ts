import type { RequestType } from "../model/request.ts";
import type { OpenSnapshot, ReadContext, Snapshot } from "../model/source.ts";
import type { CollectedDataset } from "./plan.ts";
import { abortedError, closedInTime, typedError } from "./read-pages.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** The snapshots of the sources that are read together: each is opened once, and all are closed together. */
export class Snapshots {
  readonly #open = new Map<Snapshot, OpenSnapshot>();

  /** Opens those of the datasets that are not open yet. @throws {PortmanteauError} that names the dataset */
  async open(collected: readonly CollectedDataset[], signal: AbortSignal): Promise<void> {
    for (const { dataset } of collected) {
      const { snapshot, name } = dataset.source;
      if (snapshot === undefined || this.#open.has(snapshot)) continue;
      try {
        const opening = (async () => snapshot.open(signal))();
        this.#open.set(snapshot, await unlessAborted(opening, signal, (late) => late.close()));
      } catch (error) {
        throw signal.aborted ? abortedError() : typedError(error, dataset.name, name);
      }
    }
  }

  /** What the source of a dataset is asked with, all of its records from the start. */
  context(
    { dataset: { source }, subject }: CollectedDataset,
    { request, pageRecords, signal }: ContextFacts,
  ): ReadContext {
    const snapshot = source.snapshot === undefined ? undefined : this.#open.get(source.snapshot)?.token;
    return { subject, requestType: request.type, pageRecords, signal, snapshot };
  }

  /** Closes all that are open. @param onLate is told of one that does not close in the time it has */
  async close(onLate: (message: string) => void): Promise<void> {
    for (const snapshot of this.#open.values())
      if (!(await closedInTime((async () => snapshot.close())())))
        onLate("A snapshot did not close in time; a connection may be left open.");
  }
}

export interface ContextFacts {
  readonly request: { readonly type: RequestType };
  readonly pageRecords: number;
  readonly signal: AbortSignal;
}
