import fc from "fast-check";
import {
  type ExporterConfig,
  type JsonValue,
  type Page,
  type RecordSchema,
  type Snapshot,
  type Source,
  type Spool,
  type Spooled,
  verifyBundle,
} from "portmanteau";
import { localSpool } from "portmanteau/spools/local";
import { describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  gone,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  request,
  wait,
} from "../support/exporting.ts";
import { partitionedSource } from "../support/partitions.ts";
import { elementsOf, exportedSet } from "../support/split.ts";

expectNoUnhandledRejection();

const schema: RecordSchema = {
  ...noteSchema,
  properties: {
    ...noteSchema.properties,
    friend: { type: "string", "x-privacy": { thirdParty: "redact" } },
    at: { type: "string", format: "date-time" },
    place: { type: "string" },
  },
};
const facts = { schema, primaryKey: ["/id"], timeField: "/at" };

/** Records of which some are invalid, some too long for the page, with times in no order, and fields that are dropped. */
const mixed = (count: number, invalid: (id: number) => boolean = (id) => id % 7 === 3) =>
  notes(count).map((note) => ({
    ...note,
    text: invalid(note.id) ? 5 : note.id % 3 === 2 ? "long ".repeat(6_000) : `"${note.text}",\r\n`,
    friend: `friend ${note.id % 4}`,
    at: new Date(Date.UTC(2025, 0, 1 + ((note.id * 37) % 100))),
    place: "Zürich 😀",
    unknown: note.id,
  }));

/** A spool that knows which of its streams nobody gave back before it was closed. */
function watchedSpool(): { readonly spool: () => Spool; left(): readonly string[] } {
  const open = localSpool({ memoryBytes: 2 ** 26, directory: emptyFolder() });
  const kept = new Set<string>();
  let left: readonly string[] = ["it was not closed"];
  const spool = (): Spool => {
    const inner = open();
    return {
      async create(name) {
        const writer = await inner.create(name);
        kept.add(name);
        const seal = async (): Promise<Spooled> => {
          const sealed = await writer.seal();
          const discard = () => {
            kept.delete(name);
            return sealed.discard();
          };
          return { bytes: sealed.bytes, read: () => sealed.read(), discard };
        };
        return { write: (bytes) => writer.write(bytes), discard: () => writer.discard(), seal };
      },
      close() {
        left = [...kept];
        return inner.close();
      },
    };
  };
  return { spool, left: () => left };
}

const dataset = (source: Source) => noteDataset("notes", source, facts);
const texts = (entries: ReadonlyMap<string, Buffer>) => [...entries].map(([path, text]) => [path, text.toString()]);

