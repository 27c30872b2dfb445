import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import type { Delivery, Destination, ExportEvent, ExporterConfig, PortmanteauError, Source, Spool } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  gone,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  recording,
  refused,
  request,
  wait,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

const pages = [0, 1, 2, 3, 4];

describe("a source that fails for good", () => {
  for (const page of pages) {
    it(`at page ${page} leaves a stream destroyed and not ended, and its neighbours closed`, async () => {
      const bad = controlledSource(notes(50), {
        before: (at) => {
          if (at === page) throw new Error("broken");
        },
      });
      const good = controlledSource(notes(50));
      const { exporter, spooled } = exporterOf([noteDataset("bad", bad.source), noteDataset("good", good.source)]);
      const to = new Collecting();
      const error = await failing(exporter.export(request, { to, ...fixed }));
      expect(error).toMatchObject({ code: "SOURCE_FAILED", context: { dataset: "bad" } });
      expect([to.destroyed, to.ended, spooled()]).toEqual([true, false, []]);
      expect([bad.seen.opened, bad.seen.closed, good.seen.opened - good.seen.closed]).toEqual([1, 1, 0]);
    });
  }
});

describe("a source that fails for a moment", () => {
  for (const resume of ["cursor", "none"] as const) {
    for (const page of pages) {
      it(`at page ${page} and resumes by "${resume}" gives the records and the bytes of an undisturbed run`, async () => {
        const undisturbed = await exported([noteDataset("a", controlledSource(notes(50), { resume }).source)]);
        let failures = 0;
        const { source, seen } = controlledSource(notes(50), {
          resume,
          before: (at) => {
            // Twice in a row, which is one less than the attempts.
            if (at >= page && failures < 2) {
              failures++;
              throw gone();
            }
          },
        });
        const { report, entries, sha256 } = await exported([noteDataset("a", source)]);
        expect(jsonAt(entries, "data/a.json")).toEqual(notes(50));
        expect(sha256).toBe(undisturbed.sha256);
        expect(report.datasets[0]).toMatchObject({
          outcome: "complete",
          retries: 2,
          records: { read: 50, written: 50 },
        });
        expect(report.findings.map(({ code }) => code)).toEqual([
          resume === "cursor" ? "READ_RESUMED" : "READ_RESTARTED",
        ]);
        expect([seen.opened, seen.closed]).toEqual([3, 3]);
      });
    }
  }

  it("keeps its attempts as long as pages come between the failures", async () => {
    let calls = 0;
    const { source } = controlledSource(notes(50), {
      before: () => {
        if (calls++ % 2 === 0) throw gone();
      },
    });
    const { report } = await exported([noteDataset("a", source)], { retry: { attempts: 2, baseDelayMs: 0 } });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 5 });
  });

  it("and lost a row that was deleted meanwhile is complete when a second count agrees", async () => {
    let counts = 0;
    const source: Source = { ...controlledSource(notes(3), { count: 4 }).source, count: async () => 4 - counts++ };
    const { report } = await exported([noteDataset("a", source)]);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 3, expected: 3 } });
  });

  for (const attempts of [1, 2, 4]) {
    it(`for ever is given up after ${attempts} attempts`, async () => {
      const { source, seen } = controlledSource(notes(50), {
        before: () => {
          throw gone();
        },
      });
      const { exporter } = exporterOf([noteDataset("a", source)], { retry: { attempts, baseDelayMs: 0 } });
      const error = await failing(exporter.export(request, { to: new Collecting() }));
      expect([error.code, error.retryable, seen.opened, seen.closed]).toEqual([
        "SOURCE_UNAVAILABLE",
        true,
        attempts,
        attempts,
      ]);
    });
  }

  it("at the same page for ever is given up, also by a source that starts again each time and so gives pages", async () => {
    const { source, seen } = controlledSource(notes(50), {
      resume: "none",
      before: (page) => {
        if (page % 4 === 3) throw gone();
      },
    });
    const { exporter } = exporterOf([noteDataset("a", source)], { retry: { attempts: 3, baseDelayMs: 0 } });
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, seen.opened, seen.closed]).toEqual(["SOURCE_UNAVAILABLE", 3, 3]);
  });

  it("while it counts is not said to have been read again", async () => {
    let counts = 0;
    const { source } = controlledSource(notes(3), { count: 3 });
    const count = async () => {
      if (counts++ === 0) throw gone();
      return 3;
    };
    const { report } = await exported([noteDataset("a", { ...source, count })]);
    expect(report.findings).toEqual([]);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1 });
  });

  it("inside a record is not retried, which would repeat the records before it", async () => {
    const lazy = {
      id: 3,
      get owner(): string {
        throw Object.assign(new Error("lazy"), { code: "ECONNRESET" });
      },
    };
    const { source, seen } = controlledSource([...notes(3), lazy]);
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect(error).toMatchObject({ code: "SOURCE_FAILED", context: { dataset: "a", recordIndex: 3 } });
    expect(seen.opened).toBe(1);
  });
});

