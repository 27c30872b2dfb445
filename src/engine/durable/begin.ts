import { randomBytes } from "node:crypto";
import type { BeginOptions, BegunRequest } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Begun } from "../../model/generated/journal/begun.ts";
import { type ExportRequest, oneMonthAfter } from "../../model/request.ts";
import { askSource } from "../ask-source.ts";
import { sourceRetry } from "../collect.ts";
import type { CompiledConfig } from "../config.ts";
import { type Event, startedEvent } from "../export.ts";
import { identifiedPlan } from "../identified-plan.ts";
import type { Journal } from "../journal.ts";
import { type CollectedDataset, type Plan, planExport } from "../plan.ts";
import { abortedError, ownSignal } from "../read-pages.ts";
import { Slots } from "../slots.ts";
import { Snapshots } from "../snapshots.ts";
import { errorDocument, getDocument, names, putDocument } from "./documents.ts";
import { purgeFolder } from "./purge.ts";
import {
  boundConfig,
  type DurableConfig,
  firstBegun,
  partsOf,
  requireSameRequest,
  type StoredRequest,
  storedRequest,
  vaultOf,
} from "./request.ts";
import type { Vault } from "./vault.ts";

export interface BeginRun extends Pick<BeginOptions, "onChange" | "final"> {
  readonly signal: AbortSignal;
  readonly plan: Plan;
  readonly bundleId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly emit: (event: Event) => void;
  readonly journal: Journal;
}

/** Puts a request into the journal, or finds it there. Its plan was made before anything is asked. */
export async function beginRequest(from: DurableConfig, request: ExportRequest, run: BeginRun): Promise<StoredRequest> {
  const vault = await vaultOf(from, request.id, run.signal);
  const there = await getDocument(vault, "begun", names.begun);
  if (there === undefined) return putBegun(from, vault, request, run);
  try {
    requireSameRequest(there, request);
    return storedRequest(from, vault, there);
  } catch (error) {
    if (run.onChange !== "restart" || !PortmanteauError.is(error) || error.code !== "RESUME_REFUSED") throw error;
    await purgeFolder(vault);
    return putBegun(from, vault, request, { ...run, plan: planAnew(from, there, request) }, there);
  }
}

/** The plan of a request that is begun anew: what it was given when it was begun for the first time stays. */
export function planAnew({ config }: DurableConfig, before: Begun, request: ExportRequest): Plan {
  return planExport(config, request, firstBegun(before));
}

/**
 * Asks everything that is asked once, and puts the request. Where another process put it meanwhile, theirs stands.
 *
 * @param before the beginning that this one takes the place of
 */
export async function putBegun(
  from: DurableConfig,
  vault: Vault,
  request: ExportRequest,
  run: BeginRun,
  before?: Begun,
): Promise<StoredRequest> {
  const { config, facts } = boundConfig(from, vault);
  run.emit(startedEvent(run.plan, run.bundleId));
  const datasets = await decided(config, run);
  const meanwhile = await getDocument(vault, "begun", names.begun);
  if (meanwhile !== undefined && meanwhile.generation !== before?.generation) {
    requireSameRequest(meanwhile, request);
    return storedRequest(from, vault, meanwhile);
  }
  const begun: Begun = {
    requestId: request.id,
    generation: randomBytes(16).toString("hex"),
    request: JSON.parse(JSON.stringify(request)) as Begun["request"],
    bundleId: run.bundleId,
    createdAt: run.createdAt,
    ...(before === undefined ? {} : { firstBegunAt: firstBegun(before) }),
    expiresAt: new Date(Date.parse(run.createdAt) + from.durable.keepMs).toISOString(),
    facts: { ...facts },
    findings: [...run.journal.findings],
    datasets,
  };
  await putDocument(vault, names.begun, begun);
  const stored = storedRequest(from, vault, begun);
  run.emit({ type: "begun", parts: stored.parts.length });
  return stored;
}

