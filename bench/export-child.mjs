/**
 * One export in a process of its own: `export-child.mjs N FILE`. Prints wall time and the peak resident size, checked against what came
 * out. Plain JavaScript on the built package, so that no compiler's memory is measured.
 */
import { createExporter, defineDataset, openBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { iterableSource } from "portmanteau/sources/iterable";
import { usageRecord, usageSchema } from "./usage-log.mjs";

const [count = 0, file = ""] = [Number(process.argv[2]), process.argv[3]];

const exporter = createExporter({
  controller: { name: "Bench", contact: "bench@example.org" },
  datasets: [
    defineDataset({
      name: "api-requests",
      title: "API requests",
      schema: usageSchema,
      subjectField: "/accountId",
      timeField: "/occurredAt",
      privacy: {
        category: "usage",
        purposes: ["dpv:ServiceProvision"],
        legalBasis: "eu-gdpr:A6-1-b",
        origin: "observed",
        retention: { duration: "P1Y" },
      },
      source: iterableSource({
        *records() {
          for (let index = 0; index < count; index++) yield usageRecord(index);
        },
        count: () => count,
      }),
    }),
  ],
});

const started = performance.now();
const report = await exporter.export(
  { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e11", type: "access", subject: { id: "acc_1" } },
  { to: fileDelivery(file) },
);
const wallMs = performance.now() - started;
const { maxRSS } = process.resourceUsage();
if (report.datasets[0]?.records.written !== count) throw new Error("The export did not write every record.");
const bundle = await openBundle(file);
bundle.close();
console.log(JSON.stringify({ wallMs, peakMiB: maxRSS / 1024, bytes: report.bundle?.bytes }));
