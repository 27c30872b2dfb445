/**
 * One export of the usage log in a process of its own: `export-child.mjs N FILE [options]`, N records in each dataset. Beside times and
 * memory it prints when things happened, in milliseconds from the start: the first byte, the end of the last dataset.
 */
import { createHash } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createExporter, openBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { measured } from "./measured.mjs";
import { usageDataset } from "./usage-dataset.mjs";
import { usageRecord } from "./usage-log.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    datasets: { type: "string", default: "1" },
    lanes: { type: "string", default: "2" },
    level: { type: "string", default: "6" },
    /** Records in a page. */
    page: { type: "string", default: "500" },
    /** The source waits so long after every so many records. */
    "wait-ms": { type: "string", default: "0" },
    "wait-every": { type: "string", default: "1000" },
    /** The last dataset waits at its end. */
    "last-waits-ms": { type: "string", default: "0" },
    /** To a stream that is hashed, and that waits so long for each 64 KiB; -1: to the file. */
    "stream-ms": { type: "string", default: "-1" },
    /** Whether a timer watches how long the event loop is held up. */
    loop: { type: "boolean", default: false },
  },
});
const [count, file] = [Number(positionals[0]), positionals[1]];
const [datasets, waitMs, waitEvery, streamMs] = ["datasets", "wait-ms", "wait-every", "stream-ms"].map((name) =>
  Number(values[name]),
);

const times = { firstByteMs: 0, lastReadMs: 0, lastEndedMs: 0, bytesWhileRead: 0 };
let started = 0;
let delivered = 0;

function* records() {
  for (let index = 0; index < count; index++) yield usageRecord(index);
}

async function* waitingRecords(endMs) {
  for (let index = 0; index < count; index++) {
    yield usageRecord(index);
    if (waitMs > 0 && (index + 1) % waitEvery === 0) await wait(waitMs);
  }
  await wait(endMs);
  times.lastReadMs = performance.now() - started;
  times.bytesWhileRead = delivered;
}

function dataset(index) {
  const endMs = index === datasets - 1 ? Number(values["last-waits-ms"]) : 0;
  return usageDataset(datasets === 1 ? "api-requests" : `api-requests-${index}`, {
    records: waitMs > 0 || endMs > 0 ? () => waitingRecords(endMs) : records,
    count: () => count,
  });
}

const exporter = createExporter({
  controller: { name: "Bench", contact: "bench@example.org" },
  datasets: Array.from({ length: datasets }, (_, index) => dataset(index)),
  lanes: Number(values.lanes),
  pageRecords: Number(values.page),
  compressionLevel: Number(values.level),
});

const sha256 = createHash("sha256");
const stream = new Writable({
  highWaterMark: 64 * 1024,
  write(chunk, _encoding, done) {
    times.firstByteMs ||= performance.now() - started;
    delivered += chunk.length;
    sha256.update(chunk);
    if (streamMs > 0) setTimeout(done, streamMs * Math.ceil(chunk.length / (64 * 1024)));
    else done();
  },
});

let report;
const loop = monitorEventLoopDelay({ resolution: 1 });
await measured(async () => {
  if (values.loop) loop.enable();
  started = performance.now();
  report = await exporter.export(
    { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e11", type: "access", subject: { id: "acc_1" } },
    {
      to: streamMs >= 0 ? stream : fileDelivery(file),
      onEvent: ({ type }) => {
        if (type === "datasetEnded") times.lastEndedMs = performance.now() - started;
      },
    },
  );
  loop.disable();
  return { bytes: report.bundle.bytes, ...times, loopP99Ms: loop.percentile(99) / 1e6, loopMaxMs: loop.max / 1e6 };
});

if (report.datasets.some(({ records }) => records.written !== count)) throw new Error("Not every record was written.");
if (streamMs >= 0) {
  if (sha256.digest("hex") !== report.bundle.sha256)
    throw new Error("The stream got other bytes than the report says.");
} else (await openBundle(file)).close();
