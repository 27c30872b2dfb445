import type { Source } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import { difference } from "../same.ts";
import type { SourceTrial } from "../source-trial.ts";
import { stored } from "./cursor.ts";
import type { SourceRule } from "./index.ts";

export const errorRules: readonly SourceRule[] = [
  {
    name: "check",
    title: "finds nothing wrong when it is checked and nothing is",
    unless: ({ source }) => (source.check === undefined ? "the source has no check" : undefined),
    async check(trial) {
      const before = await trial.handles();
      const { signal } = new AbortController();
      await trial.answer((async () => trial.source.check?.(signal))(), "the check");
      await trial.closed("check", before, "after the check");
    },
  },
  {
    name: "unreachable",
    title: "throws an error that can be retried when the system cannot be reached",
    unless: ({ unreachable }) => (unreachable === undefined ? "the fixture has no `unreachable`" : undefined),
    check: (trial) => fails(trial, "unreachable", true),
  },
  {
    name: "refused",
    title: "throws an error that is not retried when the system refuses",
    unless: ({ refused }) => (refused === undefined ? "the fixture has no `refused`" : undefined),
    check: (trial) => fails(trial, "refused", false),
  },
  {
    name: "disconnect",
    title: "throws an error that can be retried when its connection breaks, and is read again after it",
    unless: ({ disconnect }) => (disconnect === undefined ? "the fixture has no `disconnect`" : undefined),
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const { pages, error } = await trial.attempt({
        pageRecords: 2,
        onPage: (_page, number) => (number === 2 ? trial.fixture.disconnect?.() : undefined),
      });
      const given = pages.flatMap(({ records }) => [...records]);
      if (error === undefined) {
        const problem = difference(given, trial.expected);
        if (problem !== undefined)
          throw new ContractBroken(
            "disconnect",
            `When its connection broke, it ended as if it were done: ${problem}.`,
            "Throw when the connection ends before the records do: an end without an error says that everything was given.",
          );
      } else {
        const typed = trial.typed(error, "a connection that broke");
        if (!typed.retryable)
          throw new ContractBroken(
            "disconnect",
            `Of a connection that broke came ${typed.code}, not retryable.`,
            'Throw "SOURCE_UNAVAILABLE" with retryable: true for what passes: connections refused, reset or timed out.',
            error,
          );
        const problem = difference(given, trial.expected.slice(0, given.length));
        if (problem !== undefined)
          throw new ContractBroken(
            "disconnect",
            `Before the error it gave: ${problem}.`,
            "Yield only whole pages, in order.",
          );
      }
      await trial.closed("disconnect", before, "after the connection broke");
      const resumes = trial.source.capabilities.resume === "cursor" && error !== undefined && pages.length > 0;
      const rest = await trial.records(resumes ? { after: stored(pages.at(-1)?.cursor) } : {});
      const problem = difference(rest, resumes ? trial.expected.slice(given.length) : trial.expected);
      if (problem !== undefined)
        throw new ContractBroken(
          "disconnect",
          `Read again after it: ${problem}.`,
          "Open a new connection for each read, and destroy a broken one instead of giving it back.",
        );
    },
  },
];

/** Reads, counts and checks over a system that fails. */
async function fails(trial: SourceTrial, rule: "unreachable" | "refused", retryable: boolean): Promise<void> {
  const source = trial.fixture[rule] as Source;
  const before = await trial.handles();
  const { signal } = new AbortController();
  const calls: readonly (readonly [what: string, call: () => Promise<unknown>])[] = [
    ["a read", () => read(trial, source)],
    ...(source.count === undefined ? [] : [["a count", async () => source.count?.(trial.context())] as const]),
    ...(source.check === undefined ? [] : [["a check", async () => source.check?.(signal)] as const]),
  ];
  for (const [what, call] of calls) {
    const error = await trial.failure(call(), `${what} of a system that is ${rule === "refused" ? "unwilling" : rule}`);
    if (error.retryable !== retryable)
      throw new ContractBroken(
        rule,
        `${what} ended in ${error.code} with retryable: ${error.retryable}.`,
        retryable
          ? 'What may pass is "SOURCE_UNAVAILABLE" with retryable: true: connections refused, reset or timed out, 429 and 5xx.'
          : 'What a retry does not mend is "SOURCE_FAILED" with retryable: false: no such table, wrong password, 4xx.',
        error,
      );
  }
  await trial.closed(rule, before, "after the error");
}

async function read(trial: SourceTrial, source: Source): Promise<void> {
  for await (const page of source.read(trial.context())) void page;
}
