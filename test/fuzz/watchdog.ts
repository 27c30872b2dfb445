import { join } from "node:path";
import { Worker } from "node:worker_threads";

const code = `
const { workerData: { turn, length, bytes, path, limitMs } } = require("node:worker_threads");
const { writeFileSync, writeSync } = require("node:fs");
let last = -1;
let since = Date.now();
setInterval(() => {
  const now = Atomics.load(turn, 0);
  if (now !== last) [last, since] = [now, Date.now()];
  if (now === 0 || Date.now() - since < limitMs) return;
  writeFileSync(path, bytes.slice(0, Atomics.load(length, 0)));
  writeSync(2, "An input takes longer than " + limitMs + " ms: " + path + "\\n");
  process.kill(process.pid, "SIGKILL");
}, 200);
`;

/** Ends the program when one input takes too long, whatever it is doing, and leaves the input in a folder. */
export class Watchdog {
  readonly #turn = new Int32Array(new SharedArrayBuffer(4));
  readonly #length = new Int32Array(new SharedArrayBuffer(4));
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(256 * 1024));
  readonly #worker: Worker;
  #turns = 0;

  constructor(folder: string, limitMs: number) {
    const shared = { turn: this.#turn, length: this.#length, bytes: this.#bytes };
    this.#worker = new Worker(code, { eval: true, workerData: { ...shared, path: join(folder, "slow.bin"), limitMs } });
    this.#worker.unref();
  }

  begin(input: Buffer): void {
    this.#bytes.set(input.subarray(0, this.#bytes.length));
    Atomics.store(this.#length, 0, Math.min(input.length, this.#bytes.length));
    Atomics.store(this.#turn, 0, ++this.#turns);
  }

  end(): void {
    Atomics.store(this.#turn, 0, 0);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
