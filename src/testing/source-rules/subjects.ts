import { ContractBroken } from "../broken.ts";
import { canonical } from "../same.ts";
import { counting } from "./count.ts";
import type { SourceRule } from "./index.ts";

/** Ids that mean something to a query, a path or a pattern when they are pasted into it. */
const hostileIds = ["' OR '1'='1", "%", "*", "../", "x&subject=y", "$ne", '{"$gt":""}', "\u0000", "é\u202e"];

export const subjectRules: readonly SourceRule[] = [
  {
    name: "subject",
    title: "gives the records of its subject and nobody else's",
    async check(trial) {
      const { subject, expected, other } = trial.fixture;
      for (const [asked, own, foreign] of [
        [subject, expected, other.expected],
        [other.subject, other.expected, expected],
      ] as const) {
        const theirs = new Set(foreign.map(canonical));
        const texts = (await trial.records({ subject: asked })).map(canonical);
        const strays = texts.filter((text) => theirs.has(text)).length;
        if (strays > 0 || own.some((record) => !texts.includes(canonical(record))))
          throw new ContractBroken(
            "subject",
            `Asked for one person's ${own.length} records, it gave ${texts.length}, of which ${strays} are another's.`,
            "Ask the system for context.subject.id, in every query of the read.",
          );
      }
    },
  },
  {
    name: "nobody",
    title: "gives nothing for somebody whom the system does not know",
    unless: ({ nobody }) => (nobody === undefined ? "the fixture has no `nobody`" : undefined),
    async check(trial) {
      const subject = trial.fixture.nobody;
      if (subject === undefined) return;
      const records = await trial.records({ subject });
      const counted = await trial.answer(counting(trial.source, trial.context({ subject })), "the count");
      if (records.length > 0 || (counted ?? 0) !== 0)
        throw new ContractBroken(
          "nobody",
          `It gave ${records.length} records and counted ${String(counted)}.`,
          "Somebody without records is no error and has none: end without a page, count 0.",
        );
    },
  },
  {
    name: "hostile-subject",
    title: "gives nobody's records for an id that is made to mean more than an id",
    async check(trial) {
      const known = new Set([...trial.expected, ...trial.fixture.other.expected].map(canonical));
      for (const id of hostileIds) {
        const { pages, error } = await trial.attempt({ subject: { id } });
        if (error !== undefined) trial.typed(error, `the subject id ${JSON.stringify(id)}`, id);
        if (pages.some(({ records }) => records.some((record) => known.has(canonical(record)))))
          throw new ContractBroken(
            "hostile-subject",
            `The subject id ${JSON.stringify(id)} gave somebody's records.`,
            "Pass the id as a parameter of the query, encode it in a URL, compare it for equality: never paste it into a text.",
          );
      }
    },
  },
];
