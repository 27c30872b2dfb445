import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from "@opentelemetry/api";
import type { ExportEvent } from "../../model/events.ts";
import type { QueueEvent } from "../../model/queue-events.ts";

/** In seconds: from a small export in memory to a large one of some hours. */
const secondsBuckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 7_200];
/** In bytes: 16 KiB to 16 GiB. */
const bytesBuckets = Array.from({ length: 11 }, (_, index) => 2 ** (14 + 2 * index));

/** The metrics of all calls. No attribute is of one request: each is one of few values. */
export class Measures {
  readonly #duration: Histogram;
  readonly #active: UpDownCounter;
  readonly #exports: Counter;
  readonly #datasetDuration: Histogram;
  readonly #partDuration: Histogram;
  readonly #read: Counter;
  readonly #written: Counter;
  readonly #quarantined: Counter;
  readonly #size: Histogram;
  readonly #retries: Counter;
  readonly #jobs: Counter;
  /** How whole the bundles are that calls have delivered, until these end. */
  readonly #delivered = new Map<number, "complete" | "partial">();
  /** When parts were begun, in milliseconds, by call. */
  readonly #begun = new Map<number, Map<string, number>>();

  constructor(meter: Meter) {
    const seconds = { unit: "s", advice: { explicitBucketBoundaries: secondsBuckets } };
    const records = { unit: "{record}" };
    this.#duration = meter.createHistogram("portmanteau.export.duration", {
      ...seconds,
      description: "How long a call of an exporter took.",
    });
    this.#active = meter.createUpDownCounter("portmanteau.export.active", {
      unit: "{export}",
      description: "Calls that are under way.",
    });
    this.#exports = meter.createCounter("portmanteau.export.count", {
      unit: "{export}",
      description: "Calls that deliver, by how they ended.",
    });
    this.#datasetDuration = meter.createHistogram("portmanteau.dataset.duration", {
      ...seconds,
      description: "How long collecting a dataset took.",
    });
    this.#partDuration = meter.createHistogram("portmanteau.part.duration", {
      ...seconds,
      description: "How long a part of a durable request took, from where it was taken up.",
    });
    this.#read = meter.createCounter("portmanteau.records.read", { ...records, description: "Records read." });
    this.#written = meter.createCounter("portmanteau.records.written", {
      ...records,
      description: "Records in the data files.",
    });
    this.#quarantined = meter.createCounter("portmanteau.records.quarantined", {
      ...records,
      description: "Records that do not match their schema.",
    });
    this.#size = meter.createHistogram("portmanteau.bundle.size", {
      unit: "By",
      description: "Size of a delivered bundle.",
      advice: { explicitBucketBoundaries: bytesBuckets },
    });
    this.#retries = meter.createCounter("portmanteau.retry.count", {
      unit: "{retry}",
      description: "How often a source or a resolver was asked again.",
    });
    this.#jobs = meter.createCounter("portmanteau.job.count", {
      unit: "{job}",
      description: "Jobs of a worker, by what became of them.",
    });
  }

  take(event: ExportEvent | QueueEvent): void {
    switch (event.type) {
      case "runStarted":
        this.#active.add(1, { "portmanteau.operation": event.operation });
        this.#begun.set(event.run, new Map());
        break;
      case "runEnded": {
        const { run, operation, code, durationMs } = event;
        const of = { "portmanteau.operation": operation };
        const outcome =
          code === null ? (this.#delivered.get(run) ?? "done") : code === "ABORTED" ? "aborted" : "failed";
        const ended = { ...of, "portmanteau.outcome": outcome, ...errorType(code) };
        this.#active.add(-1, of);
        this.#duration.record(durationMs / 1_000, ended);
        if (operation !== "begin" && operation !== "collectPart") this.#exports.add(1, ended);
        this.#delivered.delete(run);
        this.#begun.delete(run);
        break;
      }
      case "partStarted":
        this.#begun.get(event.run)?.set(keyOf(event), performance.now());
        break;
      case "partSealed": {
        const begun = this.#begun.get(event.run)?.get(keyOf(event));
        if (begun !== undefined) this.#partDuration.record((performance.now() - begun) / 1_000, datasetOf(event));
        break;
      }
      case "datasetEnded": {
        const { outcome, read, written, quarantined, code, durationMs } = event;
        const of = datasetOf(event);
        this.#datasetDuration.record(durationMs / 1_000, {
          ...of,
          "portmanteau.dataset.outcome": outcome,
          ...errorType(code),
        });
        this.#read.add(read, of);
        this.#written.add(written, of);
        this.#quarantined.add(quarantined, of);
        break;
      }
      case "retry":
        this.#retries.add(1, { ...datasetOf(event), ...errorType(event.code) });
        break;
      case "identityRetry":
        this.#retries.add(1, { "portmanteau.identity.type": event.identity, ...errorType(event.code) });
        break;
      case "delivered":
        this.#size.record(event.bytes, { "portmanteau.bundle.completeness": event.completeness });
        this.#delivered.set(event.run, event.completeness);
        break;
      case "jobDone":
      case "jobGivenBack":
      case "jobCancelled":
      case "jobLost":
        this.#jobs.add(1, { "portmanteau.job.outcome": event.type, "portmanteau.job.step": event.step });
        break;
      case "jobRetried":
      case "jobFailed": {
        const step = event.step === null ? {} : { "portmanteau.job.step": event.step };
        this.#jobs.add(1, { "portmanteau.job.outcome": event.type, ...step, ...errorType(event.code) });
        break;
      }
      case "started":
      case "begun":
      case "checkpoint":
      case "datasetStarted":
      case "page":
      case "assembleStarted":
      case "assembled":
      case "commitStarted":
      case "failed":
      case "queueTrouble":
        break;
      default:
        throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  }
}

function datasetOf({ dataset }: { readonly dataset: string }): Attributes {
  return { "portmanteau.dataset.name": dataset };
}

function keyOf({ dataset, partition }: { readonly dataset: string; readonly partition: number | null }): string {
  return `${dataset} ${partition}`;
}

function errorType(code: string | null): Attributes {
  return code === null ? {} : { "error.type": code };
}
