import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { sourceScaffold } from "../source-scaffold.ts";
import { printSaying } from "../terminal.ts";

export const newCommand = defineCommand({
  name: "new",
  summary: "begin a source of your own, with its schema and its tests",
  operands: [
    { name: "KIND", help: "what is begun", choices: ["source"] },
    {
      name: "NAME",
      help: "lower-case letters, digits and hyphens, a letter first: support-tickets becomes supportTicketsSource",
    },
  ],
  options: {
    dir: {
      type: "string",
      value: "DIR",
      help: "where the files go. A file that is there is left alone, and then nothing is written",
      default: "./NAME",
      completes: "folder",
    },
  },
  notes: ["The source passes the contract of portmanteau/testing as it is; from there it is made yours."],
  exitCodes: { 0: "written", 2: "usage or I/O" },
  examples: ["portmanteau new source tickets", "portmanteau new source tickets --dir src/tickets"],
  async run({ values, operands: [, name = ""] }) {
    if (!/^(?=.{1,50}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name))
      throw new UsageError(
        `"${name}" cannot be the name: use lower-case letters, digits and single hyphens, a letter first, 50 at most.`,
      );
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
    for (const path of written) printSaying(path);
    return 0;
  },
});

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
