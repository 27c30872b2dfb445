import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { build } from "tsup";
import { bucket, type Task, type Told } from "./world.ts";

const root = resolve(import.meta.dirname, "../..");

/** The programs of this folder, made for a quick start: hundreds of them are. */
export interface Programs {
  readonly child: string;
  readonly store: string;
  remove(): void;
}

export async function buildPrograms(): Promise<Programs> {
  const above = join(root, "node_modules/.cache"); // where packages are found from
  mkdirSync(above, { recursive: true });
  const outDir = mkdtempSync(join(above, "portmanteau-kill-"));
  await build({
    config: false,
    entry: { child: join(root, "test/kill/child.ts"), store: join(root, "test/kill/store.ts") },
    outDir,
    format: "esm",
    outExtension: () => ({ js: ".mjs" }),
    target: "node20.19",
    splitting: true,
    skipNodeModulesBundle: true,
    silent: true,
    tsconfig: join(root, "tsconfig.json"),
  });
  return {
    child: join(outDir, "child.mjs"),
    store: join(outDir, "store.mjs"),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

/** How a child ended. */
export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly told: Told | undefined;
  /** What it complained of. */
  readonly complaint: string;
}

export interface Child {
  /** Resolves when it begins its work; also when it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ended>;
  kill(): void;
}

/** Starts a child. @param temporary its folder for temporary files. @param before what its command line begins with */
export function startChild({ child }: Programs, task: Task, temporary: string, before: readonly string[] = []): Child {
  const [command = "", ...rest] = [...before, process.execPath, child, JSON.stringify(task)];
  const started = spawn(command, rest, {
    env: { ...process.env, TMPDIR: temporary, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let complaint = "";
  started.stderr.on("data", (text) => {
    complaint += text;
  });
  let isReady = () => {};
  const ready = new Promise<void>((done) => {
    isReady = done;
  });
  started.stdout.on("data", (text) => {
    out += text;
    if (out.startsWith("ready\n")) isReady();
  });
  const ended = new Promise<Ended>((done, failed) => {
    started.on("error", failed);
    started.on("close", (_code, signal) => {
      isReady();
      const last = out.slice(out.indexOf("\n") + 1);
      done({ signal, told: last === "" ? undefined : (JSON.parse(last) as Told), complaint });
    });
  });
  return { ready, ended, kill: () => void started.kill("SIGKILL") };
}

/** Starts the store in a process of its own. */
export async function startStore({ store }: Programs, directory: string) {
  const started: ChildProcess = spawn(process.execPath, [store, bucket, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: started.stdout as NodeJS.ReadableStream });
  const [port] = (await once(lines, "line")) as [string];
  return {
    port: Number(port),
    async stop() {
      started.stdin?.end();
      await once(started, "close");
    },
  };
}
