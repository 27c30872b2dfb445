/**
 * Sources made of sources. Each keeps what it can of the sources inside: their name, `check`, snapshot, resuming, counting; it reads no
 * further ahead than they give pages, and closes them on every path. `mapSource` and `joinSource` keep partitions and attachments.
 *
 * | | resumes | counts | consistency |
 * |---|---|---|---|
 * | `mapSource` | as the source does | as the source does | as the source |
 * | `joinSource` | as the source does | as the source does | `"mixed"`: what is looked up is from another moment |
 * | `mergeSources` | when all do | the sum, when all do | the snapshot that all name; `"mixed"` when only some name it; else none |
 * | `dedupeSource` | without `maxKeys`, as the source does | never: how many are left is known after reading | as the source |
 */

export { type DedupeOptions, dedupeSource } from "./dedupe.ts";
export { type Joined, type JoinOptions, joinSource } from "./join.ts";
export type { SortKey } from "./keys.ts";
export { mapSource, renameFields } from "./map.ts";
export { type MergeOptions, mergeSources } from "./merge.ts";