describe("a dataset in several partitions", () => {
  it("is the same files as one read gives, whatever the partitions, the empty ones and the invalid records", async () => {
    const sizes = fc.array(fc.oneof(fc.constant(0), fc.nat(4), fc.nat(40)), { minLength: 1, maxLength: 6 });
    const invalid = fc.constantFrom<(id: number) => boolean>(
      () => false,
      () => true,
      (id) => id % 7 === 3,
      (id) => id < 9,
    );
    await fc.assert(
      fc.asyncProperty(sizes, invalid, fc.constantFrom(0, 3, 10), async (sizes, isInvalid, previewRecords) => {
        const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));
        const records = mixed(ends.pop() as number, isInvalid);
        const config = { previewRecords, lanes: 3 };
        const divided = await exported([dataset(partitionedSource(records, ends).source)], config);
        const whole = await exported([dataset({ ...controlledSource(records).source, name: "partitioned" })], config);
        expect(texts(divided.entries)).toEqual(texts(whole.entries));
        expect(divided.report.findings).toEqual(whole.report.findings);
        expect(divided.report.datasets[0]?.records).toEqual(whole.report.datasets[0]?.records);
      }),
      { numRuns: 40 },
    );
  });

  it("is sound to the last byte", async () => {
    const { zip, report } = await exported([dataset(partitionedSource(mixed(95), [20, 20, 64]).source)]);
    expect(report.datasets[0]?.records).toEqual({ read: 95, written: 81, quarantined: 14, expected: null });
    const verification = verifyBundle(zip);
    const findings = [];
    for await (const finding of verification) findings.push(finding);
    expect([findings, (await verification.summary()).sound]).toEqual([[], true]);
  });

  it("is the same zip as a dataset without partitions when there is one only", async () => {
    const divided = await exported([dataset(partitionedSource(mixed(50), []).source)]);
    const whole = await exported([dataset({ ...controlledSource(mixed(50)).source, name: "partitioned" })]);
    expect(divided.sha256).toBe(whole.sha256);
  });

  describe("gives the same zip", () => {
    const digest = async (config: Partial<ExporterConfig>, before?: (at: number) => void | Promise<void>) => {
      const sources = [41, 100, 7].map((count) =>
        partitionedSource(mixed(count), [5, 5, 6], { before: (_, at) => before?.(at) }),
      );
      return (
        await exported(
          sources.map(({ source }, index) => noteDataset(`d${index}`, source, facts)),
          config,
        )
      ).sha256;
    };
    const first = digest({ lanes: 1 });
    for (const [what, config, before] of [
      ["with 4 lanes", { lanes: 4 }, undefined],
      ["with 16 lanes and partitions that end in any order", { lanes: 16 }, () => wait(Math.random() * 5)],
      ["with 2 lanes and the first partition last", { lanes: 2 }, (at: number) => wait(at < 5 ? 30 : 0)],
      ["with pages of 1", { lanes: 3, pageRecords: 1 }, undefined],
      ["with pages of 1,000", { pageRecords: 1_000 }, undefined],
      ["from a spool in memory", { spool: localSpool({ memoryBytes: 2 ** 26, directory: emptyFolder() }) }, undefined],
    ] as const) {
      it(what, async () => {
        expect(await digest(config, before)).toBe(await first);
      });
    }
    it("when reading fails and is taken up again", async () => {
      let calls = 0;
      const sometimes = () => {
        if (++calls % 4 === 0) throw gone();
      };
      expect(await digest({ lanes: 3 }, sometimes)).toBe(await first);
      expect(calls).toBeGreaterThan(20);
    });
  });

  it("is read in as many lanes as there are, and none is idle while a partition waits", async () => {
    const { source, seen } = partitionedSource(notes(200), [30, 60, 90, 120, 150], { before: () => wait(2) });
    await exported([noteDataset("notes", source)], { lanes: 3 });
    expect([seen.most, seen.opened, seen.closed]).toEqual([3, 6, 6]);
  });

  it("has its partitions read before the next dataset is begun", async () => {
    const order: string[] = [];
    const datasets = ["a", "b"].map((name) => {
      const { source } = partitionedSource(notes(4), [1, 2, 3], { before: () => void order.push(`${name} is read`) });
      const count = async () => {
        order.push(`${name} is counted`);
        return 4;
      };
      return noteDataset(name, { ...source, capabilities: { ...source.capabilities, count: true }, count });
    });
    await exported(datasets, { lanes: 1 });
    const steps = order.filter((step, index) => step !== order[index - 1]);
    expect(steps).toEqual(["a is counted", "a is read", "b is counted", "b is read"]);
  });

  it("tells of its pages with the number of records read so far, of all partitions", async () => {
    const { events } = await exported([noteDataset("notes", partitionedSource(notes(40), [10, 20, 30]).source)]);
    const pages = events.flatMap((event) => (event.type === "page" ? [event.read] : []));
    expect(pages).toEqual([10, 20, 30, 40]);
    expect(events.find(({ type }) => type === "datasetEnded")).toMatchObject({ read: 40, outcome: "complete" });
  });

  it("is counted as a whole, once, and is complete when the partitions give as many together", async () => {
    const { source } = partitionedSource(notes(40), [10, 20], { count: 40 });
    const asked: unknown[] = [];
    const counted: Source = {
      ...source,
      count: async ({ partition }) => {
        asked.push(partition);
        return 40;
      },
    };
    const { report } = await exported([noteDataset("notes", counted)]);
    expect([report.datasets[0]?.outcome, asked]).toEqual(["complete", [undefined]]);
  });

  it("is not complete when the partitions give more or fewer records than were counted", async () => {
    for (const count of [39, 41]) {
      const { source } = partitionedSource(notes(40), [10, 20], { count });
      const { exporter, spooled } = exporterOf([noteDataset("notes", source)]);
      const error = await failing(exporter.export(request, { to: new Collecting() }));
      expect([error.code, error.report?.datasets[0]?.records.read, spooled()]).toEqual(["INCOMPLETE", 40, []]);
    }
  });

  it("promises one moment only under a snapshot that all its reads share", async () => {
    const snapshot: Snapshot = { open: async () => ({ token: 7, close: async () => {} }) };
    const source = { ...partitionedSource(notes(9), [3]).source, consistency: "dataset" } as const;
    const one = { ...partitionedSource(notes(9), []).source, consistency: "dataset" } as const;
    const consistencyOf = async (source: Source) => (await exported([noteDataset("notes", source)])).report.consistency;
    expect(await consistencyOf(source)).toBe("none");
    expect(await consistencyOf({ ...source, snapshot })).toBe("snapshot");
    expect(await consistencyOf(one)).toBe("per-dataset");
  });

  it("is cut into several zips as any other", async () => {
    const records = notes(3_000).map((note) => ({ ...note, text: Math.sin(note.id).toString().repeat(8) }));
    const { source } = partitionedSource(records, [1_000, 1_500]);
    const { parts } = await exportedSet([noteDataset("notes", source)], 65_536, { pageRecords: 500 });
    expect(parts.length).toBeGreaterThan(1);
    expect(elementsOf(parts, "data/notes.json")).toEqual(records);
  });
});

