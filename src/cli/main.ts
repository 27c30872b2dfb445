#!/usr/bin/env node
import packageFile from "../../package.json" with { type: "json" };
import { PortmanteauError } from "../index.ts";
import { UsageError } from "./arguments.ts";
import { commands, isUsage } from "./commands.ts";

const help = `portmanteau: one person's data, as one bundle

${Object.entries(commands)
  .map(([name, { summary }]) => `  portmanteau ${name.padEnd(8)} ${summary}`)
  .join("\n")}

  portmanteau COMMAND --help    options, exit codes and an example
  portmanteau --version
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === "--version") return say(packageFile.version);
  if (name === undefined || name === "--help" || name === "-h") return say(help.trimEnd(), name === undefined ? 2 : 0);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new UsageError(`There is no command "${name}". There are: ${Object.keys(commands).join(", ")}.`);
  if (args.includes("--help") || args.includes("-h")) return say(command.help);
  return command.run(args);
}

function say(text: string, code = 0): number {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  return code;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // An I/O error of the file that was named is the caller's as well.
  const isFile = error instanceof Error && "syscall" in error;
  if (PortmanteauError.is(error)) process.stderr.write(`error ${error.code}: ${error.message}\n`);
  else if (error instanceof UsageError || isFile) process.stderr.write(`error: ${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = isUsage(error) || isFile || !PortmanteauError.is(error) ? 2 : 1;
}
