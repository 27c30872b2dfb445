import { randomBytes } from "node:crypto";
import type { PartReceipt } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import type { ReadContext } from "../../model/source.ts";
import { collectPart } from "../collect.ts";
import { type Event, partOptions } from "../export.ts";
import type { Journal } from "../journal.ts";
import { goesOn } from "../part-keeper.ts";
import type { CollectedDataset } from "../plan.ts";
import { closedInTime } from "../read-pages.ts";
import { Snapshots } from "../snapshots.ts";
import { ChunkSpool, type PartPlace } from "./chunks.ts";
import { countedAgain, isDoubtful } from "./count.ts";
import { getDocument, names, putDocument } from "./documents.ts";
import { ChunkKeeper } from "./keeper.ts";
import { receiptOf, verifyReceipt } from "./receipt.ts";
import type { StoredPart, StoredRequest } from "./request.ts";
import { errorOf } from "./restart.ts";
import type { DurableSettings } from "./settings.ts";
import type { Vault } from "./vault.ts";

export interface CollectStep {
  readonly durable: DurableSettings;
  readonly final: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: Event) => void;
  readonly journal: Journal;
}

/** Collects one part of a request to its end, or finds that it was. */
export async function collectStored(stored: StoredRequest, part: StoredPart, step: CollectStep): Promise<PartReceipt> {
  const planned = stored.plan.datasets[part.of] as CollectedDataset;
  const snapshots = new Snapshots();
  const context = () => askedWith(stored, planned, snapshots, step.signal);
  try {
    const place = placeOf(stored, part);
    const there = await receiptIn(stored, part);
    if (there !== undefined) await verifyReceipt(there, place);
    const receipt = there ?? (await collectNow(stored, part, planned, { place, context, step }));
    await settleCount(stored, part, receipt, { planned, context, step });
    return told(stored, part, receipt);
  } catch (error) {
    throw await errorOf({ ...stored, vault: stored.vault.watching(step.signal) }, error);
  } finally {
    await snapshots.close((message) => step.journal.find("CLEANUP_FAILED", part.dataset, message));
  }
}

/** What the source of a stored request's dataset is asked with, its snapshot opened. */
export async function askedWith(
  { config: { pageRecords }, plan }: Pick<StoredRequest, "config" | "plan">,
  planned: CollectedDataset,
  snapshots: Snapshots,
  signal: AbortSignal,
): Promise<ReadContext> {
  await snapshots.open([planned], signal);
  return snapshots.context(planned, { ...plan, pageRecords, signal });
}

/** Where the chunks of a part lie. */
export function placeOf({ vault }: Pick<StoredRequest, "vault">, { index, dataset }: StoredPart): PartPlace {
  return { vault, dataset, path: (object) => names.chunk(index, object) };
}

/** Of a request with hundreds of parts in an object store, receipts one after the other would take seconds. */
export const receiptsAtOnce = 16;

/** The receipt of a part that was sealed since the request was begun. */
export async function receiptIn(
  { vault, begun }: Pick<StoredRequest, "vault" | "begun">,
  { index }: StoredPart,
): Promise<Receipt | undefined> {
  const receipt = await getDocument(vault, "receipt", names.receipt(index));
  return receipt?.generation === begun.generation ? receipt : undefined;
}

interface Now {
  readonly planned: CollectedDataset;
  readonly context: () => Promise<ReadContext>;
  readonly step: CollectStep;
}

