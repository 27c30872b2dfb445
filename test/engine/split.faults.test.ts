import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Delivery, DeliveryWriter, Spool, SpoolWriter } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { localSpool } from "portmanteau/spools/local";
import { describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  request,
  wait,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

const splitBytes = 65_536;
const long = notes(600).map((note) => ({ ...note, text: randomBytes(200).toString("hex") }));
const datasets = () => [
  noteDataset("a", controlledSource(notes(5)).source),
  noteDataset("b", controlledSource(long).source),
];

/** A delivery of sets that notes what is done with each zip, and does what `at` says there. */
function noting(at: (step: string) => void | Promise<void> = () => {}) {
  const calls: string[] = [];
  let written = 0;
  const delivery: Delivery = {
    name: "noting",
    partName: () => undefined,
    async open({ part }) {
      const zip = part?.number ?? 0;
      const step = async (name: string) => {
        calls.push(`${name} ${zip}`);
        await at(`${name} ${zip}`);
      };
      await step("open");
      return {
        async write(bytes) {
          written += bytes.length;
          if (calls.at(-1) === `open ${zip}`) await step("write");
        },
        finish: () => step("finish"),
        commit: () => step("commit"),
        undo: () => step("undo"),
        abort: () => step("abort"),
      };
    },
  };
  return { delivery, calls, written: () => written };
}

const throwAt = (wanted: string) => (step: string) => {
  if (step === wanted) throw new Error("no");
};

async function failed(to: Delivery, more: { signal?: AbortSignal; spool?: () => Spool } = {}) {
  const { spool, ...options } = more;
  const { exporter, spooled } = exporterOf(datasets(), spool === undefined ? {} : { spool });
  const error = await failing(exporter.export(request, { to, splitBytes, ...fixed, ...options }));
  expect([error.report?.bundle, spooled()]).toEqual([null, []]);
  return error;
}

describe("a set of zips", () => {
  it("is written zip after zip, committed when all are whole, part 1 last", async () => {
    const { delivery, calls } = noting();
    const { exporter } = exporterOf(datasets());
    const { bundle } = await exporter.export(request, { to: delivery, splitBytes, ...fixed });
    const numbers = Array.from({ length: bundle?.parts ?? 0 }, (_, index) => index + 1);
    expect(numbers.length).toBeGreaterThan(3);
    expect(calls).toEqual([
      ...["open 0", "abort 0"],
      ...numbers.flatMap((number) => [`open ${number}`, `write ${number}`, `finish ${number}`]),
      ...numbers.slice(1).map((number) => `commit ${number}`),
      "commit 1",
    ]);
  });

  for (const step of ["open 0", "abort 0", "open 1", "open 2", "write 2", "finish 2", "write 3", "finish 3"])
    it(`whose delivery fails at "${step}" is not committed, and each open zip is given up once`, async () => {
      const { delivery, calls } = noting(throwAt(step));
      await failed(delivery);
      expect(calls.filter((call) => /commit|undo/.test(call))).toEqual([]);
      const opened = calls.filter((call) => call.startsWith("open") && call !== step).map((call) => call.slice(5));
      const given = calls.filter((call) => call.startsWith("abort")).map((call) => call.slice(6));
      expect(given.sort()).toEqual(opened.sort());
    });

  for (const number of [2, 3, 1])
    it(`whose part ${number} cannot be committed is taken back, and the rest is given up`, async () => {
      const { delivery, calls } = noting(throwAt(`commit ${number}`));
      const error = await failed(delivery);
      expect(error.code).toBe("DELIVERY_FAILED");
      const of = (step: string) =>
        calls.filter((call) => call.startsWith(step)).map((call) => Number(call.split(" ")[1]));
      expect(of("commit").at(-1)).toBe(number);
      expect(of("undo").sort()).toEqual(of("commit").sort());
      const finished = of("finish");
      const whole = of("commit").slice(0, -1);
      expect(of("abort").sort()).toEqual([0, ...finished.filter((each) => !whole.includes(each))].sort());
    });

  it("that cannot be taken back is named in the report, and the export still fails with its own error", async () => {
    for (const undo of ["throws", "is missing"]) {
      const { delivery } = noting((step) => {
        if (step === "commit 1" || (step === "undo 2" && undo === "throws")) throw new Error("zq7k");
      });
      const opening = async (context: Parameters<Delivery["open"]>[0]): Promise<DeliveryWriter> => {
        const writer = await delivery.open(context);
        const { undo: _, ...rest } = writer;
        return undo === "is missing" ? rest : writer;
      };
      const error = await failed({ ...delivery, open: opening });
      expect([error.code, error.report?.findings.map(({ code }) => code)]).toEqual([
        "DELIVERY_FAILED",
        ["CLEANUP_FAILED"],
      ]);
      expect(JSON.stringify(error.report)).not.toContain("zq7k");
    }
  });

  for (const step of ["open 0", "open 1", "write 1", "open 2", "write 2", "finish 3", "commit 2", "commit 3"])
    it(`that is aborted at "${step}" leaves nothing committed`, async () => {
      const stop = new AbortController();
      const { delivery, calls } = noting(async (now) => {
        if (now !== step) return;
        stop.abort();
        await wait(5);
      });
      const error = await failed(delivery, { signal: stop.signal });
      expect([error.code, error.report?.status]).toEqual(["ABORTED", "aborted"]);
      const of = (name: string) => calls.filter((call) => call.startsWith(name)).map((call) => call.split(" ")[1]);
      expect(of("undo").sort()).toEqual(of("commit").sort());
      expect(calls).not.toContain("commit 1");
    });

  it("that is aborted while part 1, the last, is committed is a success", async () => {
    const stop = new AbortController();
    const { delivery, calls } = noting(async (step) => {
      if (step !== "commit 1") return;
      stop.abort();
      await wait(5);
    });
    const { exporter } = exporterOf(datasets());
    const report = await exporter.export(request, { to: delivery, splitBytes, ...fixed, signal: stop.signal });
    expect([report.status, calls.some((call) => call.startsWith("undo"))]).toEqual(["delivered", false]);
  });

  it("that is aborted while a dataset is cut leaves nothing", async () => {
    const folder = emptyFolder();
    const spoolFolder = emptyFolder();
    const stop = new AbortController();
    let created = 0;
    const spool = (): Spool => {
      const made = localSpool({ memoryBytes: 0, directory: spoolFolder })();
      return {
        create: async (name) => {
          if (++created === 9) stop.abort(); // two datasets are four streams; then come those of the volumes
          return made.create(name);
        },
        close: () => made.close(),
      };
    };
    const error = await failed(fileDelivery(join(folder, "b.zip")), { signal: stop.signal, spool });
    expect([error.code, readdirSync(folder), readdirSync(spoolFolder)]).toEqual(["ABORTED", [], []]);
    expect(created).toBeLessThan(12); // the volume that was begun, and no other
  });

  it("whose volumes cannot be spooled fails with SPOOL_FAILED and leaves nothing", async () => {
    const folder = emptyFolder();
    for (const limit of [5, 6, 8]) {
      let created = 0;
      const spool = (): Spool => {
        const made = localSpool()();
        const full: SpoolWriter["write"] = async () => {
          throw new Error("no space");
        };
        return {
          async create(name) {
            const writer = await made.create(name);
            if (++created < limit) return writer;
            return { write: full, seal: () => writer.seal(), discard: () => writer.discard() };
          },
          close: () => made.close(),
        };
      };
      const error = await failed(fileDelivery(join(folder, "b.zip")), { spool });
      expect([error.code, readdirSync(folder)]).toEqual(["SPOOL_FAILED", []]);
    }
  });

  it("whose spooled bytes changed fails with SPOOL_CORRUPT, wherever, and leaves nothing", async () => {
    const folder = emptyFolder();
    for (const at of [0, 10, 1_000, 60_000]) {
      const spool = (): Spool => {
        const made = localSpool()();
        return {
          async create(name) {
            let seen = 0;
            const writer = await made.create(name);
            const write = async (bytes: Uint8Array) => {
              const copy = Uint8Array.from(bytes);
              if (name === "b.csv" && seen <= at && at < seen + copy.length) copy[at - seen]! ^= 4;
              seen += copy.length;
              await writer.write(copy);
            };
            return { write, seal: () => writer.seal(), discard: () => writer.discard() };
          },
          close: () => made.close(),
        };
      };
      const error = await failed(fileDelivery(join(folder, "b.zip")), { spool });
      expect([error.code, error.context.dataset, readdirSync(folder)]).toEqual(["SPOOL_CORRUPT", "b", []]);
    }
  });

  it("takes its files back when a name is taken, keeps what was there, and leaves older parts of others alone", async () => {
    const folder = emptyFolder();
    for (const taken of ["bundle.part1.zip", "bundle.part2.zip", "bundle.part3.zip"]) {
      mkdirSync(join(folder, taken));
      writeFileSync(join(folder, "bundle.part99.zip"), "older");
      const error = await failed(fileDelivery(join(folder, "bundle.zip")));
      expect(error.code).toBe("DELIVERY_FAILED");
      expect(readdirSync(folder).sort()).toEqual([taken, "bundle.part99.zip"].sort());
      expect(readFileSync(join(folder, "bundle.part99.zip"), "utf8")).toBe("older");
      rmdirSync(join(folder, taken));
    }
  });
});
