import type Database from "better-sqlite3";
import type { Pool as MysqlPool } from "mysql2";
import type { Pool as PostgresPool } from "pg";
import { createExporter, type DatasetPrivacy, defineDataset, type Exporter, type RecordSchema } from "portmanteau";
import { storedFileSchema } from "portmanteau/records";
import { csv, filesSource } from "portmanteau/sources/files";
import { mysqlSource } from "portmanteau/sources/mysql";
import { postgresSource } from "portmanteau/sources/postgres";
import { type S3Like, s3Source } from "portmanteau/sources/s3";
import { sqliteSource } from "portmanteau/sources/sqlite";
import { billingInvoices } from "./billing-api.ts";

/** Where one person's data lives in a company that grew. */
export interface Systems {
  /** PostgreSQL: the accounts. Everybody has a number there. */
  readonly accounts: PostgresPool;
  /** MariaDB: the shop, which was bought, and knows people by its own number. */
  readonly shop: MysqlPool;
  /** SQLite: who signed in where. */
  readonly sessions: () => Database.Database;
  /** The billing provider's HTTP API. */
  readonly billing: { readonly baseUrl: string; readonly token: () => Promise<string> };
  /** A CSV file that the newsletter's agency sends every month. It knows e-mail addresses only. */
  readonly newsletter: string;
  /** S3: what people uploaded, below `users/NUMBER/`. */
  readonly uploads: { readonly client: S3Like; readonly bucket: string };
}

/** Answers a request that holds nothing but an e-mail address with one bundle out of six systems. */
export function exporterOfManySystems(systems: Systems): Exporter {
  const { accounts, shop, sessions, billing, newsletter, uploads } = systems;
  return createExporter({
    controller: { name: "Acme Cloud", contact: "privacy@acme.example" },
    identities: [
      {
        from: "email",
        to: "account",
        resolve: async ({ value }) =>
          (await accounts.query("select id from account where email = $1", [value])).rows.map(({ id }) => String(id)),
      },
      {
        from: "account",
        to: "shopper",
        resolve: async ({ value }) => {
          const [rows] = await shop.promise().execute("select id from shopper where account_id = ?", [value]);
          return (rows as { id: number }[]).map(({ id }) => String(id));
        },
      },
    ],
    datasets: [
      defineDataset({
        name: "account",
        title: "Your account",
        identity: "account",
        schema: record({ id: "string", email: "string", since: "date-time" }),
        subjectField: "/id",
        privacy: facts("account"),
        source: postgresSource({
          pool: accounts,
          query: ({ subject }) => ({
            text: "select id::text, email, created_at as since from account where id = $1",
            values: [subject.id],
          }),
          count: ({ subject }) => ({ text: "select count(*) from account where id = $1", values: [subject.id] }),
        }),
      }),
      defineDataset({
        name: "orders",
        title: "What you ordered",
        identity: "shopper",
        schema: record({ id: "integer", article: "string", price: "string", orderedAt: "string" }),
        subjectField: "/shopperId",
        privacy: facts("shop"),
        source: mysqlSource({
          pool: shop,
          cursor: "id",
          query: ({ subject, after, limit }) => ({
            text: `select id, cast(shopper_id as char) as shopperId, article, price, ordered_at as orderedAt from orders
                   where shopper_id = ? and (? is null or id > ?) order by id limit ?`,
            values: [subject.id, after, after, limit],
          }),
          count: ({ subject }) => ({ text: "select count(*) from orders where shopper_id = ?", values: [subject.id] }),
        }),
      }),
      defineDataset({
        name: "sessions",
        title: "When you signed in",
        identity: "account",
        schema: record({ id: "integer", at: "date-time", country: "string" }),
        subjectField: "/account",
        privacy: facts("security"),
        source: sqliteSource({
          database: sessions,
          cursor: "id",
          query: ({ subject, after, limit }) => ({
            text: `select id, account, at, country from session
                   where account = ? and id > coalesce(?, 0) order by id limit ?`,
            values: [subject.id, after, limit],
          }),
          count: ({ subject }) => ({ text: "select count(*) from session where account = ?", values: [subject.id] }),
        }),
      }),
      defineDataset({
        name: "invoices",
        title: "Your invoices",
        identity: "account",
        schema: record({ id: "string", total: "integer" }),
        subjectField: "/customer",
        privacy: facts("billing"),
        source: billingInvoices(billing.baseUrl, billing.token),
      }),
      defineDataset({
        name: "newsletter",
        title: "What we sent you",
        identity: "email",
        schema: record({ sentAt: "date-time", title: "string" }),
        subjectField: "/recipient",
        privacy: facts("marketing"),
        source: filesSource({
          paths: newsletter,
          format: csv({ delimiter: ";", rename: { "Sent at": "/sentAt", Title: "/title", "E-mail": "/recipient" } }),
          belongs: "/recipient",
        }),
      }),
      defineDataset({
        name: "uploads",
        title: "What you uploaded",
        identity: "account",
        schema: storedFileSchema,
        subjectField: "/accountId",
        privacy: facts("uploads"),
        source: s3Source({ ...uploads, prefix: ({ id }) => `users/${id}/` }),
      }),
    ],
  });
}

/** A closed record of required fields; real ones have titles, descriptions and `x-privacy` as well. */
function record(fields: Record<string, "string" | "integer" | "date-time">): RecordSchema {
  const properties = Object.entries(fields).map(([name, type]) => [
    name,
    type === "date-time" ? { type: "string", format: type } : { type },
  ]);
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(fields),
    properties: Object.fromEntries(properties),
  };
}

const facts = (category: string): DatasetPrivacy => ({
  category,
  purposes: ["dpv:ServiceProvision"],
  legalBasis: "eu-gdpr:A6-1-b",
  origin: "provided",
  retention: { criteria: "as long as you are our customer" },
});
