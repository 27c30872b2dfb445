import { type Dataset, type RecordSchema, verifyBundle } from "portmanteau";
import { describe, expect, it } from "vitest";
import { durableExporterOf, exportedDurably, TestSpool } from "../support/durable.ts";
import {
  Collecting,
  controlledSource,
  entriesOf,
  expectNoUnhandledRejection,
  exported,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  request,
} from "../support/exporting.ts";
import { fileDataset, fileSource } from "../support/files.ts";
import { partitionedSource } from "../support/partitions.ts";

expectNoUnhandledRejection();

const schema: RecordSchema = {
  ...noteSchema,
  properties: {
    ...noteSchema.properties,
    friend: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
    at: { type: "string", format: "date-time" },
  },
};
const facts = { schema, primaryKey: ["/id"], timeField: "/at" };
const pseudonymKey = Buffer.alloc(32, 7);

/** Records of which some are invalid, with friends, times, and fields that are dropped. */
const mixed = (count: number) =>
  notes(count).map((note) => ({
    ...note,
    text: note.id % 7 === 3 ? 5 : note.text,
    friend: `friend ${note.id % 4}`,
    at: new Date(Date.UTC(2025, 0, 1 + ((note.id * 37) % 100))),
    unknown: note.id,
  }));

/** Datasets of every kind, each time from new sources. */
function datasets(): Dataset[] {
  return [
    noteDataset("a", controlledSource(mixed(41), { count: 41 }).source, facts),
    noteDataset("none", controlledSource([]).source, facts),
    noteDataset("whole", controlledSource(mixed(12), { resume: "none" }).source, facts),
    noteDataset("divided", partitionedSource(mixed(47), [15, 15, 33], { count: 47 }).source, facts),
    fileDataset(
      "docs",
      fileSource([
        { name: "one.txt", content: "once ".repeat(3_000) },
        { name: "two.txt", content: "once ".repeat(3_000) },
        null,
        { name: "three.bin", content: Buffer.alloc(5_000, "xyz") },
      ]).source,
    ),
  ];
}

describe("an export with a durable spool", () => {
  it("gives the bundle of a streaming export, to the byte", async () => {
    const { zip, report } = await exportedDurably(durableExporterOf(datasets(), new TestSpool(), { pseudonymKey }));
    const streamed = await exported(datasets(), { pseudonymKey });
    expect(zip.equals(streamed.zip)).toBe(true);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual([
      "complete",
      "empty",
      "complete",
      "complete",
      "complete",
    ]);
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
  });

  it("gives the identical bundle again, and reads nothing for it", async () => {
    const spool = new TestSpool();
    const first = await exportedDurably(durableExporterOf(datasets(), spool));
    const { source, seen } = controlledSource(mixed(41), { count: 41 });
    const [, ...others] = datasets();
    const again = durableExporterOf([noteDataset("a", source, facts), ...others], spool);
    const { zip } = await exportedDurably(again, { clock: () => 0, bundleId: fixed.bundleId.replace("7c1f", "7c1e") });
    expect(zip.equals(first.zip)).toBe(true);
    expect(seen.opened).toBe(0);
  });
});