describe("a destination", () => {
  const run = async (to: Destination) => {
    const sources = [controlledSource(notes(50)), controlledSource(notes(50))];
    const { exporter, spooled } = exporterOf(sources.map(({ source }, index) => noteDataset(`d${index}`, source)));
    const error = await failing(exporter.export(request, { to, ...fixed }));
    expect(spooled()).toEqual([]);
    for (const { seen } of sources) expect(seen.closed).toBe(seen.opened);
    expect(error.report).toMatchObject({ status: "failed", bundle: null });
    return error;
  };
  const size = async () => {
    const { zip } = await exported([0, 1].map((n) => noteDataset(`d${n}`, controlledSource(notes(50)).source)));
    return zip.length;
  };

  it("that is a stream and fails at byte n, whatever n, is destroyed and never ended", async () => {
    const bytes = await size();
    for (let failAfterBytes = 0; failAfterBytes < bytes; failAfterBytes += 463) {
      const to = new Collecting({ failAfterBytes });
      const { code } = await run(to);
      expect([code, to.destroyed, to.ended]).toEqual(["DELIVERY_FAILED", true, false]);
    }
  });

  it("that is a delivery and fails at byte n, whatever n, is aborted once and never committed", async () => {
    const bytes = await size();
    for (let limit = 0; limit < bytes; limit += 463) {
      const calls: string[] = [];
      let taken = 0;
      const { code } = await run({
        name: "mine",
        open: async () => ({
          write: async (chunk) => {
            if ((taken += chunk.length) > limit) throw new Error("no space");
          },
          commit: async () => void calls.push("commit"),
          abort: async ({ code }) => void calls.push(`abort ${code}`),
        }),
      });
      expect([code, calls]).toEqual(["DELIVERY_FAILED", ["abort DELIVERY_FAILED"]]);
    }
  });

  for (const step of ["open", "commit"] as const) {
    it(`that fails in ${step} fails the export with its error as the cause`, async () => {
      const cause = new Error("no");
      let aborted = 0;
      const refuse = async () => {
        throw cause;
      };
      const writer = { write: async () => {}, commit: refuse, abort: async () => void aborted++ };
      const error = await run({ name: "mine", open: step === "open" ? refuse : async () => writer });
      expect([error.code, error.cause, aborted]).toEqual(["DELIVERY_FAILED", cause, step === "open" ? 0 : 1]);
    });
  }

  it("that cannot be given up is named in the report, and the export still fails with its own error", async () => {
    const { source } = controlledSource(notes(5), {
      before: () => {
        throw new Error("zq7k");
      },
    });
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const delivery: Delivery = {
      name: "stuck",
      open: async () => ({
        write: async () => {},
        commit: async () => {},
        abort: async () => {
          throw new Error("zq7k");
        },
      }),
    };
    const error = await failing(exporter.export(request, { to: delivery }));
    expect([error.code, error.report?.findings.map(({ code }) => code)]).toEqual(["SOURCE_FAILED", ["CLEANUP_FAILED"]]);
    expect(JSON.stringify(error.report)).not.toContain("zq7k");
  });

  it("that closes without a word, as the response of a client that went away, fails the export", async () => {
    const to: Writable = new Writable({
      write: (_chunk, _encoding, done) => {
        to.destroy();
        done();
      },
    });
    expect((await run(to)).code).toBe("DELIVERY_FAILED");
    const destroyed = new Writable({ write: (_chunk, _encoding, done) => done() });
    destroyed.destroy();
    expect((await run(destroyed)).code).toBe("DELIVERY_FAILED");
  });

  it("that fails when it ends fails the export", async () => {
    const to = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => done(new Error("disk full")),
    });
    expect((await run(to)).code).toBe("DELIVERY_FAILED");
  });

  it("that is a web stream and fails is DELIVERY_FAILED, at a write and at the close", async () => {
    const no = () => Promise.reject(new Error("no"));
    expect((await run(new WritableStream({ write: no }))).code).toBe("DELIVERY_FAILED");
    expect((await run(new WritableStream({ close: no }))).code).toBe("DELIVERY_FAILED");
  });

  it("that is a web stream whose source fails is aborted and never closed", async () => {
    const calls: string[] = [];
    const to = new WritableStream<Uint8Array>({
      close: () => void calls.push("close"),
      abort: (reason: PortmanteauError) => void calls.push(reason.code),
    });
    const { source } = controlledSource(notes(30), {
      before: (at) => {
        if (at === 2) throw new Error("x");
      },
    });
    await failing(exporterOf([noteDataset("a", source)]).exporter.export(request, { to }));
    expect(calls).toEqual(["SOURCE_FAILED"]);
  });

  it("that is none is refused", async () => {
    for (const to of [undefined, null, "file.zip", {}, { name: "x" }]) {
      const { exporter } = exporterOf([noteDataset("a", controlledSource([]).source)]);
      const error = await failing(exporter.export(request, { to: to as never }));
      expect(error).toMatchObject({ code: "CONFIG_INVALID", context: { pointer: "/to" } });
    }
  });
});

