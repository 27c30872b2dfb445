import fc from "fast-check";
import {
  dedupeSource,
  joinSource,
  type MergeOptions,
  mapSource,
  mergeSources,
  renameFields,
} from "portmanteau/sources/combine";
import { describe, expect, it } from "vitest";
import type { Cursor, ReadContext, Snapshot, Source } from "../../src/index.ts";
import { PortmanteauError } from "../../src/index.ts";
import {
  Collecting,
  controlledSource,
  entriesOf,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  notes,
  refused,
  request,
  type Seen,
} from "../support/exporting.ts";
import { readingAs } from "../support/reading.ts";

interface Row {
  readonly id: number;
  readonly from?: string;
}
const rows = (...ids: readonly number[]): Row[] => ids.map((id) => ({ id }));
const byId = { order: ({ id }: Row) => id };

const { context, pagesOf, recordsOf } = readingAs("u1", 2);

function sourceOf<R>(records: readonly R[], options: Parameters<typeof controlledSource>[1] = {}) {
  return controlledSource(records, options) as { source: Source<R>; seen: Seen };
}

/** Everything from each cursor on, the cursor having been JSON meanwhile, with what came before it. */
async function everyResume<R>(source: Source<R>): Promise<R[][]> {
  const pages = await pagesOf(source);
  const readings: R[][] = [];
  for (const [index, { cursor }] of pages.entries()) {
    const after = JSON.parse(JSON.stringify(cursor)) as Cursor;
    const before = pages.slice(0, index + 1).flatMap(({ records }) => records);
    readings.push([...before, ...(await recordsOf(source, { after }))]);
  }
  return readings;
}

/** A source over rows that change while it is read: it goes on after the last id, as keyset paging does. */
function keysetSource(table: Row[]): Source<Row> {
  return {
    name: "table",
    capabilities: { resume: "cursor", partitions: false, count: false, attachments: false },
    async *read({ after = -1, pageRecords }) {
      for (let last = after as number; ; ) {
        const records = table
          .filter(({ id }) => id > last)
          .sort((a, b) => a.id - b.id)
          .slice(0, pageRecords);
        const end = records.at(-1);
        if (end === undefined) return;
        last = end.id;
        yield { records, cursor: last };
      }
    },
  };
}

const snapshotOf = (token: string): Snapshot => ({ open: async () => ({ token, close: async () => undefined }) });

/** The ways to combine, over two given sources: what all of them must keep. */
const ways: readonly [string, (one: Source<Row>, other: Source<Row>) => Source<object>][] = [
  ["mapSource", (one) => mapSource(one, (row) => row)],
  ["joinSource", (one) => joinSource(one, { key: () => undefined, lookup: () => new Map(), as: "more" })],
  ["mergeSources, in turn", (one, other) => mergeSources([one, other])],
  ["mergeSources, in order", (one, other) => mergeSources([one, other], byId)],
  ["dedupeSource", (one) => dedupeSource(one, { key: ({ id }) => id })],
  ["dedupeSource with maxKeys", (one) => dedupeSource(one, { key: ({ id }) => id, maxKeys: 100 })],
];

