import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RecordSchema } from "../../index.ts";
import { parseWithFiles, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { loadCompiler, schemaName, typesOf } from "../schema-types.ts";
import { complain, print } from "../terminal.ts";

export const types: Command = {
  summary: "write the TypeScript types of record schemas",
  help: `portmanteau types SCHEMA... [--out DIR] [--check]

  SCHEMA         a JSON Schema file: tickets.schema.json becomes the type Tickets. Only $refs inside the file are followed
  --out DIR      writes DIR/tickets.ts, and makes DIR when it is not there. Default: everything to standard output
  --check        writes nothing; says which files in DIR are out of date

  It needs the package json-schema-to-typescript beside this one.

  Exit code: 0 written or up to date, 1 out of date, 2 usage or I/O.

  Example: portmanteau types schemas/*.schema.json --out src/records`,
  async run(args) {
    const { values, files } = parseWithFiles(args, { out: { type: "string" }, check: { type: "boolean" } });
    const { out, check = false } = values;
    if (out === "") throw new UsageError("--out needs the name of a folder.");
    if (check && out === undefined) throw new UsageError("--check needs --out: the folder to compare with.");
    const names = files.map(schemaName);
    const twin = names.find((name, index) => names.indexOf(name) !== index);
    if (twin !== undefined && out !== undefined)
      throw new UsageError(`Two of the schemas would be written to ${twin}.ts.`);

    const compile = await loadCompiler();
    const texts = new Map<string, string>();
    for (const [index, file] of files.entries()) {
      const name = names[index] as string;
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
      const path = join(out, `${schemaName(file)}.ts`);
      if ((await textAt(path)) === text) continue;
      outOfDate++;
      if (check) complain(`${path} is out of date.`, "red");
      else {
        await writeFile(path, text);
        print(path);
      }
    }
    return check && outOfDate > 0 ? 1 : 0;
  },
};

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
