import { ContractBroken } from "../broken.ts";
import { canonical } from "../same.ts";
import type { SourceTrial } from "../source-trial.ts";
import { settled, someTurns } from "../waiting.ts";
import { stored } from "./cursor.ts";
import type { SourceRule } from "./index.ts";

const noWrite = "the fixture has no `write`";

export const writeRules: readonly SourceRule[] = [
  {
    name: "writes-during",
    title: "gives what was there all along exactly once while rows come and go",
    unless: ({ write }) => (write === undefined ? noWrite : undefined),
    ownFixture: true,
    async check(trial) {
      const write = changes(trial);
      let writing: Promise<unknown> | undefined;
      const given = await trial.records({
        pageRecords: 3,
        onPage: async (_page, number) => {
          if (number !== 2) return;
          // A database of one connection lets the write in when the read is over: then it is waited for then.
          writing = write();
          await settled(writing, 500);
          await someTurns();
        },
      });
      if (writing !== undefined) await trial.answer(writing, "the fixture's write");
      judge(trial, "writes-during", given);
    },
  },
  {
    name: "writes-between",
    title: "continues after a cursor although rows came and went meanwhile",
    unless: ({ write, source }) =>
      write === undefined
        ? noWrite
        : source.capabilities.resume === "none"
          ? 'capabilities.resume is "none"'
          : undefined,
    ownFixture: true,
    async check(trial) {
      const first = await trial.pages({ pageRecords: 3, stopAfter: 2 });
      await trial.answer(changes(trial)(), "the fixture's write");
      const rest = await trial.records({ pageRecords: 3, after: stored(first.at(-1)?.cursor) });
      judge(trial, "writes-between", [...first.flatMap(({ records }) => [...records]), ...rest]);
    },
  },
];

/** Which of the expected records go: one that was given (an offset would then skip one), the last one that was, and one that was not. */
const going = [0, 5, 8];

/** These go, and others come. */
export function changes({ fixture, expected }: SourceTrial, inserted = 3): () => Promise<unknown> {
  return async () => {
    await fixture.write?.delete(going.map((index) => expected[index]));
    await fixture.write?.insert(inserted);
  };
}

/** The records that are there all along, as canonical text. */
export function staying({ expected }: SourceTrial): readonly string[] {
  return expected.filter((_record, index) => !going.includes(index)).map(canonical);
}

/** Every record that was there from the beginning to the end is given once, and in order; of the others nothing is said. */
function judge(trial: SourceTrial, rule: string, given: readonly unknown[]): void {
  const stayed = staying(trial);
  const texts = given.map(canonical);
  const twice = texts.length - new Set(texts).size;
  const lost = stayed.filter((text) => !texts.includes(text)).length;
  if (twice > 0 || lost > 0)
    throw new ContractBroken(
      rule,
      `While rows were inserted and deleted, ${lost} records that were there all along were lost and ${twice} were given twice.`,
      "Page by a key (where id > last order by id), or read one frozen view: an offset shifts with every row that comes or goes before it.",
    );
}
