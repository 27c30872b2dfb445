import { randomBytes, randomUUID } from "node:crypto";
import packageFile from "../package.json" with { type: "json" };
import type { ExporterConfig } from "./engine/config.ts";
import type { DurableExporter } from "./engine/durable/exporter.ts";
import { type Exporter, makeExporter } from "./engine/exporter.ts";
import type { DurableOptions } from "./model/durable.ts";
import { localSpool } from "./spools/local.ts";

/** One per process: two exporters of one process make the same pseudonyms for the same bundle id, two processes never do. */
const pseudonymKey = randomBytes(32);

/**
 * Makes an exporter: checks the whole configuration, compiles every schema, and refuses what could fail at request time.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` or `SCHEMA_UNSUPPORTED`, saying what, where, and how to mend it
 * @example
 * ```ts
 * const exporter = createExporter({ controller: { name: "Acme", contact: "privacy@acme.example" }, datasets: [invoices] });
 * const report = await exporter.export(
 *   { id: randomUUID(), type: "access", subject: { id: "cus_42" } },
 *   { to: fileDelivery("bundle.zip") },
 * );
 * ```
 */
export function createExporter(config: ExporterConfig & { readonly durable: DurableOptions }): DurableExporter;
export function createExporter(config: ExporterConfig): Exporter;
export function createExporter(config: ExporterConfig): Exporter {
  return makeExporter(config, {
    spool: localSpool(),
    clock: Date.now,
    ids: { uuid: randomUUID },
    pseudonymKey,
    generator: { name: packageFile.name, version: packageFile.version },
  });
}
