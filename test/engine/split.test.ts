import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type Dataset, type JsonObject, type RecordSchema, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../src/codec/columns.ts";
import { CsvReader } from "../../src/codec/csv-reader.ts";
import { readShape } from "../../src/codec/shape.ts";
import {
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  notes,
  request,
  wait,
} from "../support/exporting.ts";
import { elementsOf, exportedSet, type Part } from "../support/split.ts";
import { toolIsHere } from "../support/tools.ts";

expectNoUnhandledRejection();

const least = 65_536;
/** Text that deflates to about half of its length, whatever it is repeated in. */
const noise = (length: number) =>
  randomBytes(Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);

const datasetOf = (name: string, records: readonly unknown[], more: Partial<Dataset> = {}) =>
  noteDataset(name, controlledSource(records).source, more);

/** The records of a CSV file in every zip that has it, in the order of the parts. */
function csvRecords(parts: readonly Part[], name: string): JsonObject[] {
  return parts.flatMap(({ entries }) => {
    const csv = entries.get(`data/${name}.csv`);
    if (csv === undefined) return [];
    const schema = jsonAt(entries, `schemas/${name}.schema.json`) as RecordSchema;
    const reader = new CsvReader(columnsOf(readShape(schema, name), name));
    reader.feed(csv);
    const found: JsonObject[] = [];
    for (let record = reader.next(); record !== undefined; record = reader.next()) found.push(record);
    reader.end();
    return found;
  });
}

/** What verification says of the set, and of one zip of it alone beyond that others were not given. */
async function errorsOf(parts: readonly Part[]): Promise<string[]> {
  const found: string[] = [];
  for (const zips of [parts, ...(parts.length > 1 ? parts.map((part) => [part]) : [])]) {
    const errors: string[] = [];
    for await (const { code, severity, message } of verifyBundle(zips.map(({ path }) => path)))
      if (severity === "error") errors.push(`${code}: ${message}`);
    if (zips.length < parts.length && errors[0]?.startsWith("PART_MISSING") !== true) found.push("not PART_MISSING");
    found.push(...errors.slice(zips.length < parts.length ? 1 : 0));
  }
  return found;
}

const cells = fc
  .array(fc.constantFrom("\r\n", '"', '""', "\n", ",", "é😀", "=1+1", "'", "]", "\n]\n", "a b", ""), { maxLength: 12 })
  .map((pieces) => pieces.join(""));
const records = fc
  .array(fc.record({ cell: cells, length: fc.constantFrom(0, 3, 40, 700, 6_000) }), { minLength: 150, maxLength: 400 })
  .map((made) => made.map(({ cell, length }, id) => ({ id, owner: "u1", text: `${cell}${noise(length)}${cell}` })));

