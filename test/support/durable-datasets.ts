import { createHash } from "node:crypto";
import type { Dataset, RecordSchema } from "../../src/index.ts";
import { fileDataset, fileSource } from "./files.ts";
import { controlledSource, noteDataset, noteSchema, notes } from "./notes.ts";
import { partitionedSource } from "./partitions.ts";

const schema: RecordSchema = {
  ...noteSchema,
  properties: {
    ...noteSchema.properties,
    friend: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
    at: { type: "string", format: "date-time" },
  },
};
export const mixedFacts = { schema, primaryKey: ["/id"], timeField: "/at" };

/** Text of so many characters that does not deflate to less than three quarters, the same each time. */
export const noise = (length: number, seed = 0) =>
  Array.from({ length: Math.ceil(length / 44) }, (_, at) =>
    createHash("sha256").update(`${seed} ${at}`).digest("base64"),
  )
    .join("")
    .slice(0, length);

/**
 * Records of which some are invalid, with friends, times, and fields that are dropped; some are long, so that a part of 25 has chunks and
 * one of ten has none.
 */
export const mixed = (count: number) =>
  notes(count).map((note) => ({
    ...note,
    text: note.id % 7 === 3 ? 5 : note.id % 5 === 1 ? note.text + noise(6_000, note.id) : note.text,
    friend: `friend ${note.id % 4}`,
    at: new Date(Date.UTC(2025, 0, 1 + ((note.id * 37) % 100))),
    unknown: note.id,
  }));

/** Datasets of every kind, each time from new sources: quarantines, none, one that starts again, partitions, files. */
export function everyKind(): Dataset[] {
  return [
    noteDataset("a", controlledSource(mixed(41), { count: 41 }).source, mixedFacts),
    noteDataset("none", controlledSource([]).source, mixedFacts),
    noteDataset("whole", controlledSource(mixed(12), { resume: "none" }).source, mixedFacts),
    noteDataset("divided", partitionedSource(mixed(47), [15, 15, 33], { count: 47 }).source, mixedFacts),
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

/** The same in small, for what is done again and again. */
export function everyKindSmall(): Dataset[] {
  return [
    noteDataset("a", controlledSource(mixed(25), { count: 25 }).source, mixedFacts),
    noteDataset("whole", controlledSource(mixed(12), { resume: "none" }).source, mixedFacts),
    noteDataset("divided", partitionedSource(mixed(20), [9], { count: 20 }).source, mixedFacts),
    fileDataset(
      "docs",
      fileSource([
        { name: "one.txt", content: "once" },
        { name: "two.txt", content: "upon" },
      ]).source,
    ),
  ];
}
