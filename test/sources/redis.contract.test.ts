import { createClient } from "redis";
import { afterAll, describe, it } from "vitest";
import type { JsonObject } from "../../src/index.ts";
import { type RedisRecord, redisSource } from "../../src/sources/redis/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { openRedis, redisServer, scriptedRedis } from "../support/redis.ts";

const server = await redisServer();
const [ada, bob] = ["ada-1", "bob-2"];
const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `n${index + 100}`, owner, text: `note ${index} of ${owner}` }));

describe.skipIf(server.notRun !== undefined)(`redisSource on ${server.title}`, () => {
  sourceContract(
    "redis",
    async () => {
      const { client, prefix, drop } = await openRedis(3);
      const write = ({ id, owner, text }: { id: string; owner: string; text: string }) =>
        client.hSet(`${prefix}${owner}:${id}`, { owner, text });
      for (const note of [...notesOf(ada, 30), ...notesOf(bob, 5)]) await write(note);
      let fetched = 0;
      const match = ({ subject }: { subject: { id: string } }) => `${prefix}${subject.id}:*`;
      const map = ({ key, value }: RedisRecord) => {
        fetched++;
        return { id: key.split(":").at(-1) ?? "", ...(value as JsonObject as { owner: string; text: string }) };
      };
      const refusing = await scriptedRedis({}, (command) =>
        command === "SCAN" ? new Error("NOPERM User default has no permissions to run the 'scan' command") : undefined,
      );
      const hanging = await scriptedRedis({}, (command) => (command === "SCAN" ? "silence" : undefined));
      const closed = createClient();
      return {
        source: redisSource({ client, match, map }),
        subject: { id: ada },
        expected: notesOf(ada, 30),
        other: { subject: { id: bob }, expected: notesOf(bob, 5) },
        nobody: { id: "eve-3" },
        fetched: () => fetched,
        write: {
          insert: async (count: number) => {
            for (let n = 0; n < count; n++)
              await write({ id: n % 2 === 0 ? `a${n}` : `z${n}`, owner: ada, text: "new" });
          },
          delete: (records: readonly { id: string }[]) => client.del(records.map(({ id }) => `${prefix}${ada}:${id}`)),
        },
        unreachable: redisSource({ client: closed, match, map }),
        refused: redisSource({ client: refusing.client, match, map }),
        hanging: redisSource({ client: hanging.client, match, map }),
        async teardown() {
          await drop();
          await refusing.stop();
          await hanging.stop();
        },
      };
    },
    { describe, it, afterAll },
  );
});
