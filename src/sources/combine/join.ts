import type { ReadContext, Source } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { derivedSource } from "./derived.ts";
import { untilAborted } from "./until-aborted.ts";

/** What `joinSource` looks up for each record, and what becomes of records that find nothing. */
export interface JoinOptions<A, K extends string | number, V, F extends string> {
  /** The key to look up for a record; nothing when it has none, and then the field is `null`. */
  readonly key: (record: A) => K | null | undefined;
  /** Called once for a page, with its keys, each once; not at all when it has none. Gives the values that there are. */
  readonly lookup: (keys: readonly K[], context: ReadContext) => ReadonlyMap<K, V> | Promise<ReadonlyMap<K, V>>;
  /** The field that the value becomes. */
  readonly as: F;
  /** When there is no value for a key: `"error"` (default) ends the read, `"null"` makes the field `null`. */
  readonly missing?: "error" | "null";
}

/** A record with what was looked up. */
export type Joined<A, V, F extends string> = A & { readonly [field in F]: V | null };

/**
 * Adds to each record what another system knows under its key: one lookup for a page of records, never one for each.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` for options that are none. From `read`: `SOURCE_CONTRACT` when a value is missing, when the
 *   lookup gives no Map or keys that nobody asked for (a `Map` tells `"1"` from `1`), and when a record has the field already; `ABORTED`;
 *   and everything that the source and the lookup throw
 * @example
 * ```ts
 * const source = joinSource(orders, {
 *   key: (order) => order.productId,
 *   lookup: async (ids, { signal }) => new Map((await catalogue.products(ids, { signal })).map((p) => [p.id, p.title])),
 *   as: "productTitle",
 * });
 * ```
 */
export function joinSource<A extends object, K extends string | number, V, F extends string>(
  source: Source<A>,
  { key, lookup, as, missing = "error" }: JoinOptions<A, K, V, F>,
): Source<Joined<A, V, F>> {
  if (missing !== "error" && missing !== "null") throw invalid('joinSource: `missing` is "error" or "null".');
  if (typeof as !== "string" || as === "") throw invalid("joinSource: `as` names no field.");

  const joined = (record: A, values: ReadonlyMap<K, V>): Joined<A, V, F> => {
    if (Object.hasOwn(record, as))
      throw contract(`The join would hide a field: a record of source "${source.name}" has "${as}" already.`);
    const wanted = key(record) ?? undefined;
    if (wanted !== undefined && missing === "error" && !values.has(wanted))
      throw contract(
        `The lookup of "${as}" gave no value for a key of source "${source.name}". Mend it, or say missing: "null".`,
      );
    const value = wanted === undefined ? null : (values.get(wanted) ?? null);
    return Object.fromEntries([...Object.entries(record), [as, value]]) as Joined<A, V, F>;
  };

  const lookedUp = async (records: readonly A[], context: ReadContext): Promise<ReadonlyMap<K, V>> => {
    const keys = new Set(records.map((record) => key(record) ?? undefined).filter((wanted) => wanted !== undefined));
    if (keys.size === 0) return new Map();
    const answer = (async () => lookup([...keys], context))();
    const values = await untilAborted(answer, context.signal);
    if (typeof values?.get !== "function" || typeof values.keys !== "function")
      throw contract(`The lookup of "${as}" gave no Map.`);
    for (const given of values.keys())
      if (!keys.has(given))
        throw contract(`The lookup of "${as}" gave a key that was not asked for. Keys must be of the same type, too.`);
    return values;
  };

  return derivedSource<Joined<A, V, F>>(source as Source, {
    consistency: "mixed",
    divides: true,
    keepsNames: true,
    async *read(context) {
      for await (const page of source.read(context)) {
        const values = await lookedUp(page.records, context);
        yield { ...page, records: page.records.map((record) => joined(record, values)) };
      }
    },
  });
}
