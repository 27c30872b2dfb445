import type { DurableOptions } from "../../model/durable.ts";
import { refuse, whole } from "../config-checks.ts";

/** How requests survive the process, with every default filled in. */
export type DurableSettings = Required<DurableOptions>;

const thirtyDaysMs = 30 * 24 * 60 * 60 * 1000;

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function durableSettings({ spool, key, keepMs, checkpointMs }: DurableOptions): DurableSettings {
  const methods = ["put", "get", "list", "delete"] as const;
  if (methods.some((method) => typeof spool?.[method] !== "function"))
    refuse("/durable/spool", "is no durable spool: it needs put, get, list and delete.");
  if (typeof key !== "function" && !(key instanceof Uint8Array && key.length === 32))
    refuse("/durable/key", "is 32 secret bytes, or a function that gives them.");
  return {
    spool,
    key,
    keepMs: whole("/durable/keepMs", keepMs, thirtyDaysMs, 1, Number.MAX_SAFE_INTEGER),
    checkpointMs: whole("/durable/checkpointMs", checkpointMs, 5_000, 0, 2 ** 31 - 1),
  };
}
