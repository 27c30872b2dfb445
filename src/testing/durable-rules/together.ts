import { ContractBroken } from "../broken.ts";
import { same } from "../octets.ts";
import { type DurableRule, expectList, expectObject, get, inLanes, list, put, remove, version } from "./asking.ts";

const rounds = Array.from({ length: 40 }, (_, index) => index);
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

export const togetherRules: readonly DurableRule[] = [
  {
    name: "shared",
    title: "shows every worker what the others did",
    async check(trial) {
      const [one, other] = [trial.fixture.spool(), trial.fixture.spool()];
      const mend = "Keep nothing in the process: no copy of an object, no list. Every worker asks the place itself.";
      await expectObject(trial, other, "shared/a", undefined, "shared", mend);
      await put(trial, one, "shared/a", version(1));
      await expectObject(trial, other, "shared/a", version(1), "shared", mend);
      await put(trial, other, "shared/a", version(2));
      await expectObject(trial, one, "shared/a", version(2), "shared", mend);
      await expectList(trial, one, "shared/", ["shared/a"], "shared", mend);
      await remove(trial, one, "shared/a");
      await expectObject(trial, other, "shared/a", undefined, "shared", mend);
      await expectList(trial, other, "shared/", [], "shared", mend);
    },
  },
  {
    name: "whole",
    title: "gives readers the old object or the new one, whole, while it is replaced again and again",
    async check(trial) {
      const [one, other] = [trial.fixture.spool(), trial.fixture.spool()];
      await put(trial, one, "whole/a", version(0));
      let writing = true;
      const writers = inLanes(
        rounds,
        async (round) => {
          await put(trial, round % 2 === 0 ? one : other, "whole/a", version(round));
          await aTurn();
        },
        2,
      ).finally(() => {
        writing = false;
      });
      const reader = async () => {
        for (let reads = 0; writing || reads === 0; reads++) {
          const got = await get(trial, other, "whole/a");
          if (got === undefined || !rounds.some((round) => same(got, version(round))))
            throw new ContractBroken(
              "whole",
              got === undefined
                ? "The object was gone for a moment."
                : `A reader got ${got.length} bytes of two objects.`,
              "Write beside, and put it in place in one step: rename, not truncate and write.",
            );
          await aTurn();
        }
      };
      await allDone([writers, reader(), reader()]);
    },
  },
  {
    name: "neighbours",
    title: "stores an object while the last one beside it is deleted",
    async check(trial) {
      const [one, other] = [trial.fixture.spool(), trial.fixture.spool()];
      for (const round of rounds) {
        const folder = `neighbours/${round % 4}/x`;
        await put(trial, one, `${folder}/old`, version(round));
        const both = [
          () => put(trial, other, `${folder}/new`, version(round)),
          () => remove(trial, one, `${folder}/old`),
        ];
        await allDone((round % 2 === 0 ? both : both.reverse()).map((start) => start()));
        await expectObject(
          trial,
          one,
          `${folder}/new`,
          version(round),
          "neighbours",
          "A folder is removed only when it is empty, and a put that finds it gone begins anew.",
        );
        await remove(trial, one, `${folder}/new`);
      }
    },
  },
  {
    name: "list-steady",
    title: "lists what stays once, while others are put and deleted",
    async check(trial) {
      const [one, other] = [trial.fixture.spool(), trial.fixture.spool()];
      const steady = rounds.map((round) => `list-steady/${round % 5}/steady-${round}`);
      await inLanes(steady, (path) => put(trial, one, path, version(1, 1)));
      let changing = true;
      const changes = inLanes(
        rounds,
        async (round) => {
          const path = `list-steady/${round}/passing-${round}`;
          await put(trial, one, path, version(round, 1));
          await aTurn();
          await remove(trial, one, path);
        },
        4,
      ).finally(() => {
        changing = false;
      });
      const lists = async () => {
        for (let turns = 0; changing || turns === 0; turns++) {
          const got = await list(trial, other, "list-steady/");
          const ours = got.filter((path) => path.includes("steady-"));
          if (ours.length !== steady.length || !steady.every((path) => ours.includes(path)))
            throw new ContractBroken(
              "list-steady",
              `A list gave ${ours.length} of ${steady.length} objects that were there all along, or one of them twice.`,
              "Ask for the next page by the last path or the store's token, never by a number of objects.",
            );
          await aTurn();
        }
      };
      await allDone([changes, lists()]);
    },
  },
];

/** Waits for all, also when one fails; then throws the first failure. */
async function allDone(running: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(running)) if (outcome.status === "rejected") throw outcome.reason;
}
