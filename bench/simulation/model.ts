/**
 * A fleet of workers as a simulation of discrete events. A worker is one core that its jobs share evenly, with so many places for the
 * parts of each source and for bundles. A job waits (for its source, for the disk) and then computes. Each source has a queue, the bundles
 * have one, and each queue gives first what is due first, to a quarter of an hour. A worker that dies gives its jobs back after a while,
 * less what they did since their last checkpoint.
 */
import { Core } from "./core.ts";
import type { Costs, Fleet, Shape } from "./fleet.ts";
import { Heap } from "./heap.ts";
import type { ModelRequest } from "./load.ts";
import { type Random, random } from "./random.ts";

export interface Outcome {
  /** Of each request, in milliseconds, sorted. */
  readonly answersMs: Float64Array;
  /** From the first request to the last bundle. */
  readonly spanMs: number;
  /** Time of cores that was used / that there was. */
  readonly utilisation: number;
  readonly peakSpoolBytes: number;
  /** All that was ever put into the spool. */
  readonly spooledBytes: number;
  readonly peakJobs: number;
  readonly deaths: number;
}

interface Job {
  readonly request: Open;
  readonly queue: number;
  readonly records: number;
  readonly waitMs: number;
  readonly cpuMs: number;
  doneMs: number;
}
interface Open {
  readonly at: number;
  readonly priority: number;
  readonly records: number;
  parts: number;
  bytes: number;
}
interface Worker {
  isUp: boolean;
  readonly core: Core<Job>;
  readonly waiting: Set<Job>;
  readonly places: number[];
}
type Timed =
  | { readonly kind: "waited"; readonly job: Job; readonly worker: number }
  | { readonly kind: "again"; readonly job: Job }
  | { readonly kind: "dies" | "back"; readonly worker: number };

const quarterHourMs = 15 * 60_000;
const [accountsQueue, logsQueue, bundlesQueue] = [0, 1, 2];

export function simulate(
  load: Iterable<ModelRequest>,
  { costs, fleet, shape, seed }: { costs: Costs; fleet: Fleet; shape: Shape; seed: number },
): Outcome {
  return new Simulation(costs, fleet, shape, random(seed)).run(load);
}

class Simulation {
  readonly #costs: Costs;
  readonly #fleet: Fleet;
  readonly #shape: Shape;
  readonly #random: Random;
  readonly #workers: Worker[];
  readonly #queues = [new Heap<Job>(), new Heap<Job>(), new Heap<Job>()] as const;
  readonly #timed = new Heap<Timed>();
  readonly #answers: number[] = [];
  #now = 0;
  #open = 0;
  #spoolBytes = 0;
  #spooledBytes = 0;
  #peakSpoolBytes = 0;
  #jobs = 0;
  #peakJobs = 0;
  #deaths = 0;

