/**
 * One worker of a benched fleet: `worker.mjs '{"port":…,"name":…,"spool":…,"out":…}'`. It warms up, prints `ready`, begins at a line on its
 * input, and prints a line for each bundle; at the end of the input it prints what it cost and ends.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileDelivery } from "portmanteau/deliveries/file";
import { bullmqQueue } from "portmanteau/queues/bullmq";
import { fleetExporter, personOf } from "./exporter.mjs";

const { port, name, spool, out, pageMs, warmUps } = JSON.parse(process.argv[2]);
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const now = () => performance.timeOrigin + performance.now();
const statusMiB = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;

const exporter = fleetExporter({ spool, pageMs });
await warmUp();
const queue = bullmqQueue({ exporter, connection: { host: "127.0.0.1", port }, name });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
tell({ type: "ready" });
await lines.next();

const cpuBefore = process.cpuUsage();
let [jobs, firstAt] = [0, 0];
const worker = await queue.work({
  deliver: ({ requestId }) => ({ to: fileDelivery(join(out, `${requestId}.zip`)) }),
  onEvent: ({ type, requestId }) => {
    if (type === "partStarted") firstAt ||= now();
    if (type === "jobDone") jobs++;
    if (type === "jobFailed" || type === "jobRetried") tell({ type: "trouble", requestId });
    if (type === "delivered")
      tell({
        type,
        requestId,
        at: now(),
        rssMiB: statusMiB("VmRSS"),
        heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
      });
  },
});
await lines.next();
const { user, system } = process.cpuUsage(cpuBefore);
tell({ type: "end", cpuMs: (user + system) / 1000, jobs, firstAt, peakMiB: statusMiB("VmHWM") });
await worker.close({ graceMs: 0 });
await queue.close();
process.exit();

/** Answers requests of its own: what is measured is a worker that has done so before, and not its compilation. */
async function warmUp() {
  const own = bullmqQueue({ exporter, connection: { host: "127.0.0.1", port }, name: `${name}-${process.pid}` });
  let left = warmUps;
  let warm;
  const isWarm = new Promise((resolve) => (warm = resolve));
  const ids = Array.from({ length: warmUps }, () => randomUUID());
  for (const [index, id] of ids.entries())
    await own.submit({ id, type: "access", subject: { id: personOf(index, index % 40 === 0 ? 20_000 : 100 + index) } });
  const working = await own.work({
    deliver: ({ requestId }) => ({ to: fileDelivery(join(out, `${requestId}.warm`)) }),
    onEvent: ({ type }) => type === "delivered" && --left === 0 && warm(),
  });
  await isWarm;
  await working.close();
  for (const id of ids) await exporter.purge(id);
  await own.close();
}
