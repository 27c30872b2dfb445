import PgBoss from "pg-boss";
import { pgBossQueue } from "../../src/queues/pg-boss/index.ts";
import { postgresEngines } from "../support/postgres.ts";
import { queueSuite } from "./suite.ts";

for (const engine of await postgresEngines()) {
  if (engine.name === "pglite") continue; // one connection is not enough for several workers
  queueSuite(`pg-boss: ${engine.title}`, engine, async () => {
    const database = await engine.open();
    const boss = new PgBoss({ ...database.config, schema: "jobs", schedule: false } as PgBoss.ConstructorOptions);
    boss.on("error", () => {});
    await boss.start();
    const tables = ["job", "archive", "queue", "version", "schedule", "subscription", "portmanteau_slot"];
    const everything = async () =>
      (
        await Promise.all(
          tables.map((table) => database.sql(`select to_jsonb(t)::text as line from jobs.${table} t`, [])),
        )
      )
        .flat()
        .map(({ line }) => String(line));
    return {
      queue: (options) => pgBossQueue({ ...options, boss, schema: "jobs", pollMs: 50 }),
      put: async (name, source, payload) => {
        await boss.send(`${name}-collect-${source}`, payload);
      },
      dump: async () => (await everything()).join("\n"),
      drop: async () => {
        await boss.stop({ graceful: false });
        await database.drop();
      },
    };
  });
}
