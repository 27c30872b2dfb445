import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PortmanteauError } from "portmanteau";
import { failedEvent, type RequestRecord, type WorkflowEvent } from "portmanteau/workflow";
import type { Exports } from "./exports.ts";
import type { Store, StoredRequest } from "./store.ts";

export interface House {
  readonly store: Store;
  readonly exports: Exports;
  /** Where the bundles are. */
  readonly bundles: string;
  /** How long they are there. */
  readonly keepMs: number;
}

/**
 * Brings every request on: into the queue, its record to where the queue is, and away when its time is over. Whatever broke off, wherever,
 * is done by the next call, so nothing is lost between the database and the queue.
 */
export function keepHouse(house: House, now: number): Promise<void> {
  return house.store.alone(async () => {
    for (const request of await house.store.toLookAt(now)) {
      try {
        await lookAfter(request, house, now);
      } catch (error) {
        // The others must not wait for this one. It is looked at again.
        console.error(request.record.id, PortmanteauError.is(error) ? error.code : error);
      }
    }
  });
}

async function lookAfter(request: StoredRequest, house: House, now: number): Promise<void> {
  const { record } = request;
  switch (record.state) {
    case "received":
    case "planned":
    case "collecting":
    case "packing":
    case "failed":
      return bringOn(request, house, now);
    case "delivered":
    case "partial":
      return house.store.change(record.id, [{ type: "expired" }], now);
    case "cancelled":
    case "expired":
      await house.exports.purge(record.id); // also stops whoever works on it
      await rm(bundleFile(house.bundles, record.id), { force: true });
      return house.store.settle(record.id);
    default:
      throw new TypeError(`Unknown state: ${record.state satisfies never}`);
  }
}

async function bringOn({ record, account }: StoredRequest, house: House, now: number): Promise<void> {
  const { store, exports } = house;
  const { id, type, regulation, receivedAt, dueAt } = record;
  let progress = await exports.progress(id);
  if (progress === undefined || progress.state === "unqueued") {
    const request = { id, type, regulation, receivedAt, dueAt, subject: { id: account } };
    try {
      progress = await exports.submit(request);
    } catch (error) {
      if (PortmanteauError.is(error) && !error.retryable && record.state !== "failed")
        await store.change(id, [failedEvent(error)], now);
      throw error;
    }
  }
  const expected = new Map(progress.parts.map((part) => [part.dataset, part.expected ?? 0]));
  await store.setProgress(id, {
    records: progress.parts.reduce((sum, { records }) => sum + records, 0),
    expected: [...expected.values()].reduce((sum, count) => sum + count, 0),
  });
  await store.change(id, await eventsOf(record, progress, house), now);
}

type Progress = NonNullable<Awaited<ReturnType<Exports["progress"]>>>;

/** What has happened to a request that is where the queue says. The record knows what of it is news. */
async function eventsOf(record: RequestRecord, progress: Progress, house: House): Promise<WorkflowEvent[]> {
  const { state, delivered, parts, requestId } = progress;
  if (state === "failed") {
    if (record.state === "failed") return [];
    const letter = (await house.exports.deadLetters()).find((each) => each.requestId === requestId);
    return [{ type: "failed", code: letter?.code ?? "JOB_FAILED", retryable: false }];
  }
  const events: WorkflowEvent[] = record.state === "failed" ? [{ type: "retried" }] : []; // by exports.retry(id)
  events.push({ type: "planned", parts: parts.length });
  if (state === "collecting" || state === "assembling" || delivered) events.push({ type: "collecting" });
  if (state === "assembling" || delivered) events.push({ type: "packing" });
  if (delivered) {
    const { sha256, completeness, at } = delivered;
    const { size: bytes } = await stat(bundleFile(house.bundles, requestId));
    const expiresAt = new Date(Date.parse(at) + house.keepMs).toISOString();
    events.push({ type: "delivered", sha256, bytes, completeness, expiresAt });
  }
  return events;
}

export function bundleFile(bundles: string, requestId: string): string {
  return join(bundles, `${requestId}.zip`);
}