async function collectNow(
  stored: StoredRequest,
  part: StoredPart,
  planned: CollectedDataset,
  { place, context, step }: Omit<Now, "planned"> & { readonly place: PartPlace },
): Promise<Receipt> {
  const { begun, config, plan, vault } = stored;
  const { generation, bundleId } = begun;
  const { durable, final, signal, emit, journal } = step;
  const { dataset, partition = null, index } = part;
  const { source } = planned.dataset;
  const started = performance.now();
  const attempt = randomBytes(8).toString("hex");
  const spool = new ChunkSpool(place, attempt);
  const requireBegun = () => requireGeneration(vault, generation, { index, attempt });
  const keeper = new ChunkKeeper({
    place,
    index,
    generation,
    spool,
    goesOn: goesOn(source),
    checkpointMs: durable.checkpointMs,
    waitsForBetter: !final,
    findings: journal.findings,
    onTaken(again, records) {
      emit({ type: "partStarted", dataset, partition, again, records });
      if (again && !goesOn(source))
        journal.find("PART_RESTARTED", dataset, "It was read from the start again: an earlier run was interrupted.");
    },
    onKept: (records) => emit({ type: "checkpoint", dataset, partition, records }),
    requireBegun,
  });
  const asked = await context();
  const job = {
    planned,
    context: part.given === undefined ? asked : { ...asked, partition: part.given },
    partition: part.partition,
  };
  const options = { ...partOptions(config, plan, bundleId), signal, spool, emit, find: journal.find };
  const onPage = (records: number, read: number) => emit({ type: "page", dataset, records, read });
  try {
    const collected = await collectPart(job, config, options, onPage, keeper);
    const other = await receiptIn(stored, part);
    if (other !== undefined) return other; // somebody else was faster
    const durationMs = Math.round((performance.now() - started) * 10) / 10;
    const receipt = receiptOf(collected, { generation, attempt, durationMs, findings: journal.findings });
    await putDocument(vault, names.receipt(index), receipt);
    await requireBegun();
    emit({ type: "partSealed", dataset, partition, records: receipt.written + receipt.quarantined });
    return receipt;
  } catch (error) {
    await closedInTime(requireGeneration(vault.watching(undefined), generation, { index, attempt }));
    throw error;
  }
}

/**
 * Throws when the request was purged, or begun anew, and then leaves nothing of this run. Called after something was put: either it sees
 * that the request is gone, or the purge sees what was put.
 */
async function requireGeneration(
  vault: Vault,
  generation: string,
  { index, attempt }: { readonly index: number; readonly attempt: string },
): Promise<void> {
  const begun = await getDocument(vault, "begun", names.begun);
  if (begun?.generation === generation) return;
  const ours = names.chunk(index, attempt);
  for (const name of await vault.names()) if (name.startsWith(ours)) await vault.delete(name);
  for (const [kind, name] of [
    ["checkpoint", names.checkpoint(index)],
    ["receipt", names.receipt(index)],
  ] as const)
    if ((await getDocument(vault, kind, name))?.generation === generation) await vault.delete(name);
  throw begun === undefined
    ? new PortmanteauError("REQUEST_UNKNOWN", "The request was purged while a part was collected.")
    : new PortmanteauError(
        "REQUEST_UNKNOWN",
        "The request was begun anew while a part was collected. Collect it again.",
        {
          retryable: true,
        },
      );
}

/** After the last part of a dataset: has its source counted what they hold? */
async function settleCount(stored: StoredRequest, part: StoredPart, receipt: Receipt, now: Now): Promise<void> {
  const { expected } = stored.begun.datasets[part.of] as StoredRequest["begun"]["datasets"][number];
  const { planned, context, step } = now;
  if (expected === null || receipt.error !== null) return;
  const siblings = stored.parts.filter(({ of }) => of === part.of);
  if (siblings.length > 1) {
    const sealed = new Set(await stored.vault.names());
    if (siblings.some(({ index }) => !sealed.has(names.receipt(index)))) return;
  }
  const receipts: Receipt[] = [];
  for (const each of siblings) {
    const found = each.index === part.index ? receipt : await receiptIn(stored, each);
    if (found === undefined) return;
    receipts.push(found);
  }
  if (!isDoubtful(expected, receipts)) return;
  const { signal, emit, final } = step;
  await countedAgain(stored, part.of, planned, context, { signal, emit, waitsForBetter: !final });
}

function told({ begun }: StoredRequest, { dataset, partition }: StoredPart, receipt: Receipt): PartReceipt {
  const { written, quarantined, json, csv, error } = receipt;
  return {
    requestId: begun.requestId,
    dataset,
    ...(partition === undefined ? {} : { partition }),
    written,
    quarantined,
    compressedBytes: json.facts.compressedBytes + csv.facts.compressedBytes,
    error: error?.code ?? null,
  };
}
