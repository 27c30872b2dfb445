import { type Command, defineCommand } from "../command.ts";
import { findCommand } from "../find-command.ts";
import { commandHelp, overview } from "../help.ts";

/** @param commands all of them, asked for when they are needed: this is one of them */
export function helpCommand(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: "help",
    summary: "list the commands, or say what one does",
    operands: [{ name: "COMMAND", help: "which one", optional: true, completes: "command" }],
    exitCodes: { 0: "told", 2: "there is no such command" },
    examples: ["portmanteau help export"],
    async run({ operands: [name] }) {
      const { columns } = process.stdout;
      const text =
        name === undefined ? overview(commands(), columns) : commandHelp(findCommand(name, commands()), columns);
      process.stdout.write(`${text}\n`);
      return 0;
    },
  });
}