describe("a bundle larger than splitBytes", () => {
  it("has every record once, in its order, in JSON and CSV, over zips that are none too large, whatever the sizes", async () => {
    const sizes = fc.integer({ min: least, max: 4 * least });
    let sets = 0;
    await fc.assert(
      fc.asyncProperty(records, records, sizes, async (one, two, splitBytes) => {
        const small = notes(30);
        const { parts, report } = await exportedSet(
          [datasetOf("one", one), datasetOf("small", small), datasetOf("two", two), datasetOf("none", [])],
          splitBytes,
        );
        for (const [name, source] of [
          ["one", one],
          ["small", small],
          ["two", two],
          ["none", []],
        ] as const) {
          expect(elementsOf(parts, `data/${name}.json`)).toEqual(source);
          expect(csvRecords(parts, name)).toEqual(source);
        }
        for (const part of parts) expect(part.zip.length).toBeLessThanOrEqual(splitBytes);
        expect(await errorsOf(parts)).toEqual([]);
        expect(report.bundle?.parts).toBe(parts.length);
        sets += parts.length > 1 ? 1 : 0;
      }),
      { numRuns: 12 },
    );
    expect(sets).toBeGreaterThan(6);
  });

  it("fills its zips: none but the last, and the one before a dataset that stays whole, is half empty", async () => {
    const { parts } = await exportedSet(
      [
        datasetOf(
          "a",
          notes(2_000).map((n) => ({ ...n, text: noise(300) })),
        ),
      ],
      100_000,
    );
    expect(parts.length).toBeGreaterThan(3);
    for (const { zip } of parts.slice(0, -1)) expect(zip.length).toBeGreaterThan(85_000);
  });

  it("keeps a dataset whole that fits a zip, and begins the next zip with it", async () => {
    const middle = notes(100).map((note) => ({ ...note, text: noise(500) }));
    const { parts } = await exportedSet(
      [0, 1, 2].map((n) => datasetOf(`d${n}`, middle)),
      90_000,
    );
    const homes = [0, 1, 2].map((n) => parts.filter(({ entries }) => entries.has(`data/d${n}.json`)));
    expect(parts.length).toBeGreaterThan(1);
    expect(homes.map((home) => home.length)).toEqual([1, 1, 1]);
  });

  it("lets the tail of a dataset that was cut share its zip with the next", async () => {
    const long = notes(400).map((note) => ({ ...note, text: noise(500) }));
    const { parts } = await exportedSet([datasetOf("long", long), datasetOf("next", notes(3))], 120_000);
    const last = parts.at(-1);
    expect([...(last?.entries.keys() ?? [])]).toEqual(expect.arrayContaining(["data/long.json", "data/next.json"]));
    expect(parts.length).toBeGreaterThan(1);
  });

  it("has a quarantine that fits no zip cut as well, and each element once", async () => {
    const broken = notes(500).map((note) => ({ ...note, id: "none", text: noise(400) }));
    const { parts } = await exportedSet([datasetOf("a", [...notes(20), ...broken])], 80_000);
    const elements = elementsOf(parts, "quarantine/a.json") as { index: number; record: object }[];
    expect(elements.map(({ index }) => index)).toEqual(broken.map((_, index) => index + 20));
    expect(parts.filter(({ entries }) => entries.has("quarantine/a.json")).length).toBeGreaterThan(1);
    expect(elementsOf(parts, "data/a.json")).toEqual(notes(20));
    expect(await errorsOf(parts)).toEqual([]);
  });

  it("begins each CSV volume with the header, and with the byte order mark when it is asked for", async () => {
    const long = notes(600).map((note) => ({ ...note, text: noise(300) }));
    const { parts } = await exportedSet([datasetOf("a", long)], least, { csv: { bom: true } });
    expect(parts.length).toBeGreaterThan(2);
    for (const { entries } of parts)
      expect(entries.get("data/a.csv")?.toString().startsWith("\uFEFFid,owner,text\r\n")).toBe(true);
  });

  const set = exportedSet(
    [
      datasetOf("first", notes(10)),
      datasetOf(
        "long",
        notes(900).map((note) => ({ ...note, text: note.id % 50 === 7 ? 1 : noise(300) })),
      ),
      datasetOf("last", notes(5)),
    ],
    70_000,
  );

  it("is a chain: each manifest has the number, the count and the digest of the zip before it", async () => {
    const { parts, report, events } = await set;
    const count = parts.length;
    expect(count).toBeGreaterThan(3);
    expect(parts.map(({ name }) => name)).toEqual(parts.map((_, index) => `bundle.part${index + 1}.zip`));
    expect(parts.map(({ manifest }) => manifest.part)).toEqual(
      parts.map((_, index) => ({
        number: index + 1,
        last: index === count - 1,
        count,
        ...(index === 0 ? {} : { previous: parts[index - 1]?.sha256 }),
      })),
    );
    const bytes = parts.reduce((sum, { zip }) => sum + zip.length, 0);
    expect(report.bundle).toMatchObject({ bytes, sha256: parts.at(-1)?.sha256, parts: count });
    expect(events.at(-2)).toMatchObject({ type: "delivered", bytes, sha256: parts.at(-1)?.sha256, parts: count });
    expect(events.flatMap((event) => (event.type === "assembled" ? [event.dataset] : []))).toEqual([
      "first",
      "long",
      "last",
    ]);
  });

  it("lists every dataset with the counts of all of it in each manifest, and only the files that are there", async () => {
    const { parts, report } = await set;
    for (const { manifest, entries } of parts) {
      expect(manifest.bundleId).toBe(fixed.bundleId);
      expect(manifest.completeness).toBe("complete");
      expect(manifest.datasets.map(({ name, outcome, records }) => [name, outcome, records])).toEqual(
        parts[0]?.manifest.datasets.map(({ name, outcome, records }) => [name, outcome, records]),
      );
      for (const { name, files, schema } of manifest.datasets) {
        const paths = [`data/${name}.json`, `data/${name}.csv`, `quarantine/${name}.json`];
        expect(files.map(({ path }) => path)).toEqual(paths.filter((path) => entries.has(path)));
        for (const { path, records } of files)
          if (path.endsWith(".json")) expect(jsonAt(entries, path)).toHaveLength(records ?? -1);
        expect(schema?.path).toBe(files.length === 0 ? undefined : `schemas/${name}.schema.json`);
      }
      const resources = jsonAt(entries, "datapackage.json").resources as { path: string }[];
      expect(resources.map(({ path }) => path).sort()).toEqual(
        [...entries.keys()].filter((path) => path.startsWith("data/")).sort(),
      );
    }
    const filesOf = (name: string) => report.datasets.find((each) => each.name === name)?.files ?? [];
    for (const { path, part, sha256, bytes } of report.datasets.flatMap(({ files }) => files)) {
      const file = parts[(part ?? 0) - 1]?.manifest.datasets.flatMap(({ files }) => files).find((f) => f.path === path);
      expect(file).toMatchObject({ sha256, bytes });
    }
    expect(filesOf("long").filter(({ path }) => path === "data/long.json")).toHaveLength(parts.length);
  });

  it("has a page in each zip that says first which part it is, where the rest is, and leads to its own files only", async () => {
    const { parts } = await set;
    for (const { name, entries, manifest } of parts) {
      const page = entries.get("index.html")?.toString() ?? "";
      const main = page.slice(page.indexOf("<main")).replace(/^<main[^>]*>\s*/, "");
      expect(main).toMatch(
        new RegExp(`^<section class="part".*>This is part ${manifest.part.number} of ${parts.length}<`),
      );
      const notice = main.slice(0, main.indexOf("</section>"));
      for (const other of parts) expect(notice.includes(`<code>${other.name}</code>`)).toBe(other.name !== name);
      const links = [...page.matchAll(/ href="([^"#:]+)"/g)].map((match) => match[1] ?? "");
      expect(links.filter((link) => !entries.has(link))).toEqual([]);
      const long = manifest.datasets.find((each) => each.name === "long");
      const here = long?.files[0]?.records;
      expect(page).toContain(`${here} of them are in this zip file, the others in the other parts.`);
      expect(page.includes("Showing the first 10 of 882 records")).toBe(manifest.part.number === 1);
    }
    expect(parts[1]?.entries.get("index.html")?.toString()).toContain("None of them are in this zip file");
    expect(parts[0]?.entries.get("index.html")?.toString()).toContain("All 10 are in this zip file.");
  });

  it("shows on its first page only records that are in that zip", async () => {
    const large = notes(30).map((note) => ({ ...note, text: noise(7_000) }));
    const { parts } = await exportedSet([datasetOf("a", large)], least);
    const here = parts[0]?.manifest.datasets[0]?.files[0]?.records ?? 0;
    expect([here > 1, here < 10]).toEqual([true, true]);
    expect(parts[0]?.entries.get("index.html")?.toString()).toContain(`Showing the first ${here} of 30 records`);
    expect(parts[1]?.entries.get("index.html")?.toString()).not.toContain("Showing the first");
  });

  for (const tool of ["unzip", "sha256sum"])
    it.skipIf(!toolIsHere(tool))(`is accepted by ${tool}, zip by zip`, async () => {
      for (const { path } of (await set).parts) {
        const folder = emptyFolder();
        if (tool === "unzip") expect(spawnSync("unzip", ["-t", path]).status).toBe(0);
        else {
          expect(spawnSync("python3", ["-m", "zipfile", "-e", path, folder]).status).toBe(0);
          expect(spawnSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: folder }).status).toBe(0);
        }
      }
    });
});

