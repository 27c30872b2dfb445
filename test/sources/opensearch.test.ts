import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type OpensearchSourceOptions, opensearchSource } from "../../src/sources/http/opensearch.ts";
import { contextOf, errorOf, pagesOf, recordsOf } from "../support/reading.ts";
import { type SearchCluster, startCluster } from "../support/search-cluster.ts";

const logs = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `${owner}-${String(index).padStart(3, "0")}`,
    at: Math.floor(index / 3),
    owner,
    text: "secret",
  }));
const adas = logs("ada-1815", 31);

const opened: SearchCluster[] = [];
afterEach(async () => {
  for (const cluster of opened.splice(0)) {
    expect([...cluster.points.keys()], "points in time left open").toEqual([]);
    await cluster.close();
  }
});

describe.each(["opensearch", "elasticsearch"] as const)("over %s", (flavour) => {
  async function setUp(more: Partial<OpensearchSourceOptions> = {}) {
    const cluster = await startCluster(flavour, [...logs("bob", 7), ...adas].reverse());
    opened.push(cluster);
    const source = opensearchSource({
      url: cluster.origin,
      index: "logs-*",
      flavour,
      query: ({ subject }) => ({ term: { owner: subject.id } }),
      sort: [{ at: "asc" }, { id: "asc" }],
      ...more,
    });
    return { cluster, source };
  }

  it("reads every document once, in the order of the sort, and closes its point in time", async () => {
    const { cluster, source } = await setUp();
    for (const pageRecords of [1, 10, 30, 31, 32, 20_000]) {
      const pages = await pagesOf(source, { pageRecords });
      expect(pages.flatMap(({ records }) => records)).toEqual(adas);
      expect(pages.every(({ records }) => records.length > 0 && records.length <= pageRecords)).toBe(true);
    }
    expect(await recordsOf(source, { subject: { id: "nobody" } })).toEqual([]);
    expect(await source.count?.(contextOf())).toBe(31);
    await source.check?.(new AbortController().signal);
    expect(cluster.seen.some(({ body }) => body.includes("search_after"))).toBe(true);
  });

  it("goes on after every cursor, in a point in time of its own", async () => {
    const { source } = await setUp();
    const pages = await pagesOf(source);
    for (const [index, { cursor }] of pages.entries()) {
      const before = pages.slice(0, index + 1).flatMap(({ records }) => records);
      const after = JSON.parse(JSON.stringify(cursor));
      expect([...before, ...(await recordsOf(source, { after }))]).toEqual(adas);
    }
    for (const after of [null, "a", [1], [1, 2, 3]])
      await errorOf(recordsOf(source, { after }), "SOURCE_CONTRACT", /not made by this source/);
  });

  it("sees the documents as they were when it began", async () => {
    const { cluster, source } = await setUp();
    const read: unknown[] = [];
    for await (const { records } of source.read(contextOf())) {
      read.push(...records);
      cluster.documents = [{ id: "ada-1815-zzz", at: 0, owner: "ada-1815" }];
    }
    expect(read).toEqual(adas);
  });

  it("closes its point in time when the reader leaves, throws or aborts", async () => {
    const { cluster, source } = await setUp();
    for await (const _page of source.read(contextOf())) break;
    expect(cluster.points.size).toBe(0);
    const controller = new AbortController();
    const aborting = (async () => {
      for await (const _page of source.read(contextOf({ signal: controller.signal }))) controller.abort();
    })();
    await errorOf(aborting, "ABORTED");
    expect(cluster.points.size).toBe(0);
    cluster.spoil = ({ path }, answer) => (path === "/_search" ? { ...answer, hits: null } : undefined);
    await errorOf(recordsOf(source), "SOURCE_CONTRACT", /no hits/);
    expect(cluster.points.size).toBe(0);
  });

  it("is to be read on when the point in time has ended", async () => {
    const { cluster, source } = await setUp();
    const read: unknown[] = [];
    let last: JsonObject | undefined;
    const reading = (async () => {
      for await (const { records, cursor } of source.read(contextOf())) {
        read.push(...records);
        last = cursor as never;
        cluster.expire();
      }
    })();
    expect((await errorOf(reading, "SOURCE_UNAVAILABLE", /`keepAlive`/)).retryable).toBe(true);
    expect([...read, ...(await recordsOf(source, { after: last as never }))]).toEqual(adas);
  });

  it.each([
    ["a shard is missing", (answer: JsonObject) => ({ ...answer, _shards: { failed: 1 } }), "SOURCE_UNAVAILABLE", true],
    ["it was cut off by time", (answer: JsonObject) => ({ ...answer, timed_out: true }), "SOURCE_TIMEOUT", true],
    ["there are no hits in it", (answer: JsonObject) => ({ ...answer, hits: {} }), "SOURCE_CONTRACT", false],
    [
      "a hit has no source",
      (answer: JsonObject) => ({ ...answer, hits: { hits: [{ sort: [1, 2] }] } }),
      "SOURCE_CONTRACT",
      false,
    ],
  ] as const)("never takes an answer for whole when %s", async (_, change, code, retryable) => {
    const { cluster, source } = await setUp();
    cluster.spoil = ({ path }, answer) => (path === "/_search" ? change(answer) : undefined);
    expect((await errorOf(recordsOf(source), code)).retryable).toBe(retryable);
    cluster.spoil = ({ path }, answer) => (path.endsWith("_count") ? change({ ...answer, count: "many" }) : undefined);
    if (code !== "SOURCE_CONTRACT" || _ === "there are no hits in it")
      await errorOf(source.count?.(contextOf()) as Promise<number>, code);
  });

  it("refuses a sort that is not unique, also between two pages", async () => {
    const { source } = await setUp({ sort: [{ at: "asc" }] });
    for (const pageRecords of [3, 10]) await errorOf(recordsOf(source, { pageRecords }), "SOURCE_CONTRACT", /unique/);
  });

  it("ends with an error when the cluster gives the same page again", async () => {
    const { cluster, source } = await setUp();
    let first: JsonObject | undefined;
    cluster.spoil = ({ path }, answer) => {
      if (path !== "/_search") return undefined;
      first ??= answer;
      return { ...answer, hits: first["hits"] as JsonObject };
    };
    await errorOf(recordsOf(source, { pageRecords: 1 }), "SOURCE_CONTRACT", /same place/);
    expect(cluster.seen.length).toBeLessThan(5);
  });

  it("tells what the cluster refuses, and quotes nothing of it", async () => {
    const { source } = await setUp({ query: () => ({ match_all: { secret: 1 } }) });
    await errorOf(recordsOf(source), "SOURCE_FAILED", /status 400/);
    await errorOf(source.check?.(new AbortController().signal) as Promise<void>, "SOURCE_FAILED", /status 400/);
    const { source: elsewhere } = await setUp({ index: "none" });
    await errorOf(recordsOf(elsewhere), "SOURCE_FAILED", /status 40/);
    await errorOf(elsewhere.count?.(contextOf()) as Promise<number>, "SOURCE_FAILED", /status 40/);
  });

  it("makes a record of a hit", async () => {
    const { source } = await setUp({ map: ({ _id, _index }) => ({ _id, _index }) });
    expect((await recordsOf(source))[0]).toEqual({ _id: "ada-1815-000", _index: "logs-1" });
  });
});

it("is refused at once when its options are wrong", async () => {
  const right = { url: "http://127.0.0.1:1", index: "logs", query: () => ({}), sort: [{ id: "asc" }] };
  const wrong: Partial<OpensearchSourceOptions>[] = [
    { url: "search" },
    { index: "" },
    { index: "a/b" },
    { sort: [] },
    { keepAlive: "5 minutes" },
    { flavour: "solr" as never },
    { maxBodyBytes: 0 },
  ];
  for (const options of wrong)
    await errorOf((async () => opensearchSource({ ...right, ...options }))(), "CONFIG_INVALID");
});
