import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { Browser, Page } from "playwright-core";
import { openBundle, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { readEventLog, replayEventLog, verifyEventLog } from "portmanteau/workflow";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openExports } from "../../examples/service/exports.ts";
import { bundleFile, type House, keepHouse } from "../../examples/service/house.ts";
import { buildServer } from "../../examples/service/server.ts";
import { stubSessions } from "../../examples/service/sessions.ts";
import { makeTables, openDatabase } from "../../examples/service/settings.ts";
import { openStore } from "../../examples/service/store.ts";
import { accessibilityOf, executablePath, launchBrowser } from "../support/browser.ts";
import { emptyFolder } from "../support/exporting.ts";
import { type PostgresDatabase, postgresEngines } from "../support/postgres.ts";
import { startRedis } from "../support/redis-server.ts";

const redis = await startRedis();
const engines = await postgresEngines();
const engine = engines.find(({ name, notRun }) => name !== "pglite" && notRun === undefined);
const notRun = [
  redis.notRun,
  engine === undefined ? "not run: no PostgreSQL server" : undefined,
  executablePath === undefined ? "not run: Chromium is not on this machine" : undefined,
].find((reason) => reason !== undefined);
it.runIf(notRun !== undefined && process.env["PORTMANTEAU_SERVICES"] === "required")("needs its servers", () => {
  expect.fail(notRun);
});

