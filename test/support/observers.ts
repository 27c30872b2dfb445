import { Writable } from "node:stream";
import { type Attributes, type Context, context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import pino from "pino";
import { logEvents } from "portmanteau/logging";
import { openTelemetry } from "portmanteau/opentelemetry";
import { afterAll, beforeAll } from "vitest";

/** Lets what is active where a call is made be found by what it calls, as an SDK does. */
export function withContext(): void {
  beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  afterAll(() => context.disable());
}

/** The observer over a real pino that writes lines of JSON into memory. */
export function logged() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).trimEnd().split("\n"));
      done();
    },
  });
  const logger = pino({ level: "trace", base: null, timestamp: false }, stream);
  return { lines, logger, onEvent: logEvents(logger) };
}

/** The observer over a real SDK that keeps everything in memory. */
export function telemetry() {
  const spansKept = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spansKept)] }).getTracer("test");
  const metricsKept = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricsKept, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const spans = () => spansKept.getFinishedSpans();
  const metrics = async () => {
    metricsKept.reset();
    await provider.forceFlush();
    return metricsKept.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  };
  return {
    onEvent: openTelemetry({ tracer, meter: provider.getMeter("test") }),
    tracer,
    spans,
    /** Each span as `parent > name`, in the order of their ends. */
    tree: () => {
      const names = new Map(spans().map((span) => [span.spanContext().spanId, labelOf(span)]));
      return spans().map((span) => `${names.get(span.parentSpanContext?.spanId ?? "") ?? ""} > ${labelOf(span)}`);
    },
    /** The points of each metric by its name. */
    async points() {
      return new Map(
        (await metrics()).map(({ descriptor: { name, unit }, dataPoints }) => [
          name,
          { unit, points: dataPoints.map(({ attributes, value }) => ({ attributes, value: countIn(value) })) },
        ]),
      );
    },
    /** The first point of a histogram: what was recorded in all, and how many fell into each bucket. */
    async histogram(metric: string) {
      const [point] = (await metrics()).find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? [];
      const value = point?.value as Histogram | undefined;
      return { sum: value?.sum, counts: value?.buckets.counts ?? [] };
    },
    /** All that spans and metrics say, as text. */
    async text() {
      await provider.forceFlush();
      const said = spans().map(({ name, attributes, events, status, links }) => [
        name,
        attributes,
        events,
        status,
        links,
      ]);
      return JSON.stringify([said, metricsKept.getMetrics()]);
    },
    close: () => provider.shutdown(),
  };
}

/** Runs something below a span of the caller's. */
export async function below<T>(tracer: ReturnType<typeof telemetry>["tracer"], name: string, work: () => Promise<T>) {
  const span = tracer.startSpan(name);
  const within: Context = trace.setSpan(context.active(), span);
  try {
    return await context.with(within, work);
  } finally {
    span.end();
  }
}

function labelOf({ name, attributes }: { readonly name: string; readonly attributes: Attributes }): string {
  const dataset = attributes["portmanteau.dataset.name"];
  const partition = attributes["portmanteau.partition"];
  return [name.replace("portmanteau.", ""), dataset, partition].filter((each) => each !== undefined).join(" ");
}

/** Of a histogram only how often: how long something took is not asserted. */
function countIn(value: unknown): number {
  return typeof value === "number" ? value : (value as { readonly count: number }).count;
}
