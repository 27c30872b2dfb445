import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseWithFiles, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { sourceScaffold } from "../source-scaffold.ts";
import { print } from "../terminal.ts";

export const newCommand: Command = {
  summary: "begin a source of your own, with its schema and its tests",
  help: `portmanteau new source NAME [--dir DIR]

  NAME           lower-case letters, digits and hyphens, a letter first: support-tickets becomes supportTicketsSource
  --dir DIR      where the files go. Default: ./NAME. A file that is there is left alone, and then nothing is written

  The source passes the contract of portmanteau/testing as it is; from there it is made yours.

  Exit code: 0 written, 2 usage or I/O.

  Example: portmanteau new source tickets --dir src/tickets`,
  async run(args) {
    const { values, files } = parseWithFiles(args, { dir: { type: "string" } });
    const [kind, name, ...more] = files;
    if (kind !== "source" || name === undefined || more.length > 0)
      throw new UsageError("What is begun is a source, and it has one name: portmanteau new source NAME.");
    if (!/^(?=.{1,50}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
      throw new UsageError(
        `"${name}" cannot be the name: use lower-case letters, digits and single hyphens, a letter first, 50 at most.`,
      );
    if (values.dir === "") throw new UsageError("--dir needs the name of a folder.");
    const folder = values.dir ?? name;
    const texts = [...sourceScaffold(name)].map(([file, text]) => [join(folder, file), text] as const);
    for (const [path] of texts) if (await isThere(path)) throw new UsageError(`${path} is there already.`);
    await mkdir(folder, { recursive: true });
    const written: string[] = [];
    try {
      for (const [path, text] of texts) {
        await writeFile(path, text, { flag: "wx" });
        written.push(path);
      }
    } catch (error) {
      for (const path of written) await rm(path); // half a source is of no use
      throw error;
    }
    for (const path of written) print(path);
    return 0;
  },
};

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
