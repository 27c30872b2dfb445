import { PortmanteauError } from "../../model/errors.ts";
import { ContractBroken } from "../broken.ts";
import type { SourceRule } from "./index.ts";

const mend =
  "Pass context.signal to every call of the client, and look at signal.aborted before each page: end or throw when it is.";

export const abortRules: readonly SourceRule[] = [
  {
    name: "abort-before",
    title: "gives no page when it was aborted before the first",
    async check(trial) {
      const before = await trial.handles();
      const { pages, error } = await trial.attempt({ signal: AbortSignal.abort(), stopAfter: 1 });
      if (pages.length > 0)
        throw new ContractBroken("abort-before", "It gave a page to a read that was aborted before it began.", mend);
      judgeAbort("abort-before", error, AbortSignal.abort());
      await trial.closed("abort-before", before, "after an abort before the first page");
    },
  },
  {
    name: "abort-between",
    title: "ends within a page when it is aborted between two pages",
    async check(trial) {
      const before = await trial.handles();
      const aborting = new AbortController();
      const { pages, error } = await trial.attempt({
        pageRecords: 1,
        signal: aborting.signal,
        onPage: (_page, number) => number === 2 && aborting.abort(),
      });
      if (pages.length > 3)
        throw new ContractBroken("abort-between", `It gave ${pages.length - 2} pages more after the abort.`, mend);
      judgeAbort("abort-between", error, aborting.signal);
      await trial.closed("abort-between", before, "after an abort between two pages");
    },
  },
  {
    name: "abort-within",
    title: "ends within a page when it is aborted while a page is on its way",
    async check(trial) {
      for (const wanted of [1, 2, 3]) {
        const before = await trial.handles();
        const aborting = new AbortController();
        const { signal } = aborting;
        const iterator = trial.open(trial.source, trial.context({ pageRecords: 1, signal }));
        let pages = 0;
        let error: unknown;
        for (let number = 1; ; number++) {
          const next = iterator.next();
          if (number === wanted) {
            await Promise.resolve(); // let a generator come as far as its first wait
            aborting.abort();
          }
          const outcome = await trial.outcome(next, "a page after an abort");
          if ("error" in outcome) error = outcome.error;
          if ("error" in outcome || outcome.value.done) break;
          if (number >= wanted) pages++;
          if (pages > 2) break;
        }
        if (iterator.return !== undefined) await trial.outcome(iterator.return(), "the end after an abort");
        if (pages > 1)
          throw new ContractBroken("abort-within", `It gave ${pages - 1} pages more after the one on its way.`, mend);
        judgeAbort("abort-within", error, signal);
        await trial.closed("abort-within", before, "after an abort while a page was on its way");
      }
    },
  },
  {
    name: "abort-beside",
    title: "goes on with a read when another one is aborted",
    async check(trial) {
      const aborting = new AbortController();
      const aborted = trial.attempt({
        pageRecords: 1,
        signal: aborting.signal,
        onPage: (_page, number) => number === 2 && aborting.abort(),
      });
      const [, records] = await Promise.all([aborted, trial.records({ pageRecords: 1 })]);
      if (records.length !== trial.expected.length)
        throw new ContractBroken(
          "abort-beside",
          `It gave ${records.length} records of ${trial.expected.length} when another read was aborted.`,
          "Give each read a connection, a request and a signal of its own.",
        );
    },
  },
  {
    name: "abort-hanging",
    title: "ends at an abort when the system does not answer",
    unless: ({ hanging }) => (hanging === undefined ? "the fixture has no `hanging`" : undefined),
    async check(trial) {
      const source = trial.fixture.hanging;
      if (source === undefined) return;
      const before = await trial.handles();
      const aborting = new AbortController();
      const { signal } = aborting;
      const attempt = trial.attempt({ source, signal });
      setTimeout(() => aborting.abort(), 50);
      const { pages, error } = await attempt;
      if (pages.length > 0)
        throw new ContractBroken("fixture", "`hanging` gave a page.", "Give a source whose system never answers.");
      judgeAbort("abort-hanging", error, signal);
      await trial.closed("abort-hanging", before, "after an abort of a question that was not answered");
    },
  },
];

/** Judges the error that an abort ended in; to end without one is right too. */
export function judgeAbort(rule: string, error: unknown, signal: AbortSignal): void {
  if (error === undefined || error === signal.reason || PortmanteauError.is(error)) return;
  if (error instanceof Error && error.name === "AbortError") return;
  throw new ContractBroken(
    rule,
    "After the abort came an error that does not say so.",
    'End quietly, or throw signal.reason or PortmanteauError "ABORTED".',
    error,
  );
}
