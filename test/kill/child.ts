/**
 * A process that works on a request until it dies. It kills itself where it is told, or says "ready" and is killed from outside; when it
 * lives, its last line says what it did.
 */
import fs from "node:fs/promises";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { Writable } from "node:stream";
import type { DurableSpool } from "../../src/index.ts";
import { PortmanteauError } from "../../src/index.ts";
import { fixed } from "../support/notes.ts";
import type { Task, Told, When } from "./world.ts";

const task = JSON.parse(process.argv[2] ?? "") as Task;
const calls = { put: 0, delete: 0 };

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Set while the call runs in the middle of which the process dies. */
let dying: When | undefined;

// In the middle of a file: before the spool takes hold of these functions.
const { open, rename } = fs;
Object.assign(fs, {
  async rename(...names: Parameters<typeof rename>) {
    if (dying === "unnamed") die();
    return rename(...names);
  },
  async open(...given: Parameters<typeof open>) {
    const file = await open(...given);
    if (dying !== "half") return file;
    const write = file.write.bind(file) as (bytes: Uint8Array, from: number, length: number) => Promise<unknown>;
    return Object.assign(file, {
      async write(bytes: Uint8Array) {
        await write(bytes, 0, bytes.length >> 1);
        die();
      },
    });
  },
});
syncBuiltinESMExports();

// In the middle of a request: half of its body goes out; or all of it, and nobody waits for the answer.
const { end } = http.ClientRequest.prototype;
http.ClientRequest.prototype.end = function (this: http.ClientRequest, ...given: unknown[]) {
  const [body] = given;
  if (dying === "half" && body instanceof Uint8Array) {
    this.write(body.subarray(0, body.length >> 1), die);
    return this;
  }
  if (dying === "unnamed") given.push(die);
  return Reflect.apply(end, this, given);
} as typeof end;

/** The spool, whose calls are counted, and at one of which the process dies. */
function dyingSpool(spool: DurableSpool): DurableSpool {
  const at = async <T>(call: "put" | "delete", act: () => Promise<T>): Promise<T> => {
    const isLast = ++calls[call] === task.die?.number && call === task.die.call;
    if (!isLast) return act();
    const { when } = task.die as NonNullable<Task["die"]>;
    if (when === "before") die();
    dying = when;
    const result = await act();
    if (when !== "after") console.error(`It did not die in the middle (${when}) of ${call} ${calls[call]}.`);
    die();
    return result;
  };
  return {
    name: spool.name,
    put: (path, bytes) => at("put", () => spool.put(path, bytes)),
    get: (path) => spool.get(path),
    list: (prefix) => spool.list(prefix),
    delete: (path) => at("delete", () => spool.delete(path)),
  };
}

const { exporterOver, request, requestId, spoolAt } = await import("./world.ts");
const { fileDelivery } = await import("../../src/deliveries/file/index.ts");
const exporter = exporterOver(dyingSpool(await spoolAt(task.place)), task.lanes);
process.stdout.write("ready\n");
const started = performance.now();
let error: string | undefined;
try {
  if (task.work === "purge") await exporter.purge(requestId);
  else {
    const to = task.hangs ? new Writable({ write() {} }) : fileDelivery(task.to);
    if (task.hangs) setInterval(() => {}, 1_000);
    await exporter.export(request(requestId), { to, ...fixed });
  }
} catch (cause) {
  if (!PortmanteauError.is(cause)) throw cause;
  error = `${cause.code}${cause.retryable ? ", retryable" : ""}: ${cause.message}`;
}
const told: Told = {
  puts: calls.put,
  deletes: calls.delete,
  ms: performance.now() - started,
  ...(error === undefined ? {} : { error }),
};
process.stdout.write(JSON.stringify(told));
process.exit(0);
