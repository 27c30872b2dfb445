import type { Partition, ReadContext, Source, SourceQuery } from "../../model/source.ts";

/** What a source made of one other does differently from it. */
interface Difference<R> {
  readonly read: Source<R>["read"];
  readonly resume?: "none";
  readonly counts?: false;
  readonly consistency?: "mixed";
  /** Whether each record is made of one record of the source, so that its partitions are partitions still. */
  readonly divides?: true;
  /** Whether the fields keep their names, so that the source's query still says what they are. */
  readonly keepsNames?: true;
}

/** A source made of one other: everything but the difference is handed through. */
export function derivedSource<R>(
  source: Source<never> | Source,
  { read, resume, counts, consistency, divides, keepsNames }: Difference<R>,
): Source<R> {
  const { capabilities, snapshot } = source;
  const count = capabilities.count && counts !== false;
  const partitions = capabilities.partitions && divides === true;
  const promised = consistency ?? source.consistency;
  return {
    name: source.name,
    capabilities: { ...capabilities, resume: resume ?? capabilities.resume, count, partitions },
    ...(promised === undefined ? {} : { consistency: promised }),
    ...(snapshot === undefined ? {} : { snapshot }),
    read,
    ...(count ? { count: async (context: ReadContext) => source.count?.(context) as Promise<number> } : {}),
    ...(partitions
      ? { partitions: async (context: ReadContext) => source.partitions?.(context) as Promise<readonly Partition[]> }
      : {}),
    ...(source.query === undefined || keepsNames === undefined ? {} : { query: () => source.query?.() as SourceQuery }),
    ...(source.check === undefined ? {} : { check: async (signal: AbortSignal) => source.check?.(signal) }),
  };
}
