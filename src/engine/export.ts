import { setMaxListeners } from "node:events";
import { BundleWriter } from "../bundle/bundle-writer.ts";
import type { Signer } from "../bundle/keys.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import { isWhole } from "../model/outcome.ts";
import type { DeliveryWriter, Envelope, Spool } from "../model/ports.ts";
import type { OpenSnapshot, Snapshot } from "../model/source.ts";
import { bundleDataset } from "./assemble.ts";
import type { CompiledConfig } from "./config.ts";
import { type Destination, toDelivery } from "./destination.ts";
import { openEnveloped } from "./envelope.ts";
import { buildManifest, buildReport, type Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { pseudonyms } from "./part.ts";
import type { CollectedDataset, Plan } from "./plan.ts";
import { abortedError, closedInTime, endedReason, typedError } from "./read-pages.ts";

export interface RunOptions {
  readonly to: Destination;
  readonly sign?: Signer | undefined;
  readonly encrypt?: Envelope | undefined;
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
  { to, sign, encrypt, signal, emit, bundleId, createdAt, journal }: RunOptions,
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
    const opened = (writer = await unlessAborted(openEnveloped(delivery, encrypt, stop.signal), stop.signal, (late) =>
      late.abort(abortedError()),
    ));
    await openSnapshots(collected, snapshots, stop.signal);

    const zip = (bundle = new BundleWriter((bytes) => opened.write(bytes), {
      level: config.compressionLevel,
      pageHead: config.pageHead,
      signer: sign,
    }));
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
      const sealed = await zip.finish(buildManifest(config, plan, journal, { bundleId, createdAt }));
      if (failure !== undefined) throw failure;
      await opened.commit();
      journal.bundle = { ...sealed, envelope: opened.sealed };
      tell({ type: "delivered", bytes: sealed.bytes, sha256: sealed.sha256, durationMs: journal.elapsedMs });
    };
    running = Promise.allSettled([lanes.run(fail), assemble().catch(fail)]);
    await Promise.race([running, aborted(stop.signal)]);
  } catch (error) {
    fail(error);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop.abort(endedReason);
  }

  // What cannot be closed must not hide why the export ended, and must not be hidden either.
  const close = async (what: string, step: () => Promise<unknown> | undefined) => {
    try {
      await step();
    } catch (error) {
      const code = PortmanteauError.is(error) ? error.code : "a foreign error";
      journal.find("CLEANUP_FAILED", null, `The ${what} could not be closed (${code}); something may be left there.`);
    }
  };
  // The destination first: it may be what everything else waits for.
  if (journal.bundle === undefined) await close("destination", () => writer?.abort(failure ?? abortedError()));
  if (journal.bundle === undefined) await close("zip", () => bundle?.abort());
  await close("lanes", () => running);
  for (const snapshot of snapshots.values()) await close("snapshot", () => closedInTime(snapshot.close()));
  await close("spool", () => spool?.close());
  // Also when the abort came with the commit and was too late.
  if (journal.bundle !== undefined) return;

  const error = failure ?? abortedError(); // without a bundle there is always a failure
  tell({ type: "failed", code: error.code, durationMs: journal.elapsedMs });
  error.report = buildReport(plan, journal, { bundleId, createdAt }, error.code === "ABORTED" ? "aborted" : "failed");
  throw error;
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
