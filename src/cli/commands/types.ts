import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RecordSchema } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { loadCompiler, schemaName, typesOf } from "../schema-types.ts";
import { complain, printSaying } from "../terminal.ts";

export const types = defineCommand({
  name: "types",
  summary: "write the TypeScript types of record schemas",
  operands: [
    {
      name: "SCHEMA",
      help: "a JSON Schema file: tickets.schema.json becomes the type Tickets. Only $refs inside the file are followed",
      repeats: true,
      completes: "file",
    },
  ],
  options: {
    out: {
      type: "string",
      value: "DIR",
      help: "writes DIR/tickets.ts, and makes DIR when it is not there",
      default: "everything to standard output",
      completes: "folder",
    },
    check: { type: "boolean", help: "writes nothing; says which files in DIR are out of date" },
  },
  notes: ["It needs the package json-schema-to-typescript beside this one."],
  exitCodes: { 0: "written or up to date", 1: "out of date", 2: "usage or I/O" },
  examples: [
    "portmanteau types schemas/*.schema.json --out src/records",
    "portmanteau types schemas/*.schema.json --out src/records --check",
  ],
  async run({ values, operands: files, signal }) {
    const { out, check = false } = values;
    if (check && out === undefined) throw new UsageError("--check needs --out: the folder to compare with.");
    const names = files.map(schemaName);
    const twin = names.find((name, index) => names.indexOf(name) !== index);
    if (twin !== undefined && out !== undefined)
      throw new UsageError(`Two of the schemas would be written to ${twin}.ts.`);

    const compile = await loadCompiler();
    const texts = new Map<string, string>();
    for (const [index, file] of files.entries()) {
      const name = names[index] as string;
      signal.throwIfAborted();
      const banner = `// Generated from ${basename(file)} by "portmanteau types". Do not edit.`;
      try {
        texts.set(file, await typesOf(await schemaAt(file), { name, banner, compile }));
      } catch (error) {
        if (error instanceof UsageError || (error instanceof Error && "syscall" in error)) throw error;
        const why = error instanceof Error ? error.message : String(error);
        throw new UsageError(`${file} is no schema that types can be made of: ${why}`);
      }
    }
    if (out === undefined) {
      process.stdout.write([...texts.values()].join("\n"));
      return 0;
    }
    if (!check) await mkdir(out, { recursive: true });
    let outOfDate = 0;
    for (const [file, text] of texts) {
      signal.throwIfAborted();
      const path = join(out, `${schemaName(file)}.ts`);
      if ((await textAt(path)) === text) continue;
      outOfDate++;
      if (check) complain(`${path} is out of date.`, "red");
      else {
        await writeFile(path, text);
        printSaying(path);
      }
    }
    return check && outOfDate > 0 ? 1 : 0;
  },
});

async function schemaAt(file: string): Promise<RecordSchema> {
  const text = await readFile(file, "utf8");
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON.`);
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw new UsageError(`${file} is no JSON Schema: it must be an object.`);
  return schema as RecordSchema;
}

/** The text of a file; nothing when it is not there. */
async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
