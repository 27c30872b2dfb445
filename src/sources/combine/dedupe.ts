import { PortmanteauError } from "../../model/errors.ts";
import type { Cursor, Source } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { derivedSource } from "./derived.ts";
import { type KeyParts, keyParts, type SortKey } from "./keys.ts";

export interface DedupeOptions<R> {
  /** What makes two records the same. */
  readonly key: (record: R) => SortKey;
  /**
   * Most different keys to remember, for a source that is in no order. Default: only records that follow each other are compared, which
   * is enough where the source is ordered by the key, and needs no memory.
   */
  readonly maxKeys?: number;
}

/**
 * Leaves out records whose key was there before; the first one stays. What a later one holds besides its key is gone: the key must tell
 * all that makes two records different.
 *
 * With `maxKeys` a read cannot be resumed: what was seen does not fit a cursor. The result has no `count`, for nobody knows beforehand.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` for options that are none, or a source with attachments. From `read`: `SOURCE_CONTRACT` when
 *   a record has no key, `SOURCE_FAILED` when there are more than `maxKeys`, and everything that the source throws
 * @example
 * ```ts
 * const source = dedupeSource(mergeSources([current, archive], { order: ({ id }) => id }), { key: ({ id }) => id });
 * ```
 */
export function dedupeSource<R>(source: Source<R>, { key, maxKeys }: DedupeOptions<R>): Source<R> {
  if (maxKeys !== undefined && (!Number.isSafeInteger(maxKeys) || maxKeys < 1))
    throw invalid("dedupeSource: `maxKeys` is a whole number from 1.");
  if (source.capabilities.attachments)
    throw invalid(`dedupeSource: source "${source.name}" has attachments, which would be left out with their records.`);
  const { name } = source;
  const resumes = maxKeys === undefined && source.capabilities.resume === "cursor";

  return derivedSource<R>(source as Source, {
    counts: false,
    keepsNames: true,
    ...(resumes ? {} : { resume: "none" }),
    async *read({ after, ...context }) {
      const from = after === undefined ? undefined : placeOf(after, name);
      const isNew = maxKeys === undefined ? unlikeTheLast(from?.last) : unlikeAll(maxKeys, name);
      let last = from?.last;
      for await (const page of source.read(from === undefined ? context : { ...context, after: from.after })) {
        const records = page.records.filter((record) => {
          const parts = keyParts(key(record), name);
          last = parts;
          return isNew(JSON.stringify(parts));
        });
        if (records.length === 0) continue;
        if (!resumes) yield { records };
        else if (page.cursor === undefined) throw contract(`Source "${name}" gave a page without a cursor.`);
        else yield { records, cursor: [page.cursor, last ?? []] };
      }
    },
  });
}

function placeOf(cursor: Cursor, name: string): { readonly after: Cursor; readonly last: KeyParts } {
  if (!Array.isArray(cursor) || cursor.length !== 2)
    throw contract("The cursor to continue after was not made by this source.");
  return { after: cursor[0], last: keyParts(cursor[1], name) };
}

function unlikeTheLast(before: KeyParts | undefined): (key: string) => boolean {
  let last = before === undefined ? undefined : JSON.stringify(before);
  return (key) => {
    const isNew = key !== last;
    last = key;
    return isNew;
  };
}

function unlikeAll(maxKeys: number, name: string): (key: string) => boolean {
  const seen = new Set<string>();
  return (key) => {
    if (seen.has(key)) return false;
    if (seen.size === maxKeys)
      throw new PortmanteauError(
        "SOURCE_FAILED",
        `Source "${name}" has more than ${maxKeys} different keys. Raise \`maxKeys\`, or order the source by the key and leave it out.`,
      );
    seen.add(key);
    return true;
  };
}
