import { getHeapSnapshot } from "node:v8";

/** Kinds of values that programs make: neither the code of functions and the insides of objects, nor what V8 keeps for its own speed. */
const kinds: ReadonlySet<string> = new Set(["object", "native", "closure", "symbol", "regexp", "bigint"]);

/** What we read of V8's file format: a node is so many numbers, of which the first is its kind and the second its name, or its text. */
interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: [string[]] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/**
 * How many values the process holds after a full collection, by kind and name: `object Map`, `closure onAbort`. Of texts only those that
 * match count, together, as `text`: others come and go with the functions that V8 compiles.
 */
export async function heldValues(text: RegExp): Promise<ReadonlyMap<string, number>> {
  const pieces: Buffer[] = [];
  for await (const piece of getHeapSnapshot()) pieces.push(piece);
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(pieces).toString()) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const counts = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[0][nodes[at] ?? -1] ?? "";
    const name = strings[nodes[at + 1] ?? -1] ?? "";
    const key = kinds.has(kind) ? `${kind} ${name}` : kind.endsWith("string") && text.test(name) ? "text" : undefined;
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
