import { setMaxListeners } from "node:events";
import { BundleWriter } from "../bundle/bundle-writer.ts";
import type { Signer } from "../bundle/keys.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import { isWhole } from "../model/outcome.ts";
import type { Envelope, Spool } from "../model/ports.ts";
import { bundleDataset } from "./assemble.ts";
import { type Assembled, assembleSet, type OpenBundle } from "./assemble-set.ts";
import type { CollectOptions } from "./collect.ts";
import type { Collected } from "./conclude-dataset.ts";
import type { CompiledConfig } from "./config.ts";
import { type Destination, requireSets, toDelivery } from "./destination.ts";
import { envelopeOf, openEnveloped } from "./envelope.ts";
import { identifiedPlan } from "./identified-plan.ts";
import { buildManifest, buildReport, completenessOf, type Journal } from "./journal.ts";
import { Lanes } from "./lanes.ts";
import { pseudonyms } from "./part.ts";
import { type CollectedDataset, identifiersOf, type Plan } from "./plan.ts";
import { abortedError, endedReason } from "./read-pages.ts";
import { Snapshots } from "./snapshots.ts";
import { aborted, unlessAborted } from "./unless-aborted.ts";

export interface RunOptions {
  readonly to: Destination;
  readonly sign?: Signer | undefined;
  readonly encrypt?: Envelope | undefined;
  readonly splitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly emit: (event: ExportEvent) => void;
  readonly bundleId: string;
  readonly createdAt: string;
  readonly journal: Journal;
  /** Gives the parts of a plan whose identities are known, where they were collected before. Default: they are collected now. */
  readonly gather?: ((collected: readonly CollectedDataset[], options: CollectOptions) => Gathering) | undefined;
}

/** Where the datasets come from, in plan order. */
export interface Gathering {
  /** Runs until every dataset is there or the export stops. */
  run(fail: (error: unknown) => void): Promise<void>;
  result(index: number): Promise<Collected>;
  /** The part is in the zip: its data streams are not needed any more. A quarantine is, until the end. */
  release(index: number): Promise<void>;
  /** The next part waits with its data streams for what comes later. */
  keep(): void;
}

/** What the engine tells; the request and the run are added on the way. */
export type Event = ExportEvent extends infer E ? (E extends unknown ? Omit<E, "requestId" | "run"> : never) : never;

/**
 * Runs a plan: collects the datasets in lanes, assembles them in plan order as they are sealed, and delivers. The first thing that makes
 * the whole impossible stops everything; then nothing is delivered and nothing is left.
 *
 * @returns the plan as it was run, with what was found of the subject's identities
 * @throws {PortmanteauError} with the report of what happened
 */