describe.each(ways)("%s", (name, combine) => {
  const pair = (options: Parameters<typeof controlledSource>[1] = {}) => {
    const [one, other] = [sourceOf(rows(1, 3, 5, 7), options), sourceOf(rows(2, 4, 6, 8), options)];
    return { source: combine(one.source, other.source), seen: [one.seen, other.seen] };
  };

  it("closes what it opened at the end, on an early return, on an error of the consumer and of a source", async () => {
    const ended = pair();
    await pagesOf(ended.source);
    const left = pair();
    for await (const _page of left.source.read(context())) break;
    const threw = pair();
    await expect(
      (async () => {
        for await (const _page of threw.source.read(context())) throw new Error("the consumer's");
      })(),
    ).rejects.toThrow("the consumer's");
    const broke = pair({
      before: (page) => {
        if (page === 1) throw new Error("the source's");
      },
    });
    await expect(pagesOf(broke.source)).rejects.toThrow("the source's");
    for (const { seen } of [ended, left, threw, broke]) {
      expect(seen[0]?.opened).toBe(1);
      expect(seen.map(({ opened, closed }) => opened - closed)).toEqual([0, 0]);
    }
  });

  it("hands the abort through to the sources", async () => {
    const stop = new AbortController();
    const { source, seen } = pair({
      before: async (page, { signal }) => {
        if (page === 0) return;
        stop.abort();
        signal.throwIfAborted();
      },
    });
    await expect(pagesOf(source, { signal: stop.signal })).rejects.toThrow();
    expect(seen[0]).toMatchObject({ aborted: true, opened: 1, closed: 1 });
  });

  it("reads no further than it is asked for", async () => {
    const { source, seen } = pair();
    const pages = source.read(context())[Symbol.asyncIterator]();
    expect(seen.map(({ pages }) => pages)).toEqual([0, 0]);
    await pages.next();
    for (const { pages } of seen) expect(pages).toBeLessThanOrEqual(2);
    await pages.return?.();
  });

  it("checks what is inside", async () => {
    const checked: string[] = [];
    const check = async () => void checked.push("one");
    await combine({ ...sourceOf<Row>([]).source, check }, sourceOf<Row>([]).source).check?.(context().signal);
    expect(checked).toEqual(["one"]);
    expect(pair().source.check).toBeUndefined();
  });

  it("keeps resuming only where it can", () => {
    expect(pair({ resume: "none" }).source.capabilities.resume).toBe("none");
  });

  it("keeps partitions where each record is made of one, and reads the one that is asked for", async () => {
    const { source } = sourceOf(rows(1));
    const divided: Source<Row> = {
      ...source,
      capabilities: { ...source.capabilities, partitions: true },
      partitions: async () => ["odd", "even"],
      async *read({ partition = "all" }) {
        yield { records: rows(...{ odd: [1, 3], even: [2], all: [1, 2, 3] }[partition as "odd"]), cursor: 1 };
      },
    };
    const combined = combine(divided, source);
    const isKept = name === "mapSource" || name === "joinSource";
    expect(combined.capabilities.partitions).toBe(isKept);
    expect(await combined.partitions?.(context())).toEqual(isKept ? ["odd", "even"] : undefined);
    if (isKept) expect(await recordsOf(combined, { partition: "even" })).toEqual([expect.objectContaining({ id: 2 })]);
  });

  it("says what the source asks a database where the fields keep their names", () => {
    const query = () => ({ dialect: "sqlite", text: "select 1", client: query }) as const;
    const { source } = sourceOf(rows(1));
    const keeps = name === "joinSource" || name.startsWith("dedupeSource");
    expect(combine({ ...source, query }, source).query?.()).toEqual(keeps ? query() : undefined);
  });

  it("names the snapshot that all sources share, and hands its token on", async () => {
    const snapshot = snapshotOf("now");
    const tokens = new Set<unknown>();
    const seeing = (): Source<Row> => ({
      ...sourceOf(rows(1), { before: (_page, { snapshot }) => void tokens.add(snapshot) }).source,
      snapshot,
    });
    const source = combine(seeing(), seeing());
    expect(source.snapshot).toBe(snapshot);
    await pagesOf(source, { snapshot: "now" });
    expect([...tokens]).toEqual(["now"]);
  });
});

describe("mapSource", () => {
  it("makes one record of each, and keeps the cursor, the count and the resuming", async () => {
    const source = mapSource(sourceOf(rows(1, 2, 3), { count: 3 }).source, ({ id }) => ({ number: id * 2 }));
    expect(await pagesOf(source)).toEqual([
      { records: [{ number: 2 }, { number: 4 }], cursor: 2 },
      { records: [{ number: 6 }], cursor: 3 },
    ]);
    expect(await recordsOf(source, { after: 2 })).toEqual([{ number: 6 }]);
    expect(await source.count?.(context())).toBe(3);
  });

  it("refuses a map that gives no record, or a promise of one", async () => {
    for (const change of [() => undefined, () => null, () => [], async () => ({})]) {
      const error = await failing(recordsOf(mapSource(sourceOf(rows(1)).source, change as () => object)));
      expect(error.code).toBe("SOURCE_CONTRACT");
    }
  });
});

