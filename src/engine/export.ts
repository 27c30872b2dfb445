import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { crc32 } from "node:zlib";
import { type BundleDataset, type BundleFile, BundleWriter } from "../bundle/bundle-writer.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import { isWhole } from "../model/outcome.ts";
import type { DeliveryWriter, Spool } from "../model/ports.ts";
import type { OpenSnapshot, Snapshot } from "../model/source.ts";
import { type Collected, type CollectOptions, collectDataset } from "./collect.ts";
import type { CompiledConfig } from "./config.ts";
import { type Destination, openDelivery, toDelivery } from "./destination.ts";
import { buildManifest, buildReport, type Journal } from "./journal.ts";
import { pseudonyms, type SealedStream } from "./part.ts";
import type { CollectedDataset, Plan } from "./plan.ts";
import { abortedError, closedInTime, typedError } from "./read-pages.ts";

export interface RunOptions {
  readonly to: Destination;
  readonly signal?: AbortSignal | undefined;
  readonly emit: (event: ExportEvent) => void;
  readonly bundleId: string;
  readonly createdAt: string;
  readonly journal: Journal;
}

type Event = ExportEvent extends infer E ? (E extends unknown ? Omit<E, "requestId"> : never) : never;

/**
 * Runs a plan: collects the datasets in lanes, assembles them in plan order as they are sealed, and delivers. The first thing that makes
 * the whole impossible stops everything; then nothing is delivered and nothing is left.
 *
 * @throws {PortmanteauError} with the report of what happened
 */
export async function runExport(
  config: CompiledConfig,
  plan: Plan,
  { to, signal, emit, bundleId, createdAt, journal }: RunOptions,
): Promise<void> {
  const delivery = toDelivery(to);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each lane waits on it, and takes its listeners back
  let failure: PortmanteauError | undefined;
  const fail = (error: unknown): void => {
    failure ??= PortmanteauError.is(error)
      ? error
      : new PortmanteauError("ARCHIVE_FAILED", "The bundle could not be written; the foreign error is the cause.", {
          cause: error,
        });
    stop.abort();
  };
  const onAbort = () => fail(abortedError());
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  const tell = (event: Event) => emit({ requestId: plan.request.id, ...event } as ExportEvent);

  const collected = plan.datasets.filter((planned) => planned.decision === "collect");
  let writer: DeliveryWriter | undefined;
  let bundle: BundleWriter | undefined;
  let spool: Spool | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const snapshots = new Map<Snapshot, OpenSnapshot>();
  try {
    if (failure !== undefined) throw failure;
    tell({ type: "started", requestType: plan.request.type, datasets: collected.map(({ dataset }) => dataset.name) });
    spool = config.spool();
    const opened = (writer = await unlessAborted(openDelivery(delivery, stop.signal), stop.signal, (late) =>
      late.abort(abortedError()),
    ));
    await openSnapshots(collected, snapshots, stop.signal);

    const sha256 = createHash("sha256");
    const zip = (bundle = new BundleWriter(async (bytes) => {
      sha256.update(bytes);
      await opened.write(bytes);
    }, config.compressionLevel));
    const options = {
      request: plan.request,
      signal: stop.signal,
      spool,
      level: config.compressionLevel,
      previewRecords: config.previewRecords,
      pseudonym: pseudonyms(config.pseudonymKey, bundleId),
      emit: tell,
      find: journal.find,
    };
    const lanes = new Lanes(collected, config, options, snapshots);
    const assemble = async () => {
      await zip.start();
      for (let index = 0; index < collected.length; index++) {
        const result = await lanes.result(index);
        journal.collected.set(result.planned.dataset.name, result);
        if (!isWhole(result.outcome) && config.onFailure === "fail") throw result.error;
        const part = bundleDataset(result);
        if (part !== undefined) {
          await zip.addDataset(part);
          tell({
            type: "assembled",
            dataset: part.dataset.name,
            compressedBytes: part.json.facts.compressedBytes + part.csv.facts.compressedBytes,
          });
        }
        await lanes.release(index);
      }
      const { bytes, entries } = await zip.finish(buildManifest(config, plan, journal, { bundleId, createdAt }));
      if (failure !== undefined) throw failure;
      await opened.commit();
      journal.bundle = { bytes, entries, sha256: sha256.digest("hex") };
      tell({ type: "delivered", bytes, sha256: journal.bundle.sha256, durationMs: journal.elapsedMs });
    };
    running = Promise.allSettled([lanes.run(fail), assemble().catch(fail)]);
    await Promise.race([running, aborted(stop.signal)]);
  } catch (error) {
    fail(error);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop.abort();
  }

  const closing: unknown[] = [];
  const close = async (step: () => Promise<unknown> | undefined) => {
    try {
      await step();
    } catch (error) {
      closing.push(error);
    }
  };
  // The destination first: it may be what everything else waits for.
  if (journal.bundle === undefined) await close(() => writer?.abort(failure ?? abortedError()));
  if (journal.bundle === undefined) await close(() => bundle?.abort());
  await close(() => running);
  for (const snapshot of snapshots.values()) await close(() => closedInTime(snapshot.close()));
  await close(() => spool?.close());
  // Also when the abort came with the commit and was too late.
  if (journal.bundle !== undefined) return;

  const error = failure ?? (closing[0] as PortmanteauError);
  tell({ type: "failed", code: error.code, durationMs: journal.elapsedMs });
  error.report = buildReport(plan, journal, { bundleId, createdAt }, error.code === "ABORTED" ? "aborted" : "failed");
  throw error;
}

