/**
 * Whether worker threads would pay for the encode loop. What decides: a worker must first be given the records, and a structured clone
 * costs both threads; and deflating already runs in zlib's own threads, so a worker can gain at most the time in which a core is idle,
 * `1 / cores-busy - 1`. Measured on two cores: encoding 1.8 µs a record, cloning 1.8 µs (0.7 of them on the main thread), bound 0.21: the
 * clone alone would eat the gain. Where cloning costs about what encoding costs, or that bound is small, the loop stays where it is.
 */
import { once } from "node:events";
import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import { PartEncoder } from "../src/codec/part-encoder.ts";
import { compileCodec } from "../src/codec/record-codec.ts";
import {
  type BenchLine,
  check,
  child,
  counted,
  inFolder,
  interleaved,
  median,
  medianOf,
  rounded,
  rounds,
  scaled,
} from "./measure.ts";
import { usageRecord, usageSchema } from "./usage-log.mjs";

const pageRecords = 1_000;

export async function* workers(): AsyncGenerator<BenchLine> {
  const records = Array.from({ length: scaled(100_000) }, (_, index) => usageRecord(index));
  const times: { encode: number; clone: number; cloneCpu: number }[] = [];
  encode(records); // warms up
  await clone(records);
  for (let round = 0; round < rounds; round++) times.push({ encode: encode(records), ...(await clone(records)) });
  const perRecord = (name: string, work: string, of: (time: (typeof times)[number]) => number) => ({
    name,
    work: `${work}, ${counted(records.length)} records, per record`,
    value: rounded(median(times.map((time) => (of(time) * 1_000) / records.length)), 2),
    unit: "µs",
  });
  yield perRecord("workers.encode", "project, validate and encode on the main thread", ({ encode }) => encode);
  const pages = `structured clone to a worker in pages of ${counted(pageRecords)}`;
  yield perRecord("workers.clone", `${pages}: the main thread's time`, ({ clone }) => clone);
  yield perRecord("workers.clone-cpu", `${pages}: CPU time of both threads`, ({ cloneCpu }) => cloneCpu);

  yield* inFolder(async function* (file) {
    const count = scaled(300_000);
    const cores = Math.min(2, cpus().length);
    const { runs } = interleaved({ runs: () => child("export-child.mjs", [count, file("bundle.zip")]) });
    const busy = medianOf(runs, ({ cpuMs, wallMs }) => cpuMs / (wallMs * cores), 3);
    yield {
      name: "workers.cores-busy",
      work: `CPU time / (wall time x ${cores} cores), one dataset of ${counted(count)} records, no workers`,
      value: busy,
      unit: "ratio",
    };
    yield {
      name: "workers.gain-bound",
      work: "most that workers could gain: 1 / cores-busy - 1",
      value: rounded(1 / busy - 1, 3),
      unit: "ratio",
    };
  });
}

/** Milliseconds of the encode loop alone: its pieces are dropped. */
const view = { scope: "access", origin: "observed", legalBasis: "eu-gdpr:A6-1-b" } as const;

function encode(records: readonly unknown[]): number {
  const codec = compileCodec({ dataset: "bench", schema: usageSchema, view });
  let bytes = 0;
  const take = (piece: Buffer, release: () => void) => {
    bytes += piece.length;
    release();
  };
  const options = { json: take, csv: take, quarantine: take, pseudonym: String, previewRecords: 10 };
  const encoder = new PartEncoder(codec, options);
  const started = performance.now();
  for (const record of records) encoder.encode(record);
  encoder.end();
  const ms = performance.now() - started;
  check(encoder.written === records.length && bytes > 0, "the number of encoded records");
  return ms;
}

/** Milliseconds of handing the records to a worker that only receives them. */
async function clone(records: readonly unknown[]): Promise<{ clone: number; cloneCpu: number }> {
  const code = `const { parentPort } = require("node:worker_threads");
    let received = 0;
    parentPort.on("message", (page) => {
      received += page.length;
      if (page.length === 0) parentPort.postMessage(received);
    });`;
  const worker = new Worker(code, { eval: true });
  await once(worker, "online");
  const cpuBefore = process.cpuUsage();
  let ms = 0;
  for (let at = 0; at <= records.length; at += pageRecords) {
    const page = records.slice(at, at + pageRecords);
    const started = performance.now();
    worker.postMessage(page);
    ms += performance.now() - started;
    await new Promise(setImmediate);
  }
  if (records.length % pageRecords !== 0) worker.postMessage([]);
  const [received] = await once(worker, "message");
  const { user, system } = process.cpuUsage(cpuBefore);
  await worker.terminate();
  check(received === records.length, "the number of records that the worker got");
  return { clone: ms, cloneCpu: (user + system) / 1_000 };
}
