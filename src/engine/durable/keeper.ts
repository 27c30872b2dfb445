import type { Checkpoint } from "../../model/generated/journal/checkpoint.ts";
import type { Cursor } from "../../model/source.ts";
import { OpenPart, type PartOptions } from "../part.ts";
import type { PartKeeper, PartProgress } from "../part-keeper.ts";
import type { CollectedDataset } from "../plan.ts";
import { ChunkedStream, type ChunkSpool, type PartPlace } from "./chunks.ts";
import { checked, getDocument, names, putDocument } from "./documents.ts";
import { corrupt } from "./vault.ts";

export interface KeeperOptions {
  readonly place: PartPlace;
  /** Index of the part in its request. */
  readonly index: number;
  readonly generation: string;
  readonly spool: ChunkSpool;
  /** Whether the source can go on where it stopped. */
  readonly goesOn: boolean;
  readonly checkpointMs: number;
  readonly waitsForBetter: boolean;
  /** What was found of the part so far; what an earlier attempt found is added. */
  readonly findings: Finding[];
  /** Called when the part begins, or goes on. */
  readonly onTaken: (again: boolean, records: number) => void;
  readonly onKept: (records: number) => void;
  /** Throws when the request was purged meanwhile, or begun anew; what was put there is then gone. */
  readonly requireBegun: () => Promise<void>;
}
type Finding = NonNullable<Checkpoint["progress"]>["findings"][number];

/**
 * Keeps a part in a durable spool. The chunks that a checkpoint names are put before it, and never change: whoever takes it up, also while
 * another still works on the part, goes on from a state that is whole.
 */
export class ChunkKeeper implements PartKeeper {
  readonly waitsForBetter: boolean;
  readonly #options: KeeperOptions;
  #keptAt = performance.now();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.waitsForBetter = options.waitsForBetter;
  }

  get isDue(): boolean {
    return this.#options.goesOn && performance.now() - this.#keptAt >= this.#options.checkpointMs;
  }

  async takeUp(
    planned: CollectedDataset,
    options: PartOptions,
    partition: number | undefined,
  ): Promise<(PartProgress & { readonly part: OpenPart }) | undefined> {
    const { place, index, generation, spool, goesOn, findings, onTaken } = this.#options;
    const name = names.checkpoint(index);
    const found = await getDocument(place.vault, "checkpoint", name);
    const isOurs = found?.generation === generation;
    const progress = isOurs && goesOn ? found.progress : null;
    if (found === undefined || progress === null) {
      onTaken(isOurs, 0);
      // A source that begins anew is named in the report: whoever comes next must know that this run was here.
      const begun: Checkpoint = { generation, attempt: spool.attempt, records: 0, progress: null };
      if (!goesOn) await putDocument(place.vault, name, begun);
      return undefined;
    }
    const chunks = new Map(progress.streams.map((stream) => [stream.name, stream.chunks]));
    const state = checked("partState", progress.state, name);
    const reopen = async (stream: string) => {
      const there = chunks.get(stream);
      if (there === undefined) throw corrupt(name, "does not say where a stream lies");
      return { writer: spool.goOn(stream, there), written: new ChunkedStream(place, there).read() };
    };
    const part = await OpenPart.restore(planned, options, state, reopen, partition);
    findings.push(...progress.findings);
    onTaken(true, part.read);
    const { retries, fetchedAgain } = progress;
    return { part, cursor: progress.cursor as Cursor, retries, fetchedAgain };
  }

  async keep(part: OpenPart, { cursor, retries, fetchedAgain }: PartProgress): Promise<void> {
    const { place, index, generation, spool, goesOn, findings, onKept, requireBegun } = this.#options;
    if (!goesOn) return;
    const state = (await part.checkpoint()) as unknown as NonNullable<Checkpoint["progress"]>["state"];
    const streams = await spool.flush();
    const progress = { cursor, streams, retries, fetchedAgain, findings, state };
    const document = { generation, attempt: spool.attempt, records: part.read, progress } as Checkpoint;
    await putDocument(place.vault, names.checkpoint(index), document);
    await requireBegun(); // after the put: either this sees a purge, or the purge sees what was put
    this.#keptAt = performance.now();
    onKept(part.read);
  }
}
