import type { Dataset } from "../model/dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { SourceQuery } from "../model/source.ts";
import type { CatalogueReader } from "./catalogue.ts";

export interface AskedDataset {
  readonly dataset: Dataset;
  readonly query: SourceQuery;
}

/** @throws {PortmanteauError} what the source's own function threw, `SOURCE_FAILED` when it is foreign */
export function queryOf(dataset: Dataset): SourceQuery | undefined {
  try {
    return dataset.source.query?.();
  } catch (cause) {
    if (PortmanteauError.is(cause)) throw cause;
    throw new PortmanteauError("SOURCE_FAILED", `Coverage: the source of "${dataset.name}" does not tell its query.`, {
      context: { dataset: dataset.name },
      cause,
    });
  }
}

/**
 * Which of the databases each dataset reads: the one of the same client. When one client and one database of a dialect are left, they
 * belong together, for the exporter may read a replica; with more of them that would be a guess.
 */
export function matchDatabases(
  asked: readonly AskedDataset[],
  readers: readonly CatalogueReader[],
): ReadonlyMap<AskedDataset, CatalogueReader> {
  const clients = new Set(asked.map(({ query }) => query.client));
  const matched = new Map<AskedDataset, CatalogueReader>();
  for (const each of asked) {
    const { dialect, client } = each.query;
    const same = readers.find((reader) => reader.client === client);
    const lonely = asked.filter(
      ({ query }) => query.dialect === dialect && !readers.some((r) => r.client === query.client),
    );
    const free = readers.filter((reader) => reader.dialect === dialect && !clients.has(reader.client));
    const isPair = new Set(lonely.map(({ query }) => query.client)).size === 1 && free.length === 1;
    const reader = same ?? (isPair ? free[0] : undefined);
    if (reader !== undefined) matched.set(each, reader);
  }
  return matched;
}
