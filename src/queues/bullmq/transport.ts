import { setTimeout as delay } from "node:timers/promises";
import { type ConnectionOptions, FlowProducer, type Job, Queue } from "bullmq";
import type { BegunRequest, RequestProgress } from "../../model/durable.ts";
import { type DeadLetter, jobName, jobsOf, priorityOf, type QueueJob, queueSuffix } from "../flow/job.ts";
import type { settled } from "../flow/options.ts";
import type { JobState, LaneOptions, Lanes, Transport } from "../flow/transport.ts";
import { attemptOf, letterOf, stateOf, wasCancelled, wasRemoved, watchMs } from "./jobs.ts";
import { Lane } from "./lane.ts";
import { renew, retryFailed } from "./renew.ts";

export interface TransportOptions extends ReturnType<typeof settled> {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
}

/** Where the last job of an open request may be. */
const openStates = ["waiting-children", "wait", "prioritized", "delayed", "active", "failed"] as const;

export class BullmqTransport implements Transport {
  readonly #options: TransportOptions;
  readonly #queues = new Map<string, Queue>();
  #flows: FlowProducer | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async add(request: BegunRequest): Promise<void> {
    const { prefix } = this.#options;
    const { collect, assemble } = jobsOf(request);
    const node = (queueName: string, job: QueueJob) => ({
      queueName,
      prefix,
      name: job.step,
      data: job,
      opts: this.#optionsOf(job, request),
    });
    this.#flows ??= listening(new FlowProducer({ connection: this.#options.connection, prefix }));
    await this.#flows.add({
      ...node(this.#assembling, assemble),
      children: collect.map(({ job, source }) => node(this.#collecting(source), job)),
    });
  }

  async open(): Promise<readonly string[]> {
    const jobs: readonly Job[] = await this.#queue(this.#assembling).getJobs([...openStates]);
    // A foreign one may have any id; one that went meanwhile has none.
    return jobs.flatMap((job) => (job?.id === undefined || wasCancelled(job) ? [] : [job.id]));
  }

  async renew(request: RequestProgress, signal?: AbortSignal): Promise<void> {
    const parent = await this.#queue(this.#assembling).getJob(request.requestId);
    if (parent === undefined) return this.add(request);
    if (parent.data.cancelledAt !== undefined) return;
    const places = jobsOf(request).collect.map(({ job, source }, index) => {
      const queue = this.#queue(this.#collecting(source));
      const options = {
        ...this.#optionsOf(job, request),
        parent: { id: request.requestId, queue: parent.queueQualifiedName },
      };
      const addTo = () => queue.add(job.step, job, options);
      return { queue, name: jobName(job), isDone: request.parts[index]?.state === "sealed", addTo };
    });
    await renew(request, { parent, places, queueNamed: (name) => this.#queue(name), watchMs, signal });
  }

  async look(request: BegunRequest) {
    const found = await Promise.all(
      this.#places(request).map(async ({ queue, name }) => {
        const job = await queue.getJob(name);
        return job === undefined ? undefined : { name, job, state: stateOf(await job.getState(), job) };
      }),
    );
    const jobs = new Map<string, { readonly state: JobState; readonly attempts: number }>();
    for (const one of found) {
      if (one === undefined || one.state === undefined) continue; // gone between the two questions
      jobs.set(one.name, { state: one.state, attempts: attemptOf(one.job) - (one.state === "failed" ? 1 : 0) });
    }
    return { cancelled: found.at(-1)?.job.data.cancelledAt !== undefined, jobs };
  }

  async cancel(request: BegunRequest): Promise<void> {
    const places = this.#places(request);
    const parent = await this.#queue(this.#assembling).getJob(request.requestId);
    if (parent === undefined) return;
    try {
      await parent.updateData({ ...parent.data, cancelledAt: new Date().toISOString() });
    } catch (error) {
      if ((await this.#queue(this.#assembling).getJob(request.requestId)) === undefined) return; // delivered just now
      throw error;
    }
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const { queue, name } of places.slice(0, -1)) {
        const job = await queue.getJob(name);
        if (job !== undefined && !(await wasRemoved(job))) isBusy = true;
      }
      if (await parent.isActive()) isBusy = true;
      if (isBusy) await delay(watchMs / 2);
    }
  }

