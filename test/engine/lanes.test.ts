import { createHook } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import type { ExportEvent, Source, Spool } from "portmanteau";
import { iterableSource } from "portmanteau/sources/iterable";
import { localSpool } from "portmanteau/spools/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pieceBytes } from "../../src/codec/text-buffer.ts";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  request,
  wait,
} from "../support/exporting.ts";

expectNoUnhandledRejection();
const warnings: string[] = [];
const warn = ({ name }: Error) => void warnings.push(name);
beforeAll(() => void process.on("warning", warn));
afterAll(() => {
  process.off("warning", warn);
  expect(warnings).not.toContain("MaxListenersExceededWarning"); // with many lanes
});

const large = (count: number, bytes: number) =>
  notes(count).map((note) => ({ ...note, text: randomBytes(bytes / 2).toString("hex") }));

describe("lanes", () => {
  for (const lanes of [1, 2, 3, 12]) {
    it(`read ${lanes} sources at once, and never more`, async () => {
      let reading = 0;
      let most = 0;
      const datasets = Array.from({ length: 24 }, (_, index) => {
        const { source } = controlledSource(notes(20), { before: () => wait(Math.random() * 6) });
        return noteDataset(`d${index}`, {
          ...source,
          async *read(context) {
            most = Math.max(most, ++reading);
            try {
              yield* source.read(context);
            } finally {
              reading--;
            }
          },
        });
      });
      await exported(datasets, { lanes });
      expect([most, reading]).toEqual([lanes, 0]);
    });
  }
  for (const lanes of [1, 2, 3]) {
    it(`of ${lanes} open twice as many datasets at most while the destination takes nothing`, async () => {
      // Each is far larger in the zip than what the streams on the way buffer, so the first is never released.
      const records = large(5, 400_000);
      const sources = Array.from({ length: 2 * lanes + 3 }, () => controlledSource(records));
      const stop = new AbortController();
      const { exporter, spooled } = exporterOf(
        sources.map(({ source }, index) => noteDataset(`d${index}`, source)),
        { lanes, compressionLevel: 1 },
      );
      let ended = 0;
      const exporting = failing(
        exporter.export(request, {
          to: new Writable({ highWaterMark: 1, write() {} }),
          signal: stop.signal,
          onEvent: ({ type }) => void (type === "datasetEnded" && ended++),
        }),
      );
      while (ended < 2 * lanes) await wait(10);
      await wait(100);
      expect(sources.filter(({ seen }) => seen.opened > 0).length).toBe(2 * lanes);
      stop.abort();
      expect((await exporting).code).toBe("ABORTED");
      expect([spooled(), sources.filter(({ seen }) => seen.opened !== seen.closed)]).toEqual([[], []]);
    });
  }

  it("stop all when one meets what is fatal", async () => {
    const slow = controlledSource(notes(1000), { before: () => wait(5) });
    const bad = controlledSource([{ id: 1, owner: "u2", text: "" }]);
    const late = controlledSource(notes(1));
    const { exporter } = exporterOf(
      [slow, bad, late].map(({ source }, index) => noteDataset(`d${index}`, source)),
      { lanes: 2 },
    );
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, error.context.dataset]).toEqual(["SUBJECT_MISMATCH", "d1"]);
    expect([slow.seen.closed, slow.seen.aborted, late.seen.opened]).toEqual([1, true, 0]);
    expect(slow.seen.pages).toBeLessThan(20);
  });
});

describe("a stream", () => {
  it("has a dataset's bytes before the next source has ended", async () => {
    let arrived: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const waiting = controlledSource(notes(50), { before: (page) => (page === 4 ? first : undefined) });
    const to = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (chunk.includes("data/a.csv")) arrived();
        done();
      },
    });
    const { exporter } = exporterOf([
      noteDataset("a", controlledSource(notes(50)).source),
      noteDataset("b", waiting.source),
    ]);
    // Were the bundle written only at the end, this would end in the test's own time limit.
    expect((await exporter.export(request, { to, ...fixed })).status).toBe("delivered");
  });

  it("that is slow is given nothing before it drains, and gets the same bytes as one that is fast", async () => {
    const datasets = () => [noteDataset("a", controlledSource(large20).source)];
    const large20 = large(20, 100_000);
    const chunks: Buffer[] = [];
    let waitingBytes = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(Buffer.from(chunk));
        waitingBytes = Math.max(waitingBytes, slow.writableLength - chunk.length);
        setTimeout(done, 2);
      },
    });
    const { exporter } = exporterOf(datasets());
    await exporter.export(request, { to: slow, ...fixed });
    expect(waitingBytes).toBe(0);
    expect(Buffer.concat(chunks).equals((await exported(datasets())).zip)).toBe(true);
  });
});

