/** Many small exports in one process: `small-child.mjs N FILE`, each of 5 datasets with 20 records; the last bundle goes to FILE. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Writable } from "node:stream";
import { createExporter } from "portmanteau";
import { measured } from "./measured.mjs";
import { usageDataset } from "./usage-dataset.mjs";
import { usageRecord } from "./usage-log.mjs";

const [count, file] = [Number(process.argv[2]), process.argv[3]];
const warmUps = 100;

const records = Array.from({ length: 20 }, (_, index) => usageRecord(index));
const exporter = createExporter({
  controller: { name: "Bench", contact: "bench@example.org" },
  datasets: Array.from({ length: 5 }, (_, index) => usageDataset(`requests-${index}`, { records: () => records })),
});

async function once() {
  const chunks = [];
  const to = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const request = { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e11", type: "access", subject: { id: "acc_1" } };
  return { report: await exporter.export(request, { to }), chunks };
}

for (let index = 0; index < warmUps; index++) await once();
await measured(async () => {
  const latencies = [];
  let last;
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    last = await once();
    latencies.push(performance.now() - started);
  }
  const bundle = Buffer.concat(last.chunks);
  if (createHash("sha256").update(bundle).digest("hex") !== last.report.bundle.sha256) throw new Error("Other bytes.");
  writeFileSync(file, bundle);
  latencies.sort((a, b) => a - b);
  return { bytes: bundle.length, p50Ms: latencies[count >> 1], p99Ms: latencies[Math.floor(count * 0.99)] };
});
