import type { ReadContext, Source } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import type { SourceRule } from "./index.ts";

const unless: NonNullable<SourceRule["unless"]> = ({ source }) =>
  source.count === undefined ? "the source has no count" : undefined;

export const countRules: readonly SourceRule[] = [
  {
    name: "count",
    title: "counts as many records as there are",
    unless,
    async check(trial) {
      const { subject, expected, other } = trial.fixture;
      for (const [asked, { length }] of [
        [subject, expected],
        [other.subject, other.expected],
      ] as const) {
        const counted = await trial.answer(counting(trial.source, trial.context({ subject: asked })), "the count");
        if (counted !== length)
          throw new ContractBroken(
            "count",
            `It counted ${String(counted)} records of ${length}.`,
            "Count the very rows that `read` gives, for context.subject.id: a number, and the same conditions.",
          );
      }
      const beside = Promise.all([trial.records(), counting(trial.source, trial.context())]);
      const [, counted] = await trial.answer(beside, "a count beside a read");
      if (counted !== expected.length)
        throw new ContractBroken(
          "count",
          `Beside a read it counted ${String(counted)} records of ${expected.length}.`,
          "Keep nothing in the source that a read and a count share.",
        );
    },
  },
  {
    name: "count-apart",
    title: "counts by asking the system and not by reading",
    unless,
    async check(trial) {
      let reads = 0;
      const watched: Source = {
        ...trial.source,
        read(context) {
          reads++;
          return trial.source.read(context);
        },
      };
      const before = (await trial.fixture.fetched?.()) ?? 0;
      await trial.answer(counting(watched, trial.context()), "the count");
      const fetched = ((await trial.fixture.fetched?.()) ?? 0) - before;
      if (reads > 0 || fetched > 1)
        throw new ContractBroken(
          "count-apart",
          `To count, it ${reads > 0 ? "called read" : `fetched ${fetched} records`}.`,
          "Ask the system for the number (select count(*), a total): a count that reads agrees with whatever a read loses. Leave count out where there is no such question.",
        );
    },
  },
];

/** What the source counts: nothing when it has no count. */
export async function counting(source: Source, context: ReadContext): Promise<unknown> {
  return source.count?.(context);
}
