import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ContractBroken } from "../broken.ts";
import { someTurns } from "../waiting.ts";
import type { SourceRule } from "./index.ts";

export const flowRules: readonly SourceRule[] = [
  {
    name: "back-pressure",
    title: "reads no more than a page or two ahead of its consumer",
    unless: ({ fetched }) => (fetched === undefined ? "the fixture has no `fetched`" : undefined),
    async check(trial) {
      const pageRecords = 2;
      const fetchedBefore = (await trial.fixture.fetched?.()) ?? 0;
      await trial.pages({
        pageRecords,
        stopAfter: 3,
        onPage: async (_page, number) => {
          await someTurns(); // the consumer is slow: what reads ahead has the time to
          const fetched = ((await trial.fixture.fetched?.()) ?? 0) - fetchedBefore;
          const most = (number + 2) * pageRecords;
          if (fetched > most)
            throw new ContractBroken(
              "back-pressure",
              `With ${number * pageRecords} records given, ${fetched} were fetched.`,
              "Fetch a page when it is asked for: use the client's cursor or paging, and pause its stream while the consumer works.",
            );
        },
      });
    },
  },
  {
    name: "memory",
    title: "keeps no page that its consumer has let go",
    async check(trial) {
      const collectGarbage = garbageCollector();
      const given: WeakRef<object>[] = [];
      let mostAlive = 0;
      const context = trial.context({ pageRecords: 1 });
      const iterator = trial.open(trial.source, context);
      try {
        // The page must live in no variable of a frame that waits: the collector would find it there.
        while (given.length < 30 && (await trial.answer(step(iterator, given), "a page"))) {
          if (given.length % 6 !== 0) continue;
          await someTurns();
          collectGarbage();
          mostAlive = Math.max(mostAlive, given.filter((page) => page.deref() !== undefined).length);
        }
      } finally {
        if (iterator.return !== undefined) await trial.answer(iterator.return(), "the end of the iteration");
      }
      if (mostAlive > 4)
        throw new ContractBroken(
          "memory",
          `${mostAlive} pages that were given earlier are still held.`,
          "Keep no list of pages or records beyond the page on its way: memory would grow with the person.",
        );
    },
  },
];

/** Takes one page and forgets it, but for a weak reference. */
async function step(iterator: AsyncIterator<{ readonly records: readonly unknown[] }>, given: WeakRef<object>[]) {
  const { done, value } = await iterator.next();
  if (done) return false;
  given.push(new WeakRef(value.records));
  return true;
}

/** V8's collector, also where the process was started without `--expose-gc`. */
function garbageCollector(): () => void {
  if (globalThis.gc !== undefined) return globalThis.gc as () => void;
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
