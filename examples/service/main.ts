import { buildServer } from "./server.ts";
import { stubSessions } from "./sessions.ts";
import { makeTables, openDatabase, settings } from "./settings.ts";
import { openStore } from "./store.ts";

/** The web server by itself. It has neither the spool's key nor a way to the queue: the workers find in the database what is asked. */
const pool = openDatabase(settings.databaseUrl);
await makeTables(pool);
const { downloadKey, folders, port } = settings;
const sessions = stubSessions(["ada", "bob"]);
const app = buildServer({ store: openStore(pool), sessions, bundles: folders.bundles, downloadKey });
console.log(await app.listen({ port, host: "127.0.0.1" }));

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, async () => {
    await app.close();
    await pool.end();
  });
