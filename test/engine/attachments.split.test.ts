import { randomBytes } from "node:crypto";
import { type Dataset, verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { storedFileSchema } from "portmanteau/records";
import { describe, expect, it } from "vitest";
import {
  controlledSource,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  noteDataset,
  notes,
  request,
} from "../support/exporting.ts";
import { fileDataset, fileSource, type TestFile } from "../support/files.ts";
import { elementsOf, exportedSet, type Part } from "../support/split.ts";

expectNoUnhandledRejection();

const splitBytes = 65_536;
const filesOf = (sizes: readonly number[]): TestFile[] =>
  sizes.map((bytes, index) => ({ name: `${index}.bin`, content: randomBytes(bytes) }));
const docs = (files: readonly TestFile[], name = "docs", more: Partial<Dataset> = {}) =>
  fileDataset(name, fileSource(files).source, more);

async function errorsOf(parts: readonly Part[]): Promise<string[]> {
  const errors: string[] = [];
  for await (const { code, severity, message } of verifyBundle(parts.map(({ path }) => path)))
    if (severity === "error") errors.push(`${code}: ${message}`);
  return errors;
}

/** Every file of a set, by its path. */
function contentsOf(parts: readonly Part[]): Map<string, Buffer> {
  const all = parts.flatMap(({ entries }) => [...entries].filter(([path]) => path.startsWith("files/")));
  expect(new Set(all.map(([path]) => path)).size).toBe(all.length);
  return new Map(all);
}

function expectAll(parts: readonly Part[], name: string, files: readonly TestFile[]): void {
  const contents = contentsOf(parts);
  const records = elementsOf(parts, `data/${name}.json`) as { file: { path: string } }[];
  expect(records.map(({ file }) => contents.get(file.path))).toEqual(files.map(({ content }) => content));
}

describe("a bundle with files that is larger than splitBytes", () => {
  it("has each file whole in one zip, in order, and zips that are none too large", async () => {
    const files = filesOf([20_000, 10, 30_000, 40_000, 0, 1, 25_000, 25_000, 3]);
    const { parts, report } = await exportedSet([docs(files)], splitBytes);
    expect(parts.length).toBeGreaterThan(2);
    for (const { zip } of parts) expect(zip.length).toBeLessThanOrEqual(splitBytes);
    expectAll(parts, "docs", files);
    expect([...contentsOf(parts).keys()]).toEqual(files.map(({ name }) => `files/docs/${name}`));
    expect(await errorsOf(parts)).toEqual([]);
    expect(report.datasets[0]?.files.every(({ path }) => path.startsWith("data/"))).toBe(true);
  });

  it("goes on with other datasets, and cuts records and files alike", async () => {
    const few = filesOf([5_000, 6_000]);
    const many = filesOf(Array.from({ length: 400 }, (_, index) => 200 + index));
    const datasets = [
      noteDataset("before", controlledSource(notes(20)).source),
      docs(few, "few"),
      docs(many, "many"),
      noteDataset("after", controlledSource(notes(30)).source),
    ];
    const { parts } = await exportedSet(datasets, splitBytes);
    expect(parts.length).toBeGreaterThan(1);
    expectAll(parts, "few", few);
    expectAll(parts, "many", many);
    expect(elementsOf(parts, "data/after.json")).toEqual(notes(30));
    expect(await errorsOf(parts)).toEqual([]);
  });

  it("cuts records that fit no zip, and lets their files follow", async () => {
    const noise = () => randomBytes(4_000).toString("hex");
    const schema = { ...storedFileSchema, properties: { ...storedFileSchema.properties, text: { type: "string" } } };
    const files = filesOf(Array.from({ length: 40 }, (_, index) => index * 100)).map((file) => ({
      ...file,
      more: { text: noise() },
    }));
    const { parts } = await exportedSet([docs(files, "docs", { schema })], 2 * splitBytes);
    expect(parts.length).toBeGreaterThan(2);
    for (const { zip } of parts) expect(zip.length).toBeLessThanOrEqual(2 * splitBytes);
    expect(elementsOf(parts, "data/docs.json")).toHaveLength(40);
    expectAll(parts, "docs", files);
    expect(await errorsOf(parts)).toEqual([]);
  });

  it("is the ordinary zip, to the byte, when it is not larger", async () => {
    const files = filesOf([1_000, 2_000]);
    const { zip } = await exported([docs(files)]);
    const { parts } = await exportedSet([docs(files)], Math.max(splitBytes, zip.length));
    expect(parts.map((part) => part.zip)).toEqual([zip]);
    const larger = filesOf([40_000, 40_000]);
    const whole = (await exported([docs(larger)])).zip;
    expect((await exportedSet([docs(larger)], whole.length)).parts).toHaveLength(1);
  });

  it("is impossible with a file that fits no zip: nothing is delivered", async () => {
    const { exporter, spooled } = exporterOf([docs(filesOf([10, 70_000]))]);
    const error = await failing(exporter.export(request, { to: fileDelivery("unused.zip"), splitBytes }));
    expect(error).toMatchObject({ code: "SPLIT_IMPOSSIBLE", context: { dataset: "docs" } });
    expect(error.message).toContain("File 2 of 2");
    expect(spooled()).toEqual([]);
  });
});
