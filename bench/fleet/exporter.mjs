/** The exporter that every process of a benched fleet has: four datasets of an account, and a log of any length; two systems, one spool. */
import { setTimeout as wait } from "node:timers/promises";
import { createExporter, defineDataset } from "portmanteau";
import { directorySpool } from "portmanteau/spools/directory";
import { usageRecord, usageSchema } from "../usage-log.mjs";

/** A person's id says how long their log is: `person-17-120000`. */
export const personOf = (index, records) => `person-${index}-${records}`;
/** Records of each dataset of an account. */
export const accountRecords = 20;
export const accountDatasets = ["profile", "invoices", "tickets", "sessions"];
/** A longer log is read in several parts. */
const partRecords = 100_000;
export const partsOf = (records) => Math.min(Math.max(Math.ceil(records / partRecords), 1), 16);

function source(name, countOf) {
  const count = ({ id }) => countOf(Number(id.split("-")[2]));
  return (pageMs) => ({
    name,
    capabilities: { resume: "cursor", partitions: true, count: true, attachments: false },
    count: async ({ subject }) => count(subject),
    async partitions({ subject }) {
      const [all, parts] = [count(subject), partsOf(count(subject))];
      const end = (part) => Math.floor((all * part) / parts);
      return Array.from({ length: parts }, (_, part) => ({ from: end(part), to: end(part + 1) }));
    },
    async *read({ subject, partition, after, pageRecords, signal }) {
      for (let at = after ?? partition.from; at < partition.to; ) {
        if (pageMs > 0) await wait(pageMs, undefined, { signal });
        const records = [];
        for (const end = Math.min(at + pageRecords, partition.to); at < end; at++) {
          const record = usageRecord(at);
          record.accountId = subject.id;
          records.push(record);
        }
        yield { records, cursor: at };
      }
    },
  });
}
const accounts = source("accounts", () => accountRecords);
const logs = source("logs", (records) => records);

/** @param pageMs how long a source takes for a page */
export function fleetExporter({ spool, pageMs = 0, checkpointMs = 5_000 }) {
  const dataset = (name, of) =>
    defineDataset({
      name,
      title: name,
      schema: usageSchema,
      subjectField: "/accountId",
      timeField: "/occurredAt",
      privacy: {
        category: name,
        purposes: ["dpv:ServiceProvision"],
        legalBasis: "eu-gdpr:A6-1-b",
        origin: "observed",
        retention: { duration: "P1Y" },
      },
      source: of,
    });
  return createExporter({
    controller: { name: "Bench", contact: "bench@example.org" },
    datasets: [...accountDatasets.map((name) => dataset(name, accounts(pageMs))), dataset("requests", logs(pageMs))],
    durable: { spool: directorySpool(spool), key: Buffer.alloc(32, 7), checkpointMs },
  });
}
