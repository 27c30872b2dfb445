import type { JsonObject, Source } from "portmanteau";

export interface PagedSourceOptions<R> {
  readonly name: string;
  /** The next `limit` records of one subject beyond the key `after` (0 at first), in the order of the key. */
  readonly page: (query: {
    readonly subjectId: string;
    readonly after: number;
    readonly limit: number;
  }) => Promise<R[]>;
  readonly count: (subjectId: string) => Promise<number>;
}

/** A source over any query builder or ORM: it reads on after the last key, so that nothing shifts when rows come and go. */
export function pagedSource<R extends JsonObject & { readonly id: number }>(options: PagedSourceOptions<R>): Source<R> {
  const { name, page, count } = options;
  return {
    name,
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    async *read({ subject, after: start = 0, pageRecords: limit, signal }) {
      for (let after = Number(start); ; ) {
        signal.throwIfAborted();
        const records = await page({ subjectId: subject.id, after, limit });
        const last = records.at(-1);
        if (last === undefined) return;
        after = last.id;
        yield { records, cursor: after };
      }
    },
    count: ({ subject }) => count(subject.id),
  };
}
