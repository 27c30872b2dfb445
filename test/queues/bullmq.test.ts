import { Job, Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it, vi } from "vitest";
import { bullmqQueue } from "../../src/queues/bullmq/index.ts";
import { durableExporterOf, TestSpool } from "../support/durable.ts";
import { controlledSource, noteDataset, notes, request } from "../support/exporting.ts";
import { startRedis } from "../support/redis-server.ts";
import { queueSuite } from "./suite.ts";

const redis = await startRedis();

queueSuite(`BullMQ: ${redis.title}`, redis, async () => {
  const connection = { host: "127.0.0.1", port: redis.port };
  const client = new Redis(connection);
  return {
    queue: (options) => bullmqQueue({ ...options, connection }),
    put: async (name, source, payload) => {
      const queue = new Queue(`${name}-collect-${source}`, { connection });
      await queue.add("collect", payload);
      await queue.close();
    },
    dump: async ({ log } = { log: true }) => {
      const lines = await everything(client);
      return lines.filter((line) => log || !/^bull:[^:]*:events /.test(line)).join("\n");
    },
    drop: async () => {
      client.disconnect();
      await redis.stop();
    },
  };
});

/** Every key with all that it holds. */
async function everything(client: Redis): Promise<string[]> {
  const lines: string[] = [];
  for (const key of await client.keys("*")) {
    const type = await client.type(key);
    const held = {
      string: () => client.get(key),
      hash: () => client.hgetall(key),
      list: () => client.lrange(key, 0, -1),
      set: () => client.smembers(key),
      zset: () => client.zrange(key, "0", "-1"),
      stream: () => client.xrange(key, "-", "+"),
    }[type];
    lines.push(`${key} ${JSON.stringify(await held?.())}`);
  }
  return lines;
}

const other = await startRedis();
describe.skipIf(other.notRun !== undefined)(`a request over BullMQ: ${other.title}`, () => {
  afterAll(() => other.stop());

  it("can be purged while its last job ends", async () => {
    const exporter = durableExporterOf([noteDataset("a", controlledSource(notes(3)).source)], new TestSpool());
    const queue = bullmqQueue({ exporter, connection: { host: "127.0.0.1", port: other.port } });
    await queue.submit(request);
    const { updateData } = Job.prototype;
    const ending = vi.spyOn(Job.prototype, "updateData").mockImplementationOnce(async function (this: Job, data) {
      await this.remove(); // as BullMQ does with a job that is done
      return updateData.call(this, data);
    });
    await queue.purge(request.id);
    expect(ending).toHaveBeenCalledOnce();
    expect(await queue.progress(request.id)).toBeUndefined();
    await queue.close();
  });
});
