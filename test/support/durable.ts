import { createHash } from "node:crypto";
import {
  createExporter,
  type Dataset,
  type DurableExporter,
  type DurableOptions,
  type DurableSpool,
  type ExporterConfig,
  type ExportRequest,
} from "../../src/index.ts";
import { Collecting, fixed, request } from "./notes.ts";

export const spoolKey = Buffer.alloc(32, 9);

/** A durable spool in memory that can be looked into, changed, and made to fail. */
export class TestSpool implements DurableSpool {
  readonly name = "test";
  readonly objects: Map<string, Uint8Array>;
  /** Every call, in order: `put <path>`. */
  readonly calls: string[] = [];
  readonly #faults: Faults;

  constructor(objects = new Map<string, Uint8Array>(), faults: Faults = {}) {
    this.objects = objects;
    this.#faults = faults;
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#call(`put ${path}`, () => void this.objects.set(path, new Uint8Array(bytes)));
  }
  get(path: string): Promise<Uint8Array | undefined> {
    return this.#call(`get ${path}`, () => {
      const bytes = this.objects.get(path);
      return bytes && new Uint8Array(bytes);
    });
  }
  async *list(prefix: string): AsyncGenerator<string> {
    yield* await this.#call(`list ${prefix}`, () => [...this.objects.keys()].filter((path) => path.startsWith(prefix)));
  }
  async delete(path: string): Promise<void> {
    await this.#call(`delete ${path}`, () => void this.objects.delete(path));
  }

  async #call<T>(what: string, act: () => T): Promise<T> {
    const call = this.calls.push(what) - 1;
    await this.#faults.before?.(call, what);
    const result = act();
    await this.#faults.after?.(call, what);
    return result;
  }
}

/** Called before or after each call is done, with its number from 0; they may throw, wait, or never return. */
export interface Faults {
  readonly before?: (call: number, what: string) => void | Promise<void>;
  readonly after?: (call: number, what: string) => void | Promise<void>;
}

/** A new exporter over a spool, as another process would make it. */
export function durableExporterOf(
  datasets: readonly Dataset[],
  spool: DurableSpool,
  {
    durable,
    ...config
  }: Partial<Omit<ExporterConfig, "durable">> & { readonly durable?: Partial<DurableOptions> } = {},
): DurableExporter {
  return createExporter({
    controller: { name: "Acme", contact: "privacy@acme.example" },
    datasets,
    pageRecords: 10,
    retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 2 },
    ...config,
    durable: { spool, key: spoolKey, checkpointMs: 0, ...durable },
  });
}

/** Exports durably into memory. */
export async function exportedDurably(
  exporter: DurableExporter,
  options: Partial<Parameters<DurableExporter["export"]>[1]> & { readonly request?: ExportRequest } = {},
) {
  const to = new Collecting();
  const { request: asked = request, ...rest } = options;
  const report = await exporter.export(asked, { to, ...fixed, ...rest });
  return { report, zip: to.bytes, sha256: createHash("sha256").update(to.bytes).digest("hex") };
}
