import { randomUUID } from "node:crypto";
import PgBoss from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PgBossClient } from "../../src/queues/pg-boss/client.ts";
import { Tables } from "../../src/queues/pg-boss/tables.ts";
import { type PostgresDatabase, postgresEngines } from "../support/postgres.ts";

const [queue, dead] = ["q-collect-a", "q-dead-letters"];
const embedded = (await postgresEngines()).find(({ name }) => name === "embedded");

describe.skipIf(embedded?.notRun !== undefined)(
  `a job of pg-boss that is put in again while it is at work: ${embedded?.title}`,
  () => {
    let database: PostgresDatabase | undefined;
    let boss: PgBoss;
    let tables: Tables;
    beforeAll(async () => {
      database = await embedded?.open();
      boss = new PgBoss({ ...database?.config, schema: "jobs", schedule: false } as PgBoss.ConstructorOptions);
      await boss.start();
      for (const name of [queue, dead]) await boss.createQueue(name);
      tables = new Tables(boss as unknown as PgBossClient, "jobs");
    });
    afterAll(async () => {
      await boss.stop({ graceful: false });
      await database?.drop();
    });

    const put = (id: string) => boss.insert([{ id, name: queue, data: {} }]);
    const taken = async () => {
      const [job] = await boss.fetch(queue, { includeMetadata: true, batchSize: 1 });
      return { name: queue, id: job?.id ?? "", retryCount: job?.retryCount ?? 0 };
    };
    const statesOf = async (...ids: string[]) => (await tables.rows(ids)).map(({ id, state }) => [id, state]);

    it("is done again when it is done, and then is done", async () => {
      const id = randomUUID();
      await put(id);
      const first = await taken();
      await tables.revive([id]);
      expect(await statesOf(id)).toEqual([[id, "active"]]);
      await tables.complete(first);
      expect(await statesOf(id)).toEqual([[id, "waiting"]]);
      const second = await taken();
      expect(second.id).toBe(id);
      await tables.complete(second);
      expect(await statesOf(id)).toEqual([[id, "done"]]);
      await tables.revive([id]);
      expect(await statesOf(id)).toEqual([[id, "waiting"]]);
      await tables.complete(await taken());
    });

    it("is not taken away by whoever gave it up, who leaves a letter where it still is theirs", async () => {
      const [id, letterId] = [randomUUID(), randomUUID()];
      const letter = { id: letterId, name: dead, data: { why: "gone" }, retentionDays: 1 };
      await put(id);
      const first = await taken();
      await boss.deleteJob(queue, [id]);
      await put(id);
      await tables.bury(first, letter);
      expect(await statesOf(id, letterId)).toEqual([[id, "waiting"]]);
      await tables.bury(await taken(), letter);
      expect(await statesOf(id, letterId)).toEqual([[letterId, "waiting"]]);
      expect(await tables.payloads(dead)).toEqual([{ why: "gone" }]);
    });
  },
);
