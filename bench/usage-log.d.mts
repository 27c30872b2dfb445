import type { RecordSchema } from "portmanteau";

export const usageSchema: RecordSchema;
export function usageRecord(index: number): Record<string, unknown>;
