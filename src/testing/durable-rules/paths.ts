import { maxObjectBytes } from "../../model/durable.ts";
import { ContractBroken } from "../broken.ts";
import { type DurableRule, expectList, expectObject, inLanes, listed, put, remove, version } from "./asking.ts";

/** Names that some systems or languages take for something else, and the longest path. */
const unusual = [
  "constructor",
  "__proto__",
  "-",
  "_",
  "0",
  "a..b",
  "a.",
  "con",
  "index",
  "x".repeat(200 - "paths/".length),
  `${"y/".repeat(90)}end`,
  "folder/constructor/__proto__",
];

export const pathRules: readonly DurableRule[] = [
  {
    name: "paths",
    title: "takes every path that is allowed, each for an object of its own",
    async check(trial) {
      const spool = trial.fixture.spool();
      const paths = unusual.map((name) => `paths/${name}`);
      const mend =
        "Every path of allowed characters is an object like another: use no path as a key of a plain object.";
      for (const path of paths) await expectObject(trial, spool, path, undefined, "paths", mend);
      for (const [index, path] of paths.entries()) await put(trial, spool, path, version(index));
      for (const [index, path] of paths.entries())
        await expectObject(trial, spool, path, version(index), "paths", mend);
      await expectList(trial, spool, "paths/", paths, "paths", mend);
      for (const path of paths) await remove(trial, spool, path);
    },
  },
  {
    name: "refuses",
    title: "refuses a path that is none, and an object that is too large",
    async check(trial) {
      const spool = trial.fixture.spool();
      const refused = async (call: () => Promise<unknown>, what: string) => {
        const { code } = await trial.failure((async () => call())(), what);
        if (code !== "SPOOL_FAILED")
          throw new ContractBroken("refuses", `The error of ${what} is ${code}.`, 'Throw "SPOOL_FAILED".');
      };
      const long = "x".repeat(201);
      for (const path of [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../../b",
        ".a",
        "a/.b",
        "A",
        "ä",
        "a b",
        "a\\b",
        long,
      ]) {
        await refused(() => spool.put(path, version(1)), "a put under a path that is none (call checkObject first)");
        await refused(() => spool.get(path), "a get of a path that is none (call checkObject first)");
        await refused(() => spool.delete(path), "a delete of a path that is none (call checkObject first)");
      }
      for (const prefix of ["/", "../", "a/../b", "a//", "A", ".a", long])
        await refused(() => listed(spool, prefix), "a list of what no path begins with (call checkObjectPrefix first)");
      const large = new Uint8Array(maxObjectBytes + 1);
      await refused(() => spool.put("refuses/large", large), "a put of too many bytes (call checkObject first)");
      await expectList(trial, spool, "refuses/", [], "refuses", "What was refused is not stored.");
    },
  },
  {
    name: "list",
    title: "lists more than a thousand objects, each once",
    ownFixture: true,
    async check(trial) {
      const spool = trial.fixture.spool();
      const paths = Array.from({ length: 1_050 }, (_, index) => `list/${index % 3}/${index % 2}/${index}`);
      await inLanes(paths, (path) => put(trial, spool, path, version(1, 1)));
      await expectList(
        trial,
        spool,
        "list/",
        paths,
        "list",
        "Follow the pages of the store to the last; a page begins after the one before it.",
      );
      const before = await trial.handles();
      for await (const _ of spool.list("list/")) break;
      await trial.closed("list", before, "after a list that was left early");
    },
  },
  {
    name: "prefix",
    title: "lists what begins with the prefix, and nothing else",
    ownFixture: true,
    async check(trial) {
      const spool = trial.fixture.spool();
      const paths = ["aa", "ab/a", "ab/b/a", "ab/b/b", "ab/bb", "abc", "a-b", "b/ab/a", "a.b/c"];
      for (const path of paths) await put(trial, spool, path, version(1));
      for (const prefix of [
        "",
        "a",
        "aa",
        "ab",
        "ab/",
        "ab/b",
        "ab/b/",
        "ab/bb",
        "ab/c",
        "a.",
        "a-",
        "abcd",
        "b",
        "c/",
      ])
        await expectList(
          trial,
          spool,
          prefix,
          paths.filter((path) => path.startsWith(prefix)),
          "prefix",
          'A prefix is the beginning of a text and no pattern: "ab" begins "ab/a", "abc" and "ab", and "" begins all.',
        );
    },
  },
];
