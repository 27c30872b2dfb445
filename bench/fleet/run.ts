import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { verifyBundle } from "portmanteau";
import { bullmqQueue } from "portmanteau/queues/bullmq";
import { startRedis } from "../../test/support/redis-server.ts";
import { check, notRun, stolenMs } from "../measure.ts";
import { fleetExporter, personOf } from "./exporter.mjs";

export interface FleetWork {
  /** Length of the log of each request, in the order in which they are due. */
  readonly requests: readonly number[];
  /** The core of each worker; Redis has the same ones. */
  readonly cores: readonly number[];
  readonly pageMs?: number;
  readonly flags?: readonly string[];
}

export interface FleetRun {
  /** From the first part to the last bundle, without what the host took from the cores. */
  readonly wallMs: number;
  /** What the host took from each core meanwhile, on average. */
  readonly stolenMs: number;
  readonly cpuMs: number;
  readonly redisCpuMs: number;
  /** Growth of Redis's memory by the jobs, before a worker began. */
  readonly redisBytes: number;
  readonly spoolBytes: number;
  readonly jobs: number;
  readonly peakMiB: number;
  /** Resident size after each bundle, as they came. */
  readonly rssMiB: readonly number[];
  /** Likewise: what is used of the heap. */
  readonly heapMiB: readonly number[];
}

interface Told {
  readonly type: "ready" | "trouble" | "delivered" | "end";
  readonly at: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly cpuMs: number;
  readonly jobs: number;
  readonly firstAt: number;
  readonly peakMiB: number;
}

/** A Redis of the bench's own, as the README asks for it; says why when there is none. */
export async function withRedis(bench: string): Promise<{ readonly port: number; stop(): Promise<void> } | undefined> {
  const redis = await startRedis("everysec");
  if (redis.notRun !== undefined) notRun(bench, redis.notRun);
  return redis.notRun === undefined ? redis : undefined;
}

/** Submits all requests, lets pinned workers answer them, and looks at what they made. */
export async function runFleet(
  port: number,
  { requests, cores, pageMs = 0, flags = [] }: FleetWork,
): Promise<FleetRun> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-fleet-"));
  const [spool, out, name] = [join(folder, "spool"), join(folder, "out"), `f${randomUUID().slice(0, 8)}`];
  for (const made of [spool, out]) mkdirSync(made);
  const redis = new Redis(port);
  const queue = bullmqQueue({ exporter: fleetExporter({ spool }), connection: { host: "127.0.0.1", port }, name });
  const task = JSON.stringify({ port, name, spool, out, pageMs, warmUps: 60 });
  const workers = cores.map((core) => startWorker(core, task, flags));
  try {
    await Promise.all(workers.map(({ told }) => told("ready")));
    const before = await redisFacts(redis);
    execFileSync("taskset", ["-acp", cores.join(","), String(before.pid)], { stdio: "ignore" });
    const ids: string[] = [];
    for (const [index, records] of requests.entries()) {
      ids.push(randomUUID());
      const dueAt = new Date(Date.UTC(2027, 0, 1, 0, 15 * index)).toISOString();
      await queue.submit({ id: ids[index]!, type: "access", subject: { id: personOf(index, records) }, dueAt });
    }
    const submitted = await redisFacts(redis);
    const delivered: Told[] = [];
    const whole = new Promise<void>((resolve, reject) => {
      for (const { each } of workers)
        each((line) => {
          if (line.type === "trouble") reject(new Error("A job failed in a bench without failures."));
          if (line.type === "delivered" && delivered.push(line) === requests.length) resolve();
        });
    });
    const stolenBefore = stolenMs(cores);
    for (const { child } of workers) child.stdin?.write("go\n");
    await whole;
    const stolen = stolenMs(cores) - stolenBefore;
    const after = await redisFacts(redis);
    const ends = await Promise.all(
      workers.map(({ child, told }) => {
        child.stdin?.write("end\n");
        return told("end");
      }),
    );
    check(readdirSync(out).filter((file) => file.endsWith(".zip")).length === requests.length, "the number of bundles");
    for (const id of [ids[0], ids.at(-1)])
      check((await verifyBundle(join(out, `${id}.zip`)).summary()).complete, "a bundle");
    const firstAt = Math.min(...ends.map((end) => end.firstAt).filter((at) => at > 0));
    return {
      wallMs: Math.max(...delivered.map(({ at }) => at)) - firstAt - stolen,
      stolenMs: stolen,
      cpuMs: sum(ends.map(({ cpuMs }) => cpuMs)),
      redisCpuMs: after.cpuMs - submitted.cpuMs,
      redisBytes: submitted.bytes - before.bytes,
      spoolBytes: await bytesIn(spool),
      jobs: sum(ends.map(({ jobs }) => jobs)),
      peakMiB: Math.max(...ends.map(({ peakMiB }) => peakMiB)),
      rssMiB: delivered.map(({ rssMiB }) => rssMiB),
      heapMiB: delivered.map(({ heapMiB }) => heapMiB),
    };
  } finally {
    for (const { child } of workers) child.kill("SIGKILL");
    await queue.close();
    await redis.flushall();
    redis.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startWorker(core: number, task: string, flags: readonly string[]) {
  const program = [process.execPath, ...flags, join(import.meta.dirname, "worker.mjs"), task];
  const child: ChildProcess = spawn("taskset", ["-c", String(core), ...program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const listeners: ((line: Told) => void)[] = [];
  const each = (listener: (line: Told) => void) => void listeners.push(listener);
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on("line", (line) => {
      const told = JSON.parse(line) as Told;
      for (const listener of [...listeners]) listener(told);
    });
  const told = (type: Told["type"]) =>
    new Promise<Told>((resolve, reject) => {
      each((line) => line.type === type && resolve(line));
      child.once("exit", (code) => reject(new Error(`A worker ended early (${code}).`)));
    });
  return { child, each, told };
}

async function redisFacts(
  redis: Redis,
): Promise<{ readonly pid: number; readonly cpuMs: number; readonly bytes: number }> {
  const info = await redis.info();
  const of = (field: string) => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1]);
  return { pid: of("process_id"), cpuMs: (of("used_cpu_sys") + of("used_cpu_user")) * 1000, bytes: of("used_memory") };
}

async function bytesIn(folder: string): Promise<number> {
  const { statSync } = await import("node:fs");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return sum(files.map((file) => statSync(join(file.parentPath, file.name)).size));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
