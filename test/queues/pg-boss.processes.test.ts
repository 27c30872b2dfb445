import PgBoss from "pg-boss";
import { pgBossQueue } from "../../src/queues/pg-boss/index.ts";
import { postgresEngines } from "../support/postgres.ts";
import { processSuite } from "./processes.ts";

const engine = (await postgresEngines()).find(({ name }) => name === "embedded");
if (engine === undefined) throw new Error("There is no embedded PostgreSQL.");

processSuite(`workers over pg-boss: ${engine.title}`, engine, async () => {
  const database = await engine.open();
  const boss = new PgBoss({ ...database.config, schema: "jobs", schedule: false } as PgBoss.ConstructorOptions);
  boss.on("error", () => {});
  await boss.start();
  return {
    kind: "pg-boss",
    connection: database.config ?? {},
    queue: (options) => pgBossQueue({ ...options, boss, schema: "jobs", pollMs: 50 }),
    // Every connection breaks, as they do when the server goes down.
    restart: async () => {
      await database.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
      );
    },
    drop: async () => {
      await boss.stop({ graceful: false });
      await database.drop();
    },
  };
});