/**
 * Collects datasets in parallel, in plan order, never more than twice as many ahead as there are lanes: a slow destination keeps the
 * next sources waiting.
 */
class Lanes {
  readonly #collected: readonly CollectedDataset[];
  readonly #config: CompiledConfig;
  readonly #options: Omit<CollectOptions, "snapshot">;
  readonly #snapshots: ReadonlyMap<Snapshot, OpenSnapshot>;
  readonly #results: {
    promise: Promise<Collected>;
    resolve: (result: Collected) => void;
    reject: (error: unknown) => void;
  }[];
  readonly #parts = new Map<number, Collected>();
  #next = 0;
  #released = 0;
  #wake: (() => void)[] = [];

  constructor(
    collected: readonly CollectedDataset[],
    config: CompiledConfig,
    options: Omit<CollectOptions, "snapshot">,
    snapshots: ReadonlyMap<Snapshot, OpenSnapshot>,
  ) {
    this.#collected = collected;
    this.#config = config;
    this.#options = options;
    this.#snapshots = snapshots;
    this.#results = collected.map(() => {
      let resolve: (result: Collected) => void = () => {};
      let reject: (error: unknown) => void = () => {};
      const promise = new Promise<Collected>((yes, no) => {
        resolve = yes;
        reject = no;
      });
      promise.catch(() => {}); // the assembler may have stopped before it asks
      return { promise, resolve, reject };
    });
    this.#options.signal.addEventListener("abort", () => this.#wakeAll(), { once: true });
  }

  /** Runs until every dataset is collected or the export stops. */
  async run(fail: (error: unknown) => void): Promise<void> {
    await Promise.all(
      Array.from({ length: Math.min(this.#config.lanes, this.#collected.length) }, () => this.#lane(fail)),
    );
    for (const { reject } of this.#results) reject(abortedError()); // those that were never begun; a settled one stays as it is
  }

  async result(index: number): Promise<Collected> {
    return (this.#results[index] as { promise: Promise<Collected> }).promise;
  }

  /** The part is in the zip: its data streams are not needed any more. A quarantine is, until the end. */
  async release(index: number): Promise<void> {
    const part = this.#parts.get(index)?.part;
    this.#parts.delete(index);
    await part?.json.spooled.discard();
    await part?.csv.spooled.discard();
    this.#released++;
    this.#wakeAll();
  }

  async #lane(fail: (error: unknown) => void): Promise<void> {
    const { signal } = this.#options;
    for (let index = this.#next++; index < this.#collected.length; index = this.#next++) {
      while (index >= this.#released + 2 * this.#config.lanes && !signal.aborted)
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      if (signal.aborted) return;
      const planned = this.#collected[index] as CollectedDataset;
      const { source } = planned.dataset;
      const snapshot = source.snapshot === undefined ? undefined : this.#snapshots.get(source.snapshot)?.token;
      try {
        const result = await collectDataset(planned, this.#config, { ...this.#options, snapshot });
        this.#parts.set(index, result);
        this.#results[index]?.resolve(result);
      } catch (error) {
        fail(error);
        this.#results[index]?.reject(error);
        return;
      }
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** What was opened, unless the signal is first: what is opened too late is closed again, and given some time for it. */
async function unlessAborted<T>(
  opening: Promise<T>,
  signal: AbortSignal,
  close: (late: T) => Promise<unknown>,
): Promise<T> {
  const opened = await Promise.race([opening, aborted(signal)]);
  if (!signal.aborted) return opened as T;
  await closedInTime(opening.then(close));
  throw abortedError();
}

async function openSnapshots(
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function bundleDataset({ planned: { dataset, codec }, part }: Collected): BundleDataset | undefined {
  if (part === undefined) return undefined;
  const { json, csv, quarantine, written, quarantined, preview } = part;
  return {
    dataset,
    codec,
    preview,
    json: bundleFile(dataset.name, json, written),
    csv: bundleFile(dataset.name, csv, written),
    quarantine: quarantine === undefined ? undefined : bundleFile(dataset.name, quarantine, quarantined),
  };
}

function bundleFile(dataset: string, { facts, spooled }: SealedStream, records: number): BundleFile {
  return {
    facts,
    records,
    async *read() {
      let crc = 0;
      try {
        for await (const chunk of spooled.read()) {
          crc = crc32(chunk, crc);
          yield chunk;
        }
      } catch (cause) {
        throw PortmanteauError.is(cause)
          ? cause
          : new PortmanteauError("SPOOL_FAILED", `The spooled bytes of dataset "${dataset}" could not be read.`, {
              context: { dataset },
              cause,
            });
      }
      if (crc !== facts.compressedCrc32)
        throw new PortmanteauError(
          "SPOOL_CORRUPT",
          `The spooled bytes of dataset "${dataset}" changed after they were written.`,
          { context: { dataset } },
        );
    },
  };
}
