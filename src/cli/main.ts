#!/usr/bin/env node
import packageFile from "../../package.json" with { type: "json" };
import { PortmanteauError } from "../index.ts";
import { UsageError } from "./arguments.ts";
import { commands } from "./commands.ts";
import { ConfigError } from "./load-config.ts";
import { complain, printError } from "./terminal.ts";

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

function say(text: string, exitCode = 0): number {
  (exitCode === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  return exitCode;
}

/** Prints what ended the command. @returns the exit code: 2 when the caller must change something, 1 when it failed */
function failed(error: unknown): number {
  if (error instanceof UsageError) {
    complain(`error: ${error.message}`, "red");
    complain("See portmanteau --help, or portmanteau COMMAND --help.");
    return 2;
  }
  if (error instanceof ConfigError) {
    complain(`error: ${error.message}`, "red");
    printError(error.cause);
    return 2;
  }
  if (PortmanteauError.is(error)) {
    printError(error);
    return error.code === "READ_FAILED" ||
      error.code === "CONFIG_INVALID" ||
      error.code === "SCHEMA_UNSUPPORTED" ||
      error.code === "REQUEST_INVALID" ||
      error.code === "REQUEST_CONFLICT" ||
      error.code === "REQUEST_UNKNOWN" ||
      error.code === "RESUME_REFUSED"
      ? 2
      : 1;
  }
  // Everything foreign comes wrapped, but for the system's word on the FILE that was named.
  if (error instanceof Error && "syscall" in error) {
    complain(`error: ${error.message}`, "red");
    return 2;
  }
  printError(error);
  return 1;
}

// `portmanteau plan | head` closes the pipe early: that is no failure. An export to standard output that fails destroys it with the
// export's own error, which is reported where it is caught.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE" || PortmanteauError.is(error)) return;
  printError(error);
  process.exitCode = 1;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = failed(error);
}