describe("a partition", () => {
  it("reaches the source as it is after a journey as JSON", async () => {
    const { source } = partitionedSource(notes(2), []);
    const given: unknown[] = [];
    const made: Source = {
      ...source,
      partitions: async () => [new Date(0), { from: 1, to: undefined, at: null }] as unknown as JsonValue[],
      async *read({ partition }): AsyncGenerator<Page> {
        given.push(partition);
        yield { records: [], cursor: 0 };
      },
    };
    await exported([noteDataset("notes", made)], { lanes: 1 });
    expect(given).toEqual(["1970-01-01T00:00:00.000Z", { from: 1, at: null }]);
  });

  it("that breaks off is read on after its last page, and the others are not touched", async () => {
    let broken = false;
    const { source, seen } = partitionedSource(notes(60), [20, 40], {
      before: (_, at) => {
        if (at !== 30 || broken) return;
        broken = true;
        throw gone();
      },
    });
    const { report, entries } = await exported([noteDataset("notes", source)], { lanes: 1 });
    expect(seen.reads.map(({ partition, after }) => [(partition as { part: number }).part, after])).toEqual([
      [0, undefined],
      [1, undefined],
      [1, 30],
      [2, undefined],
    ]);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1 });
    expect(report.findings.map(({ code }) => code)).toEqual(["READ_RESUMED"]);
    expect(jsonAt(entries, "data/notes.json")).toEqual(notes(60));
  });

  it("of a source that cannot go on is read again from its own start", async () => {
    let broken = false;
    const { source, seen } = partitionedSource(notes(60), [20, 40], {
      resume: "none",
      before: (_, at) => {
        if (at !== 30 || broken) return;
        broken = true;
        throw gone();
      },
    });
    const { report, entries } = await exported([noteDataset("notes", source)], { lanes: 1 });
    expect(seen.opened).toBe(4);
    expect(report.findings.map(({ code }) => code)).toEqual(["READ_RESTARTED"]);
    expect(jsonAt(entries, "data/notes.json")).toEqual(notes(60));
  });

  const unreadable = (part: number) => ({
    before: ({ partition }: { readonly partition?: unknown }) => {
      if ((partition as { part: number }).part === part) throw new Error("no such table");
    },
  });

  it("that fails fails the dataset, and none is begun after it", async () => {
    const { source, seen } = partitionedSource(notes(60), [20, 40], unreadable(1));
    const { exporter, spooled } = exporterOf([noteDataset("notes", source)], { lanes: 1 });
    const to = new Collecting();
    const error = await failing(exporter.export(request, { to }));
    expect([error.code, error.context.dataset, error.report?.datasets[0]?.outcome]).toEqual([
      "SOURCE_FAILED",
      "notes",
      "partial",
    ]);
    expect([seen.opened, seen.closed, spooled(), to.ended]).toEqual([2, 2, [], false]);
  });

  it("that fails leaves what the others gave when partial delivery is asked for", async () => {
    const { source } = partitionedSource(notes(60), [20, 40], unreadable(1));
    const { report, entries } = await exported([noteDataset("notes", source)], { onFailure: "deliver-partial" });
    expect(report.datasets[0]).toMatchObject({ outcome: "partial", error: "SOURCE_FAILED", records: { read: 40 } });
    expect(jsonAt(entries, "data/notes.json")).toEqual([...notes(20), ...notes(60).slice(40)]);
  });

  it("is failed with the dataset when none could be read", async () => {
    const { source } = partitionedSource(notes(60), [20, 40], { before: () => Promise.reject(new Error("gone")) });
    const { report, entries } = await exported([noteDataset("notes", source)], { onFailure: "deliver-partial" });
    expect(report.datasets[0]).toMatchObject({ outcome: "failed", records: { read: 0 }, files: [] });
    expect(entries.has("data/notes.json")).toBe(false);
  });

  it("with a record of somebody else stops all the others at once, and says where the record is", async () => {
    const records = notes(60).map((note) => (note.id === 43 ? { ...note, owner: "u2" } : note));
    const { source, seen } = partitionedSource(records, [20, 40], {
      before: ({ signal, partition }) =>
        (partition as { part: number }).part === 2
          ? undefined
          : new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))),
    });
    const { exporter, spooled } = exporterOf([noteDataset("notes", source)], { lanes: 3 });
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, error.context]).toEqual([
      "SUBJECT_MISMATCH",
      { dataset: "notes", partition: 2, recordIndex: 3, pointer: "/owner" },
    ]);
    expect(error.message).toContain('Record 3 of partition 2 of dataset "notes"');
    expect([seen.opened, seen.closed, spooled()]).toEqual([3, 3, []]);
  });

  it("with a record that may not be invalid says where it is", async () => {
    const records = notes(60).map((note) => (note.id === 25 ? { ...note, text: 5 } : note));
    const { source } = partitionedSource(records, [20, 40]);
    const { exporter } = exporterOf([noteDataset("notes", source, { onInvalid: "fail" })]);
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, error.context]).toEqual(["RECORD_INVALID", { dataset: "notes", partition: 1, recordIndex: 5 }]);
  });

  for (const lanes of [1, 2, 4]) {
    it(`is closed with all the others when the export is aborted, in ${lanes} lanes`, async () => {
      const stop = new AbortController();
      const { source, seen } = partitionedSource(notes(400), [100, 200, 300], {
        before: (_, at) => (at >= 50 ? stop.abort() : wait(1)),
      });
      const { exporter, spooled } = exporterOf([noteDataset("notes", source)], { lanes });
      const error = await failing(exporter.export(request, { to: new Collecting(), signal: stop.signal }));
      expect([error.code, seen.opened - seen.closed, spooled()]).toEqual(["ABORTED", 0, []]);
      expect(seen.opened).toBeLessThanOrEqual(lanes);
    });
  }
});

