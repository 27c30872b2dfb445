import { setTimeout as delay } from "node:timers/promises";
import type { BegunRequest, DurableSteps, RequestProgress } from "../../model/durable.ts";
import { assembleJob, jobName, jobsOf, priorityOf, type QueueJob, queueSuffix, readDeadLetter } from "../flow/job.ts";
import type { settled } from "../flow/options.ts";
import type { JobState, LaneOptions, Lanes, Transport, Verdict } from "../flow/transport.ts";
import type { PgBossClient, PgBossInsert } from "./client.ts";
import { idOf, letterIdOf } from "./ids.ts";
import { Lane } from "./lane.ts";
import { renew } from "./renew.ts";
import { Tables, type Taken } from "./tables.ts";

export interface TransportOptions extends ReturnType<typeof settled> {
  readonly boss: PgBossClient;
  readonly schema: string;
  readonly pollMs: number;
}

/** pg-boss drops what waited longer. */
const retentionDays = 365;
/** Attempts are counted here; pg-boss would drop a job before. */
const retryLimit = 10_000;

export class PgBossTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #boss: PgBossClient;
  readonly #tables: Tables;
  #ready: Promise<void> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#boss = options.boss;
    this.#tables = new Tables(options.boss, options.schema);
  }

  async add(request: BegunRequest): Promise<void> {
    await this.#prepared();
    const { collect, assemble } = jobsOf(request);
    const jobs = collect.map(({ job, source }) => this.#insert(this.#collecting(source), job, request));
    // Without parts there is nobody who would put in the last job.
    await this.#boss.insert(jobs.length > 0 ? jobs : [this.#insert(this.#assembling, assemble, request)]);
  }

  async open(): Promise<readonly string[]> {
    await this.#prepared();
    return this.#tables.open(this.#options.name);
  }

  async renew(request: RequestProgress): Promise<void> {
    await this.#prepared();
    const places = this.#places(request).map((place) => ({
      ...place,
      insert: this.#insert(place.queue, place.job, request),
    }));
    await renew(request, { boss: this.#boss, tables: this.#tables, name: this.#options.name, places });
  }

  async look(request: BegunRequest) {
    await this.#prepared();
    const places = this.#places(request);
    const rows = await this.#tables.rows(places.flatMap(({ id, letterId }) => [id, letterId]));
    const byId = new Map(rows.map((row) => [row.id, row]));
    const jobs = new Map<string, { readonly state: JobState; readonly attempts: number }>();
    for (const { name, id, letterId } of places) {
      const row = byId.get(id);
      if (byId.has(letterId)) jobs.set(name, { state: "failed", attempts: this.#options.attempts });
      else if (row !== undefined) jobs.set(name, { state: row.state, attempts: row.attempts });
    }
    return { cancelled: rows.some(({ cancelled }) => cancelled), jobs };
  }

  async cancel(request: BegunRequest): Promise<void> {
    await this.#prepared();
    const ids = this.#places(request).map(({ id }) => id);
    // The last job is where it stands that the request was cancelled, also when no other is there.
    const mark = { ...assembleJob(request.requestId), cancelledAt: new Date().toISOString() };
    await this.#boss.insert([this.#insert(this.#assembling, mark, request)]);
    // Expired meanwhile: those of workers that died are at work for ever otherwise, where no other worker runs.
    while (await this.#tables.cancel(ids)) {
      await this.#boss.expire();
      await delay(250);
    }
    await this.#deleteLetters(request);
  }

  async remove(request: BegunRequest): Promise<void> {
    for (const { queue, id } of this.#places(request)) await this.#boss.deleteJob(queue, [id]);
    await this.#deleteLetters(request);
  }

  async deadLetters() {
    await this.#prepared();
    const payloads = await this.#tables.payloads(this.#dead);
    return payloads.flatMap((payload) => readDeadLetter(payload) ?? []);
  }

  async retry(request: BegunRequest): Promise<number> {
    await this.#prepared();
    const places = this.#places(request);
    const letters = new Set((await this.#tables.rows(places.map(({ letterId }) => letterId))).map(({ id }) => id));
    const given = places.filter(({ letterId }) => letters.has(letterId));
    if (given.length === 0) return 0;
    for (const { queue, id } of given) await this.#boss.deleteJob(queue, [id]);
    await this.#boss.insert(given.map(({ queue, job }) => this.#insert(queue, job, request)));
    await this.#boss.deleteJob(
      this.#dead,
      given.map(({ letterId }) => letterId),
    );
    return given.length;
  }

  async work({ collecting, assembling, run, onTrouble }: LaneOptions): Promise<Lanes> {
    const { sources, limits, leaseMs, pollMs } = this.#options;
    await this.#prepared();
    const lane = (queue: string, lanes: number, limit = {}) =>
      new Lane({
        boss: this.#boss,
        tables: this.#tables,
        queue,
        lanes,
        limit,
        leaseMs,
        pollMs,
        run,
        onTrouble,
        settle: (job, verdict) => this.#settle(job, verdict),
      });
    const lanes = [
      ...sources.map((source) => lane(this.#collecting(source), collecting, limits[source])),
      lane(this.#assembling, assembling),
    ];
    const expiry = setInterval(() => this.#boss.expire().catch(onTrouble), leaseMs / 2);
    return {
      close: async (graceMs) => {
        clearInterval(expiry);
        await Promise.all(lanes.map((one) => one.close(graceMs)));
      },
    };
  }

  async close(): Promise<void> {}

  async #settle(taken: Taken, verdict: Verdict): Promise<void> {
    const { name, id } = taken;
    switch (verdict.kind) {
      case "done":
        await this.#complete(taken, verdict.job);
        return;
      case "again": {
        const { code, message } = verdict.letter;
        await this.#boss.fail(name, id, { code, message });
        return;
      }
      case "dead":
        await this.#tables.bury(taken, { id: letterIdOf(id), name: this.#dead, data: verdict.letter, retentionDays });
        return;
      case "cancelled":
        await this.#boss.cancel(name, id);
        return;
      case "givenBack":
        await this.#tables.giveBack(taken);
        return;
      case "lost":
        return;
      default:
        throw new TypeError(`Unknown verdict: ${verdict satisfies never}`);
    }
  }

  /** Whoever seals the last part puts in the job that assembles, before their own is done; two may do so, and it is there once. */
  async #complete(taken: Taken, { step, requestId }: QueueJob): Promise<void> {
    if (step === "collect") {
      const request = await this.#steps.progress(requestId);
      if (request?.parts.every(({ state }) => state === "sealed"))
        await this.#boss.insert([this.#insert(this.#assembling, assembleJob(requestId), request)]);
      else if (request?.firstBegunAt !== undefined) await this.renew(request); // whoever began it anew may have died
    }
    await this.#tables.complete(taken);
  }

  get #steps(): Pick<DurableSteps, "progress"> {
    return this.#options.exporter;
  }

  #prepared(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    const { sources, limits } = this.#options;
    const queues = [this.#assembling, this.#dead, ...sources.map((source) => this.#collecting(source))];
    for (const name of queues) await this.#createQueue(name);
    await this.#tables.prepare();
    for (const [source, { concurrency, perSecond }] of Object.entries(limits)) {
      const queue = this.#collecting(source);
      if (concurrency !== undefined) await this.#tables.addSlots(queue, concurrency);
      if (perSecond !== undefined) await this.#tables.addSlots(`${queue}:rate`, 1);
    }
  }

  /** Two that create queues at the same moment may lock each other out: PostgreSQL ends one of the two. */
  async #createQueue(name: string, attempt = 1): Promise<void> {
    try {
      await this.#boss.createQueue(name, { name, retentionDays });
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "40P01" || attempt === 10) throw error;
      await delay(Math.random() * 100 * attempt);
      await this.#createQueue(name, attempt + 1);
    }
  }

  #insert(name: string, job: QueueJob, { dueAt }: BegunRequest): PgBossInsert {
    return {
      id: idOf(name, job),
      name,
      data: job,
      priority: -priorityOf(dueAt), // pg-boss takes the largest first
      retryLimit,
      retryDelay: Math.ceil(this.#options.backoffMs / 1_000 / 2), // it doubles once for the first
      retryBackoff: true,
      expireInSeconds: Math.ceil(this.#options.leaseMs / 1_000),
    };
  }

  #places(request: BegunRequest) {
    const { collect, assemble } = jobsOf(request);
    const place = (queue: string, job: QueueJob) => {
      const id = idOf(queue, job);
      return { queue, job, name: jobName(job), id, letterId: letterIdOf(id) };
    };
    return [
      ...collect.map(({ job, source }) => place(this.#collecting(source), job)),
      place(this.#assembling, assemble),
    ];
  }

  async #deleteLetters(request: BegunRequest): Promise<void> {
    await this.#boss.deleteJob(
      this.#dead,
      this.#places(request).map(({ letterId }) => letterId),
    );
  }

  get #assembling(): string {
    return `${this.#options.name}-assemble`;
  }

  get #dead(): string {
    return `${this.#options.name}-dead-letters`;
  }

  #collecting(source: string): string {
    return `${this.#options.name}-collect-${queueSuffix(source)}`;
  }
}
