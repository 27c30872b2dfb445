import { setTimeout as delay } from "node:timers/promises";
import { fileDelivery } from "portmanteau/deliveries/file";
import { openExports } from "./exports.ts";
import { bundleFile, keepHouse } from "./house.ts";
import { openDatabase, settings } from "./settings.ts";
import { openStore } from "./store.ts";

/** A worker: collects, packs, and keeps house. Start as many as you like, and kill any. */
const { bundles, spool } = settings.folders;
const pool = openDatabase(settings.databaseUrl);
const { redisUrl, spoolKey, leaseMs, keepMs } = settings;
const exports = openExports({ pool, redisUrl, spool, spoolKey, leaseMs });
const house = { store: openStore(pool), exports, bundles, keepMs };

const worker = await exports.work({
  deliver: ({ requestId }) => ({ to: fileDelivery(bundleFile(bundles, requestId)) }),
  onEvent: (event) => "code" in event && event.code !== null && console.error(event.type, event.requestId, event.code),
});
console.log("at work");

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
while (!stopping.signal.aborted) {
  await keepHouse(house, Date.now()).catch((error: unknown) => console.error(error)); // the database is away: try again
  await delay(500, undefined, { signal: stopping.signal }).catch(() => {});
}
await worker.close();
await exports.close();
await pool.end();