describe("back-pressure", () => {
  it("of a spool that is slow stops the source: what is read and not yet spooled stays bounded", async () => {
    const recordBytes = 100_000;
    const records = large(150, recordBytes);
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const inner = localSpool({ directory: emptyFolder() });
    const slow = (): Spool => {
      const spool = inner();
      return {
        create: async (name) => {
          const writer = await spool.create(name);
          return {
            seal: () => writer.seal(),
            discard: () => writer.discard(),
            write: async (bytes) => {
              await gate;
              await writer.write(bytes);
            },
          };
        },
        close: () => spool.close(),
      };
    };
    const { source, seen } = controlledSource(records, { before: () => {} });
    const { exporter } = exporterOf([noteDataset("a", source)], { spool: slow, pageRecords: 1 });
    const exporting = exporter.export(request, { to: new Collecting() });
    // Per stream: 4 pieces with zlib and the spool, one that is being filled; then the page that did not fit.
    const bound = Math.ceil((5 * pieceBytes) / recordBytes) + 1;
    for (let pages = -1; seen.pages < 2 || seen.pages > pages; await wait(250)) pages = seen.pages;
    expect(seen.pages).toBeLessThanOrEqual(bound);
    open();
    expect((await exporting).datasets[0]?.records.written).toBe(150);
  });

  it("of a spool that gives its bytes in any pieces, empty ones too, make the same bundle", async () => {
    const scattering = (): Spool => {
      const spool = localSpool()();
      return {
        close: () => spool.close(),
        async create(name) {
          const writer = await spool.create(name);
          return {
            write: (bytes) => writer.write(bytes),
            discard: () => writer.discard(),
            async seal() {
              const sealed = await writer.seal();
              return {
                bytes: sealed.bytes,
                discard: () => sealed.discard(),
                async *read() {
                  for await (const chunk of sealed.read()) {
                    yield Buffer.alloc(0).subarray(0); // node's CRC-32 of it is 0, whatever it continues
                    yield chunk.subarray(0, 3);
                    yield Buffer.alloc(0).subarray(0); // node's CRC-32 of it is 0, whatever it continues
                    yield chunk.subarray(3);
                  }
                },
              };
            },
          };
        },
      };
    };
    const bundles = await Promise.all(
      [{}, { spool: scattering }].map(async (options) => {
        const to = new Collecting();
        await exporterOf([noteDataset("a", controlledSource(notes(50)).source)], options).exporter.export(request, {
          to,
          ...fixed,
        });
        return to.bytes.toString("hex");
      }),
    );
    expect(bundles[1]).toEqual(bundles[0]);
  });

  it("costs promises by the page, and none by the record", async () => {
    const promisesFor = async (records: number) => {
      let promises = 0;
      const hook = createHook({ init: (_id, type) => void (type === "PROMISE" && promises++) });
      const pages = 10;
      const { exporter } = exporterOf([noteDataset("a", iterableSource({ records: () => notes(records) }))], {
        pageRecords: records / pages,
        lanes: 1,
      });
      hook.enable();
      await exporter.export(request, { to: new Collecting() });
      hook.disable();
      return promises;
    };
    await promisesFor(1_000);
    const [few, many] = [await promisesFor(1_000), await promisesFor(9_000)];
    expect(few).toBeGreaterThan(50); // the hook counts
    expect(many - few).toBeLessThan(200);
  });

  it("leaves other work of the process its turns, also with sources that never wait", async () => {
    let turns = 0;
    let working = true;
    const work = () => {
      turns++;
      if (working) setImmediate(work);
    };
    const turnsAtPage: number[] = [];
    const onEvent = ({ type }: ExportEvent) => {
      if (type === "datasetStarted") work();
      if (type === "page") turnsAtPage.push(turns);
    };
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3000)).source)], { pageRecords: 10 });
    await exporter.export(request, { to: new Collecting(), onEvent });
    working = false;
    expect(turnsAtPage).toHaveLength(300);
    expect(turnsAtPage.at(-1)).toBeGreaterThan(200);
  });

  it("leaves them within a page too, and stops there when it is told to", async () => {
    const stop = new AbortController();
    const read: number[] = [];
    let turns = 0;
    const work = () => {
      if (++turns === 20) stop.abort();
      else setImmediate(work);
    };
    const records = notes(50_000).map((note) => ({
      ...note,
      get id() {
        read.push(note.id);
        return note.id;
      },
    }));
    const source: Source = {
      ...controlledSource([]).source,
      async *read() {
        work();
        yield { records, cursor: 1 };
      },
    };
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const error = await failing(exporter.export(request, { to: new Collecting(), signal: stop.signal }));
    expect(error.code).toBe("ABORTED");
    expect(turns).toBe(20);
    expect(read.length).toBeLessThan(45_000);
  });
});