  async remove(request: BegunRequest): Promise<void> {
    const parent = await this.#queue(this.#assembling).getJob(request.requestId);
    while (parent !== undefined && !(await wasRemoved(parent))) await delay(watchMs / 10);
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    const queues = [this.#assembling, ...this.#options.sources.map((source) => this.#collecting(source))];
    const failed = await Promise.all(queues.map((queue) => this.#queue(queue).getFailed()));
    return failed.flat().flatMap((job) => (wasCancelled(job) ? [] : [letterOf(job, this.#options.attempts)]));
  }

  async retry(request: BegunRequest): Promise<number> {
    let count = 0;
    for (const { queue, name } of this.#places(request)) {
      const job: Job | undefined = await queue.getJob(name);
      if (job === undefined || wasCancelled(job) || !(await job.isFailed())) continue;
      await retryFailed(job);
      count++;
    }
    return count;
  }

  async work({ collecting, assembling, run, onTrouble }: LaneOptions): Promise<Lanes> {
    const { connection, prefix, sources, leaseMs } = this.#options;
    await Promise.all(sources.map((source) => this.#limit(source)));
    const lanes = [
      ...sources.map((source) => ({ queue: this.#collecting(source), lanes: collecting })),
      { queue: this.#assembling, lanes: assembling },
    ].map(
      (of) =>
        new Lane({
          ...of,
          connection,
          prefix,
          leaseMs,
          run,
          onTrouble,
          isCancelled: (job) => this.#isCancelled(job),
          waitsAgain: (letter, job, token) => this.#waitsAgain(letter, job, token),
        }),
    );
    await Promise.all(lanes.map((lane) => lane.ready()));
    return { close: async (graceMs) => void (await Promise.all(lanes.map((lane) => lane.close(graceMs)))) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#flows?.close(), ...[...this.#queues.values()].map((queue) => queue.close())]);
  }

  /** A request that was begun anew is to be assembled when the parts are collected that it has now. */
  async #waitsAgain({ code, step }: DeadLetter, job: Job, token: string | undefined): Promise<boolean> {
    if (code !== "INCOMPLETE" || step !== "assemble") return false;
    const request = await this.#options.exporter.progress(job.data.requestId);
    if (request?.firstBegunAt === undefined) return false;
    await this.renew(request);
    return job.moveToWaitingChildren(token as string);
  }

  #optionsOf(job: QueueJob, { dueAt }: Pick<BegunRequest, "dueAt">) {
    const { attempts, backoffMs } = this.#options;
    return {
      jobId: jobName(job),
      priority: priorityOf(dueAt),
      attempts,
      backoff: { type: "exponential", delay: backoffMs, jitter: 0.5 },
      removeOnComplete: true,
      stackTraceLimit: 0, // a stack begins with the message of whoever threw
    };
  }

  get #assembling(): string {
    return `${this.#options.name}-assemble`;
  }

  #collecting(source: string): string {
    return `${this.#options.name}-collect-${queueSuffix(source)}`;
  }

  #queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      const { connection, prefix } = this.#options;
      queue = listening(new Queue(name, { connection, prefix }));
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Where each job of a request is; the last one assembles. */
  #places(request: BegunRequest): readonly { readonly queue: Queue; readonly name: string }[] {
    const { collect, assemble } = jobsOf(request);
    return [
      ...collect.map(({ job, source }) => ({ queue: this.#queue(this.#collecting(source)), name: jobName(job) })),
      { queue: this.#queue(this.#assembling), name: jobName(assemble) },
    ];
  }

  async #isCancelled(job: Job): Promise<boolean> {
    const { requestId } = (job.data ?? {}) as { readonly requestId?: unknown };
    if (typeof requestId !== "string") return false;
    const parent = await this.#queue(this.#assembling).getJob(requestId);
    return parent?.data.cancelledAt !== undefined;
  }

  async #limit(source: string): Promise<void> {
    const queue = this.#queue(this.#collecting(source));
    const { concurrency, perSecond } = this.#options.limits[source] ?? {};
    await (concurrency === undefined ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(concurrency));
    await (perSecond === undefined ? queue.removeGlobalRateLimit() : queue.setGlobalRateLimit(perSecond, 1_000));
  }
}

/** Errors of a connection are those of the commands on it; without a listener they would end the process. */
function listening<T extends { on(event: "error", listener: () => void): unknown }>(client: T): T {
  client.on("error", () => {});
  return client;
}