describe.skipIf(notRun !== undefined)(notRun ?? "the example service, in Chromium", () => {
  const day = 86_400_000;
  const root = emptyFolder();
  const folders = { bundles: `${root}/bundles`, spool: `${root}/spool` };
  const spoolKey = Buffer.alloc(32, 3);
  const redisUrl = `redis://127.0.0.1:${redis.port}`;
  let database: PostgresDatabase;
  let databaseUrl: string;
  let pool: pg.Pool;
  let browser: Browser;
  let house: House;
  let base: string;
  let now = Date.now;
  const closing: (() => unknown)[] = [];
  const workers: ChildProcess[] = [];
  const noted: string[] = [];

  beforeAll(async () => {
    for (const folder of Object.values(folders)) mkdirSync(folder);
    database = (await engine?.open()) as PostgresDatabase;
    const { host, user, database: name } = database.config ?? {};
    databaseUrl = `postgres:///${name}?host=${host}&user=${user}`;
    pool = openDatabase(databaseUrl);
    await makeTables(pool);
    const store = openStore(pool);
    const exports = openExports({ pool, redisUrl, spool: folders.spool, spoolKey, leaseMs: 1_000 });
    house = { store, exports, bundles: folders.bundles, keepMs: 7 * day };
    const app = buildServer({
      store,
      sessions: stubSessions(["ada", "bob"]),
      bundles: folders.bundles,
      downloadKey: { id: "1", secret: Buffer.alloc(32, 4) },
      clock: () => now(),
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
    closing.push(
      () => browser.close(),
      () => app.close(),
      () => exports.close(),
      () => pool.end(),
      database.drop,
    );
  });
  afterEach(async () => {
    now = Date.now;
    await Promise.all(workers.splice(0).map(kill));
    for (const context of browser.contexts()) await context.close();
    const { rows } = await pool.query("select id from requests where is_open");
    for (const { id } of rows) await house.store.change(id, [{ type: "cancelled", by: "subject" }], Date.now());
    await keepHouse(house, Date.now());
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await redis.stop();
  });

  /** As `npx jiti examples/service/worker.ts` in another terminal. */
  async function startWorker(): Promise<ChildProcess> {
    const child = spawn(
      process.execPath,
      [resolve("node_modules/jiti/lib/jiti-cli.mjs"), "examples/service/worker.ts"],
      {
        env: {
          ...process.env,
          DATABASE_URL: databaseUrl,
          REDIS_URL: redisUrl,
          SPOOL_KEY: spoolKey.toString("hex"),
          SERVICE_FOLDER: root,
          LEASE_MS: "1000",
          JITI_TSCONFIG_PATHS: "true",
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    workers.push(child);
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), once(child, "exit")]);
    expect(child.exitCode).toBeNull();
    return child;
  }
  /** Does in this process what a worker does, until the request has its answer, or has failed. */
  async function answered(id: string, state = "delivered"): Promise<void> {
    const deliver = () => ({ to: fileDelivery(bundleFile(folders.bundles, id)) });
    const worker = await house.exports.work({ deliver });
    while ((await house.store.find(id))?.record.state !== state) {
      await keepHouse(house, Date.now());
      await delay(50);
    }
    await worker.close();
  }
  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async function signedIn(account: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on("request", (request) => request.url().startsWith(`${base}/`) || noted.push(request.url()));
    page.on("pageerror", (error) => noted.push(error.message));
    page.on("console", (message) => noted.push(message.text()));
    await page.goto(base);
    await page.getByLabel("Who are you?").selectOption(account);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText(`Signed in as ${account}.`).waitFor();
    return page;
  }
  const ask = (page: Page) => page.getByRole("button", { name: "Ask for my data" }).click();
  const idOn = (page: Page) => page.locator("#request").getAttribute("data-id") as Promise<string>;
  const linkOn = async (page: Page) => `${base}${await page.locator("#download").getAttribute("href")}`;
  const words = (page: Page) => page.getByRole("status");

  it("gives a person their data and nobody else's, though the worker was killed while it collected", async () => {
    const page = await signedIn("ada");
    await ask(page);
    await expect.poll(() => words(page).textContent()).toContain("We have your request and begin soon.");
    const id = await idOn(page);
    const second = await page.context().newPage();
    await second.goto(base);
    await second.evaluate("document.getElementById('ask').hidden = false"); // as in a tab that was open before
    await ask(second);
    expect(await idOn(second)).toBe(id);
    await second.close();
    expect((await pool.query("select id from requests where account = 'ada'")).rows).toEqual([{ id }]);

    await keepHouse(house, Date.now()); // into the queue: counting must not wait for the lock
    const locking = await pool.connect();
    await locking.query("begin; lock table orders in access exclusive mode");
    const first = await startWorker();
    await expect
      .poll(async () => (await house.exports.progress(id))?.parts, { timeout: 60_000 })
      .toMatchObject([
        { dataset: "account", state: "sealed", records: 1 },
        { dataset: "orders", records: 0, expected: 3000, job: "active" },
      ]);
    await expect.poll(() => words(page).textContent()).toContain("We are collecting your records.");
    await kill(first);
    await locking.query("commit");
    locking.release();
    expect(await page.locator("#download").isVisible()).toBe(false);

    await startWorker();
    await page.getByRole("link", { name: "Download your file" }).waitFor({ timeout: 60_000 });
    expect(await words(page).textContent()).toMatch(/^Your file is ready until \d+ \w+ \d{4}\.$/);
    const arriving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download your file" }).click();
    const download = await arriving;
    expect(download.suggestedFilename()).toBe("my-data.zip");
    const file = await download.path();
    expect(await verifyBundle(file).summary()).toMatchObject({ sound: true, complete: true });
    const bundle = await openBundle(file);
    const [account, orders] = [await all(bundle, "account"), await all(bundle, "orders")];
    bundle.close();
    expect(account).toMatchObject([{ id: "ada", email: "ada@shop.example" }]);
    const own = await pool.query("select id::integer from orders where account_id = 'ada' order by id");
    expect(orders.map((order) => ({ id: order["id"] }))).toEqual(own.rows);

    const other = await signedIn("bob");
    for (const address of [await linkOn(page), `${base}/requests/${id}`])
      expect([(await page.request.get(address)).status(), (await other.request.get(address)).status()]).toEqual([
        200, 404,
      ]);
  }, 120_000);

  it("deletes the file and what was collected when its time is over", async () => {
    const page = await signedIn("bob");
    await ask(page);
    const id = await idOn(page);
    await answered(id);
    await page.getByRole("link", { name: "Download your file" }).waitFor();
    const link = await linkOn(page);
    expect((await page.request.get(link)).status()).toBe(200);

    now = () => Date.now() + 7 * day;
    expect((await page.request.get(link)).status()).toBe(410);
    await page.reload();
    expect(await words(page).textContent()).toMatch(
      /^Your file was there until .* and is deleted\. You can ask again\.$/,
    );
    expect(await page.locator("#download").isVisible()).toBe(false);
    await keepHouse(house, now()); // every request that was delivered expires,
    await keepHouse(house, now()); // and goes
    expect((await house.store.find(id))?.record.state).toBe("expired");
    expect(await house.store.toLookAt(now())).toEqual([]);
    expect([readdirSync(folders.bundles), readdirSync(folders.spool)]).toEqual([[], []]);
    expect((await page.request.get(link)).status()).toBe(410);
  });

  it("cancels, deletes what was collected, and lets the person ask again", async () => {
    const page = await signedIn("ada");
    await ask(page);
    const id = await idOn(page);
    await keepHouse(house, Date.now());
    expect(readdirSync(folders.spool)).toHaveLength(1);
    await page.getByRole("button", { name: "Cancel this request" }).click();
    await expect.poll(() => words(page).textContent()).toContain("You cancelled this request.");
    await keepHouse(house, Date.now());
    expect(readdirSync(folders.spool)).toEqual([]);
    expect(await house.exports.progress(id)).toBeUndefined();
    await ask(page);
    expect(await idOn(page)).not.toBe(id);
  });

  it("refuses what another site sends, who is not signed in, and other types", async () => {
    const page = await signedIn("bob");
    const post = async (origin: string | undefined, type: string, request = page.request) => {
      const headers = origin === undefined ? {} : { origin };
      return (await request.post(`${base}/requests`, { headers, form: { type }, maxRedirects: 0 })).status();
    };
    expect(await post("https://evil.example", "access")).toBe(403);
    expect(await post("null", "access")).toBe(403);
    expect(await post(undefined, "access")).toBe(403);
    expect(await post(base, "erasure")).toBe(400);
    const stranger = await browser.newContext();
    expect(await post(base, "access", stranger.request)).toBe(401);
    const { rows } = await pool.query("select 1 from requests where account = 'bob' and is_open");
    expect(rows).toEqual([]);
  });

  it("says that something went wrong, and goes on when it was mended", async () => {
    const page = await signedIn("ada");
    await ask(page);
    const id = await idOn(page);
    await keepHouse(house, Date.now());
    await pool.query("alter table orders rename to orders_away");
    await answered(id, "failed");
    await expect.poll(() => words(page).textContent()).toMatch(/^Something went wrong here.* You have our answer by /);
    await pool.query("alter table orders_away rename to orders");
    await house.exports.retry(id);
    await answered(id);
    await page.getByRole("link", { name: "Download your file" }).waitFor();
    const record = (await house.store.find(id))?.record;
    expect(record?.history.map(({ event }) => event.type)).toEqual(expect.arrayContaining(["failed", "retried"]));
  });

  it("works without script, by reloading", async () => {
    const page = await signedIn("bob", { javaScriptEnabled: false });
    await ask(page);
    await answered(await idOn(page));
    await page.getByRole("link", { name: "See how far it is" }).click();
    await page.getByRole("link", { name: "Download your file" }).waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no accessibility finding, with a request that is open and with a file that is ready: ${colorScheme}`, async () => {
      const page = await signedIn("ada", { colorScheme, bypassCSP: true, viewport: { width: 360, height: 800 } });
      await ask(page);
      expect(await accessibilityOf(page)).toMatchObject({ findings: [] });
      const ready = await signedIn("bob", { colorScheme, bypassCSP: true, viewport: { width: 360, height: 800 } });
      expect(await accessibilityOf(ready)).toMatchObject({ findings: [] });
      expect(await ready.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    });
  }

  it("asked no other host for anything, and no script of it failed", () => {
    expect(noted).toEqual([]);
  });

  it("logged all of it, in lines that verify and make the records again, and that name nobody", async () => {
    const { rows } = await pool.query("select line from request_log order by number");
    const bytes = Buffer.from(rows.map(({ line }) => `${line}\n`).join(""));
    expect((await verifyEventLog([bytes])).findings).toEqual([]);
    const records = await replayEventLog(readEventLog([bytes]));
    const stored = await pool.query("select id, record from requests");
    expect([...records.values()]).toHaveLength(stored.rows.length);
    for (const { id, record } of stored.rows) expect(records.get(id)).toEqual(record);
    expect(bytes.toString()).not.toMatch(/"(ada|bob)"|@/);
  });
});

async function all(bundle: Awaited<ReturnType<typeof openBundle>>, dataset: string) {
  const records = [];
  for await (const record of bundle.dataset(dataset).records()) records.push(record as Record<string, unknown>);
  return records;
}
