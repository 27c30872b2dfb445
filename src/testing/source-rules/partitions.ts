import type { Page, Partition } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import { canonical, difference, notJson, survivesJson } from "../same.ts";
import type { ReadOptions, SourceTrial } from "../source-trial.ts";
import { stored } from "./cursor.ts";
import type { SourceRule } from "./index.ts";
import { changes, staying } from "./writes.ts";

const unless: NonNullable<SourceRule["unless"]> = ({ source }) =>
  source.partitions === undefined ? "the source has no partitions" : undefined;

export const partitionRules: readonly SourceRule[] = [
  {
    name: "partition-values",
    title: "divides itself into at most 256 partitions of JSON, and again into the same",
    unless,
    async check(trial) {
      const partitions = await divided(trial);
      if (!Array.isArray(partitions) || partitions.length === 0 || partitions.length > 256)
        throw new ContractBroken(
          "partition-values",
          `partitions gave ${Array.isArray(partitions) ? `${partitions.length} of them` : "no array"}.`,
          "Give 1 to 256: one, for everything, where there is nothing to divide.",
        );
      if (notJson(partitions) !== undefined || !survivesJson(partitions))
        throw new ContractBroken(
          "partition-values",
          "A partition does not survive being written as JSON.",
          "Make it of strings, numbers, arrays and plain objects: it may travel to another machine.",
        );
      if (canonical(await divided(trial)) !== canonical(partitions))
        throw new ContractBroken(
          "partition-values",
          "Asked again, it divides itself in another way.",
          "Let the boundaries follow from the records alone: the bundle's bytes depend on where partitions end.",
        );
    },
  },
  {
    name: "partitions",
    title: "gives every record in one partition, and all of them in order when they are read in turn",
    unless,
    async check(trial) {
      const { subject, expected, other } = trial.fixture;
      for (const [asked, all] of [
        [subject, expected],
        [other.subject, other.expected],
      ] as const) {
        const given: unknown[] = [];
        for (const partition of await divided(trial, { subject: asked }))
          given.push(...(await trial.records({ subject: asked, partition: returned(partition) })));
        const problem = difference(given, all);
        if (problem !== undefined)
          throw new ContractBroken(
            "partitions",
            `All partitions in turn: ${problem}.`,
            "Let each begin right behind the last key of the one before (after < key <= until), the first without a beginning, the last without an end.",
          );
      }
    },
  },
  {
    name: "partitions-resumed",
    title: "continues inside a partition after each of its cursors",
    unless: (fixture) =>
      unless(fixture) ?? (fixture.source.capabilities.resume === "none" ? 'capabilities.resume is "none"' : undefined),
    async check(trial) {
      for (const [index, made] of (await divided(trial)).entries()) {
        const partition = returned(made);
        const pages: Page[] = await trial.pages({ partition, pageRecords: 2 });
        const all = pages.flatMap(({ records }) => [...records]);
        let given = 0;
        for (const { records, cursor } of pages) {
          given += records.length;
          const rest = await trial.records({ partition, after: stored(cursor) });
          const problem = difference(rest, all.slice(given));
          if (problem !== undefined)
            throw new ContractBroken(
              "partitions-resumed",
              `Continued inside partition ${index + 1}: ${problem}.`,
              "Apply context.partition and context.after together: the cursor says where to begin, the partition where to end.",
            );
        }
      }
    },
  },
  {
    name: "partitions-written",
    title: "gives every record in one partition although rows came and went since it was divided",
    unless: (fixture) => unless(fixture) ?? (fixture.write === undefined ? "the fixture has no `write`" : undefined),
    ownFixture: true,
    async check(trial) {
      const partitions = await divided(trial);
      const inserted = 3;
      await trial.answer(changes(trial, inserted)(), "the fixture's write");
      const given: string[] = [];
      for (const partition of partitions)
        given.push(...(await trial.records({ partition: returned(partition) })).map(canonical));
      const stayed = staying(trial);
      const lost = stayed.filter((text) => !given.includes(text)).length;
      const strays = given.length - (stayed.length - lost) - inserted;
      if (lost > 0 || strays !== 0 || new Set(given).size < given.length)
        throw new ContractBroken(
          "partitions-written",
          `With ${inserted} rows inserted and others deleted since, ${lost} records were lost, and ${given.length} given where there are ${stayed.length + inserted}.`,
          "Divide by values of a key, not by positions, and leave the first and the last partition open: a new row falls into exactly one.",
        );
    },
  },
];

async function divided(trial: SourceTrial, options: ReadOptions = {}): Promise<readonly Partition[]> {
  const { source } = trial;
  return (await trial.answer((async () => source.partitions?.(trial.context(options)))(), "partitions")) ?? [];
}

/** A partition as it comes back: written as JSON, and read. */
function returned(partition: Partition): Partition {
  if (notJson(partition) === undefined) return JSON.parse(JSON.stringify(partition)) as Partition;
  throw new ContractBroken("partition-values", "A partition is no JSON.", "Make it of plain JSON values.");
}