export async function runExport(
  config: CompiledConfig,
  planned: Plan,
  { to, sign, encrypt, splitBytes, signal, emit, bundleId, createdAt, journal, gather }: RunOptions,
): Promise<Plan> {
  const delivery = toDelivery(to);
  if (splitBytes !== undefined) requireSets(delivery);
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
  const tell = (event: Event) => emit({ requestId: planned.request.id, ...event } as ExportEvent);

  let plan = planned;
  const open: OpenBundle = { writer: undefined, zip: undefined };
  let spool: Spool | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const snapshots = new Snapshots();
  try {
    if (failure !== undefined) throw failure;
    if (gather === undefined) {
      tell(startedEvent(plan, bundleId));
      plan = await identifiedPlan(config, planned, {
        signal: stop.signal,
        onRetry: (identity, { attempt, delayMs, error: { code } }) =>
          tell({ type: "identityRetry", identity, attempt, delayMs, code }),
      });
    }
    const collected = plan.datasets.filter((dataset) => dataset.decision === "collect");
    spool = config.spool();
    const opened = await unlessAborted(openEnveloped(delivery, encrypt, stop.signal), stop.signal, (late) =>
      late.abort(abortedError()),
    );
    open.writer = opened;
    if (gather === undefined) await snapshots.open(collected, stop.signal);

    const options: CollectOptions = {
      ...partOptions(config, plan, bundleId),
      signal: stop.signal,
      spool,
      emit: tell,
      find: journal.find,
    };
    const lanes = gather?.(collected, options) ?? new Lanes(collected, config, options, snapshots);
    const goOn = () => {
      if (failure !== undefined) throw failure;
    };
    const onAssembled = (dataset: string, compressedBytes: number) =>
      tell({ type: "assembled", dataset, compressedBytes });
    const onCommit = () => tell({ type: "commitStarted" });
    const nextResult = async (index: number): Promise<Collected> => {
      const result = await lanes.result(index);
      journal.collected.set(result.planned.dataset.name, result);
      if (!isWhole(result.outcome) && config.onFailure === "fail") throw result.error;
      return result;
    };
    const documents = { level: config.compressionLevel, pageHead: config.pageHead(plan.request.locale), signer: sign };
    const manifest = () => buildManifest(config, plan, journal, { bundleId, createdAt });

    /** Each part goes into the zip as soon as it is sealed. */
    const stream = async (): Promise<Assembled> => {
      const zip = new BundleWriter((bytes) => opened.write(bytes), documents);
      tell({ type: "assembleStarted" });
      open.zip = zip;
      await zip.start();
      for (let index = 0; index < collected.length; index++) {
        const part = bundleDataset(await nextResult(index));
        if (part !== undefined) {
          await zip.addDataset(part);
          onAssembled(part.dataset.name, part.json.facts.compressedBytes + part.csv.facts.compressedBytes);
        }
        await lanes.release(index);
      }
      const written = await zip.finish(manifest());
      for (const { part } of journal.collected.values()) await part?.attachments?.discard();
      goOn();
      onCommit();
      await opened.commit();
      return { bundle: { ...written, parts: 1, envelope: envelopeOf([opened]) }, files: undefined };
    };
    /** Every zip says how many there are, so that all parts wait in the spool until the last one is sealed. */
    const split = async (limit: number, kept: Spool): Promise<Assembled> => {
      const results: Collected[] = [];
      for (let index = 0; index < collected.length; index++) {
        results.push(await nextResult(index));
        lanes.keep();
      }
      tell({ type: "assembleStarted" });
      const common = { documents, delivery, encrypt, single: opened, open, spool: kept, signal: stop.signal, goOn };
      return assembleSet(results, { ...common, onAssembled, onCommit, splitBytes: limit, manifest: manifest() });
    };
    const assemble = async (kept: Spool) => {
      const { bundle, files } = await (splitBytes === undefined ? stream() : split(splitBytes, kept));
      journal.bundle = bundle;
      journal.filesInSet = files;
      const { bytes, sha256, parts } = bundle;
      tell({
        type: "delivered",
        completeness: completenessOf(journal),
        bytes,
        sha256,
        parts,
        durationMs: journal.elapsedMs,
      });
    };
    running = Promise.allSettled([lanes.run(fail), assemble(spool).catch(fail)]);
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
  if (journal.bundle === undefined) await close("destination", () => open.writer?.abort(failure ?? abortedError()));
  if (journal.bundle === undefined) await close("zip", () => open.zip?.abort());
  await close("lanes", () => running);
  await snapshots.close((message) => journal.find("CLEANUP_FAILED", null, message));
  await close("spool", () => spool?.close());
  // Also when the abort came with the commit and was too late.
  if (journal.bundle !== undefined) return plan;

  const error = failure ?? abortedError(); // without a bundle there is always a failure
  tell({ type: "failed", code: error.code, durationMs: journal.elapsedMs });
  error.report = buildReport(plan, journal, { bundleId, createdAt }, error.code === "ABORTED" ? "aborted" : "failed");
  throw error;
}

export function startedEvent(
  { request, datasets }: Plan,
  bundleId: string,
): Extract<Event, { readonly type: "started" }> {
  const names = datasets.flatMap(({ decision, dataset }) => (decision === "collect" ? dataset.name : []));
  return { type: "started", requestType: request.type, bundleId, datasets: names };
}

/** What all parts of one bundle have in common. */
export function partOptions(
  { compressionLevel, previewRecords, pseudonymKey }: CompiledConfig,
  plan: Plan,
  bundleId: string,
): Pick<CollectOptions, "request" | "level" | "previewRecords" | "pseudonym" | "identifiers"> {
  const keys = plan.datasets.flatMap((planned) => (planned.decision === "collect" ? planned.subject.id : []));
  return {
    request: plan.request,
    level: compressionLevel,
    previewRecords,
    pseudonym: pseudonyms(pseudonymKey, bundleId),
    identifiers: [...identifiersOf(plan.request), ...keys],
  };
}