/** What is told of a request that was begun. */
export function begunRequest(begun: Begun): BegunRequest {
  const { requestId, bundleId, createdAt, firstBegunAt } = begun;
  const { type, receivedAt = firstBegun(begun), dueAt } = begun.request as unknown as ExportRequest;
  return {
    requestId,
    requestType: type,
    bundleId,
    createdAt,
    ...(firstBegunAt === undefined ? {} : { firstBegunAt }),
    dueAt: new Date(dueAt ?? oneMonthAfter(new Date(receivedAt).toISOString())).toISOString(),
    parts: partsOf(begun).map(({ dataset, source, partition }) => ({
      dataset,
      ...(partition === undefined ? {} : { partition }),
      source,
    })),
  };
}

/** Resolves the identities, counts and divides: everything that is asked once. */
async function decided(config: CompiledConfig, run: BeginRun): Promise<Begun["datasets"]> {
  const { signal, end } = ownSignal(run.signal);
  const plan = await identifiedPlan(config, run.plan, {
    signal,
    onRetry: (identity, { attempt, delayMs, error: { code } }) =>
      run.emit({ type: "identityRetry", identity, attempt, delayMs, code }),
  });
  const collected = plan.datasets.filter((dataset) => dataset.decision === "collect");
  const snapshots = new Snapshots();
  try {
    const asked = collected.filter(({ dataset: { source } }) => source.count ?? source.partitions);
    await snapshots.open(asked, signal);
    const slots = new Slots(config.lanes);
    const decisions = await Promise.allSettled(
      plan.datasets.map(async (dataset, index): Promise<Begun["datasets"][number]> => {
        if (dataset.decision !== "collect") return skipped(dataset);
        try {
          return await slots.run(index, () => askedOf(dataset, config, plan, snapshots, { ...run, signal }));
        } catch (error) {
          end();
          throw error;
        }
      }),
    );
    const failed = decisions.flatMap((each) => (each.status === "rejected" ? [each.reason as PortmanteauError] : []));
    if (failed.length > 0) throw failed.find(({ code }) => code !== "ABORTED") ?? failed[0];
    return decisions.map((each) => (each as PromiseFulfilledResult<Begun["datasets"][number]>).value);
  } finally {
    end();
    await snapshots.close((message) => run.journal.find("CLEANUP_FAILED", null, message));
  }
}

function skipped(dataset: Exclude<Plan["datasets"][number], CollectedDataset>): Begun["datasets"][number] {
  const { decision, reason, exclusion = null } = dataset;
  const { name, source } = dataset.dataset;
  const nothing = { subject: null, error: null, expected: null, partitions: [], retries: 0 };
  return { name, source: source.name, decision, reason, exclusion, ...nothing };
}

async function askedOf(
  planned: CollectedDataset,
  config: CompiledConfig,
  plan: Plan,
  snapshots: Snapshots,
  run: BeginRun,
): Promise<Begun["datasets"][number]> {
  const { name, source } = planned.dataset;
  const { signal, emit } = run;
  if (signal.aborted) throw abortedError();
  const context = snapshots.context(planned, { ...plan, pageRecords: config.pageRecords, signal });
  const asking = sourceRetry(planned, config, { signal, emit }, true);
  const nothing = { error: planned.unresolved, expected: null, partitions: [] };
  const asked = nothing.error === undefined ? await askSource(planned, config, context, asking) : nothing;
  const { error, expected, partitions } = asked;
  if (error !== undefined && run.final !== true) throw error;
  emit({ type: "datasetStarted", dataset: name, expected });
  return {
    name,
    source: source.name,
    decision: "collect",
    reason: null,
    exclusion: null,
    subject: planned.subject.id === "" ? null : planned.subject.id,
    error: error === undefined ? null : errorDocument(error),
    expected,
    partitions: [...partitions] as Begun["datasets"][number]["partitions"],
    retries: asking.total,
  };
}
