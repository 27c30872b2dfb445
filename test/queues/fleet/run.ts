import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openBundle, verifyBundle } from "../../../src/index.ts";
import { startWorker, type Worker } from "../start-worker.ts";
import { bundleAt, fleetExporter, personOf } from "./exporter.ts";
import { type FleetServer, openQueue } from "./queue.ts";
import type { FleetTask } from "./worker.ts";

export interface FleetOptions {
  readonly server: FleetServer;
  readonly folder: string;
  readonly workers: number;
  /** Requests of a few records. */
  readonly small: number;
  /** Requests of `largeRecords` each. */
  readonly large: number;
  readonly largeRecords: number;
  /** One worker after the other is killed and replaced, so often. */
  readonly killEveryMs: number;
}

export interface FleetResult {
  readonly requests: readonly { readonly id: string; readonly records: number }[];
  readonly killed: number;
  /** Bundles that are not sound, not complete, or do not have every record. */
  readonly bad: readonly string[];
  /** Files where the bundles lie. */
  readonly files: readonly string[];
  /** What was delivered, as the workers said: a request's may be there again, when a worker died before it was noted. */
  readonly delivered: readonly { readonly requestId: string; readonly sha256: string }[];
  /** How many requests were done after some that are due much later; those whose worker was killed are. */
  readonly overtaken: number;
  /** How many workers had a hand in a large request, at most. */
  readonly hands: number;
}

/** Lets a fleet of processes finish a mixed load while workers are killed, and looks at every bundle. */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { server, folder, workers, small, large, largeRecords, killEveryMs } = options;
  const name = `f${randomUUID().slice(0, 8)}`;
  const exporter = fleetExporter(folder);
  const { queue, close } = await openQueue(server, name, exporter);
  const requests = Array.from({ length: small + large }, (_, index) => {
    const records =
      index % Math.ceil((small + large) / Math.max(large, 1)) === 0 &&
      index < large * Math.ceil((small + large) / Math.max(large, 1))
        ? largeRecords
        : 10 + index;
    return { id: randomUUID(), records, dueAt: new Date(Date.UTC(2027, 0, 1 + index)).toISOString() };
  });
  // Those that are due last come first.
  for (const [index, { id, records, dueAt }] of [...requests.entries()].reverse())
    await queue.submit({ id, type: "access", subject: { id: personOf(index, records) }, dueAt });

  const fleet: Worker[] = [];
  const all: Worker[] = [];
  const hire = async () => {
    const worker = await startWorker({ server, name, folder } satisfies FleetTask, "test/queues/fleet/worker.ts");
    fleet.push(worker);
    all.push(worker);
  };
  let killed = 0;
  let isOver = false;
  const killWorkers = async () => {
    for (;;) {
      if (killed > 0) await delay(killEveryMs);
      // The first one, as soon as there is work to be lost.
      while (!isOver && !all.some(({ events }) => events.some(({ type }) => type !== "ready"))) await delay(20);
      if (isOver) return;
      await fleet.shift()?.kill();
      killed++;
      await hire();
    }
  };
  const answered = async () => {
    try {
      for (let open = requests; open.length > 0; await delay(200)) {
        // Those that are due first: to ask for thousands each time would be most of the work.
        const asked = open.slice(0, 100);
        const states = await Promise.all(asked.map(async ({ id }) => (await queue.progress(id))?.state));
        if (states.includes("failed")) throw new Error(JSON.stringify(await queue.deadLetters()));
        open = open.filter((_request, index) => states[index] !== "delivered");
      }
    } finally {
      isOver = true;
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, hire));
    for (const ended of await Promise.allSettled([answered(), killWorkers()]))
      if (ended.status === "rejected") throw ended.reason;
  } finally {
    await Promise.all(fleet.map((worker) => worker.kill()));
    await close();
  }

  const bad: string[] = [];
  for (const { id, records } of requests) {
    const file = bundleAt(folder, id);
    const { sound, complete } = await verifyBundle(file).summary();
    const bundle = await openBundle(file);
    const written = bundle.manifest.datasets.find((dataset) => dataset.name === "usage")?.records.written;
    bundle.close();
    if (!sound || !complete || written !== records) bad.push(id);
  }
  const events = all.flatMap((worker, index) => worker.events.map((event) => ({ ...(event as Told), worker: index })));
  const handsOf = (id: string) =>
    new Set(events.flatMap(({ type, requestId, worker }) => (type === "jobDone" && requestId === id ? [worker] : [])))
      .size;
  return {
    requests,
    killed,
    bad,
    files: readdirSync(folder).filter((file) => file.endsWith(".zip")),
    delivered: events.flatMap(({ type, requestId, sha256 = "" }) =>
      type === "delivered" ? [{ requestId, sha256 }] : [],
    ),
    overtaken: overtaken(
      all,
      requests.map(({ id }) => id),
    ),
    hands: Math.max(0, ...requests.filter(({ records }) => records === largeRecords).map(({ id }) => handsOf(id))),
  };
}

interface Told {
  readonly type: string;
  readonly requestId: string;
  readonly dataset?: string | null;
  readonly sha256?: string;
}

/** In the order in which each worker was done: jobs that come after one of a request due more than `window` places later. */
function overtaken(workers: readonly Worker[], due: readonly string[]): number {
  const window = workers.length * 2; // so many are at work at the same moment
  const ranks = new Map(due.map((id, rank) => [id, rank]));
  let count = 0;
  for (const { events } of workers) {
    let highest = -1;
    for (const { type, requestId, dataset } of events as unknown as readonly Told[]) {
      if (type !== "jobDone" || dataset !== "tickets") continue;
      const rank = ranks.get(requestId) ?? 0;
      if (highest - rank > window) count++;
      highest = Math.max(highest, rank);
    }
  }
  return count;
}
