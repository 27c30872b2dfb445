import { type Meter, metrics, type Tracer, trace } from "@opentelemetry/api";
import packageFile from "../../../package.json" with { type: "json" };
import type { ExportEvent } from "../../model/events.ts";
import type { QueueEvent } from "../../model/queue-events.ts";
import { Measures } from "./measures.ts";
import { RunSpans } from "./spans.ts";

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** Makes the spans. Default: the global provider's, named `portmanteau`. */
  readonly tracer?: Tracer;
  /** Makes the metrics. Default: the global provider's, named `portmanteau`. */
  readonly meter?: Meter;
}

/**
 * An observer that turns events into OpenTelemetry's spans and metrics, for `onEvent` of an export, a step or a worker. Make one for the
 * process, after its SDK is set up, and give it to all of them, also at the same time. Needs the package `@opentelemetry/api`.
 *
 * A call becomes a span below the one that is active where it is called: `portmanteau.export`, `.resume`, `.begin`, `.collectPart` or
 * `.assemble`; below it `portmanteau.collect` for each dataset, `portmanteau.part`, `portmanteau.assemble` and `portmanteau.deliver`. They hold
 * names, counts, codes, and the ids of request and bundle: nothing about a person. Jobs of a queue are traces of their own, joined by
 * `portmanteau.request.id`.
 *
 * @example
 * ```ts
 * const telemetry = openTelemetry();
 * await exporter.export(request, { to: fileDelivery("bundle.zip"), onEvent: telemetry });
 * ```
 */
export function openTelemetry({
  tracer = trace.getTracer(packageFile.name, packageFile.version),
  meter = metrics.getMeter(packageFile.name, packageFile.version),
}: OpenTelemetryOptions = {}): (event: ExportEvent | QueueEvent) => void {
  const measures = new Measures(meter);
  const runs = new Map<number, RunSpans>();
  return (event) => {
    measures.take(event);
    if (!("run" in event)) return; // a queue's: the step that its job ran has told its own
    if (event.type === "runStarted") runs.set(event.run, new RunSpans(tracer, event));
    else runs.get(event.run)?.take(event);
    if (event.type === "runEnded") runs.delete(event.run);
  };
}
