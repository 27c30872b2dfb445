import type { DurableExporter } from "portmanteau";

export function personOf(index: number, records: number): string;
export const accountRecords: number;
export const accountDatasets: readonly string[];
export const partRecords: number;
export function partsOf(records: number): number;
export function fleetExporter(options: {
  readonly spool: string;
  readonly pageMs?: number;
  readonly checkpointMs?: number;
}): DurableExporter;
