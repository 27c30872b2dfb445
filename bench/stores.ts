import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createClient } from "redis";
import {
  type BenchLine,
  child,
  counted,
  interleaved,
  judged,
  medianOf,
  notRun,
  type Run,
  ratio,
  scaled,
} from "./measure.ts";

/** Our Redis and MongoDB sources against bare loops of their drivers. */
export async function* stores(): AsyncGenerator<BenchLine> {
  yield* inRedis(scaled(40_000));
  yield* inMongodb(scaled(100_000));
}

async function* inRedis(count: number): AsyncGenerator<BenchLine> {
  const client = createClient({ url: "redis://127.0.0.1:6379", socket: { reconnectStrategy: false } });
  client.on("error", () => {}); // the rejection says it
  try {
    await client.connect();
  } catch (error) {
    return notRun("stores", `no Redis answers at 127.0.0.1 (${(error as Error & { code?: string }).code})`);
  }
  const prefix = "portmanteau_bench:";
  const keys = Array.from({ length: count }, (_, id) => `${prefix}acc_1:${id}`);
  try {
    for (let from = 0; from < count; from += 1_000)
      await Promise.all(
        keys.slice(from, from + 1_000).map((key, at) =>
          (from + at) % 2 === 0
            ? client.set(key, `To be left with the neighbour on floor ${at % 17}, ring twice`, {
                expiration: { type: "EX", value: 86_400 },
              })
            : client.hSet(key, { agent: "Mozilla/5.0", city: "Zürich", seen: String(from + at), paid: "1" }),
        ),
      );
    const work = `${counted(count)} keys of Redis, strings and hashes`;
    yield* measure("redis", prefix, count, work, ({ wallMs }) => wallMs);
  } finally {
    for (let from = 0; from < count; from += 1_000) await client.del(keys.slice(from, from + 1_000));
    await client.close();
  }
}

/** No MongoDB can be had from the package registries: the real driver reads from a server of the tests, which takes most of the time. */
async function* inMongodb(count: number): AsyncGenerator<BenchLine> {
  const jiti = join(import.meta.dirname, "../node_modules/.bin/jiti");
  const server = spawn(jiti, [join(import.meta.dirname, "mongodb-server.ts"), String(count)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const [address] = (await once(createInterface(server.stdout), "line")) as [string];
    const work = `${counted(count)} documents of 10 fields from a server that speaks MongoDB's protocol, CPU time of the reader`;
    yield* measure("mongodb", address, count, work, ({ cpuMs }) => cpuMs);
  } finally {
    server.stdin.end();
  }
}

function* measure(system: string, address: string, count: number, work: string, of: (run: Run) => number) {
  const read = (way: string) => child("store-child.mjs", [count, system, address, way]);
  const runs = interleaved({ bare: () => read("bare"), ours: () => read("ours") });
  const speed = (of_: readonly Run[]) => medianOf(of_, (run) => count / of(run));
  yield {
    name: `${system}.bare`,
    work: `a loop over the driver's own values, ${work}`,
    value: speed(runs.bare),
    unit: "k/s",
  };
  yield { name: `${system}.ours`, work: `our source in pages of 500, ${work}`, value: speed(runs.ours), unit: "k/s" };
  const value = ratio(runs.bare, runs.ours, of);
  const line = { name: `${system}.ours-to-bare`, work: "records per second of it against the bare loop", value };
  yield judged({ ...line, unit: "ratio" }, ">=", 0.9);
}
