import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  createExporter,
  type DurableExporter,
  defineDataset,
  type JsonObject,
  type Page,
  type Source,
} from "../../../src/index.ts";
import { directorySpool } from "../../../src/spools/directory/index.ts";
import { privacy } from "../../support/notes.ts";

/** A person's id says how many records they have: `person-17-120000`. */
export const personOf = (index: number, records: number) => `person-${index}-${records}`;
const countOf = (subject: { readonly id?: string }) => Number(subject.id?.split("-")[2]);

/** Made records, in four partitions where there are many; a page takes as long as a query would. */
function madeSource(name: string, share: number, pageMs: number): Source<JsonObject> {
  const all = (subject: { readonly id?: string }) => Math.ceil(countOf(subject) * share);
  return {
    name,
    capabilities: { resume: "cursor", partitions: true, count: true, attachments: false },
    count: async ({ subject }) => all(subject),
    async partitions({ subject }) {
      const count = all(subject) > 2_000 ? 4 : 1;
      const end = (part: number) => Math.floor((all(subject) * part) / count);
      return Array.from({ length: count }, (_, part) => ({ from: end(part), to: end(part + 1) }));
    },
    async *read({ subject, partition, after, pageRecords, signal }): AsyncGenerator<Page<JsonObject>> {
      const { from, to } = partition as { readonly from: number; readonly to: number };
      for (let at = (after as number | undefined) ?? from; at < to; ) {
        await delay(pageMs, undefined, { signal });
        const ids = Array.from({ length: Math.min(pageRecords, to - at) }, (_, index) => at + index);
        at += ids.length;
        yield {
          records: ids.map((id) => ({ id, owner: subject.id ?? "", text: `entry ${id} of ${name}` })),
          cursor: at,
        };
      }
    },
  };
}

/** The exporter that every process of a fleet has: two systems, one spool. */
export function fleetExporter(folder: string): DurableExporter {
  const dataset = (name: string, source: Source<JsonObject>) =>
    defineDataset({
      name,
      title: `The ${name}`,
      schema: {
        type: "object",
        additionalProperties: false,
        required: ["id", "owner", "text"],
        properties: { id: { type: "integer" }, owner: { type: "string" }, text: { type: "string" } },
      },
      subjectField: "/owner",
      privacy: { ...privacy, category: name },
      source,
    });
  const spool = join(folder, "spool");
  mkdirSync(spool, { recursive: true });
  return createExporter({
    controller: { name: "Acme", contact: "privacy@acme.example" },
    datasets: [dataset("tickets", madeSource("helpdesk", 0.1, 20)), dataset("usage", madeSource("postgres", 1, 20))],
    durable: { spool: directorySpool(spool), key: Buffer.alloc(32, 7), checkpointMs: 200 },
  });
}

export const bundleAt = (folder: string, requestId: string) => join(folder, `${requestId}.zip`);
