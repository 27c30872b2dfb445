#!/usr/bin/env node
import packageFile from "../../package.json" with { type: "json" };
import { UsageError } from "./arguments.ts";
import { commands } from "./commands.ts";
import { failed } from "./failed.ts";
import { findCommand } from "./find-command.ts";
import { overview } from "./help.ts";
import { end, watchOutput } from "./output.ts";
import { stoppable } from "./stop.ts";

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) {
    process.stderr.write(`${overview(commands, process.stderr.columns)}\n`);
    return 2;
  }
  if (name === "--version") {
    process.stdout.write(`${packageFile.version}\n`);
    return 0;
  }
  if (name === "--help" || name === "-h") return run("help", []);
  if (name.startsWith("-")) throw new UsageError("The command comes first: portmanteau COMMAND [options].");
  return asksForHelp(args) ? run("help", [name]) : run(name, args);
}

function run(name: string, args: readonly string[]): Promise<number> {
  const command = findCommand(name, commands);
  return stoppable((signal) => command.run(args, signal));
}

/** Before anything is parsed: who asks for help may have the rest wrong. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

watchOutput();
const args = process.argv.slice(2);
let exitCode: number;
try {
  exitCode = await main(args);
} catch (error) {
  exitCode = failed(error, commands.find(({ name }) => name === args[0])?.name);
}
await end(exitCode);