describe("an abort", () => {
  const hang = () => new Promise<never>(() => {});
  const hangAfter = (stop: () => void) => {
    setTimeout(stop, 5);
    return hang();
  };
  const untilAborted = (signal: AbortSignal, _first?: unknown) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));

  /** Runs an export that is aborted when `stop` is called, and looks that nothing is left. */
  const run = async (make: (stop: () => void) => { source?: Source; to?: (folder: string) => Destination }) => {
    const folder = emptyFolder();
    const stop = new AbortController();
    const controlled = controlledSource(notes(50), { count: 50 });
    const { source = controlled.source, to = (at: string) => fileDelivery(join(at, "b.zip")) } = make(() =>
      stop.abort(),
    );
    const { exporter, spooled } = exporterOf([noteDataset("a", source)]);
    const { events, onEvent } = recording();
    const error = await failing(exporter.export(request, { to: to(folder), signal: stop.signal, onEvent }));
    expect([error.code, error.report?.status, events.at(-2)?.type]).toEqual(["ABORTED", "aborted", "failed"]);
    expect([readdirSync(folder), spooled()]).toEqual([[], []]);
    return error;
  };

  for (const honours of [true, false]) {
    it(`while a snapshot is opened is met at once by one that ${honours ? "honours" : "ignores and answers late"}`, async () => {
      const { source, seen } = controlledSource(notes(5));
      let closed = 0;
      const open = async (signal: AbortSignal) => {
        stopNow();
        if (honours) await untilAborted(signal);
        await wait(50);
        return { token: 1, close: async () => void closed++ };
      };
      let stopNow = () => {};
      await run((stop) => {
        stopNow = () => void setTimeout(stop, 5);
        return { source: { ...source, snapshot: { open } } };
      });
      expect([seen.opened, closed]).toEqual([0, honours ? 0 : 1]);
    });
  }

  // These two wait out the time a source has to close; they do so together.
  it.concurrent("while a snapshot hangs for ever is met when its time is up", async () => {
    await run((stop) => ({
      source: {
        ...controlledSource([]).source,
        snapshot: { open: () => hangAfter(stop) },
      },
    }));
  });

  it.concurrent("is met within seconds by a source that ignores it and hangs in next()", async () => {
    const error = await run((stop) => ({
      source: controlledSource(notes(50), { before: (at) => (at === 1 ? hangAfter(stop) : undefined) }).source,
    }));
    expect(error.report?.findings.map(({ code }) => code)).toEqual(["CLOSE_TIMED_OUT"]);
  });

  it("while a source counts is met, also by one that ignores it", async () => {
    const { source, seen } = controlledSource(notes(5), { count: 5 });
    let signalled = false;
    await run((stop) => ({
      source: {
        ...source,
        count: ({ signal }) => {
          signal.addEventListener("abort", () => (signalled = true));
          setTimeout(stop, 5);
          return hang();
        },
      },
    }));
    expect([signalled, seen.opened]).toEqual([true, 0]);
  });

  for (const page of pages) {
    it(`before page ${page} aborts the source's signal, which ends its query`, async () => {
      let seen: { opened: number; closed: number; aborted: boolean; pages: number } | undefined;
      await run((stop) => {
        const controlled = controlledSource(notes(50), {
          before: (at, { signal }) => (at === page ? untilAborted(signal, void setTimeout(stop, 1)) : undefined),
        });
        ({ seen } = controlled);
        return { source: controlled.source };
      });
      expect(seen).toEqual({ opened: 1, closed: 1, aborted: true, pages: page + 1 });
    });
  }

  it("while it waits for the next attempt does not wait it out", async () => {
    const stop = new AbortController();
    const { source } = controlledSource(notes(5), {
      before: () => {
        throw gone();
      },
    });
    const { exporter } = exporterOf([noteDataset("a", source)], { retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
    const onEvent = (event: ExportEvent) => void (event.type === "retry" && setTimeout(() => stop.abort(), 5));
    const error = await failing(exporter.export(request, { to: new Collecting(), signal: stop.signal, onEvent }));
    expect(error.code).toBe("ABORTED");
  });

  it("while the zip is written to a blocked stream is met at once, Node's and the web's", async () => {
    for (const block of [
      (stop: () => void) => new Writable({ highWaterMark: 1, write: () => void setTimeout(stop, 5) }),
      (stop: () => void) => new WritableStream<Uint8Array>({ write: () => hangAfter(stop) }),
      (stop: () => void) => new WritableStream<Uint8Array>({ close: () => hangAfter(stop) }),
    ])
      await run((stop) => ({ to: () => block(stop) }));
  });

  it("while a delivery opens too late gives back what it opened", async () => {
    let aborted = 0;
    const late = { write: hang, commit: hang, abort: async () => void aborted++ };
    const openLate = async (stop: () => void) => {
      stop();
      await wait(30);
      return late;
    };
    await run((stop) => ({
      to: () => ({ name: "late", open: () => openLate(stop) }),
    }));
    expect(aborted).toBe(1);
  });

  it("before a commit that can be undone delivers nothing; after one that cannot the export is a success", async () => {
    await run((stop) => ({
      to: () => new Writable({ write: (_chunk, _encoding, done) => done(), final: () => void setTimeout(stop, 1) }),
    }));
    const stop = new AbortController();
    let committed: Promise<void> | undefined;
    const abortAndWait = () => {
      stop.abort();
      return wait(20);
    };
    const delivery: Delivery = {
      name: "mine",
      open: async () => ({
        write: async () => {},
        commit: () => (committed = abortAndWait()),
        abort: async () => void (await committed),
      }),
    };
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(5)).source)]);
    const events: string[] = [];
    const report = await exporter.export(request, {
      to: delivery,
      signal: stop.signal,
      onEvent: ({ type }) => events.push(type),
    });
    expect([report.status, events.at(-2)]).toEqual(["delivered", "delivered"]);
  });

  it("after the end does nothing", async () => {
    const stop = new AbortController();
    const { report } = await exported(
      [noteDataset("a", controlledSource(notes(5)).source)],
      {},
      { signal: stop.signal },
    );
    stop.abort();
    expect(report.status).toBe("delivered");
  });
});

