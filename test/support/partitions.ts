import type { Page, ReadContext, Source } from "../../src/index.ts";

/** What a partitioned source saw. */
export interface PartitionsSeen {
  opened: number;
  closed: number;
  /** Most reads at one time. */
  most: number;
  /** What each read was asked for, in their order. */
  readonly reads: { readonly partition: unknown; readonly after: unknown }[];
}

export interface PartitionedOptions {
  readonly resume?: "none" | "cursor";
  readonly count?: number;
  /** Called before each page, also before one that is not there any more; it may throw, wait, or never return. */
  readonly before?: (context: ReadContext, at: number) => void | Promise<void>;
}

/** A source whose partitions end before these indexes, the last one with the records; it counts how it was treated. */
export function partitionedSource(
  records: readonly unknown[],
  ends: readonly number[],
  { resume = "cursor", count, before }: PartitionedOptions = {},
): { source: Source; seen: PartitionsSeen } {
  const seen: PartitionsSeen = { opened: 0, closed: 0, most: 0, reads: [] };
  const source: Source = {
    name: "partitioned",
    capabilities: { resume, partitions: true, count: count !== undefined, attachments: false },
    async partitions() {
      return [...ends, records.length].map((to, index) => ({ part: index, from: ends[index - 1] ?? 0, to }));
    },
    async *read(context): AsyncGenerator<Page> {
      const { after, partition, pageRecords } = context;
      const { from, to } = (partition ?? { from: 0, to: records.length }) as { from: number; to: number };
      seen.reads.push({ partition, after });
      seen.opened++;
      seen.most = Math.max(seen.most, seen.opened - seen.closed);
      try {
        for (let at = (after as number | undefined) ?? from; ; ) {
          await before?.(context, at);
          if (at >= to) return;
          const page = records.slice(at, Math.min(at + pageRecords, to));
          at += page.length;
          yield { records: page, cursor: at };
        }
      } finally {
        seen.closed++;
      }
    },
    ...(count === undefined ? {} : { count: async () => count }),
  };
  return { source, seen };
}