describe("the same input", () => {
  const long = notes(1_500).map((note) => ({ ...note, text: note.id % 90 === 3 ? 1 : noise(200) }));
  const digests = async (config: object, slowMs = 0) => {
    const datasets = [0, 1, 2].map((n) => {
      const { source } = controlledSource(long.slice(0, 1_500 - n * 600), {
        before: () => wait(Math.random() * slowMs),
      });
      return noteDataset(`d${n}`, source);
    });
    return (await exportedSet(datasets, least, config)).parts.map(({ sha256 }) => sha256);
  };
  const first = digests({ lanes: 1 });
  for (const [what, config, slowMs] of [
    ["a second time", { lanes: 1 }, 0],
    ["with 3 lanes and slow sources", { lanes: 3 }, 2],
    ["with pages of 1", { pageRecords: 1 }, 0],
    ["with pages of 1,000", { pageRecords: 1_000, lanes: 2 }, 1],
  ] as const)
    it(`gives the same zips ${what}`, async () => {
      expect((await first).length).toBeGreaterThan(4);
      expect(await digests(config, slowMs)).toEqual(await first);
    });
});

describe("a bundle that is not larger than splitBytes", () => {
  const datasets = () => [datasetOf("a", notes(40)), datasetOf("b", [...notes(300), { id: 1, owner: "u1", text: 1 }])];
  const filled = noise(120_000);
  const larger = () => [...datasets(), datasetOf("c", [{ id: 1, owner: "u1", text: filled }])];

  it("is the one zip of an export without it, to the byte, under the ordinary name, up to the last byte", async () => {
    const { zip, report } = await exported(larger());
    for (const splitBytes of [zip.length, zip.length + 1, 2 ** 33]) {
      const { parts, report: other } = await exportedSet(larger(), splitBytes);
      expect(parts.map(({ name }) => name)).toEqual(["bundle.zip"]);
      expect(parts[0]?.zip.equals(zip)).toBe(true);
      expect(other.bundle).toEqual(report.bundle);
      expect(other.datasets.map(({ files }) => files)).toEqual(report.datasets.map(({ files }) => files));
    }
    const small = [...larger(), datasetOf("d", [{ id: 1, owner: "u1", text: filled }])];
    const whole = await exported(small);
    const { parts } = await exportedSet(small, whole.zip.length - 1);
    expect(parts.length).toBe(2);
  });
});

