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
  readonly #before: ((call: number, what: string) => void | Promise<void>) | undefined;

  /** @param before is called before each call is done, with its number from 0; it may throw, wait, or never return */
  constructor(objects = new Map<string, Uint8Array>(), before?: (call: number, what: string) => void | Promise<void>) {
    this.objects = objects;
    this.#before = before;
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#call(`put ${path}`);
    this.objects.set(path, new Uint8Array(bytes));
  }
  async get(path: string): Promise<Uint8Array | undefined> {
    await this.#call(`get ${path}`);
    const bytes = this.objects.get(path);
    return bytes && new Uint8Array(bytes);
  }
  async *list(prefix: string): AsyncGenerator<string> {
    await this.#call(`list ${prefix}`);
    for (const path of [...this.objects.keys()]) if (path.startsWith(prefix)) yield path;
  }
  async delete(path: string): Promise<void> {
    await this.#call(`delete ${path}`);
    this.objects.delete(path);
  }

  async #call(what: string): Promise<void> {
    this.calls.push(what);
    await this.#before?.(this.calls.length - 1, what);
  }
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
