import { bullmqQueue } from "../../src/queues/bullmq/index.ts";
import { startRedis } from "../support/redis-server.ts";
import { processSuite } from "./processes.ts";

const redis = await startRedis();

processSuite(`workers over BullMQ: ${redis.title}`, redis, async () => {
  const connection = { host: "127.0.0.1", port: redis.port };
  return {
    kind: "bullmq",
    connection,
    queue: (options) => bullmqQueue({ ...options, connection }),
    restart: () => redis.restart(),
    drop: () => redis.stop(),
  };
});