describe("what must stay whole", () => {
  it("is a record: one that just fits is delivered, one that just does not is SPLIT_IMPOSSIBLE, and nothing is left", async () => {
    const text = noise(200_000);
    const sizeOf = async (length: number) => {
      const folder = emptyFolder();
      const { exporter, spooled } = exporterOf([
        datasetOf("a", notes(3)),
        datasetOf("b", [...notes(2), { id: 7, owner: "u1", text: text.slice(0, length) }, ...notes(2)]),
      ]);
      try {
        await exporter.export(request, { to: fileDelivery(join(folder, "bundle.zip")), splitBytes: least, ...fixed });
      } catch (error) {
        expect(error).toMatchObject({ code: "SPLIT_IMPOSSIBLE", context: { dataset: "b" } });
        expect((error as Error).message).not.toContain(text.slice(0, 20));
        expect([readdirSync(folder), spooled()]).toEqual([[], []]);
        return undefined;
      }
      return Math.max(...readdirSync(folder).map((name) => readFileSync(join(folder, name)).length));
    };
    let [fits, not] = [10_000, text.length];
    while (not - fits > 1) {
      const length = Math.floor((fits + not) / 2);
      const largest = await sizeOf(length);
      if (largest === undefined) not = length;
      else {
        expect(largest).toBeLessThanOrEqual(least);
        fits = length;
      }
    }
    expect(await sizeOf(fits)).toBeGreaterThan(least - 8_000);
    expect(await sizeOf(not)).toBeUndefined();
  });

  it("is also what every zip says: when it leaves no room, no dataset is to blame", async () => {
    const { exporter } = exporterOf([datasetOf("a", notes(3), { description: noise(200_000) })]);
    const folder = emptyFolder();
    const to = fileDelivery(join(folder, "bundle.zip"));
    const error = await failing(exporter.export(request, { to, splitBytes: least, ...fixed }));
    expect([error.code, error.context, readdirSync(folder)]).toEqual(["SPLIT_IMPOSSIBLE", {}, []]);
  });

  it("does not keep a large record that deflates well from sharing a zip", async () => {
    const even = notes(40).map((note) => ({ ...note, text: `${note.id}`.repeat(60_000) }));
    const { parts } = await exportedSet(
      [datasetOf("a", even), datasetOf("b", [{ ...notes(1)[0], text: noise(40_000) }])],
      least,
    );
    expect(elementsOf(parts, "data/a.json")).toEqual(even);
    expect(parts.length).toBeLessThanOrEqual(3);
  });
});

describe("splitBytes", () => {
  it("that is no whole number from 65,536 is refused before anything is read", async () => {
    for (const splitBytes of [least - 1, 0, -1, 70_000.5, Number.NaN, Number.POSITIVE_INFINITY, "1GB"]) {
      const { source, seen } = controlledSource(notes(3));
      const { exporter } = exporterOf([noteDataset("a", source)]);
      const to = fileDelivery(join(emptyFolder(), "bundle.zip"));
      const error = await failing(exporter.export(request, { to, splitBytes: splitBytes as number }));
      expect([error.code, error.context, seen.opened]).toEqual(["CONFIG_INVALID", { pointer: "/splitBytes" }, 0]);
    }
  });

  it("with a destination that takes one zip is refused before anything is read, and the destination is not touched", async () => {
    for (const to of [
      new WritableStream(),
      process.stdout,
      { name: "mine", open: () => Promise.reject(new Error()) },
    ]) {
      const { source, seen } = controlledSource(notes(3));
      const { exporter } = exporterOf([noteDataset("a", source)]);
      const error = await failing(exporter.export(request, { to, splitBytes: least }));
      expect([error.code, error.context, seen.opened]).toEqual(["CONFIG_INVALID", { pointer: "/to" }, 0]);
      expect(error.message).toContain("fileDelivery");
    }
  });

  it("with a destination that cannot be opened fails before anything is read", async () => {
    const { source, seen } = controlledSource(notes(3));
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const folder = emptyFolder();
    mkdirSync(join(folder, "x"));
    const to = fileDelivery(join(folder, "missing", "bundle.zip"));
    const error = await failing(exporter.export(request, { to, splitBytes: least }));
    expect([error.code, seen.opened]).toEqual(["DELIVERY_FAILED", 0]);
  });
});