describe("the partitions that a source gives", () => {
  const dividing = (partitions: () => unknown) => {
    const { source, seen } = partitionedSource(notes(9), [3]);
    return { source: { ...source, partitions: partitions as NonNullable<Source["partitions"]> }, seen };
  };
  const circle: unknown[] = [];
  circle.push(circle);
  for (const [what, given] of [
    ["no list", { 0: 1 }],
    ["an empty list", []],
    ["more than 256", Array.from({ length: 257 }, (_, index) => index)],
    ["what JSON cannot say", [1, undefined]],
    ["a BigInt", [1n]],
    ["a circle", [circle]],
    ["the same twice", [{ from: 1 }, { from: 2 }, { from: 1 }]],
  ] as const) {
    it(`are refused when they are ${what}, and nothing is read`, async () => {
      const { source, seen } = dividing(async () => given);
      const { exporter } = exporterOf([noteDataset("notes", source)]);
      const error = await failing(exporter.export(request, { to: new Collecting() }));
      expect([error.code, error.context, seen.opened]).toEqual(["SOURCE_CONTRACT", { dataset: "notes" }, 0]);
    });
  }

  it("are asked for again after a retryable error, also one that is thrown at once", async () => {
    let asked = 0;
    const { source } = dividing(() => {
      if (++asked < 3) throw gone();
      return Promise.resolve([{ part: 0, from: 0, to: 9 }]);
    });
    const { report } = await exported([noteDataset("notes", source)]);
    expect([asked, report.datasets[0]?.outcome, report.datasets[0]?.retries]).toEqual([3, "complete", 2]);
  });

  it("may be given without a promise", async () => {
    const { source } = dividing(() => [{ part: 0, from: 0, to: 9 }]);
    expect((await exported([noteDataset("notes", source)])).report.datasets[0]?.outcome).toBe("complete");
  });

  it("are waited for no longer than for a page", async () => {
    const signals: AbortSignal[] = [];
    const { source, seen } = dividing(() => new Promise(() => {}));
    const hanging: Source = {
      ...source,
      partitions: (context) => {
        signals.push(context.signal);
        return source.partitions(context);
      },
    };
    const { exporter } = exporterOf([noteDataset("notes", hanging)], { pageTimeoutMs: 20 });
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, seen.opened, signals.map(({ aborted }) => aborted)]).toEqual([
      "SOURCE_TIMEOUT",
      0,
      [true, true, true],
    ]);
  });
});

