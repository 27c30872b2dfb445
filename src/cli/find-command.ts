import { UsageError } from "./arguments.ts";
import type { Command } from "./command.ts";
import { orMeant } from "./nearest.ts";

/** The command of this name. @throws {UsageError} naming the nearest one */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const names = commands.map((each) => each.name);
  const meant = orMeant(name, names);
  throw new UsageError(`There is no command "${name}"${meant === "." ? `. There are: ${names.join(", ")}.` : meant}`);
}
