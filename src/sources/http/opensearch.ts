import { isPlainObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import type { Cursor, Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { invalid } from "../../model/source-error.ts";
import { HttpClient } from "./client.ts";
import type { HttpOptions, HttpRequest } from "./options.ts";

export type { HttpHeadersContext, HttpOptions } from "./options.ts";

/** A hit of a search. */
export interface SearchHit {
  /** Id of the document. */
  readonly _id: string;
  /** The index it stands in. */
  readonly _index: string;
  /** The document. */
  readonly _source: JsonObject;
}

export interface OpensearchSourceOptions<R = JsonObject> extends HttpOptions {
  /** The cluster: `"https://search.example:9200"`. */
  readonly url: string;
  /** Index, alias or pattern: `"logs-*"`. */
  readonly index: string;
  /** Which of the two is asked: they open a point in time differently. Default `"opensearch"`. */
  readonly flavour?: "opensearch" | "elasticsearch";
  /** The query that finds the subject's documents, on exact fields: `{ term: { "user.id": subject.id } }`. */
  readonly query: (context: { readonly subject: SourceSubject }) => JsonObject;
  /** Fields to sort by, each in every document, unique together: `[{ "@timestamp": "asc" }, { "event.id": "asc" }]`. */
  readonly sort: readonly JsonObject[];
  /** How long the point in time lives on after each page. Default `"5m"`. */
  readonly keepAlive?: string;
  /** Makes a record of a hit. Default: `_source`. */
  map?(hit: SearchHit): R;
}

/** More hits than that no search gives (`index.max_result_window`). */
const maxHits = 10_000;
/** How long closing may take, at most: a point in time that stays is ended by the cluster after `keepAlive`. */
const closeMs = 2_000;

interface Hit extends SearchHit {
  readonly sort: readonly JsonValue[];
}

/**
 * Reads a dataset from OpenSearch or Elasticsearch: one point in time per read, so the dataset is as it was at one moment, paged by
 * `search_after`, and counted by `_count`. The point in time is closed on every path.
 *
 * An answer in which a shard is missing, or that was cut off by time, is an error and never taken for whole. A sort that is not unique
 * is one too: documents between two pages would be lost. What is said of requests at `httpSource` holds here.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when the options are wrong. From `read`, `count` and `check`: as from `httpSource`;
 *   `SOURCE_UNAVAILABLE` also when a shard is missing or the point in time has ended (retryable), `SOURCE_CONTRACT` also when the sort is
 *   not unique
 * @example
 * ```ts
 * const source = opensearchSource({
 *   url: "https://search.example:9200",
 *   index: "access-logs-*",
 *   headers: () => ({ authorization: `Basic ${credentials}` }),
 *   query: ({ subject }) => ({ term: { userId: subject.id } }),
 *   sort: [{ "@timestamp": "asc" }, { requestId: "asc" }],
 * });
 * ```
 */
export function opensearchSource<R = JsonObject>(options: OpensearchSourceOptions<R>): Source<R> {
  const { name = "opensearch", url, index, flavour = "opensearch", query, sort, keepAlive = "5m" } = options;
  if (!URL.canParse(url)) throw invalid(`\`url\` is no URL. Write it like "https://search.example:9200".`);
  if (index === "" || /[/?#\s]/.test(index)) throw invalid("`index` is no name of an index, an alias or a pattern.");
  if (flavour !== "opensearch" && flavour !== "elasticsearch")
    throw invalid('`flavour` is "opensearch" or "elasticsearch".');
  if (sort.length === 0) throw invalid("`sort` names no field. Name some that are unique together.");
  if (!/^[1-9]\d*(?:ms|s|m|h|d)$/.test(keepAlive)) throw invalid('`keepAlive` is no time. Write it like "5m".');
  const client = new HttpClient({ ...options, name });
  const { failures } = client;
  const pointInTime = pointsInTime[flavour];

  async function ask(
    method: "POST" | "DELETE",
    path: string,
    params: Readonly<Record<string, string>>,
    body: JsonValue | undefined,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const target = new URL(path, url.endsWith("/") ? url : `${url}/`);
    target.search = new URLSearchParams(params).toString();
    const request: HttpRequest = { url: target, method, ...(body === undefined ? {} : { body }) };
    // Of a search, 404 says that its point in time has ended; of anything else, that there is no such index.
    const isSearch = path === "_search";
    const answer = await client.send(request, { signal, accepts: isSearch ? [404] : [] });
    try {
      if (answer.status === 404) throw failures.unavailable("the point in time has ended. Is `keepAlive` long enough?");
      const given = await answer.json();
      if (!isPlainObject(given)) throw failures.failed("the answer is no object. Look at `url`.");
      return given as JsonObject;
    } finally {
      answer.close();
    }
  }

  /** @throws {PortmanteauError} for an answer that the cluster itself says is not whole */
  function requireWhole({ _shards, timed_out }: JsonObject): void {
    if (timed_out === true) throw failures.timeout("it gave what it had found when its own time was up.");
    const failed = isPlainObject(_shards) ? _shards["failed"] : 0;
    if (failed !== 0) throw failures.unavailable("some shards did not answer, so the answer is not whole.");
  }

  function queryOf(subject: SourceSubject): JsonObject {
    try {
      return query({ subject });
    } catch (cause) {
      throw failures.thrown(cause, "query");
    }
  }

  function hitsOf({ hits }: JsonObject): readonly Hit[] {
    const found = isPlainObject(hits) ? hits["hits"] : undefined;
    const isHit = (hit: unknown) => isPlainObject(hit) && isPlainObject(hit["_source"]) && Array.isArray(hit["sort"]);
    if (!Array.isArray(found) || !found.every(isHit))
      throw failures.contract("the answer to a search has no hits, or hits without `_source` and `sort`.");
    return found as readonly Hit[];
  }

  /** What tells a document's place: the values of `sort`, without those that the cluster adds. */
  const placeOf = ({ sort: values }: Hit): readonly JsonValue[] => values.slice(0, sort.length);

  function mapped(hits: readonly Hit[]): readonly R[] {
    const { map } = options;
    try {
      return hits.map((hit) => (map === undefined ? (hit._source as unknown as R) : map(hit)));
    } catch (cause) {
      throw failures.thrown(cause, "map");
    }
  }

  return {
    name,
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    consistency: "dataset",
    async *read({ subject, after, pageRecords, signal }: ReadContext): AsyncGenerator<Page<R>> {
      let searchAfter = after === undefined ? undefined : cursorOf(after);
      const limit = Math.min(pageRecords, maxHits - 1);
      const opened = await ask(
        "POST",
        `${encodeURIComponent(index)}/${pointInTime.open}`,
        { keep_alive: keepAlive, ...pointInTime.params },
        undefined,
        signal,
      );
      let id = opened[pointInTime.idKey];
      if (typeof id !== "string") throw failures.contract("it opened no point in time. Look at `flavour`.");
      try {
        requireWhole(opened);
        for (;;) {
          const search = {
            // One more than is given: it tells whether there are more, and whether the sort tells it from the last that is given.
            size: limit + 1,
            query: queryOf(subject),
            sort,
            pit: { id, keep_alive: keepAlive },
            track_total_hits: false,
            ...(searchAfter === undefined ? {} : { search_after: searchAfter }),
          };
          const answer = await ask("POST", "_search", { allow_partial_search_results: "false" }, search, signal);
          // Before anything can fail: the id may change with every answer, and is what is closed.
          if (typeof answer["pit_id"] === "string") id = answer["pit_id"];
          requireWhole(answer);
          const hits = hitsOf(answer);
          const places = hits.map((hit) => JSON.stringify(placeOf(hit)));
          const before = searchAfter === undefined ? [] : [JSON.stringify(searchAfter.slice(0, sort.length))];
          if (new Set([...before, ...places]).size < before.length + places.length)
            throw failures.contract("two documents have the same place. Make `sort` unique: add an id to it.");
          const given = hits.slice(0, limit);
          const last = given.at(-1);
          if (last === undefined) return;
          yield { records: mapped(given), cursor: placeOf(last) };
          if (hits.length <= limit) return;
          searchAfter = last.sort;
        }
      } finally {
        // With a signal of its own: the reader's may be aborted.
        await ask("DELETE", pointInTime.close, {}, pointInTime.closing(id), AbortSignal.timeout(closeMs)).catch(
          () => undefined,
        );
      }
    },
    async count({ subject, signal }) {
      const answer = await ask("POST", `${encodeURIComponent(index)}/_count`, {}, { query: queryOf(subject) }, signal);
      requireWhole(answer);
      const { count } = answer;
      if (typeof count !== "number") throw failures.contract("the answer to the count has no `count`.");
      return count;
    },
    /** Searches for nobody, so that index, query and sort are looked at. */
    async check(signal) {
      const search = { size: 0, query: queryOf({ id: "" }), sort };
      const answer = await ask(
        "POST",
        `${encodeURIComponent(index)}/_search`,
        { allow_partial_search_results: "false" },
        search,
        signal,
      );
      requireWhole(answer);
    },
  };

  /** The cursor that the engine hands back, which must be of the shape we gave. */
  function cursorOf(after: Cursor): readonly JsonValue[] {
    if (!Array.isArray(after) || after.length !== sort.length)
      throw failures.contract("the cursor to continue after was not made by this source.");
    return after;
  }
}

const pointsInTime = {
  opensearch: {
    open: "_search/point_in_time",
    params: { allow_partial_pit_creation: "false" },
    idKey: "pit_id",
    close: "_search/point_in_time",
    closing: (id: string): JsonObject => ({ pit_id: [id] }),
  },
  elasticsearch: {
    open: "_pit",
    params: {},
    idKey: "id",
    close: "_pit",
    closing: (id: string): JsonObject => ({ id }),
  },
} as const;
