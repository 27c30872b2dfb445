import { isUtf8 } from "node:buffer";
import type { JsonValue } from "../../model/json.ts";
import type { Cursor, Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { type RedisClient, refuseClusterNode, refuseUnfit, type Send, sender } from "./client.ts";
import { failed } from "./failure.ts";
import { escapeGlob, KeySet, scanKeys } from "./keys.ts";
import {
  glanceAt,
  larger,
  type ReadValue,
  type RedisEncoding,
  type RedisType,
  readValue,
  type ValueLimits,
} from "./values.ts";

/** A key with what it holds. */
export interface RedisRecord {
  /** The key. */
  readonly key: string;
  /** Redis's type of its value. */
  readonly type: RedisType;
  /** As the table of the module says. */
  readonly value: JsonValue;
  /** When the server will drop it, RFC 3339 with milliseconds; `null` when never. */
  readonly expiresAt: string | null;
  /** How `key`, and all texts of `value`, are written. */
  readonly encoding: { readonly key: RedisEncoding; readonly value: RedisEncoding };
}

/** Which keys are the person's, and what record a key becomes. */
export interface RedisSourceOptions<R = RedisRecord> {
  /** A connected client of node-redis or ioredis. It stays the caller's. */
  readonly client: RedisClient;
  /**
   * The subject's keys, by one or several of Redis's patterns; the `subject.id` given here matches itself only, whatever it holds. End it
   * with a delimiter: `user:${id}*` finds user 42's keys for user 4. The server looks at every key it has.
   */
  readonly match?: (context: { readonly subject: SourceSubject }) => string | readonly string[];
  /** The subject's keys themselves, instead of `match`. Those that do not exist are passed over. */
  readonly keys?: (context: Pick<ReadContext, "subject" | "signal">) => Keys | Promise<Keys>;
  /** Makes a record of a key. Default: the key is the record. */
  map?(record: RedisRecord): R;
  /** Most keys of one subject; they are held while they are read. Default 100,000. */
  readonly maxKeys?: number;
  /** Most elements of one value. Default 100,000. */
  readonly maxElements?: number;
  /** Most bytes of one value, which is held as a whole. Default 16 MiB. */
  readonly maxBytes?: number;
}
type Keys = readonly (string | Buffer)[];

/** A key, and its value unless that is gone or larger. */
interface Glance {
  readonly key: Buffer;
  readonly type: string;
  readonly expiresAt: string | null;
  readonly value: ReadValue | typeof larger | undefined;
}

/** So many keys are looked at together: a glance at each is at most 1 MiB of strings. */
const glancesAtOnce = 128;
/** So many larger values are read, and held, at once. */
const largerAtOnce = 8;
const keysPerCount = 1_000;

/**
 * Reads the keys of one subject from Redis, or what speaks its protocol: in the order of their bytes, each once. A key that expires
 * meanwhile is not there; nothing is cut: what is beyond a limit is an error.
 *
 * Every read looks the keys up anew and goes on after the last one. The client is never closed, and no state is left in its connection.
 * It needs the commands INFO and SCAN (for `match`), EXISTS, PING, TYPE, PEXPIRETIME or PTTL, and those that read the types there are.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options contradict each other or the client is a cluster's. From `read`, `count` and
 *   `check`: `SOURCE_UNAVAILABLE` (no connection, server busy, a value replaced while it was read; retryable), `SOURCE_FAILED` (refused, a
 *   limit, a node of a cluster), `SOURCE_CONTRACT` (what `match`, `keys` or the cursor is cannot be), `ABORTED`
 * @example
 * ```ts
 * const sessions = redisSource({
 *   client,
 *   match: ({ subject }) => `session:${subject.id}:*`,
 *   map: ({ key, value, expiresAt }) => ({ ownerId: key.split(":")[1], ...(value as JsonObject), expiresAt }),
 * });
 * ```
 */
export function redisSource<R = RedisRecord>(options: RedisSourceOptions<R>): Source<R> {
  const { client, match, keys, maxKeys = 100_000, maxElements = 100_000, maxBytes = 16 * 2 ** 20 } = options;
  if ((match === undefined) === (keys === undefined))
    throw invalid("One of `match` and `keys` is needed, and not both.");
  for (const [name, limit] of Object.entries({ maxKeys, maxElements, maxBytes }))
    if (!Number.isSafeInteger(limit) || limit < 1) throw invalid(`\`${name}\` is no whole number from 1.`);
  refuseUnfit(client, { scans: match !== undefined });
  const limits: ValueLimits = { maxElements, maxBytes };

  const patternsFor = ({ id }: SourceSubject): readonly string[] => {
    const given = match?.({ subject: { id: escapeGlob(id) } }) ?? [];
    const patterns = typeof given === "string" ? [given] : given;
    if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === "string"))
      throw contract("`match` gives a pattern or a list of them.");
    return patterns;
  };

  async function findKeys(send: Send, { subject, signal }: Pick<ReadContext, "subject" | "signal">): Promise<KeySet> {
    const found = new KeySet(maxKeys);
    if (keys === undefined) {
      const patterns = patternsFor(subject);
      await refuseClusterNode(send);
      for (const pattern of patterns) await scanKeys(send, pattern, found);
      return found;
    }
    const given = await keys({ subject, signal });
    if (!Array.isArray(given) || !given.every((key) => typeof key === "string" || Buffer.isBuffer(key)))
      throw contract("`keys` gives a list of texts or Buffers.");
    for (const key of given) found.add(key);
    return found;
  }

  /** What is found at first sight of each key. */
  async function glances(send: Send, keys: readonly Buffer[]): Promise<Glance[]> {
    const [types, expiries] = await Promise.all([
      Promise.all(keys.map((key) => send("TYPE", key))),
      Promise.all(keys.map((key) => expiryOf(send, key))),
    ]);
    const glance = async (key: Buffer, index: number): Promise<Glance> => {
      const type = String(types[index]);
      return { key, type, expiresAt: expiries[index] ?? null, value: await glanceAt(send, key, type, limits) };
    };
    return Promise.all(keys.map(glance));
  }

  function recordOf({ key, type, expiresAt }: Glance, { value, encoding }: ReadValue): R {
    const keyEncoding = isUtf8(key) ? "utf8" : "base64";
    const record: RedisRecord = {
      key: key.toString(keyEncoding),
      type: type as RedisType,
      value,
      expiresAt,
      encoding: { key: keyEncoding, value: encoding },
    };
    try {
      return options.map === undefined ? (record as R) : options.map(record);
    } catch (cause) {
      throw failed("`map` failed.", cause);
    }
  }

  /** Every key with its value, or with nothing when it is gone. */
  async function* values(
    send: Send,
    keys: readonly Buffer[],
    atOnce: number,
  ): AsyncGenerator<readonly (readonly [Glance, ReadValue | undefined])[]> {
    for (let index = 0; index < keys.length; index += atOnce)
      for (const group of grouped(await glances(send, keys.slice(index, index + atOnce))))
        yield Promise.all(
          group.map(async (glance) => {
            const { key, type, value } = glance;
            return [glance, value === larger ? await readValue(send, key, type, limits) : value] as const;
          }),
        );
  }

  return {
    name: "redis",
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    async *read({ after, pageRecords, ...context }): AsyncGenerator<Page<R>> {
      const send = sender(client, context.signal);
      const last = after === undefined ? undefined : lastKeyOf(after);
      const found = (await findKeys(send, context)).after(last);
      let records: R[] = [];
      let held = 0;
      let cursor = "";
      for await (const group of values(send, found, Math.min(glancesAtOnce, pageRecords)))
        for (const [glance, value] of group) {
          if (value === undefined) continue;
          records.push(recordOf(glance, value));
          held += value.bytes;
          cursor = glance.key.toString("base64");
          if (records.length < pageRecords && held < maxBytes) continue;
          yield { records, cursor };
          records = [];
          held = 0;
        }
      if (records.length > 0) yield { records, cursor };
    },
    async count(context) {
      const send = sender(client, context.signal);
      let count = 0;
      const found = (await findKeys(send, context)).after(undefined);
      for (let index = 0; index < found.length; index += keysPerCount)
        count += Number(await send("EXISTS", ...found.slice(index, index + keysPerCount)));
      return count;
    },
    /** Asks for an answer, for the right to search, and for the patterns of a subject without an id. */
    async check(signal) {
      const send = sender(client, signal);
      await send("PING");
      if (match === undefined) return;
      patternsFor({ id: "" });
      await send("SCAN", "0", "COUNT", "1");
      await refuseClusterNode(send);
    },
  };
}

/** Groups in their order, of which none has more larger values than are read at once. */
function* grouped(glances: readonly Glance[]): Generator<readonly Glance[]> {
  let group: Glance[] = [];
  let count = 0;
  for (const glance of glances) {
    group.push(glance);
    if (glance.value !== larger || ++count < largerAtOnce) continue;
    yield group;
    group = [];
    count = 0;
  }
  if (group.length > 0) yield group;
}

/** When the server drops a key. Before Redis 7 it only says in how many milliseconds. */
async function expiryOf(send: Send, key: Buffer): Promise<string | null> {
  const at = await send("PEXPIRETIME", key).catch(async (error: unknown) => {
    const { cause } = error as Error;
    if (!(cause instanceof Error) || !/^ERR unknown command/i.test(cause.message)) throw error;
    const left = Number(await send("PTTL", key));
    return left < 0 ? left : Date.now() + left;
  });
  return Number(at) < 0 ? null : new Date(Number(at)).toISOString();
}

function lastKeyOf(cursor: Cursor): Buffer {
  if (typeof cursor !== "string") throw contract("The cursor to continue after was not made by this source.");
  return Buffer.from(cursor, "base64");
}
