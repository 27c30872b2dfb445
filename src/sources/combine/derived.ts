import { PortmanteauError } from "../../model/errors.ts";
import type { ReadContext, Source } from "../../model/source.ts";

/** What a source made of one other does differently from it. */
interface Difference<R> {
  readonly read: Source<R>["read"];
  readonly resume?: "none";
  readonly counts?: false;
  readonly consistency?: "mixed";
}

/** A source made of one other: everything but the difference is handed through. */
export function derivedSource<R>(
  source: Source<never> | Source,
  { read, resume, counts, consistency }: Difference<R>,
): Source<R> {
  const { capabilities, snapshot } = source;
  const count = capabilities.count && counts !== false;
  const promised = consistency ?? source.consistency;
  return {
    name: source.name,
    capabilities: { ...capabilities, resume: resume ?? capabilities.resume, count, partitions: false },
    ...(promised === undefined ? {} : { consistency: promised }),
    ...(snapshot === undefined ? {} : { snapshot }),
    read,
    ...(count ? { count: async (context: ReadContext) => source.count?.(context) as Promise<number> } : {}),
    ...(source.check === undefined ? {} : { check: async (signal: AbortSignal) => source.check?.(signal) }),
  };
}

export function contract(message: string): PortmanteauError {
  return new PortmanteauError("SOURCE_CONTRACT", message);
}

export function invalid(message: string): PortmanteauError {
  return new PortmanteauError("CONFIG_INVALID", message);
}
