import { ContractBroken } from "../broken.ts";
import { canonical, difference } from "../same.ts";
import type { ReadOptions, SourceTrial } from "../source-trial.ts";
import type { SourceRule } from "./index.ts";

export const pageRules: readonly SourceRule[] = [
  {
    name: "fixture",
    title: "is tried on enough different records",
    async check({ fixture: { expected, other, subject } }) {
      const distinct = new Set([...expected, ...other.expected].map(canonical)).size;
      if (expected.length < 12 || other.expected.length === 0 || other.subject.id === subject.id)
        throw new ContractBroken(
          "fixture",
          `There are ${expected.length} records of the subject and ${other.expected.length} of the other.`,
          "Give the subject at least 12 records, and another person at least one.",
        );
      if (distinct < expected.length + other.expected.length)
        throw new ContractBroken(
          "fixture",
          "Two of the expected records are equal: nobody could tell one that is lost from one that is there.",
          "Give each record a value that no other has.",
        );
    },
  },
  {
    name: "capabilities",
    title: "says what it can do, and has the methods for it",
    async check({ source }) {
      const { capabilities, name } = source;
      const broken = (seen: string, mend: string) => {
        throw new ContractBroken("capabilities", seen, mend);
      };
      if (typeof name !== "string" || name === "") broken("The source has no name.", 'Give it one: name: "postgres".');
      if (capabilities?.resume !== "none" && capabilities?.resume !== "cursor")
        broken("capabilities.resume is neither.", 'Say "cursor" when read continues after context.after, else "none".');
      for (const ability of ["partitions", "count", "attachments"] as const)
        if (typeof capabilities[ability] !== "boolean")
          broken(`capabilities.${ability} is no boolean.`, "Say true or false.");
      for (const ability of ["partitions", "count"] as const)
        if (capabilities[ability] !== (source[ability] !== undefined))
          broken(
            `capabilities.${ability} is ${capabilities[ability]} and ${ability} is ${source[ability] === undefined ? "not " : ""}there.`,
            "Make them agree.",
          );
    },
  },
  {
    name: "again",
    title: "gives the same when it is read again",
    async check(trial) {
      const first = await trial.records();
      const problem = difference(await trial.records(), first);
      if (problem !== undefined)
        throw new ContractBroken(
          "again",
          `A second read is not as the first: ${problem}.`,
          "Keep what a read needs inside `read`, not in the source: each call starts anew.",
        );
    },
  },
  {
    name: "order",
    title: "gives every record once and in order, whatever the size of a page",
    async check(trial) {
      for (const pageRecords of sizes(trial)) {
        const problem = difference(await trial.records({ pageRecords }), trial.expected);
        if (problem !== undefined)
          throw new ContractBroken(
            "order",
            `In pages of ${pageRecords}: ${problem}.`,
            "Order by a key that is unique and never changes, give the last page too, and start each page right behind the one before.",
          );
      }
    },
  },
  {
    name: "page-size",
    title: "gives no page of more than pageRecords",
    async check(trial) {
      for (const pageRecords of sizes(trial))
        for (const { records } of await trial.pages({ pageRecords }))
          if (records.length > pageRecords)
            throw new ContractBroken(
              "page-size",
              `A page has ${records.length} records where context.pageRecords is ${pageRecords}.`,
              "Pass context.pageRecords to the system as its limit, and cut what is larger: memory is bounded by it.",
            );
    },
  },
  {
    name: "side-by-side",
    title: "is read twice at the same time without one read disturbing the other",
    async check(trial) {
      const reads: readonly ReadOptions[] = [
        { pageRecords: 2 },
        { pageRecords: 3 },
        { pageRecords: 1, subject: trial.fixture.other.subject },
      ];
      const alone: unknown[][] = [];
      for (const read of reads) alone.push(await trial.records(read));
      // Each consumer works on a page for a while, as the exporter does: in that time the others read.
      const onPage = () => new Promise((resolve) => setTimeout(resolve, 2));
      const together = await Promise.all(reads.map((read) => trial.records({ ...read, onPage })));
      for (const [index, records] of together.entries()) {
        const problem = difference(records, alone[index] ?? []);
        if (problem !== undefined)
          throw new ContractBroken(
            "side-by-side",
            `Read beside others it gave not what it gave alone: ${problem}.`,
            "Keep position, page and connection in variables of `read`: the exporter reads several subjects with one source.",
          );
      }
    },
  },
];

function sizes({ expected: { length } }: SourceTrial): readonly number[] {
  return [1, 2, 5, length - 1, length, length + 1, 1_000];
}
