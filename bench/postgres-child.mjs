/** Exports the table of orders: `postgres-child.mjs N FILE`. */
import pg from "pg";
import { createExporter, defineDataset, openBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { postgresSource } from "portmanteau/sources/postgres";
import { measured } from "./measured.mjs";
import { allColumns, ordersSchema, pageOfOrders } from "./orders.mjs";

const [count, file] = [Number(process.argv[2]), process.argv[3]];
const pool = new pg.Pool();
const exporter = createExporter({
  controller: { name: "Bench", contact: "bench@example.org" },
  datasets: [
    defineDataset({
      name: "orders",
      title: "Orders",
      schema: ordersSchema,
      subjectField: "/account",
      privacy: {
        category: "orders",
        purposes: ["dpv:ServiceProvision"],
        legalBasis: "eu-gdpr:A6-1-b",
        origin: "provided",
        retention: { duration: "P10Y" },
      },
      source: postgresSource({ pool, query: pageOfOrders(allColumns), cursor: "id" }),
    }),
  ],
});

await measured(async () => {
  const report = await exporter.export(
    { id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e11", type: "access", subject: { id: "acc_1" } },
    { to: fileDelivery(file) },
  );
  if (report.datasets[0].records.written !== count) throw new Error("Not every record was written.");
  return { bytes: report.bundle.bytes };
});
await pool.end();
(await openBundle(file)).close();
