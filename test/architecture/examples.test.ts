import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { verifyBundle } from "../../src/index.ts";
import { postgresSource } from "../../src/sources/postgres/index.ts";
import { failing } from "../../src/testing/index.ts";
import { fileEventLog, type RequestRecord, readEventLog, replayEventLog } from "../../src/workflow/index.ts";
import { decrypted, keyPair } from "../support/age.ts";
import { controlledSource, entriesOf, exporterOf, jsonAt, noteDataset, notes, request } from "../support/exporting.ts";
import { openPGlite } from "../support/postgres.ts";

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "portmanteau-readme-"));

const ticketSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "subject", "openedAt"],
  properties: {
    id: { type: "string" },
    subject: { type: "string" },
    openedAt: { type: "string", format: "date-time" },
  },
} as const;

beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

describe("the code of the documents", () => {
  it("makes the first bundle, with one person's records and nothing else", async () => {
    const { exporter, report } = await import("../../examples/first-bundle.ts");
    expect(report.datasets[0]).toMatchObject({
      outcome: "complete",
      droppedFields: { "/customerId": 1, "/internalNote": 1 },
    });
    expect((await import("../../examples/configuration.ts")).default).toEqual({ exporter });
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import("../../examples/read-bundle.ts");
    expect(log.mock.calls).toEqual([[{ id: "t1", subject: "Cannot sign in", openedAt: "2026-03-01T09:12:00.000Z" }]]);
    log.mockRestore();
  });

  it("signs a bundle, and finds it sound", async () => {
    const { exporter } = await import("../../examples/first-bundle.ts");
    const { signedExport } = await import("../../examples/signed-export.ts");
    const id = "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e12";
    expect(await signedExport(exporter, { id, type: "access", subject: { id: "c42" } })).toMatchObject({
      sound: true,
      complete: true,
      valid: true,
      checked: { signature: { status: "valid" } },
    });
  });

  it("encrypts a bundle to a recipient", async () => {
    const { exportEncrypted } = await import("../../examples/encrypted-export.ts");
    const { recipient, identity } = await keyPair();
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    const { bundle } = await exportEncrypted(exporter, request, [recipient]);
    const sealed = readFileSync("bundle.zip.age");
    expect(bundle?.envelope).toMatchObject({ name: "age", files: [{ bytes: sealed.length }] });
    expect(jsonAt(entriesOf(await decrypted(sealed, { identity })), "data/a.json")).toEqual(notes(3));
  });

  it("goes on with an export that a failing source had ended", async () => {
    const { exportDurably } = await import("../../examples/durable-export.ts");
    const { source } = controlledSource(notes(3));
    const key = async () => Buffer.alloc(32, 7);
    mkdirSync("spool");
    const configOf = (failures: number) => ({
      controller: { name: "Acme", contact: "privacy@acme.example" },
      datasets: [noteDataset("a", failing(source, { afterPages: 1, times: failures }))],
      retry: { attempts: 1 },
    });
    const first = exportDurably(configOf(1), request, { folder: "spool", key });
    await expect(first).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
    expect(await exportDurably(configOf(0), request, { folder: "spool", key })).toMatchObject({
      completeness: "complete",
    });
    expect(await verifyBundle(`${request.id}.zip`).summary()).toMatchObject({ sound: true, complete: true });
    expect(readdirSync("spool")).toEqual([]);
  });

  it("exports a person's files, and reads them back", async () => {
    const { exportFiles } = await import("../../examples/stored-files.ts");
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    mkdirSync("uploads/c42/photos", { recursive: true });
    writeFileSync("uploads/c42/photos/me.jpg", "not really");
    await exportFiles("uploads", "c42");
    expect(log.mock.calls.at(-1)).toEqual(["files/uploads/photos_me.jpg", "photos/me.jpg", 10]);
    log.mockRestore();
    expect(await verifyBundle("uploads.zip").summary()).toMatchObject({ sound: true, complete: true });
  });

  it("reads tickets from SQLite", async () => {
    const { ticketsInSqlite } = await import("../../examples/sql-sources.ts");
    const database = new Database("tickets.db");
    database.exec(`CREATE TABLE tickets (id INTEGER PRIMARY KEY, customer_id TEXT, subject TEXT, opened_at TEXT);
      INSERT INTO tickets VALUES (1, 'u1', 'a', 'now'), (2, 'u2', 'b', 'now'), (3, 'u1', 'c', 'now')`);
    database.close();
    const source = ticketsInSqlite("tickets.db");
    const context = {
      subject: { id: "u1" },
      requestType: "access",
      pageRecords: 1,
      signal: new AbortController().signal,
    } as const;
    const ids: unknown[] = [];
    for await (const { records } of source.read(context)) ids.push(...records.map(({ id }) => id));
    expect(ids).toEqual([1, 3]);
    expect(await source.count?.(context)).toBe(2);
  });

  it("reads tickets from PostgreSQL", async () => {
    const { ticketsInPostgres } = await import("../../examples/postgres-tickets.ts");
    const { sql, pglite, drop } = await openPGlite();
    try {
      await sql(`create table tickets (id bigint, customer_id text, subject text, opened_at timestamptz);
        insert into tickets values (1, 'u1', 'a', now()), (2, 'u2', 'b', now()), (3, 'u1', 'c', now())`);
      const { exporter } = exporterOf([
        { ...noteDataset("tickets", ticketsInPostgres(pglite)), subjectField: "/customerId", schema: ticketSchema },
      ]);
      const { datasets } = await exporter.export(request, { to: new PassThrough().resume() });
      expect(datasets).toMatchObject([{ outcome: "complete", records: { written: 2, expected: 2 } }]);
    } finally {
      await drop();
    }
  });

  it("finds a column that nobody decided on", async () => {
    const { unaccounted } = await import("../../examples/coverage.ts");
    const { sql, pglite, drop } = await openPGlite();
    try {
      await sql(`create table audit_log (at timestamptz); create table avatars (image bytea);
        create table tickets (id text, owner text, text text, search tsvector)`);
      const text = "select id, owner, text from tickets where owner = $1";
      const source = postgresSource({ pool: pglite, query: () => ({ text }) });
      const { exporter } = exporterOf([
        noteDataset("tickets", source),
        noteDataset("profile", controlledSource([]).source),
      ]);
      expect(await unaccounted(exporter, pglite)).toEqual([]);
      await sql("alter table tickets add column mood text");
      expect(await unaccounted(exporter, pglite)).toMatchObject([
        { code: "COLUMN_UNACCOUNTED", table: "tickets", column: "mood" },
      ]);
    } finally {
      await drop();
    }
  });

  it("answers a request, and records what happened to it", async () => {
    const { answer } = await import("../../examples/workflow.ts");
    const store = new Map<string, RequestRecord>();
    const save = async (record: RequestRecord) => {
      if ((store.get(record.id)?.revision ?? 0) !== record.revision - 1) return false;
      store.set(record.id, JSON.parse(JSON.stringify(record)) as RequestRecord);
      return true;
    };
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    const log = await fileEventLog("requests.log");
    const record = await answer(exporter, request, save, log);
    expect(record.history.map(({ to }) => to)).toEqual(["received", "planned", "collecting", "packing", "delivered"]);
    expect(record.delivery?.bytes).toBe(readFileSync(`${request.id}.zip`).length);
    await expect(answer(exporter, request, save, log)).rejects.toThrow("Somebody else");

    const broken = exporterOf([noteDataset("a", failing(controlledSource(notes(3)).source))]).exporter;
    const other = await answer(broken, { ...request, id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b78" }, save, log);
    expect(other).toMatchObject({ state: "failed", failure: { code: "SOURCE_UNAVAILABLE", retryable: true } });
    await log.close();
    const lines = readEventLog(createReadStream("requests.log"), { head: log.head });
    expect(await replayEventLog(lines)).toEqual(store);
    expect(readFileSync("requests.log", "utf8")).not.toContain('"u1"');
  });
});
