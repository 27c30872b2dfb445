import { maxObjectBytes } from "../../model/durable.ts";
import { ContractBroken } from "../broken.ts";
import { type DurableRule, expectList, expectObject, get, list, put, remove, version } from "./asking.ts";

export const objectRules: readonly DurableRule[] = [
  {
    name: "round-trip",
    title: "gives back what was put, from nothing to the largest object, every value of a byte",
    async check(trial) {
      const spool = trial.fixture.spool();
      const before = await trial.handles();
      for (const size of [0, 1, 256, 65_537, maxObjectBytes]) {
        const bytes = new Uint8Array(size).map((_, index) => index);
        await put(trial, spool, "round-trip/a", bytes);
        await expectObject(
          trial,
          spool,
          "round-trip/a",
          bytes,
          "round-trip",
          "Store bytes and not text; an object without bytes is one that is there.",
        );
      }
      await trial.closed("round-trip", before, "after all was put and read");
    },
  },
  {
    name: "own-bytes",
    title: "keeps an object as it was put, whatever caller and reader do with their bytes",
    async check(trial) {
      const spool = trial.fixture.spool();
      const buffer = version(1);
      await put(trial, spool, "own-bytes/a", buffer);
      buffer.fill(9);
      (await get(trial, spool, "own-bytes/a"))?.fill(8);
      await expectObject(
        trial,
        spool,
        "own-bytes/a",
        version(1),
        "own-bytes",
        "Copy the bytes when they are put, and for each reader: both use their buffers again.",
      );
    },
  },
  {
    name: "replaces",
    title: "puts an object in place of the one that was there, whole",
    async check(trial) {
      const spool = trial.fixture.spool();
      for (const size of [5_000, 100, 0, 7_000]) {
        await put(trial, spool, "replaces/a", version(size, size));
        await expectObject(
          trial,
          spool,
          "replaces/a",
          version(size, size),
          "replaces",
          "Replace the whole object: nothing of a longer one that was there may stay, and nothing is kept instead.",
        );
      }
      await expectList(trial, spool, "replaces/", ["replaces/a"], "replaces", "One path is one object.");
    },
  },
  {
    name: "absent",
    title: "gives nothing where there is no object",
    async check(trial) {
      const spool = trial.fixture.spool();
      await put(trial, spool, "absent/folder/a", version(1));
      for (const path of [
        "absent/no",
        "absent/no/such/folder",
        "absent/folder",
        "absent/folder/a/b",
        "absent/folder/a.b",
      ])
        await expectObject(
          trial,
          spool,
          path,
          undefined,
          "absent",
          "Give undefined: neither a folder nor what an object's path begins with is one.",
        );
      await expectList(
        trial,
        spool,
        "absent/no",
        [],
        "absent",
        "A list of what is not there ends without an error; asking for an object must not make one.",
      );
    },
  },
  {
    name: "delete",
    title: "removes one object and no other, as often as asked",
    async check(trial) {
      const spool = trial.fixture.spool();
      const mend = "Delete exactly the path that was given; where there is nothing, do nothing and throw nothing.";
      const others = ["delete/a/b", "delete/ab", "delete/b"];
      for (const path of ["delete/aa", ...others]) await put(trial, spool, path, version(1));
      await remove(trial, spool, "delete/aa");
      await expectObject(trial, spool, "delete/aa", undefined, "delete", mend);
      for (const path of ["delete/aa", "delete/none", "delete/none/of/them", "delete/a", "delete/b/c"])
        await remove(trial, spool, path);
      await expectList(trial, spool, "delete/", others, "delete", mend);
      for (const path of others) await expectObject(trial, spool, path, version(1), "delete", mend);
      await put(trial, spool, "delete/aa", version(2));
      await expectObject(trial, spool, "delete/aa", version(2), "delete", "What was deleted can be put again.");
    },
  },
  {
    name: "nothing-left",
    title: "keeps nothing of what was deleted",
    ownFixture: true,
    unless: ({ stored }) => (stored === undefined ? "the fixture has no `stored`" : undefined),
    async check(trial) {
      const spool = trial.fixture.spool();
      for (const path of ["a", "b/a", "b/b/b", "b/b/c"]) {
        await put(trial, spool, path, version(1));
        await put(trial, spool, path, version(2));
      }
      for (const path of await list(trial, spool, "")) await remove(trial, spool, path);
      const left = (await trial.fixture.stored?.()) ?? [];
      if (left.length > 0)
        throw new ContractBroken(
          "nothing-left",
          `${left.length} files, objects or folders are stored when everything was deleted.`,
          "Remove the bytes themselves, those of older versions, and folders that became empty.",
        );
    },
  },
];
