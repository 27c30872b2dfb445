import { ContractBroken } from "../broken.ts";
import { difference } from "../same.ts";
import type { SourceTrial } from "../source-trial.ts";
import type { SourceRule } from "./index.ts";

/** More than a pool has connections. Where the fixture cannot say what is open, the read after these would wait for ever. */
export const often = 25;

export const closingRules: readonly SourceRule[] = [
  {
    name: "closes-at-end",
    title: "leaves nothing open when it has given everything",
    check: (trial) => repeated(trial, "closes-at-end", "after the last page", 3, () => trial.pages()),
  },
  {
    name: "closes-on-return",
    title: "leaves nothing open when the consumer stops early",
    async check(trial) {
      for (const stopAfter of [1, 3])
        await repeated(trial, "closes-on-return", "when the consumer stopped early", often, () =>
          trial.pages({ pageRecords: 2, stopAfter }),
        );
    },
  },
  {
    name: "closes-on-throw",
    title: "leaves nothing open when the consumer throws",
    check: (trial) =>
      repeated(trial, "closes-on-throw", "when the consumer threw", often, async () => {
        const iterator = trial.open(trial.source, trial.context());
        await trial.answer(iterator.next(), "the first page");
        // A `for await` calls return; a consumer that delegates with `yield*` calls throw.
        const ended = iterator.throw?.(new Error("the consumer failed")) ?? iterator.return?.();
        if (ended !== undefined) await trial.outcome(ended, "the end after the consumer threw");
      }),
  },
  {
    name: "closes-on-abort",
    title: "leaves nothing open when it is aborted and given up",
    check: (trial) =>
      repeated(trial, "closes-on-abort", "after an abort", often, async () => {
        const aborting = new AbortController();
        await trial.attempt({
          signal: aborting.signal,
          stopAfter: 2,
          onPage: () => aborting.abort(),
        });
      }),
  },
];

async function repeated(
  trial: SourceTrial,
  rule: string,
  when: string,
  times: number,
  read: () => Promise<unknown>,
): Promise<void> {
  const alone = await trial.records();
  const before = await trial.handles();
  for (let time = 0; time < times; time++) await read();
  await trial.closed(rule, before, when);
  const problem = difference(await trial.records(), alone);
  if (problem !== undefined)
    throw new ContractBroken(
      rule,
      `A read after ${times} others that ended ${when}: ${problem}.`,
      "Leave connections as they were: no open transaction, cursor or setting.",
    );
}