describe("renameFields", () => {
  it("renames fields where they stand, in swaps too, and leaves absent ones absent", () => {
    const rename = renameFields({ a: "b", b: "a", c: "__proto__", absent: "there" });
    expect(JSON.stringify(rename({ x: 0, a: 1, b: 2, c: 3 }))).toBe('{"x":0,"b":1,"a":2,"__proto__":3}');
  });

  it("refuses to hide a field", async () => {
    expect(refused(() => renameFields({ a: "c", b: "c" })).code).toBe("CONFIG_INVALID");
    const error = refused(() => renameFields({ a: "b" })({ a: "secret-1", b: "secret-2" }));
    expect(error.code).toBe("SOURCE_CONTRACT");
    expect(error.message).toContain('"b"');
    expect(error.message).not.toContain("secret");
  });
});

describe("joinSource", () => {
  const titles = new Map([
    [1, "one"],
    [2, "two"],
    [3, "three"],
  ]);
  const join = (records: readonly { id: number; ref?: number | null }[], more: object = {}) => {
    const asked: (readonly number[])[] = [];
    const { source, seen } = sourceOf(records);
    const joined = joinSource(source, {
      key: ({ ref }) => ref,
      lookup: (keys: readonly number[]) => {
        asked.push(keys);
        return new Map([...titles].filter(([key]) => keys.includes(key)));
      },
      as: "title",
      ...more,
    });
    return { joined, asked, seen };
  };

  it("looks the keys of a page up together, each once, and none when there are none", async () => {
    const records = [
      { id: 0, ref: 2 },
      { id: 1, ref: 2 },
      { id: 2, ref: 1 },
      { id: 3, ref: 3 },
      { id: 4, ref: null },
      { id: 5 },
    ];
    const { joined, asked } = join(records);
    const expected = [
      { id: 0, ref: 2, title: "two" },
      { id: 1, ref: 2, title: "two" },
      { id: 2, ref: 1, title: "one" },
      { id: 3, ref: 3, title: "three" },
      { id: 4, ref: null, title: null },
      { id: 5, title: null },
    ];
    expect(await recordsOf(joined)).toEqual(expected);
    expect(asked).toEqual([[2], [1, 3]]);
    for (const reading of await everyResume(joined)) expect(reading).toEqual(expected);
  });

  it("ends on a key without a value, or makes it null when that was chosen", async () => {
    const error = await failing(recordsOf(join([{ id: 0, ref: 77_177 }]).joined));
    expect(error.code).toBe("SOURCE_CONTRACT");
    expect(error.message).not.toContain("77");
    const [record] = await recordsOf(join([{ id: 0, ref: 77_177 }], { missing: "null" }).joined);
    expect(record).toEqual({ id: 0, ref: 77_177, title: null });
  });

  it("refuses what would be a silent null: keys of another type, no Map; and a field that would be hidden", async () => {
    const oneTwo = { missing: "null", lookup: () => new Map([["2", "two"]]) };
    for (const more of [oneTwo, { lookup: () => ({ 2: "two" }) }, { as: "id" }]) {
      const { joined, seen } = join([{ id: 0, ref: 2 }], more);
      expect((await failing(recordsOf(joined))).code).toBe("SOURCE_CONTRACT");
      expect(seen.closed).toBe(1);
    }
    for (const more of [{ as: "" }, { missing: "drop" }])
      expect(refused(() => join([], more)).code).toBe("CONFIG_INVALID");
  });

  it("stops waiting for a lookup when the read is aborted, and closes the source", async () => {
    const stop = new AbortController();
    const { joined, seen } = join([{ id: 0, ref: 2 }], {
      lookup: () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    expect((await failing(recordsOf(joined, { signal: stop.signal }))).code).toBe("ABORTED");
    expect(seen.closed).toBe(1);
  });

  it("is read again after a lookup that failed on the way, without repeating a record", async () => {
    let failures = 1;
    const { source } = sourceOf(notes(25));
    const joined = joinSource(source, {
      key: ({ id }) => id,
      lookup: (ids: readonly number[]) => {
        if (ids.includes(10) && failures-- > 0)
          throw new PortmanteauError("SOURCE_UNAVAILABLE", "Later.", { retryable: true });
        return new Map(ids.map((id) => [id, `secret ${id}`]));
      },
      as: "password",
    });
    const { exporter } = exporterOf([noteDataset("a", joined)]);
    const to = new Collecting();
    const report = await exporter.export(request, { to, ...fixed });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1 });
    expect(jsonAt(entriesOf(to.bytes), "data/a.json")).toEqual(notes(25));
  });

  it("claims no one moment for what comes from two places", async () => {
    const snapshot = snapshotOf("now");
    const source: Source = { ...sourceOf(notes(2)).source, snapshot };
    const joined = joinSource(source as Source<object>, { key: () => null, lookup: () => new Map(), as: "password" });
    const consistency = async (...sources: Source[]) => {
      const datasets = sources.map((source, index) => noteDataset(`d${index}`, source));
      return (await exporterOf(datasets).exporter.export(request, { to: new Collecting() })).consistency;
    };
    expect(await consistency(source, source)).toBe("snapshot");
    expect(await consistency(source, joined)).toBe("none");
    expect(await consistency(joined)).toBe("none");
  });
});

