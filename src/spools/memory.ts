import type { DurableSpool } from "../model/durable.ts";
import { checkObject, checkObjectPrefix } from "../model/object-path.ts";

/**
 * A durable spool that lives as long as the object does: for tests, and for a queue whose workers all run in one process. It survives
 * nothing.
 *
 * @throws {PortmanteauError} from its methods: `SPOOL_FAILED` (a path that cannot be, an object that is too large)
 * @example
 * ```ts
 * createExporter({ ...config, durable: { spool: memorySpool(), key: randomBytes(32) } });
 * ```
 */
export function memorySpool(): DurableSpool {
  const objects = new Map<string, Uint8Array>();
  return {
    name: "memory",
    async put(path, bytes) {
      checkObject(path, bytes);
      objects.set(path, new Uint8Array(bytes)); // a copy, and another for each reader: both may change theirs
    },
    async get(path) {
      checkObject(path);
      const bytes = objects.get(path);
      return bytes && new Uint8Array(bytes);
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      for (const path of [...objects.keys()]) if (path.startsWith(prefix)) yield path;
    },
    async delete(path) {
      checkObject(path);
      objects.delete(path);
    },
    async check() {},
  };
}
