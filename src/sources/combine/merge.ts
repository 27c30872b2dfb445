import type { Cursor, ReadContext, Snapshot, Source } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import type { SortKey } from "./keys.ts";
import { orderedPages, type Read } from "./ordered.ts";

/** In which order `mergeSources` gives the records. */
export interface MergeOptions<R> {
  /**
   * The key that each source is ordered by, ascending, and that is unique within it. Of two sources with the same key the first goes
   * first. Default: the sources follow each other, in the order of the list.
   */
  readonly order?: (record: R) => SortKey;
}

/**
 * Reads several sources as one: one after the other, or with `order` as one sequence, in which case one page of each is held, all of
 * them together as large as one page.
 *
 * It resumes when all sources do. Records that came in below the last one of an `order` meanwhile are not seen, as in any reading that
 * goes on after a key.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when there is no source, when they name different snapshots, or when only some have
 *   attachments, or any with `order`. From `read`: `SOURCE_CONTRACT` when a source is not in its order, or has a key twice, and everything
 *   that the sources throw
 * @example
 * ```ts
 * const tickets = mergeSources([helpdesk, oldHelpdesk], { order: ({ openedAt, id }) => [openedAt, id] });
 * ```
 */
export function mergeSources<R>(sources: readonly Source<R>[], { order }: MergeOptions<R> = {}): Source<R> {
  if (sources.length === 0) throw invalid("mergeSources: the list is empty. Give at least one source.");
  const snapshot = sharedSnapshot(sources);
  const all = (can: (source: Source<R>) => boolean) => sources.every(can);
  const attachments = all(({ capabilities }) => capabilities.attachments);
  if (sources.some(({ capabilities }) => capabilities.attachments) && (order !== undefined || !attachments))
    throw invalid("mergeSources: sources with attachments are merged without `order`, and only with each other.");
  const resumes = all(({ capabilities }) => capabilities.resume === "cursor");
  const count = all(({ capabilities }) => capabilities.count);
  const mixed = !all((source) => source.snapshot === snapshot && source.consistency !== "mixed");

  /** What one of the sources is asked: it gets the snapshot's token only when it named the snapshot. */
  const contextFor = (source: Source<R>, { snapshot, ...context }: ReadContext): ReadContext =>
    source.snapshot === undefined ? context : { ...context, snapshot };

  return {
    name: [...new Set(sources.map(({ name }) => name))].join(" + "),
    capabilities: { resume: resumes ? "cursor" : "none", partitions: false, count, attachments },
    ...(mixed ? { consistency: "mixed" } : {}),
    ...(snapshot === undefined ? {} : { snapshot }),
    read: (context) => {
      const reads = sources.map((source) => ({ source, context: contextFor(source, context) }));
      return order === undefined ? pagesInTurn(reads, resumes) : orderedPages(reads, resumes, order);
    },
    ...(count
      ? {
          async count(context: ReadContext) {
            let sum = 0;
            for (const source of sources) sum += (await source.count?.(contextFor(source, context))) ?? Number.NaN;
            return sum;
          },
        }
      : {}),
    ...(sources.some(({ check }) => check !== undefined)
      ? {
          async check(signal: AbortSignal) {
            for (const source of sources) await source.check?.(signal);
          },
        }
      : {}),
  };
}

async function* pagesInTurn<R>(reads: readonly Read<R>[], resumes: boolean) {
  const { index: first, after } = placeOf(reads[0]?.context.after, reads.length);
  for (let index = first; index < reads.length; index++) {
    const { source, context } = reads[index] as Read<R>;
    const { after: _whole, ...start } = context;
    const from = index > first || after === undefined ? start : { ...start, after };
    for await (const page of source.read(from)) {
      if (!resumes) yield page;
      else if (page.cursor === undefined) throw contract(`Source "${source.name}" gave a page without a cursor.`);
      else yield { ...page, cursor: [index, page.cursor] };
    }
  }
}

function placeOf(cursor: Cursor | undefined, sources: number): { readonly index: number; readonly after?: Cursor } {
  if (cursor === undefined) return { index: 0 };
  const [index, after, ...rest] = Array.isArray(cursor) ? (cursor as readonly Cursor[]) : [];
  const isPlace = typeof index === "number" && Number.isInteger(index) && index >= 0 && index < sources;
  if (!isPlace || after === undefined || rest.length > 0)
    throw contract("The cursor to continue after was not made by this source.");
  return { index, after };
}

function sharedSnapshot(sources: readonly Source[]): Snapshot | undefined {
  const [snapshot, ...others] = new Set(sources.flatMap((source) => source.snapshot ?? []));
  if (others.length > 0)
    throw invalid(
      "mergeSources: the sources name different snapshots, and one dataset shows one. Give them the same, or leave it out of all but one kind.",
    );
  return snapshot;
}
