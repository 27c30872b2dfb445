import { type ExportEvent, PortmanteauError } from "../../src/index.ts";
import type { CollectPartOptions, DurableSteps, PartName, RequestProgress } from "../../src/model/durable.ts";
import type { ExportReport } from "../../src/model/outcome.ts";
import type { ExportRequest } from "../../src/model/request.ts";

/** What a scripted exporter's `assemble` is given. */
export interface Given {
  readonly to: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}

export interface Script {
  /** By dataset: its source's name, and how many partitions it has. */
  readonly datasets?: Readonly<Record<string, { readonly source: string; readonly partitions?: number }>>;
  /** Called for each attempt at a part, from 1 for each part; what it throws is thrown. */
  readonly collect?: (part: PartName & { requestId: string }, attempt: number, options: CollectPartOptions) => unknown;
  readonly assemble?: (requestId: string, attempt: number, options: Given) => unknown;
}

interface Kept {
  readonly request: ExportRequest;
  readonly attempts: Map<string, number>;
  readonly sealed: Map<string, boolean>;
  delivered: string[];
  assembled: number;
}

/** Three steps in this process, as a test wants them: what the durable engine promises, without its work. */
export function scriptedSteps({ datasets = { notes: { source: "postgres" } }, collect, assemble }: Script = {}) {
  const kept = new Map<string, Kept>();
  const parts = Object.entries(datasets).flatMap(([dataset, { source, partitions }]) =>
    partitions === undefined
      ? [{ dataset, source }]
      : Array.from({ length: partitions }, (_, partition) => ({ dataset, partition, source })),
  );
  const keyOf = ({ dataset, partition }: PartName) => `${dataset}/${partition ?? ""}`;
  const found = (requestId: string) => {
    const one = kept.get(requestId);
    if (one === undefined) throw new PortmanteauError("REQUEST_UNKNOWN", "Nobody began it.");
    return one;
  };
  const described = (requestId: string): RequestProgress => {
    const { request, sealed, delivered } = found(requestId);
    return {
      requestId,
      requestType: request.type,
      bundleId: `urn:uuid:${requestId}`,
      createdAt: "2026-01-31T00:00:00.000Z",
      dueAt: request.dueAt ?? "2026-02-28T00:00:00.000Z",
      parts: parts.map((part) => ({
        ...part,
        state: sealed.has(keyOf(part)) ? "sealed" : "waiting",
        records: 0,
        expected: null,
      })),
      delivered:
        delivered.length === 0 ? null : { at: "2026-01-31T00:00:00.000Z", sha256: "0", completeness: "complete" },
    };
  };
  const exporter: DurableSteps<Given> & { datasets: { source: { name: string } }[] } = {
    datasets: Object.values(datasets).map(({ source }) => ({ source: { name: source } })),
    async begin(request) {
      if (!kept.has(request.id))
        kept.set(request.id, { request, attempts: new Map(), sealed: new Map(), delivered: [], assembled: 0 });
      return described(request.id);
    },
    restart: async (requestId) => described(requestId),
    async collectPart(requestId, part, options = {}) {
      const { attempts, sealed } = found(requestId);
      const key = keyOf(part);
      const receipt = { requestId, ...part, written: 0, quarantined: 0, compressedBytes: 0, error: null };
      if (sealed.has(key)) return receipt;
      attempts.set(key, (attempts.get(key) ?? 0) + 1);
      options.signal?.throwIfAborted();
      try {
        await collect?.({ requestId, ...part }, attempts.get(key) ?? 0, options);
      } catch (error) {
        if (!options.final) throw error;
      }
      sealed.set(key, options.final === true);
      return receipt;
    },
    async assemble(requestId, options) {
      const one = found(requestId);
      if (parts.some((part) => !one.sealed.has(keyOf(part))))
        throw new PortmanteauError("INCOMPLETE", "A part is missing.");
      await assemble?.(requestId, ++one.assembled, options);
      one.delivered.push(options.to);
      return {} as ExportReport;
    },
    progress: async (requestId) => (kept.has(requestId) ? described(requestId) : undefined),
    purge: async (requestId) => void kept.delete(requestId),
    purgeExpired: async () => 0,
  };
  return {
    exporter,
    attemptsAt: (requestId: string, part: PartName) => found(requestId).attempts.get(keyOf(part)) ?? 0,
    sealedFinally: (requestId: string, part: PartName) => found(requestId).sealed.get(keyOf(part)),
    deliveriesOf: (requestId: string) => found(requestId).delivered,
    isKept: (requestId: string) => kept.has(requestId),
  };
}
