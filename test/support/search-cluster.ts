import type { ServerResponse } from "node:http";
import type { JsonObject, JsonValue } from "../../src/model/json.ts";
import { type SeenRequest, sendJson, startServer, type TestServer } from "./http-server.ts";

type Document = JsonObject & { readonly id: string };

/** A cluster in this process: it answers as OpenSearch and Elasticsearch are documented to, and takes nothing that they would not take. */
export interface SearchCluster extends TestServer {
  documents: Document[];
  /** Points in time that are open. */
  readonly points: ReadonlyMap<string, readonly Document[]>;
  /** Ends all points in time, as after `keep_alive`. */
  expire(): void;
  /** Changes an answer before it is sent. */
  spoil?: ((request: SeenRequest, answer: JsonObject) => JsonValue | undefined) | undefined;
}

/** @param implicitTiebreaker whether `sort` gets a value more, as Elasticsearch's `_shard_doc` */
export async function startCluster(
  flavour: "opensearch" | "elasticsearch",
  documents: Document[],
): Promise<SearchCluster> {
  const points = new Map<string, readonly Document[]>();
  let ids = 0;
  const isElastic = flavour === "elasticsearch";

  /** @throws {TypeError} what the cluster answers with 400 */
  function answerTo({
    method,
    path,
    query,
    body,
    headers,
  }: SeenRequest): readonly [status: number, answer: JsonObject] {
    if (body !== "" && headers["content-type"] !== "application/json") return [415, {}];
    const asked = body === "" ? {} : object(JSON.parse(body));
    const shards = { _shards: { total: 3, successful: 3, skipped: 0, failed: 0 } };
    const opening = isElastic ? "/logs-*/_pit" : "/logs-*/_search/point_in_time";
    const closing = isElastic ? "/_pit" : "/_search/point_in_time";
    const decoded = decodeURIComponent(path);
    if (method === "POST" && decoded === opening) {
      only(asked, []);
      require(/^\d+[smh]$/.test(query.get("keep_alive") ?? ""), "keep_alive");
      for (const key of query.keys()) require(["keep_alive", "allow_partial_pit_creation"].includes(key), key);
      const id = `pit-${++ids}`;
      points.set(id, structuredClone(cluster.documents));
      return [200, isElastic ? { id, ...shards } : { pit_id: id, creation_time: 1, ...shards }];
    }
    if (method === "DELETE" && decoded === closing) {
      const given = isElastic ? [asked["id"]] : asked["pit_id"];
      only(asked, [isElastic ? "id" : "pit_id"]);
      require(Array.isArray(given) && given.every((id) => typeof id === "string"), "the id to close");
      const known = (given as string[]).filter((id) => points.delete(id));
      return [known.length === 0 ? 404 : 200, {}];
    }
    if (method === "POST" && decoded === "/logs-*/_count") {
      only(asked, ["query"]);
      return [200, { count: matching(cluster.documents, asked["query"]).length, ...shards }];
    }
    if (method === "POST" && (decoded === "/_search" || decoded === "/logs-*/_search")) {
      only(asked, ["size", "query", "sort", "pit", "track_total_hits", "search_after"]);
      const { size, sort, search_after: after, pit } = asked;
      require(query.get("allow_partial_search_results") === "false", "allow_partial_search_results");
      require(typeof size === "number" && size <= 10_000, "size");
      require(Array.isArray(sort), "sort");
      require((decoded === "/_search") === (pit !== undefined), "an index beside a point in time");
      const point = object(pit ?? {});
      const from = pit === undefined ? cluster.documents : points.get(String(point["id"]));
      if (from === undefined) return [404, { error: { type: "search_context_missing_exception" }, status: 404 }];
      const fields = (sort as JsonValue[]).flatMap((each) => Object.entries(object(each)));
      require(fields.every(([, order]) => order === "asc"), "the order");
      const keys = fields.map(([field]) => field);
      const hits = matching(from, asked["query"])
        .map((document) => ({ document, values: keys.map((key) => document[key] ?? null) }))
        .sort((one, other) => compare(one.values, other.values))
        .map(({ document, values }, index) => ({
          document,
          sort: isElastic && pit !== undefined ? [...values, index] : values,
        }));
      require(after === undefined ||
        (Array.isArray(after) &&
          (after.length === keys.length || (isElastic && after.length === keys.length + 1))), "search_after");
      const page = hits
        .filter(
          ({ sort }) =>
            after === undefined || compare(sort.slice(0, (after as JsonValue[]).length), after as JsonValue[]) > 0,
        )
        .slice(0, size as number)
        .map(({ document, sort }) => ({ _index: "logs-1", _id: document.id, _source: document, sort }));
      // The id may change with every answer; the old one is gone then.
      let renewed: string | undefined;
      if (pit !== undefined) {
        renewed = `${String(point["id"])}+`;
        points.set(renewed, from);
        points.delete(String(point["id"]));
      }
      return [
        200,
        {
          took: 1,
          timed_out: false,
          ...shards,
          ...(renewed === undefined ? {} : { pit_id: renewed }),
          hits: { hits: page },
        },
      ];
    }
    return [405, {}];
  }

  const server = await startServer((request, response: ServerResponse) => {
    let answer: readonly [number, JsonValue];
    try {
      answer = answerTo(request);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      answer = [400, { error: { type: "x_content_parse_exception", reason: error.message }, status: 400 }];
    }
    const [status, given] = answer;
    const spoilt = status === 200 ? cluster.spoil?.(request, given as JsonObject) : undefined;
    if (status === 200) sendJson(response, spoilt ?? given);
    else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(given));
  });
  const cluster: SearchCluster = { ...server, documents, points, expire: () => points.clear() };
  return cluster;
}

function object(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
  return value as JsonObject;
}

function require(isRight: boolean, what: string): void {
  if (!isRight) throw new TypeError(`${what} is not as it must be`);
}

function only(asked: JsonObject, keys: readonly string[]): void {
  for (const key of Object.keys(asked)) require(keys.includes(key), key);
}

/** Knows `term` on one exact field. */
function matching(documents: readonly Document[], query: JsonValue | undefined): Document[] {
  const { term, ...more } = object(query);
  require(Object.keys(more).length === 0, "the query");
  const [[field, value] = ["", ""], ...others] = Object.entries(object(term));
  require(others.length === 0, "the term");
  return documents.filter((document) => document[field] === value);
}

function compare(one: readonly JsonValue[], other: readonly JsonValue[]): number {
  for (const [index, value] of one.entries()) {
    const [a, b] = [value as string | number, other[index] as string | number];
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
