import type { ExportEvent } from "../model/events.ts";
import type { Outcome } from "../model/outcome.ts";
import type { QueueEvent } from "../model/queue-events.ts";
import { loggableId } from "./request-id.ts";

/** What is called of a logger: pino's, or any that takes an object and a message. */
export interface Logger {
  /** What is only of use to who looks closely: pages, checkpoints. */
  debug(fields: object, message: string): void;
  /** What was achieved. */
  info(fields: object, message: string): void;
  /** What is tried again, aborted, lost or partial. */
  warn(fields: object, message: string): void;
  /** What failed. */
  error(fields: object, message: string): void;
}

type Line = readonly [level: keyof Logger, message: string];

/**
 * An observer that logs every event, for `onEvent` of an export, a step or a worker. A line's fields are those of the event, with `event` for
 * its `type`: names, counts, codes, and the request's id; nothing about a person. Levels: `error` for a call, a dataset or a job that
 * failed; `warn` for what is tried again, aborted, lost or partial; `info` for what was achieved; `debug` for the rest.
 *
 * @example
 * ```ts
 * await exporter.export(request, { to: fileDelivery("bundle.zip"), onEvent: logEvents(pino()) });
 * ```
 */
export function logEvents(logger: Logger): (event: ExportEvent | QueueEvent) => void {
  return (event) => {
    const { type, requestId, ...said } = event;
    const [level, message] = lineOf(event);
    const fields: Record<string, unknown> = { event: type, requestId: loggableId(requestId), ...said };
    delete fields["message"]; // a dead letter's: an adapter's own words, and nobody knows what it quotes
    logger[level](fields, message);
  };
}

function lineOf(event: ExportEvent | QueueEvent): Line {
  switch (event.type) {
    case "runStarted":
      return ["debug", `${event.operation} begins.`];
    case "runEnded": {
      const { operation, code, durationMs } = event;
      if (code === null) return ["debug", `${operation} ended after ${durationMs} ms.`];
      return [code === "ABORTED" ? "warn" : "error", `${operation} ended after ${durationMs} ms: ${code}.`];
    }
    case "started":
      return ["info", `The request is planned: ${event.datasets.length} datasets.`];
    case "begun":
      return ["info", `The request is begun: ${event.parts} parts.`];
    case "partStarted":
      return event.again
        ? ["info", `${partOf(event)} goes on after ${event.records} records.`]
        : ["debug", `${partOf(event)} is being collected.`];
    case "checkpoint":
      return ["debug", `${partOf(event)}: ${event.records} records are safe.`];
    case "partSealed":
      return ["info", `${partOf(event)} is sealed: ${event.records} records.`];
    case "datasetStarted":
      return ["debug", `Dataset ${event.dataset}: ${event.expected ?? "an unknown number of"} records are expected.`];
    case "page":
      return ["debug", `Dataset ${event.dataset}: ${event.read} records are read.`];
    case "retry":
      return ["warn", `Dataset ${event.dataset}: ${event.code}, tried again in ${event.delayMs} ms.`];
    case "identityRetry":
      return ["warn", `Identity ${event.identity}: ${event.code}, tried again in ${event.delayMs} ms.`];
    case "datasetEnded": {
      const why = event.code === null ? "" : ` (${event.code})`;
      const message = `Dataset ${event.dataset}: ${event.outcome}${why}, ${event.written} records.`;
      return [levelOf(event.outcome), message];
    }
    case "assembleStarted":
      return ["debug", "The zip is begun."];
    case "assembled":
      return ["debug", `Dataset ${event.dataset} is in the zip: ${event.compressedBytes} bytes.`];
    case "commitStarted":
      return ["debug", "All bytes are with the destination."];
    case "delivered":
      return [
        event.completeness === "complete" ? "info" : "warn",
        `Delivered, ${event.completeness}: ${event.bytes} bytes.`,
      ];
    case "failed":
      return ["debug", `Nothing was delivered: ${event.code}.`]; // the end of the call is the error
    case "jobDone":
    case "jobGivenBack":
    case "jobCancelled":
      return ["debug", `${jobOf(event)}: ${event.type}.`];
    case "jobLost":
      return ["warn", `${jobOf(event)} belongs to another worker by now.`];
    case "jobRetried":
      return ["warn", `${jobOf(event)}: ${event.code}, tried again.`];
    case "jobFailed":
      return ["error", `${jobOf(event)} is a dead letter: ${event.code}.`];
    case "queueTrouble":
      return ["warn", `The queue did not answer: ${event.code}.`];
    default:
      throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
  }
}

function levelOf(outcome: Outcome): keyof Logger {
  switch (outcome) {
    case "complete":
    case "empty":
    case "excluded":
    case "notApplicable":
      return "info";
    case "partial":
      return "warn";
    case "failed":
      return "error";
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

interface Part {
  readonly dataset: string;
  readonly partition: number | null;
}

function partOf({ dataset, partition }: Part): string {
  return partition === null ? `Dataset ${dataset}` : `Part ${partition} of dataset ${dataset}`;
}

function jobOf({ step, dataset }: { readonly step: string | null; readonly dataset: string | null }): string {
  return `Job ${step ?? "unknown"}${dataset === null ? "" : ` of dataset ${dataset}`}`;
}
