import type pg from "pg";
import { createExporter, type DatasetPrivacy, defineDataset } from "portmanteau";
import { bullmqQueue } from "portmanteau/queues/bullmq";
import { postgresSource } from "portmanteau/sources/postgres";
import { directorySpool } from "portmanteau/spools/directory";

interface ExportsOptions {
  readonly pool: pg.Pool;
  readonly redisUrl: string;
  readonly spool: string;
  readonly spoolKey: Uint8Array;
  readonly leaseMs: number;
}
export type Exports = ReturnType<typeof openExports>;

/** What is exported, and the queue that spreads the work. The same in every worker. */
export function openExports({ pool, redisUrl, spool, spoolKey, leaseMs }: ExportsOptions) {
  const exporter = createExporter({
    controller: { name: "The Shop", contact: "privacy@shop.example" },
    datasets: [
      defineDataset({
        name: "account",
        title: "Your account",
        schema: {
          type: "object",
          additionalProperties: false,
          required: ["id", "name", "email", "since"],
          properties: {
            id: { type: "string", title: "Account" },
            name: { type: "string", title: "Name" },
            email: { type: "string", title: "E-mail address" },
            since: { type: "string", format: "date-time", title: "Customer since" },
          },
        },
        subjectField: "/id",
        privacy: privacy("account", "until you close it"),
        source: postgresSource({
          pool,
          query: ({ subject }) => ({
            text: "select id, name, email, created_at as since from accounts where id = $1",
            values: [subject.id],
          }),
          count: ({ subject }) => ({ text: "select count(*) from accounts where id = $1", values: [subject.id] }),
        }),
      }),
      defineDataset({
        name: "orders",
        title: "Your orders",
        schema: {
          type: "object",
          additionalProperties: false,
          required: ["id", "article", "cents", "orderedAt"],
          properties: {
            id: { type: "integer", title: "Number" },
            article: { type: "string", title: "Article" },
            cents: { type: "integer", title: "Price in cents" },
            orderedAt: { type: "string", format: "date-time", title: "Ordered" },
          },
        },
        subjectField: "/accountId",
        privacy: privacy("orders", "ten years, for the tax law"),
        source: postgresSource({
          pool,
          cursor: "id",
          query: ({ subject, after, limit }) => ({
            text: `select id, account_id as "accountId", article, cents, ordered_at as "orderedAt" from orders
                   where account_id = $1 and ($2::integer is null or id > $2) order by id limit $3`,
            values: [subject.id, after, limit],
          }),
          count: ({ subject }) => ({ text: "select count(*) from orders where account_id = $1", values: [subject.id] }),
        }),
      }),
    ],
    durable: { spool: directorySpool(spool), key: spoolKey },
  });
  return bullmqQueue({ exporter, connection: { url: redisUrl }, leaseMs, name: "service" });
}

function privacy(category: string, criteria: string): DatasetPrivacy {
  return {
    category,
    purposes: ["dpv:ServiceProvision"],
    legalBasis: "eu-gdpr:A6-1-b",
    origin: "provided",
    retention: { criteria },
  };
}
