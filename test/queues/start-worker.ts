import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

/** A worker in a process of its own. */
export interface Worker {
  /** What it told, as it tells it. */
  readonly events: { readonly type: string }[];
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM. */
  end(): Promise<void>;
  readonly ended: Promise<unknown>;
}

/** Starts a script: one that is built, or TypeScript. */
export async function startWorker(task: object, script: string): Promise<Worker> {
  const loader = script.endsWith(".ts") ? [resolve("node_modules/jiti/lib/jiti-cli.mjs")] : [];
  const child = spawn(process.execPath, [...loader, resolve(script), JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const events: { readonly type: string }[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((begin) => {
    lines.on("line", (line) => {
      events.push(JSON.parse(line));
      begin();
    });
  });
  await Promise.race([ready, ended]);
  const send = async (signal: NodeJS.Signals) => {
    if (isAlive(child)) child.kill(signal);
    await ended;
  };
  return { events, kill: () => send("SIGKILL"), end: () => send("SIGTERM"), ended };
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;