describe("a page that does not come in time", () => {
  it("is SOURCE_TIMEOUT, and tried again from the last cursor", async () => {
    const { source, seen } = controlledSource(notes(30), {
      before: (at, { signal }) =>
        at === 1 ? new Promise((_resolve, reject) => signal.addEventListener("abort", reject)) : undefined,
    });
    const { events, entries } = await exported([noteDataset("a", source)], { pageTimeoutMs: 60 });
    expect(events.filter(({ type }) => type === "retry")).toMatchObject([{ code: "SOURCE_TIMEOUT", resumed: true }]);
    expect(jsonAt(entries, "data/a.json")).toEqual(notes(30));
    expect([seen.opened, seen.closed]).toEqual([2, 2]);
  });

  it("again and again ends the export", async () => {
    const { source } = controlledSource(notes(30), {
      before: (_at, { signal }) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
    });
    const { exporter } = exporterOf([noteDataset("a", source)], { pageTimeoutMs: 20 });
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect(error).toMatchObject({ code: "SOURCE_TIMEOUT", retryable: true, context: { dataset: "a" } });
  });
});

describe("a foreign error that quotes a value", () => {
  const secret = "hunter2@secret.example";
  const fail = (): never => {
    throw Object.assign(new Error(`bad value ${secret}`), { code: secret, detail: secret, cause: new Error(secret) });
  };
  const reject = async () => fail();
  const source = controlledSource(notes(5), { count: 5 }).source;
  const spool = (more: object): (() => Spool) => {
    const sealed = { bytes: 1, read: async function* () {}, discard: async () => {} };
    const writer = { write: async () => {}, seal: async () => sealed, discard: async () => {}, ...more };
    return () => ({ create: async () => writer, close: async () => {}, ...more }) as unknown as Spool;
  };
  const to = (more: object): Delivery => ({
    name: "mine",
    open: async () => ({ write: async () => {}, commit: async () => {}, abort: async () => {}, ...more }),
  });
  const map = {
    ...noteSchema,
    properties: {
      ...noteSchema.properties,
      by: { type: "object", additionalProperties: { type: "object", properties: {}, additionalProperties: false } },
    },
  } as const;
  const note = { id: 1, owner: "u1", text: "x" };

  const cases: Record<string, [code: string, Parameters<typeof noteDataset>[2], Partial<ExporterConfig>?, Delivery?]> =
    {
      "in read": ["SOURCE_FAILED", { source: { ...source, read: fail } }],
      "in next": [
        "SOURCE_FAILED",
        { source: { ...source, read: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) } },
      ],
      "in count": ["SOURCE_FAILED", { source: { ...source, count: fail } }],
      "in a record": [
        "SOURCE_FAILED",
        { source: controlledSource([{ id: 1, owner: "u1", get text() { return fail(); } }]).source }, // biome-ignore format: one case, one line
      ],
      "in toJSON of a value": [
        "SOURCE_FAILED",
        { source: controlledSource([{ ...note, text: { toJSON: fail } }]).source },
      ],
      "in snapshot.open": ["SOURCE_FAILED", { source: { ...source, snapshot: { open: fail } } }],
      "in applies": ["SOURCE_FAILED", { applies: fail }],
      "in spool()": ["ARCHIVE_FAILED", {}, { spool: fail }],
      "in spool.create": ["SPOOL_FAILED", {}, { spool: spool({ create: reject }) }],
      "in spool.write": ["SPOOL_FAILED", {}, { spool: spool({ write: reject }) }],
      "in spool.seal": ["SPOOL_FAILED", {}, { spool: spool({ seal: reject }) }],
      "in spooled.read": [
        "SPOOL_FAILED",
        {},
        { spool: spool({ seal: async () => ({ bytes: 1, read: fail, discard: async () => {} }) }) },
      ],
      "in delivery.open": ["DELIVERY_FAILED", {}, {}, { name: "mine", open: reject }],
      "in delivery.write": ["DELIVERY_FAILED", {}, {}, to({ write: reject, abort: reject })],
      "in delivery.commit": ["DELIVERY_FAILED", {}, {}, to({ commit: reject })],
      "in a value of an invalid record": [
        "RECORD_INVALID",
        { onInvalid: "fail", source: controlledSource([{ ...note, text: { [secret]: secret } }]).source },
      ],
      "in the key of a map of an invalid record": [
        "RECORD_INVALID",
        { onInvalid: "fail", schema: map, source: controlledSource([{ ...note, by: { [secret]: 7 } }]).source },
      ],
      "in a record of somebody else": [
        "SUBJECT_MISMATCH",
        { source: controlledSource([{ ...note, owner: secret, [secret]: 1 }]).source },
      ],
    };
  for (const [where, [code, more, config, delivery = to({})]] of Object.entries(cases)) {
    it(`${where} is typed, and neither the error, the report nor an event hold it`, async () => {
      const { events, onEvent } = recording();
      const { exporter } = exporterOf([noteDataset("a", source, more)], config);
      const error = await failing(exporter.export({ ...request, subject: { id: "u1" } }, { to: delivery, onEvent }));
      expect(error.code).toBe(code);
      const said = [
        error.message,
        error.stack,
        String(error),
        JSON.stringify([error, error.report, events]),
        inspect(error, { depth: 10 }),
        inspect([{ error }], { depth: 10 }),
        inspect(error.report, { depth: 10 }),
      ].join("\n");
      expect(said).not.toContain(secret);
      expect(said).not.toContain("bad value");
    });
  }

  it("in check is typed and holds it only as the cause", async () => {
    const { exporter } = exporterOf([noteDataset("a", { ...source, check: reject })]);
    const results = await exporter.check();
    expect(results).toMatchObject([{ status: "failed", error: { code: "SOURCE_FAILED" } }]);
    expect(`${JSON.stringify(results)}${inspect(results, { depth: 10 })}`).not.toContain(secret);
  });

  it("in plan's applies is typed", () => {
    const { exporter } = exporterOf([noteDataset("a", source, { applies: fail })]);
    const error = refused(() => exporter.plan(request));
    expect(error).toMatchObject({ code: "SOURCE_FAILED", context: { dataset: "a", pointer: "/applies" } });
  });

  it("of a spool that looks like a network's is not taken for the source's and retried", async () => {
    const { source: big, seen } = controlledSource(
      notes(50).map((each) => ({ ...each, text: randomBytes(300_000).toString("hex") })),
    );
    const write = async () => {
      throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
    };
    const { exporter } = exporterOf([noteDataset("a", big)], { spool: spool({ write }), onFailure: "deliver-partial" });
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect([error.code, seen.opened, seen.closed]).toEqual(["SPOOL_FAILED", 1, 1]);
  });
});
