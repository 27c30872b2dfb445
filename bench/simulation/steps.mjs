/**
 * What the steps of a durable export cost, one after the other in this process: `steps.mjs SPOOL TIMES LONG`. Medians, in milliseconds of
 * CPU time and of waiting besides: a part of 20 records, one of LONG records, bundles of both, a checkpoint.
 */
import { randomUUID } from "node:crypto";
import { fileDelivery } from "portmanteau/deliveries/file";
import { accountRecords, fleetExporter, personOf } from "../fleet/exporter.mjs";

const [spool, times, long] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

async function timed(step) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const result = await step();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  return { cpuMs, waitMs: Math.max(0, wallMs - cpuMs), result };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The steps of one request: what each part costs, and the bundle. */
async function request(exporter, records) {
  const id = randomUUID();
  const { parts } = await exporter.begin({ id, type: "access", subject: { id: personOf(0, records) } });
  const collected = [];
  for (const part of parts) collected.push(await timed(() => exporter.collectPart(id, part)));
  const assembled = await timed(() => exporter.assemble(id, { to: fileDelivery(`${spool}/../bundle.zip`) }));
  await exporter.purge(id);
  return { collected, assembled };
}

const usual = fleetExporter({ spool, checkpointMs: 1e9 });
for (let index = 0; index < 20; index++) await request(usual, accountRecords);
const small = [];
for (let index = 0; index < times; index++) small.push(await request(usual, accountRecords));
const large = [];
const often = [];
const checkpointMs = 20;
let checkpoints = 0;
const frequent = fleetExporter({ spool, checkpointMs });
for (let index = 0; index < 5; index++) {
  large.push(await request(usual, long));
  const id = randomUUID();
  const { parts } = await frequent.begin({ id, type: "access", subject: { id: personOf(0, long) } });
  const onEvent = ({ type }) => type === "checkpoint" && checkpoints++;
  often.push(await timed(() => frequent.collectPart(id, parts.at(-1), { onEvent })));
  await frequent.purge(id);
}
const of = (list, field) => median(list.map((each) => each[field]));
const bytesOf = (list) => median(list.map(({ result }) => result.compressedBytes));
const [parts, logs] = [small.flatMap(({ collected }) => collected), large.map(({ collected }) => collected.at(-1))];
const [bundles, longBundles] = [small, large].map((list) => list.map(({ assembled }) => assembled));
console.log(
  JSON.stringify({
    partMs: of(parts, "cpuMs"),
    partWaitMs: of(parts, "waitMs"),
    longPartMs: of(logs, "cpuMs"),
    assembleMs: of(bundles, "cpuMs"),
    assembleWaitMs: of(bundles, "waitMs"),
    longAssembleMs: of(longBundles, "cpuMs"),
    checkpointMs: checkpoints === 0 ? 0 : Math.max(0, ((of(often, "cpuMs") - of(logs, "cpuMs")) * 5) / checkpoints),
    checkpoints,
    partBytes: bytesOf(parts),
    longPartBytes: bytesOf(logs),
  }),
);