  constructor(costs: Costs, fleet: Fleet, shape: Shape, random: Random) {
    this.#costs = costs;
    this.#fleet = fleet;
    this.#shape = shape;
    this.#random = random;
    const { collecting, assembling } = fleet;
    this.#workers = Array.from({ length: fleet.workers }, () => ({
      isUp: true,
      core: new Core(),
      waiting: new Set(),
      places: [collecting, collecting, assembling],
    }));
    for (const worker of this.#workers.keys()) this.#dieLater(worker);
  }

  run(load: Iterable<ModelRequest>): Outcome {
    const arrivals = load[Symbol.iterator]();
    let next = arrivals.next();
    const firstAt = next.done ? 0 : next.value.at;
    while (!next.done || this.#open > 0) {
      const worker = this.#soonest();
      const computedAt = this.#workers[worker]!.core.nextAt;
      const timedAt = this.#timed.least;
      const arrivesAt = next.done ? Number.POSITIVE_INFINITY : next.value.at;
      this.#now = Math.min(computedAt, timedAt, arrivesAt);
      if (arrivesAt === this.#now && !next.done) {
        this.#arrive(next.value);
        next = arrivals.next();
      } else if (computedAt === this.#now) this.#computed(this.#workers[worker]!);
      else this.#happen(this.#timed.pop()!);
    }
    const spanMs = this.#now - firstAt;
    const busyMs = this.#workers.reduce((sum, { core }) => sum + core.busyMs, 0);
    return {
      answersMs: Float64Array.from(this.#answers).sort(),
      spanMs,
      utilisation: busyMs / (spanMs * this.#fleet.workers),
      peakSpoolBytes: this.#peakSpoolBytes,
      spooledBytes: this.#spooledBytes,
      peakJobs: this.#peakJobs,
      deaths: this.#deaths,
    };
  }

  #arrive({ at, dueAt, records }: ModelRequest): void {
    const { accountDatasets, accountRecords, partsOf } = this.#shape;
    const logs = partsOf(records);
    const request: Open = {
      at,
      priority: Math.ceil(dueAt / quarterHourMs),
      records: records + accountDatasets * accountRecords,
      parts: accountDatasets + logs,
      bytes: 0,
    };
    this.#open++;
    this.#jobs += request.parts + 1;
    this.#peakJobs = Math.max(this.#peakJobs, this.#jobs);
    for (let index = 0; index < accountDatasets; index++) this.#part(request, accountsQueue, accountRecords);
    for (let index = 0; index < logs; index++) this.#part(request, logsQueue, records / logs);
  }

  #part(request: Open, queue: number, records: number): void {
    const { partMs, partWaitMs, recordMs, checkpointMs, pageWaitMs, pageRecords } = this.#costs;
    const waitMs = partWaitMs + pageWaitMs * Math.ceil(records / pageRecords);
    const workMs = partMs + recordMs * records;
    const checkpoints = Math.floor((waitMs + workMs) / this.#fleet.checkpointEveryMs);
    const cpuMs = workMs + checkpoints * checkpointMs;
    this.#put({ request, queue, records, waitMs, cpuMs, doneMs: 0 });
  }

  #put(job: Job): void {
    this.#queues[job.queue]!.push(job.request.priority, job);
    this.#take(job.queue);
  }

  /** Gives the jobs of a queue to workers that have a place, the least busy one first. */
  #take(queue: number): void {
    const jobs = this.#queues[queue]!;
    while (jobs.size > 0) {
      let [best, least] = [-1, Number.POSITIVE_INFINITY];
      for (let index = 0; index < this.#workers.length; index++) {
        const { isUp, places, core, waiting } = this.#workers[index]!;
        const load = core.size + waiting.size;
        if (isUp && places[queue]! > 0 && load < least) [best, least] = [index, load];
      }
      if (best < 0) return;
      const job = jobs.pop()!;
      const worker = this.#workers[best]!;
      worker.places[queue]!--;
      worker.waiting.add(job);
      this.#timed.push(this.#now + job.waitMs, { kind: "waited", job, worker: best });
    }
  }

  #happen(timed: Timed): void {
    switch (timed.kind) {
      case "waited": {
        const worker = this.#workers[timed.worker]!;
        if (!worker.waiting.delete(timed.job)) return; // its worker died
        worker.core.add(this.#now, timed.job);
        return;
      }
      case "again":
        this.#put(timed.job);
        return;
      case "dies":
        this.#die(timed.worker);
        return;
      case "back":
        this.#workers[timed.worker]!.isUp = true;
        this.#dieLater(timed.worker);
        for (const queue of this.#queues.keys()) this.#take(queue);
        return;
      default:
        throw new TypeError(`Unknown: ${timed satisfies never}`);
    }
  }

  /** The job of a worker that needs least is done. */
  #computed(worker: Worker): void {
    const job = worker.core.takeNext(this.#now);
    worker.places[job.queue]!++;
    this.#jobs--;
    const { request, queue, records } = job;
    const { partBytes, recordBytes, assembleMs, assembleWaitMs, assembleRecordMs } = this.#costs;
    if (queue === bundlesQueue) {
      this.#open--;
      this.#spoolBytes -= request.bytes;
      this.#answers.push(this.#now - request.at);
    } else {
      const bytes = partBytes + records * recordBytes;
      request.bytes += bytes;
      this.#spoolBytes += bytes;
      this.#spooledBytes += bytes;
      this.#peakSpoolBytes = Math.max(this.#peakSpoolBytes, this.#spoolBytes);
      if (--request.parts === 0) {
        const cpuMs = assembleMs + assembleRecordMs * request.records;
        const bundle = { request, queue: bundlesQueue, records: request.records, cpuMs, doneMs: 0 };
        this.#put({ ...bundle, waitMs: assembleWaitMs });
      }
    }
    this.#take(queue);
  }

  #die(index: number): void {
    const worker = this.#workers[index]!;
    const { leaseMs, backAfterMs, checkpointEveryMs, collecting, assembling } = this.#fleet;
    this.#deaths++;
    for (const job of [...worker.waiting, ...worker.core.clear(this.#now)]) {
      // A bundle is made again; a part goes on at its last checkpoint, somewhere in between.
      const lost =
        job.queue === bundlesQueue ? job.doneMs : Math.min(job.doneMs, this.#random.uniform() * checkpointEveryMs);
      job.doneMs -= lost;
      // The lease runs out, and then somebody looks, as often as it lasts.
      this.#timed.push(this.#now + leaseMs * (1 + this.#random.uniform()), { kind: "again", job });
    }
    worker.waiting.clear();
    worker.places.splice(0, 3, collecting, collecting, assembling);
    worker.isUp = false;
    this.#timed.push(this.#now + backAfterMs, { kind: "back", worker: index });
  }

  #dieLater(worker: number): void {
    const { deathsEveryMs } = this.#fleet;
    if (deathsEveryMs < Number.POSITIVE_INFINITY)
      this.#timed.push(this.#now + this.#random.exponential(deathsEveryMs), { kind: "dies", worker });
  }

  #soonest(): number {
    let soonest = 0;
    for (let index = 1; index < this.#workers.length; index++)
      if (this.#workers[index]!.core.nextAt < this.#workers[soonest]!.core.nextAt) soonest = index;
    return soonest;
  }
}
