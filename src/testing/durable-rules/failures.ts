import { ContractBroken } from "../broken.ts";
import { same } from "../octets.ts";
import { type DurableRule, expectObject, get, list, listed, put, remove, version } from "./asking.ts";

export const failureRules: readonly DurableRule[] = [
  {
    name: "check",
    title: "is found usable when it is, and leaves nothing of the check",
    ownFixture: true,
    async check(trial) {
      const spool = trial.fixture.spool();
      if (spool.check !== undefined) await trial.answer(spool.check(), "check");
      const left = [...(await list(trial, spool, "")), ...((await trial.fixture.stored?.()) ?? [])];
      if (left.length > 0)
        throw new ContractBroken(
          "check",
          "Something is listed or stored after the check.",
          "Remove what the check wrote, and give it a name that is no object's.",
        );
    },
  },
  {
    name: "unreadable",
    title: "throws an error of this package when its place cannot be reached, and never says that an object is absent",
    unless: ({ unreadable }) => (unreadable === undefined ? "the fixture has no `unreadable`" : undefined),
    async check(trial) {
      const before = await trial.handles();
      const spool = trial.fixture.unreadable?.();
      if (spool === undefined) return;
      const calls: Record<string, () => Promise<unknown>> = {
        get: () => spool.get("unreadable/a"),
        list: () => listed(spool, "unreadable/"),
        "list of everything": () => listed(spool, ""),
        put: () => spool.put("unreadable/a", version(1)),
        delete: () => spool.delete("unreadable/a"),
        ...(spool.check === undefined ? {} : { check: async () => spool.check?.() }),
      };
      for (const [name, call] of Object.entries(calls)) {
        const error = await trial.failure((async () => call())(), `${name}, where the place cannot be reached`);
        if (error.code !== "SPOOL_FAILED")
          throw new ContractBroken(
            "unreadable",
            `The error of ${name} is ${error.code}.`,
            'Throw PortmanteauError "SPOOL_FAILED".',
            error,
          );
      }
      await trial.closed("unreadable", before, "after the errors");
    },
  },
  {
    name: "interrupted",
    title: "keeps the old object when a write is broken off, lists nothing unfinished, and deletes what is left of it",
    ownFixture: true,
    unless: ({ interrupt }) => (interrupt === undefined ? "the fixture has no `interrupt`" : undefined),
    async check(trial) {
      const spool = trial.fixture.spool();
      const [old, replaced] = ["interrupted/old", "interrupted/replaced"];
      const [first, alone] = ["interrupted/first", "interrupted/apart/alone"];
      const bytes = version(7, 300_000);
      for (const path of [old, replaced]) await put(trial, spool, path, version(1));
      for (const path of [old, replaced, first, alone])
        await trial.outcome((async () => trial.fixture.interrupt?.(path, bytes))(), "a write that is broken off");
      const mend =
        "Show an object only when it is whole: write it under a name that is no object's, then put it in place.";
      for (const path of await list(trial, spool, "")) {
        const got = await get(trial, spool, path);
        const isOld = (path === old || path === replaced) && got !== undefined && same(got, version(1));
        if (!isOld && (got === undefined || !same(got, bytes)))
          throw new ContractBroken(
            "interrupted",
            `"${path}" is listed and is not whole after a write broke off.`,
            mend,
          );
      }
      for (const path of [old, replaced])
        if ((await get(trial, spool, path)) === undefined)
          throw new ContractBroken("interrupted", "The old object is gone after a write broke off.", mend);
      for (const path of [first, alone]) {
        const got = await get(trial, spool, path);
        if (got !== undefined && !same(got, bytes))
          throw new ContractBroken("interrupted", "Half an object is given after a write broke off.", mend);
      }
      await put(trial, spool, replaced, version(2));
      await expectObject(
        trial,
        spool,
        replaced,
        version(2),
        "interrupted",
        "A write that broke off must not keep others out.",
      );
      for (const path of [old, replaced, first, alone]) await remove(trial, spool, path);
      const left = (await trial.fixture.stored?.()) ?? [];
      if (left.length > 0)
        throw new ContractBroken(
          "interrupted",
          `${left.length} files, objects or folders are left of writes that were broken off when their objects were deleted.`,
          "Let delete remove what is unfinished of the object too: it knows it by its name.",
        );
    },
  },
];