describe("mergeSources", () => {
  it("gives one source after the other, and counts their sum", async () => {
    const source = mergeSources([
      sourceOf(rows(3, 4, 9), { count: 3 }).source,
      sourceOf<Row>([], { count: 0 }).source,
      sourceOf(rows(1), { count: 1 }).source,
    ]);
    expect(await recordsOf(source)).toEqual(rows(3, 4, 9, 1));
    expect(await source.count?.(context())).toBe(4);
    for (const reading of await everyResume(source)) expect(reading).toEqual(rows(3, 4, 9, 1));
  });

  it("merges in order, of equals the first source first, whatever the pages, and resumes from every cursor", async () => {
    const table = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(table, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        async (all, n) => {
          const tables = all.map((ids, from) =>
            ids.sort((a, b) => a - b).map((id): Row => ({ id, from: `source ${from}` })),
          );
          const expected = tables.flat().sort((a, b) => a.id - b.id); // sort is stable
          const source = mergeSources(
            tables.map((table) => sourceOf(table).source),
            byId,
          );
          const pages = await pagesOf(source, { pageRecords: n });
          expect(pages.flatMap(({ records }) => records)).toEqual(expected);
          for (const { records } of pages.slice(0, -1)) expect(records).toHaveLength(n);
          for (const reading of await everyResume(source)) expect(reading).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("loses and repeats nothing when rows come and go between two readings", async () => {
    const one = [1, 3, 5, 7, 9].map((id) => ({ id, from: "one" }));
    const other = [2, 4, 6, 8].map((id) => ({ id, from: "other" }));
    for (const given of [1, 2, 3, 4]) {
      const [a, b] = [[...one], [...other]];
      const source = mergeSources([keysetSource(a), keysetSource(b)], byId);
      const pages = await pagesOf(source, { pageRecords: 2 });
      const before = pages.slice(0, given).flatMap(({ records }) => records);
      a.splice(0, 1, { id: 0, from: "late" });
      a.push({ id: 3.5, from: "late" });
      b.splice(0, 1);
      const cursor = pages[given - 1]?.cursor as Cursor;
      const read = [...before, ...(await recordsOf(source, { pageRecords: 2, after: cursor }))];
      const throughout = [...one.slice(1), ...other.slice(1)];
      for (const row of throughout)
        expect(read.filter(({ id, from }) => id === row.id && from === row.from)).toHaveLength(1);
    }
  });

  it("ends where all that is left of a source was given before it was resumed", async () => {
    const [a, b] = [rows(5, 7), rows(1, 2, 3)];
    const source = mergeSources([keysetSource(a), keysetSource(b)], byId);
    const [first] = await pagesOf(source, { pageRecords: 4 });
    expect(first?.records).toEqual(rows(1, 2, 3, 5));
    a.pop();
    expect(await recordsOf(source, { pageRecords: 4, after: first?.cursor as Cursor })).toEqual([]);
  });

  it("orders by several keys, and texts by their bytes", async () => {
    const texts = ["Z", "a", "\uff5e", "\u{1f600}"]; // by UTF-16 the last two stand the other way round
    const list = (even: number) => texts.filter((_text, index) => index % 2 === even).map((text) => ({ text, n: 1 }));
    const options: MergeOptions<{ text: string; n: number }> = { order: ({ n, text }) => [n, text] };
    const source = mergeSources([sourceOf(list(0)).source, sourceOf(list(1)).source], options);
    expect((await recordsOf(source)).map(({ text }) => text)).toEqual(texts);
  });

  it("refuses a source that is not in the order, has a key twice, no key, or another type of key", async () => {
    const wrong: readonly [readonly unknown[], readonly unknown[]][] = [
      [[2, 1], []],
      [[1, 1], []],
      [[Number.NaN], []],
      [[null], []],
      [[[]], []],
      [[1], ["b"]],
      [[[1, "a"]], [[1]]],
    ];
    for (const [left, right] of wrong) {
      const [a, b] = [left, right].map((ids) => sourceOf(ids.map((id) => ({ id, private: "secret" }))));
      const source = mergeSources([a!.source, b!.source], { order: ({ id }) => id as number });
      const error = await failing(recordsOf(source));
      expect(error.code).toBe("SOURCE_CONTRACT");
      expect(error.message).not.toContain("secret");
      expect([a!.seen, b!.seen].every(({ opened, closed }) => opened === closed)).toBe(true);
    }
  });

  it("refuses a source that leaves its order after a resume, too", async () => {
    const source = mergeSources([sourceOf(rows(1, 2, 9, 3)).source], byId);
    const [first] = await pagesOf(mergeSources([sourceOf(rows(1, 2)).source], byId), { pageRecords: 1 });
    const cursor = first?.cursor as Cursor;
    expect((await failing(recordsOf(source, { after: cursor }))).code).toBe("SOURCE_CONTRACT");
  });

  it("holds one page in all, however many sources there are", async () => {
    const asked: number[] = [];
    const sources = [1, 2, 3, 4].map(
      (id) => sourceOf(rows(id), { before: (_page, { pageRecords }) => void asked.push(pageRecords) }).source,
    );
    await pagesOf(mergeSources(sources, byId), { pageRecords: 20 });
    expect(asked).toEqual([5, 5, 5, 5]);
  });

  it("refuses a cursor that it did not make, and a source that gives none", async () => {
    const pair = [sourceOf(rows(1)).source, sourceOf(rows(2)).source];
    for (const after of [7, [9, 1], ["0", 1], [0], [{}, {}, {}], [1, 2, 3], [{ key: [] }, {}]] as Cursor[]) {
      expect((await failing(recordsOf(mergeSources(pair), { after }))).code).toBe("SOURCE_CONTRACT");
      expect((await failing(recordsOf(mergeSources(pair, byId), { after }))).code).toBe("SOURCE_CONTRACT");
    }
    const mute: Source<Row> = {
      ...pair[0]!,
      async *read() {
        yield { records: rows(1) };
      },
    };
    for (const source of [mergeSources([mute]), mergeSources([mute], byId), dedupeSource(mute, { key: () => 1 })])
      expect((await failing(recordsOf(source))).code).toBe("SOURCE_CONTRACT");
  });

  it("refuses what it could not do: no source, two snapshots, attachments in an order", () => {
    const { source } = sourceOf(rows(1));
    const withFiles: Source<Row> = { ...source, capabilities: { ...source.capabilities, attachments: true } };
    const [now, then] = [snapshotOf("now"), snapshotOf("then")].map((snapshot) => ({ ...source, snapshot }));
    const refusals = [
      () => mergeSources([]),
      () => mergeSources([now!, then!]),
      () => mergeSources([source, withFiles]),
      () => mergeSources([withFiles, withFiles], byId),
      () => dedupeSource(withFiles, { key: () => 1 }),
      () => dedupeSource(source, { key: () => 1, maxKeys: 0 }),
    ];
    for (const refusal of refusals) expect(refused(refusal).code).toBe("CONFIG_INVALID");
    expect(mergeSources([withFiles, withFiles]).capabilities.attachments).toBe(true);
  });

  it("gives the token only to sources that named the snapshot, and claims no one moment then", async () => {
    const tokens: unknown[] = [];
    const before = (_page: number, { snapshot }: ReadContext) => void tokens.push(snapshot);
    const frozen = { ...sourceOf(rows(1), { before }).source, snapshot: snapshotOf("now") };
    const merged = mergeSources([frozen, sourceOf(rows(2), { before }).source]);
    await pagesOf(merged, { snapshot: "now" });
    expect(tokens).toEqual(["now", undefined]);
    expect(merged.consistency).toBe("mixed");
    expect(mergeSources([frozen, frozen]).consistency).toBeUndefined();
    expect(mergeSources([{ ...frozen, consistency: "mixed" }, frozen]).consistency).toBe("mixed");
  });

  it("is exported like any other source, in the same bytes as one that was never divided", async () => {
    const all = notes(35);
    const parts = [all.filter(({ id }) => id % 3 === 0), all.filter(({ id }) => id % 3 > 0)];
    const bytes = async (source: Source<{ id: number }>) => {
      const { exporter } = exporterOf([noteDataset("a", { ...source, name: "same" } as Source)]);
      const to = new Collecting();
      const { datasets } = await exporter.export(request, { to, ...fixed });
      expect(datasets[0]?.outcome).toBe("complete");
      return to.bytes;
    };
    let faults = 2;
    const before = (page: number) => {
      if (page % 4 === 3 && faults-- > 0)
        throw new PortmanteauError("SOURCE_UNAVAILABLE", "Later.", { retryable: true });
    };
    const merged = mergeSources(
      parts.map((part) => sourceOf(part, { count: part.length, before }).source),
      byId,
    );
    const whole = sourceOf(all, { count: 35 }).source;
    expect((await bytes(merged)).equals(await bytes(whole))).toBe(true);
    expect(faults).toBeLessThan(2);
  });
});

describe("dedupeSource", () => {
  const twice = rows(1, 1, 1, 2, 3, 3, 4, 4);
  const key = ({ id }: Row) => id;

  it("leaves out neighbours with the same key, across pages and resumes", async () => {
    const source = dedupeSource(sourceOf(twice).source, { key });
    expect(await recordsOf(source)).toEqual(rows(1, 2, 3, 4));
    for (const reading of await everyResume(source)) expect(reading).toEqual(rows(1, 2, 3, 4));
    expect(await recordsOf(dedupeSource(sourceOf(rows(1, 2, 1)).source, { key }))).toEqual(rows(1, 2, 1));
  });

  it("remembers keys up to a limit, beyond which it fails instead of forgetting", async () => {
    const mixedUp = rows(1, 2, 1, 3, 2, 4);
    const source = dedupeSource(sourceOf(mixedUp).source, { key, maxKeys: 4 });
    expect(await recordsOf(source)).toEqual(rows(1, 2, 3, 4));
    expect(source.capabilities.resume).toBe("none");
    const error = await failing(recordsOf(dedupeSource(sourceOf(mixedUp).source, { key, maxKeys: 3 })));
    expect(error.code).toBe("SOURCE_FAILED");
  });

  it("tells 1 from the text, and gives no page without a record", async () => {
    const texts = [{ id: 1 }, { id: "1" }, { id: "1" }, { id: "1" }];
    const source = dedupeSource(sourceOf(texts).source, { key: ({ id }) => id });
    const pages = await pagesOf(source);
    expect(pages.map(({ records }) => records)).toEqual([texts.slice(0, 2)]);
  });

  it("keeps no count, for nobody can know it beforehand", () => {
    const source = dedupeSource(sourceOf(twice, { count: 8 }).source, { key });
    expect(source.capabilities.count).toBe(false);
    expect(source.count).toBeUndefined();
  });
});
