import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A Redis of a test's own, that keeps what it was given over a restart: for what must not be done to the machine's. */
export interface OwnRedis {
  /** For the name of a test: what it is, or why it does not run. */
  readonly title: string;
  readonly notRun?: string;
  /** Whether not running is a failure. */
  readonly required?: boolean;
  readonly port: number;
  /** Kills it, and starts it again with the same files. `meanwhile` runs in between. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** @param appendfsync what it keeps when it is killed: every command, or all but those of the last second, which is its default */
export async function startRedis(appendfsync: "always" | "everysec" = "always"): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), "portmanteau-redis-"));
  const port = await freePort();
  const options = [`--port ${port}`, "--bind 127.0.0.1", `--dir ${folder}`, "--save ''", "--appendonly yes"];
  const start = async () => {
    const server = spawn(
      "redis-server",
      [...options, `--appendfsync ${appendfsync}`].flatMap((option) => option.split(" ")),
      {
        stdio: "ignore",
      },
    );
    const failed = once(server, "error").then(([error]) => error as NodeJS.ErrnoException);
    const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on("error", () => {});
    const error = await Promise.race([failed, client.ping().then(() => undefined)]);
    client.disconnect();
    return { server, error };
  };
  let { server, error } = await start();
  if (error !== undefined) {
    await rm(folder, { recursive: true });
    const notRun = `not run: a redis-server of its own (${error.code ?? error.message})`;
    console.warn(notRun);
    const required = process.env["PORTMANTEAU_SERVICES"] === "required";
    const refuse = () => Promise.reject(new Error(notRun));
    return { title: notRun, notRun, required, port, restart: refuse, stop: async () => {} };
  }
  const kill = async () => {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  return {
    title: "a redis-server of its own",
    port,
    async restart(meanwhile) {
      await kill();
      await meanwhile?.();
      ({ server, error } = await start());
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
