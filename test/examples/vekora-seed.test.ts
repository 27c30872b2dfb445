import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import type { Dataset } from "portmanteau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vekoraDatasets } from "../../examples/vekora/datasets.ts";
import {
  agentNames,
  customerDataMarkers,
  hostileTexts,
  mainSubject,
  newSubject,
  otherSubjectMarkers,
  otherSubjects,
  seed,
  seededSecrets,
} from "../../examples/vekora/seed.ts";

type Row = Record<string, unknown>;

/** The least that the main subject has of each dataset. */
const atLeast = {
  account: 1,
  organizations: 2,
  "billing-profile": 1,
  "payment-methods": 2,
  invoices: 40,
  "support-tickets": 30,
  "support-messages": 100,
  "api-requests": 20_000,
  sessions: 40,
  "cookie-preferences": 12,
  consents: 5,
};
const names = Object.keys(atLeast) as (keyof typeof atLeast)[];

async function createSeeded(): Promise<PGlite> {
  const database = new PGlite();
  await database.exec(await readFile(new URL("../../examples/vekora/schema.sql", import.meta.url), "utf8"));
  await seed((sql, values) => database.query(sql, values));
  return database;
}

/** A digest of every row of every table. */
async function checksum(database: PGlite): Promise<string> {
  const { rows: tables } = await database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const hash = createHash("sha256");
  for (const { name } of tables) {
    const { rows } = await database.query<{ digest: string }>(
      `select md5(string_agg(t::text, '|' order by t::text collate "C")) as digest from ${name} t`,
    );
    hash.update(`${name} ${rows[0]?.digest}\n`);
  }
  return hash.digest("hex");
}

