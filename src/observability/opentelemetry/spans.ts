import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { ExportEvent } from "../../model/events.ts";
import { loggableId } from "../request-id.ts";

type EventOf<T extends ExportEvent["type"]> = Extract<ExportEvent, { readonly type: T }>;

/** The spans of one call of an exporter. */
export class RunSpans {
  readonly #tracer: Tracer;
  readonly #operation: EventOf<"runStarted">["operation"];
  readonly #run: Span;
  readonly #within: Context;
  /** Those that are open, by what they are of. */
  readonly #open = new Map<string, Span>();

  constructor(tracer: Tracer, { operation, requestId, part }: EventOf<"runStarted">) {
    this.#tracer = tracer;
    this.#operation = operation;
    const caller = context.active();
    this.#run = tracer.startSpan(
      `portmanteau.${operation}`,
      { attributes: { "portmanteau.operation": operation } },
      caller,
    );
    this.#within = trace.setSpan(caller, this.#run);
    const id = loggableId(requestId);
    if (id !== null) this.#run.setAttribute("portmanteau.request.id", id);
    if (part !== null) this.#run.setAttributes(partAttributes(part));
  }

  take(event: ExportEvent): void {
    switch (event.type) {
      case "started":
        this.#run.setAttributes({
          "portmanteau.request.type": event.requestType,
          "portmanteau.bundle.id": event.bundleId,
          "portmanteau.datasets": event.datasets.length,
        });
        break;
      case "begun":
        this.#run.setAttribute("portmanteau.parts", event.parts);
        break;
      case "datasetStarted": {
        if (this.#operation === "begin") break; // it is only counted
        const span = this.#start("portmanteau.collect", nameOf(event), { "portmanteau.dataset.name": event.dataset });
        if (event.expected !== null) span.setAttribute("portmanteau.records.expected", event.expected);
        break;
      }
      case "partStarted": {
        const { again, records } = event;
        const facts = { "portmanteau.part.again": again, "portmanteau.part.records_before": records };
        const attributes = { ...partAttributes(event), ...facts };
        if (this.#operation === "collectPart") this.#run.setAttributes(attributes);
        else this.#start("portmanteau.part", partOf(event), attributes, this.#open.get(nameOf(event)));
        break;
      }
      case "partSealed": {
        const span = this.#open.get(partOf(event)) ?? this.#run;
        span.setAttribute("portmanteau.part.records", event.records);
        this.#end(partOf(event));
        break;
      }
      case "retry": {
        const { attempt, delayMs, code, resumed } = event;
        const attributes = { ...retryAttributes(attempt, delayMs, code), "portmanteau.retry.resumed": resumed };
        (this.#open.get(nameOf(event)) ?? this.#run).addEvent("portmanteau.retry", attributes);
        break;
      }
      case "identityRetry": {
        const { identity, attempt, delayMs, code } = event;
        const attributes = { ...retryAttributes(attempt, delayMs, code), "portmanteau.identity.type": identity };
        this.#run.addEvent("portmanteau.identity_retry", attributes);
        break;
      }
      case "datasetEnded": {
        const { dataset, outcome, read, written, quarantined, code } = event;
        const attributes = {
          "portmanteau.dataset.name": dataset,
          "portmanteau.dataset.outcome": outcome,
          "portmanteau.records.read": read,
          "portmanteau.records.written": written,
          "portmanteau.records.quarantined": quarantined,
          ...(code === null ? {} : { "error.type": code }),
        };
        const span = this.#open.get(nameOf(event));
        if (span === undefined) this.#run.addEvent("portmanteau.dataset", attributes); // collected before, apart
        span?.setAttributes(attributes);
        this.#end(nameOf(event), code);
        break;
      }
      case "assembleStarted":
        if (this.#operation !== "assemble") this.#start("portmanteau.assemble", "assemble", {});
        break;
      case "commitStarted":
        this.#end("assemble");
        this.#start("portmanteau.deliver", "deliver", {});
        break;
      case "delivered": {
        const { bytes, parts, completeness } = event;
        this.#run.setAttributes({
          "portmanteau.bundle.size": bytes,
          "portmanteau.bundle.parts": parts,
          "portmanteau.bundle.completeness": completeness,
        });
        this.#end("deliver");
        break;
      }
      case "runEnded":
        for (const of of this.#open.keys()) this.#end(of, event.code);
        endSpan(this.#run, event.code);
        break;
      case "runStarted": // the constructor's
      case "page": // too many
      case "checkpoint":
      case "assembled":
      case "failed": // as `runEnded` says
        break;
      default:
        throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  }

  #start(name: string, of: string, attributes: Attributes, parent?: Span): Span {
    const within = parent === undefined ? this.#within : trace.setSpan(this.#within, parent);
    const span = this.#tracer.startSpan(name, { attributes }, within);
    this.#open.set(of, span);
    return span;
  }

  #end(of: string, code: string | null = null): void {
    const span = this.#open.get(of);
    this.#open.delete(of);
    if (span !== undefined) endSpan(span, code);
  }
}

/** The code is all that is said of an error: not its message, and never its cause, which may quote values. */
function endSpan(span: Span, code: string | null): void {
  if (code !== null) {
    span.setAttribute("error.type", code);
    span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  }
  span.end();
}

interface Part {
  readonly dataset: string;
  readonly partition: number | null;
}

function nameOf({ dataset }: { readonly dataset: string }): string {
  return `dataset ${dataset}`;
}

function partOf({ dataset, partition }: Part): string {
  return `part ${partition} of ${dataset}`;
}

function partAttributes({ dataset, partition }: Part): Attributes {
  return {
    "portmanteau.dataset.name": dataset,
    ...(partition === null ? {} : { "portmanteau.partition": partition }),
  };
}

function retryAttributes(attempt: number, delayMs: number, code: string): Attributes {
  return { "portmanteau.retry.attempt": attempt, "portmanteau.retry.delay_ms": delayMs, "error.type": code };
}
