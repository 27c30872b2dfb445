import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import mysql from "mysql2";
import pg from "pg";
import { type ExportRequest, openBundle, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exporterOfManySystems } from "../../examples/many-systems.ts";
import { emptyFolder, failing } from "../support/exporting.ts";
import { sendJson, startServer, type TestServer } from "../support/http-server.ts";
import { mysqlEngine } from "../support/mysql.ts";
import { postgresEngines } from "../support/postgres.ts";
import { bucket, openStore, type TestStore } from "../support/s3.ts";

const mariadb = await mysqlEngine();
const postgres = (await postgresEngines()).filter(({ name }) => name !== "pglite");
const engine = postgres.find(({ notRun }) => notRun === undefined);
if (mariadb.required || (engine === undefined && postgres.some(({ required }) => required)))
  throw new Error("A service that is required does not answer.");

describe.skipIf(mariadb.notRun !== undefined || engine === undefined)(`many systems (${mariadb.title})`, () => {
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const folder = emptyFolder();
  let store: TestStore;
  let billing: TestServer;
  let accounts: pg.Pool;
  let shop: mysql.Pool;

  beforeAll(async () => {
    const database = await engine?.open();
    closing.push(() => database?.drop());
    await database?.sql(`CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, created_at timestamptz NOT NULL);
      INSERT INTO account VALUES (42, 'ada@example.org', '2024-02-29T12:00:00Z'), (43, 'bob@example.org', now()),
        (44, 'twin@example.org', now()), (45, 'twin@example.org', now())`);
    accounts = new pg.Pool(database?.config);
    closing.push(() => accounts.end());
    const bought = await mariadb.open();
    closing.push(() => bought.drop());
    await bought.sql(`CREATE TABLE shopper (id int PRIMARY KEY, account_id int);
      CREATE TABLE orders (id int PRIMARY KEY, shopper_id int, article text, price decimal(10,2), ordered_at datetime);
      INSERT INTO shopper VALUES (7, 42), (8, 43);
      INSERT INTO orders VALUES (1, 7, 'Kabel', 9.90, '2025-01-02 03:04:05'), (2, 8, 'x', 1, now()), (3, 7, 'Lüfter', 1234.50, now())`);
    shop = mysql.createPool(bought.config);
    closing.push(() => shop.promise().end());
    const sessions = new Database(join(folder, "sessions.db"));
    sessions.exec(`CREATE TABLE session (id INTEGER PRIMARY KEY, account TEXT, at TEXT, country TEXT);
      INSERT INTO session VALUES (1, '42', '2026-01-01T00:00:00Z', 'DE'), (2, '43', '2026-01-01T00:00:00Z', 'FR')`);
    sessions.close();
    billing = await startServer(({ path, headers }, response) => {
      if (headers.authorization !== "Bearer secret") return void response.writeHead(401).end();
      if (path === "/v1/customers/42") return sendJson(response, { invoice_count: 1 });
      sendJson(response, { data: [{ id: "in_1", customer: "42", total: 990 }], has_more: false });
    });
    closing.push(() => billing.close());
    writeFileSync(
      join(folder, "newsletter.csv"),
      'E-mail;Sent at;Title\nada@example.org;2026-02-01T00:00:00Z;"Hello; again"\nbob@example.org;2026-02-01T00:00:00Z;Hello\n',
    );
    store = await openStore();
    closing.push(() => store.close());
    await store.put("users/42/photos/me.jpg", "not really");
    await store.put("users/43/secret.txt", "bob's");
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  const exporter = () =>
    exporterOfManySystems({
      accounts,
      shop,
      sessions: () => new Database(join(folder, "sessions.db"), { readonly: true }),
      billing: { baseUrl: billing.origin, token: async () => "secret" },
      newsletter: join(folder, "newsletter.csv"),
      uploads: { client: store.client, bucket },
    });
  const requestOf = (email: string): ExportRequest => ({
    id: "5e0b9b0c-3a52-4b7e-9a36-0a2f3c9d1e14",
    type: "access",
    subject: { identities: [{ identity_type: "email", identity_value: email, identity_format: "raw" }] },
  });

  it("give one bundle of one person, which verifies", async () => {
    const file = join(folder, "bundle.zip");
    const report = await exporter().export(requestOf("ada@example.org"), { to: fileDelivery(file) });
    expect(report.datasets.map(({ name, outcome, records }) => [name, outcome, records.written])).toEqual([
      ["account", "complete", 1],
      ["orders", "complete", 2],
      ["sessions", "complete", 1],
      ["invoices", "complete", 1],
      ["newsletter", "complete", 1],
      ["uploads", "complete", 1],
    ]);
    expect(await verifyBundle(file).summary()).toMatchObject({ sound: true, complete: true, valid: true });
    const bundle = await openBundle(file);
    const recordsOf = async (name: string) => {
      const records: unknown[] = [];
      for await (const record of bundle.dataset(name).records()) records.push(record);
      return records;
    };
    expect(await recordsOf("account")).toEqual([
      { id: "42", email: "ada@example.org", since: "2024-02-29T12:00:00.000Z" },
    ]);
    expect(await recordsOf("orders")).toMatchObject([
      { id: 1, article: "Kabel", price: "9.90" },
      { id: 3, article: "Lüfter", price: "1234.50" },
    ]);
    expect(await recordsOf("newsletter")).toEqual([{ sentAt: "2026-02-01T00:00:00.000Z", title: "Hello; again" }]);
    const [upload] = bundle
      .dataset("uploads")
      .files()
      .filter(({ originalName }) => originalName !== undefined);
    expect(upload).toMatchObject({ path: "files/uploads/photos_me.jpg", originalName: "photos/me.jpg", bytes: 10 });
    bundle.close();
  });

  it("export nobody when an address is two people's", async () => {
    const error = await failing(
      exporter().export(requestOf("twin@example.org"), { to: fileDelivery(join(folder, "twin.zip")) }),
    );
    expect(error.code).toBe("IDENTITY_AMBIGUOUS");
    expect(JSON.stringify(error)).not.toContain("twin@");
  });
});
