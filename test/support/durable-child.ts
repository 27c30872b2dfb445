import { directorySpool } from "../../src/spools/directory/index.ts";

/** For a child process without the test runner: puts objects without end over the same paths, until it is killed. */
const spool = directorySpool(process.argv.at(-1) ?? "");
const paths = ["r/journal", "r/parts/a/0", "r/parts/a/1", "r/parts/b/0"];
process.stdout.write("ready\n");
for (let round = 0; ; round++)
  await Promise.all(
    paths.map(async (path, index) => {
      await spool.put(path, new Uint8Array(1_000 + ((round * 7 + index) % 40) * 25_000).fill((round + index) % 251));
      if (index > 0 && round % 5 === index) await spool.delete(path);
    }),
  );