describe("the seed of the Vekora example", () => {
  let database: PGlite;
  let datasets = new Map<string, Dataset>();
  const records = new Map<string, Row[]>();

  const contextOf = (id: string) =>
    ({ subject: { id }, requestType: "access", pageRecords: 997, signal: new AbortController().signal }) as const;
  const readAll = async (name: string, subject: string): Promise<Row[]> => {
    const all: Row[] = [];
    const pages = datasets.get(name)?.source.read(contextOf(subject)) ?? [];
    for await (const page of pages) all.push(...(page.records as Row[]));
    return all;
  };
  const countOf = (name: string, subject: string) => datasets.get(name)?.source.count?.(contextOf(subject));
  const of = (name: keyof typeof atLeast): Row[] => records.get(name) ?? [];

  beforeAll(async () => {
    database = await createSeeded();
    datasets = new Map(vekoraDatasets(database).map((dataset) => [dataset.name, dataset]));
    for (const name of names) records.set(name, await readAll(name, mainSubject));
  });
  afterAll(() => database.close());

  it("gives the same rows every time", async () => {
    const again = await createSeeded();
    try {
      expect(await checksum(again)).toBe(await checksum(database));
    } finally {
      await again.close();
    }
  });

  it("is read by every dataset, and by none that this test does not know", () => {
    expect([...datasets.keys()]).toEqual(names);
  });

  it.each(names)("has the main subject's %s, as many as are counted, each once", async (name) => {
    const rows = of(name);
    const keys = datasets.get(name)?.primaryKey ?? [];
    expect(rows.length).toBeGreaterThanOrEqual(atLeast[name]);
    expect(await countOf(name, mainSubject)).toBe(rows.length);
    expect(new Set(rows.map((row) => keys.map((key) => row[key.slice(1)]).join(" "))).size).toBe(rows.length);
    expect(rows.every((row) => row["accountId"] === mainSubject)).toBe(true);
  });

  it.each(names)("gives %s in the schema's fields: all that are required, none that it does not know", (name) => {
    const { required = [], properties = {} } = datasets.get(name)?.schema ?? {};
    expect(required.length).toBeGreaterThan(0);
    for (const row of of(name)) {
      const fields = Object.keys(row);
      expect(required.filter((field) => !fields.includes(field))).toEqual([]);
      expect(fields.filter((field) => !Object.hasOwn(properties, field))).toEqual([]);
    }
  });

  it("can be checked before anything is read", async () => {
    for (const { source } of datasets.values()) await source.check?.(new AbortController().signal);
  });

  it("gives somebody who has just signed up an account and nothing else", async () => {
    for (const name of names) {
      const rows = await readAll(name, newSubject);
      expect(rows).toHaveLength(name === "account" ? 1 : 0);
      expect(await countOf(name, newSubject)).toBe(rows.length);
    }
  });

  it("interleaves the usage log of at least six people, and gives others more than ten thousand rows of it", async () => {
    const { rows } = await database.query<{ owners: number; others: number; runs: number }>(
      `select count(distinct account_id)::int as owners, (count(*) filter (where account_id <> $1))::int as others,
        (count(*) filter (where account_id = $1 and before <> $1))::int as runs
      from (select account_id, lag(account_id) over (order by id) as before from api_requests) log`,
      [mainSubject],
    );
    expect(rows[0]?.owners).toBeGreaterThanOrEqual(6);
    expect(rows[0]?.others).toBeGreaterThan(10_000);
    expect(rows[0]?.runs).toBeGreaterThan(5_000);
  });

  it("orders keys as numbers, past what a JavaScript number holds", () => {
    const ids = of("api-requests").map(({ id }) => BigInt(id as string));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] as bigint))).toBe(true);
    expect(ids.at(-1)).toBeGreaterThan(2n ** 53n);
  });

  it("puts every hostile text into a message", async () => {
    // Asked of the database: PGlite takes a byte order mark off the front of every text that it gives back.
    const { rows } = await database.query<{ missing: string }>(
      `select missing from json_array_elements_text($1::json) missing
      where not exists (select from support_messages where account_id = $2 and body = missing)`,
      [JSON.stringify(hostileTexts), mainSubject],
    );
    expect(rows).toEqual([]);
  });

  it("has empty texts beside nulls, credits below zero, and sizes beyond four bytes", () => {
    for (const value of ["", null]) {
      expect(of("api-requests").some(({ userAgent }) => userAgent === value)).toBe(true);
      expect(of("invoices").some(({ billingAddress }) => (billingAddress as Row)["line2"] === value)).toBe(true);
    }
    expect(of("invoices").some(({ total }) => (total as string).startsWith("-"))).toBe(true);
    expect(of("api-requests").some(({ requestBytes }) => requestBytes === 5_368_709_120)).toBe(true);
  });

  it("keeps the microseconds of the usage log", () => {
    expect(of("api-requests").some(({ occurredAt }) => /\.\d{6}Z$/.test(occurredAt as string))).toBe(true);
  });

  it("gives invoices of one to twelve lines that add up", () => {
    const lineCounts = of("invoices").map(({ lines }) => (lines as Row[]).length);
    expect([Math.min(...lineCounts), Math.max(...lineCounts)]).toEqual([1, 12]);
    const cents = (amount: unknown): number => Math.round(Number(amount) * 100);
    for (const { lines, subtotal, tax, total } of of("invoices")) {
      expect((lines as Row[]).reduce((sum, { amount }) => sum + cents(amount), 0)).toBe(cents(subtotal));
      expect(cents(subtotal) + cents(tax)).toBe(cents(total));
    }
  });

  it("selects secrets and the names of agents, so that it is the library that keeps them back", () => {
    const text = JSON.stringify([...records.values()]);
    expect(of("account")[0]).toMatchObject({ passwordHash: expect.any(String), totpSecret: expect.any(String) });
    expect(seededSecrets.filter((secret) => text.includes(secret)).length).toBeGreaterThan(40);
    expect(agentNames.filter((name) => !text.includes(name))).toEqual([]);
    const messages = JSON.stringify(of("support-messages").map(({ body }) => body));
    expect(agentNames.filter((name) => messages.includes(name))).toEqual([]);
  });

  it("shows nothing of anybody else but the name of who sent an invitation, and nothing that customers host", () => {
    const inviter = of("organizations").find(({ invitedBy }) => invitedBy !== null)?.["invitedBy"];
    expect(otherSubjects.map(({ name }) => name)).toContain(inviter);
    const text = JSON.stringify([...records.values()]);
    expect(otherSubjectMarkers.filter((marker) => text.includes(marker) && !String(inviter).includes(marker))).toEqual(
      [],
    );
    expect([...customerDataMarkers, "SECRETOTPHZ4V1NEW"].filter((marker) => text.includes(marker))).toEqual([]);
  });

  it("holds exactly the secrets that it lists", async () => {
    const { rows } = await database.query<{ secret: string }>(
      `select password_hash as secret from accounts union all select totp_secret from accounts
      union all select provider_token from payment_methods union all select token_hash from sessions`,
    );
    expect(rows.map(({ secret }) => secret).sort()).toEqual([...seededSecrets].sort());
  });
});
