/**
 * What the examples of the docstrings take for granted, by the path they stand under: declarations, one a line. The nearest wins. Public
 * names of the package need none.
 */
export const surroundings: Readonly<Record<string, string>> = {
  src: `
import { randomBytes, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { PutObjectCommand, S3 } from "@aws-sdk/client-s3";
import { pino } from "pino";
declare const exporter: DurableExporter;
declare const config: ExporterConfig;
declare const request: ExportRequest;
declare const to: Delivery;
declare const key: Uint8Array;
declare const datasets: Dataset[];
declare const invoices: Dataset;
declare const privacy: DatasetPrivacy;
declare const holidays: string[];
declare const source: Source<{ id: string }>;
declare const pool: import("pg").Pool;
`,
  "src/bundle/json-layout.ts": `
declare const pieces: AsyncIterable<Buffer>;
`,
  "src/codec/csv-reader.ts": `
declare const codec: { columns: ConstructorParameters<typeof CsvReader>[0] };
declare const bytes: Buffer;
`,
  "src/codec/json-records.ts": `
declare const texts: AsyncIterable<string>;
declare const maxRecordLength: number;
declare const fail: ConstructorParameters<typeof JsonRecords>[0]["fail"];
`,
  "src/coverage/check.ts": `
declare const decisions: readonly Decision[];
declare function expect(value: unknown): { toEqual(other: unknown): void };
`,
  "src/coverage/mysql.ts": `
declare const pool: import("mysql2/promise").Pool;
`,
  "src/coverage/sqlite.ts": `
declare const database: import("better-sqlite3").Database;
`,
  "src/deliveries/http": `
declare const client: S3;
declare const Bucket: string;
declare const Key: string;
declare function getSignedUrl(client: S3, command: PutObjectCommand, options: { expiresIn: number }): Promise<string>;
`,
  "src/downloads": `
declare const key: DownloadKey;
declare const exportId: string;
declare const accountId: string;
`,
  "src/downloads/node.ts": `
declare const app: import("express").Express;
declare function sessionOf(request: import("node:http").IncomingMessage): { accountId: string } | undefined;
declare function digestOf(bundle: string): Promise<string>;
`,
  "src/downloads/web.ts": `
type Env = { Variables: { session?: { accountId: string } } };
type Context = import("hono").Context<Env>;
declare const app: import("hono").Hono<Env>;
declare const keys: DownloadKey[];
declare const open: DownloadOptions<[]>["open"];
`,
  "src/model/object-path.ts": `
declare const bytes: Uint8Array;
`,
  "src/model/ports.ts": `
declare function cipher(key: Uint8Array): import("node:stream/web").Transformer<Uint8Array, Uint8Array>;
`,
  "src/queues/pg-boss": `
import { default as PgBoss } from "pg-boss";
`,
  "src/sources": `
declare const invoicesQuery: () => { text: string; values: unknown[] };
declare const ticketsQuery: () => { text: string; values: unknown[] };
`,
  "src/sources/combine": `
declare const current: Source<{ id: string }>;
declare const archive: Source<{ id: string }>;
declare const orders: Source<{ productId: string }>;
declare const catalogue: { products(ids: readonly string[], options: { signal: AbortSignal }): Promise<{ id: string; title: string }[]> };
declare const rows: Source<{ first: string; last: string }>;
declare const helpdesk: Source<{ openedAt: string; id: string }>;
declare const oldHelpdesk: Source<{ openedAt: string; id: string }>;
`,
  "src/sources/http": `
declare const credentials: string;
declare function token(options: { renewed: boolean }): Promise<string>;
`,
  "src/sources/iterable.ts": `
declare const allTickets: { accountId: string }[];
`,
  "src/sources/mongodb": `
import { type Db, type MongoClient, ObjectId } from "mongodb";
declare const client: MongoClient;
declare const db: Db;
`,
  "src/sources/mysql": `
declare const pool: import("mysql2/promise").Pool;
`,
  "src/sources/redis": `
declare const client: ReturnType<typeof import("redis").createClient>;
`,
  "src/sources/sqlite": `
import { default as Database } from "better-sqlite3";
`,
  "src/testing": `
declare function emptyBucket(): Promise<{ get(key: string): Promise<Uint8Array>; remove(): Promise<void> }>;
declare function bucketDelivery(bucket: object, key: string): Delivery;
`,
  "src/testing/source-contract.ts": `
declare function openNotes(): Promise<{ notes: Notes; close(): Promise<void> }>;
declare function notesSource(notes: Notes): Source<{ id: number }>;
type Notes = { insert(owner: string, count: number): Promise<{ id: number }[]>; openCursors: number };
`,
  "src/workflow": `
declare const record: RequestRecord;
declare const before: RequestRecord;
declare const keptHead: LogHead;
declare const file: FileHandle;
declare const rawBody: Uint8Array;
declare const body: Request;
declare const response: import("express").Response;
declare function sql(text: TemplateStringsArray, ...values: unknown[]): Promise<void>;
`,
};