describe("the spooled bytes of a partition", () => {
  it("are given back when they are in the zip, those of a quarantine when it is written anew", async () => {
    const { spool, left } = watchedSpool();
    await exported([dataset(partitionedSource(mixed(60), [20, 40]).source)], { spool });
    expect(left()).toEqual(["notes.quarantine.json"]);
  });

  it("are given back when the dataset failed, and others are delivered", async () => {
    const { spool, left } = watchedSpool();
    const { source } = partitionedSource(notes(60), [20, 40], { before: () => Promise.reject(new Error("gone")) });
    await exported([noteDataset("notes", source)], { spool, onFailure: "deliver-partial" });
    expect(left()).toEqual([]);
  });

  /** A spool whose stream of this name gives other bytes than it was given. */
  const changing = (name: string, change: (chunk: Uint8Array) => Uint8Array): (() => Spool) => {
    const spool = localSpool({ memoryBytes: 2 ** 26, directory: emptyFolder() });
    return () => {
      const inner = spool();
      return {
        close: () => inner.close(),
        async create(created) {
          const writer = await inner.create(created);
          if (created !== name) return writer;
          const seal = async (): Promise<Spooled> => {
            const sealed = await writer.seal();
            return {
              bytes: sealed.bytes,
              discard: () => sealed.discard(),
              async *read() {
                for await (const chunk of sealed.read()) yield change(chunk);
              },
            };
          };
          return { write: (bytes) => writer.write(bytes), discard: () => writer.discard(), seal };
        },
      };
    };
  };
  for (const name of ["notes.1.json", "notes.1.csv", "notes.1.quarantine.json"]) {
    for (const [what, change] of [
      ["changed", (chunk: Uint8Array) => chunk.with(chunk.length >> 1, (chunk[chunk.length >> 1] as number) ^ 1)],
      ["cut off", (chunk: Uint8Array) => chunk.subarray(0, -1)],
      ["longer", (chunk: Uint8Array) => Buffer.concat([chunk, Buffer.from("x")])],
    ] as const) {
      it(`are noticed when they are ${what}: ${name}`, async () => {
        const { source } = partitionedSource(mixed(60), [20, 40], { before: (_, at) => wait(at < 40 ? 0 : 30) });
        const { exporter } = exporterOf([dataset(source)], { spool: changing(name, change) });
        const to = new Collecting();
        const error = await failing(exporter.export(request, { to }));
        expect([error.code, to.ended]).toEqual(["SPOOL_CORRUPT", false]);
      });
    }
  }
});
